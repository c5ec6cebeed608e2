"""The floors: the least that this stack can do for the same rows, as one small Django project.

    FLOOR_MIDDLEWARE=none|default gunicorn mathshub.testing.bench.floors

`/plain/<bytes>`   (i)   a view that returns so many bytes
`/rows/<group>`    (ii)  one indexed query, one template of the same rows
`/rows/<group>,…`  the same of several groups
`/ical/<group>`    (ii-ical) one query, a VEVENT of each row by string
`/post`            (iii) one form validated, one row INSERTed with a synchronous commit

It reads the portal's own tables, on the same PostgreSQL, under the same gunicorn.
"""

import os
from typing import Any, ClassVar

import django
import environ
from django import forms
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from mathshub.testing.bench.stock.settings import MIDDLEWARE as STARTPROJECT

_ROWS = """<!doctype html><html lang="en-GB"><head><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1><ul>{% for row in rows %}
<li>{{ row.number }}: {{ row.starts_at|date:"l j F Y" }}, {{ row.starts_at|time:"H:i" }}
to {{ row.ends_at|time:"H:i" }}, {{ row.mode }}, {{ row.venue }} {{ row.title }}</li>{% endfor %}
</ul></body></html>"""

if not settings.configured:
    settings.configure(
        SECRET_KEY="measured-not-guarded-" * 3,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        TIME_ZONE="Europe/London",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        MIDDLEWARE=STARTPROJECT if os.environ.get("FLOOR_MIDDLEWARE") == "default" else [],
        DATABASES={"default": environ.Env().db_url("DATABASE_URL") | {"CONN_MAX_AGE": 60}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [("django.template.loaders.locmem.Loader", {"rows.html": _ROWS})],
                        )
                    ]
                },
            }
        ],
    )
    django.setup(set_prefix=False)


class FloorSession(models.Model):
    """The portal's sessions, as a project of one table would read them."""

    work_group_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    mode = models.CharField(max_length=20)
    venue = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = "floors"
        managed = False
        db_table = "workgroup_sessions_session"


class FloorAnswer(models.Model):
    """A table of its own for the form; made by the stage."""

    school = models.CharField(max_length=200)
    head_name = models.CharField(max_length=120)
    head_email = models.EmailField()
    person_name = models.CharField(max_length=120)
    person_email = models.EmailField()
    role = models.CharField(max_length=20)
    note = models.TextField(blank=True)

    class Meta:
        app_label = "floors"
        managed = False
        db_table = "bench_floor_answer"


class AnswerForm(forms.ModelForm):
    class Meta:
        model = FloorAnswer
        fields = (
            *("school", "head_name", "head_email"),
            *("person_name", "person_email", "role", "note"),
        )


def plain(request: HttpRequest, size: int) -> HttpResponse:
    return _measured(HttpResponse(b"x" * size))


def rows(request: HttpRequest, group: int) -> HttpResponse:
    found = FloorSession.objects.filter(work_group_id=group).order_by("number")
    return _measured(render(request, "rows.html", {"title": "Sessions", "rows": found}))


def rows_of_several(request: HttpRequest, groups: str) -> HttpResponse:
    found = FloorSession.objects.filter(work_group_id__in=map(int, groups.split(",")))
    found = found.order_by("work_group_id", "number")
    return _measured(render(request, "rows.html", {"title": "Sessions", "rows": found}))


def ical(request: HttpRequest, group: int) -> HttpResponse:
    events = "".join(map(_event, FloorSession.objects.filter(work_group_id=group)))
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//floor//\r\n{events}END:VCALENDAR\r\n"
    return _measured(HttpResponse(text, content_type="text/calendar"))


def _event(session: Any) -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{session.pk}@floor\r\nDTSTART:{session.starts_at:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{session.ends_at:%Y%m%dT%H%M%SZ}\r\nSUMMARY:Session {session.number}\r\n"
        f"LOCATION:{session.venue}\r\nEND:VEVENT\r\n"
    )


def post(request: HttpRequest) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400)
    form.save()
    return _measured(HttpResponse("stored"))


post.csrf_exempt = True  # type: ignore[attr-defined]


def _measured(response: HttpResponse) -> HttpResponse:
    """With its length, so that the connection stays open without CommonMiddleware as well."""
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [
    path("plain/<int:size>", plain),
    path("rows/<int:group>", rows),
    path("rows/<str:groups>", rows_of_several),
    path("ical/<int:group>", ical),
    path("post", post),
    path("healthz", plain, {"size": 2}),
]
application = WSGIHandler()
