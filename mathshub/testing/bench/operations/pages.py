"""Public pages and the calendar feed, beside one query and one template of the same rows."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from enrolment.models import Participant, Place
from mathshub.links import make_token
from mathshub.scope import hub_scope
from mathshub.testing.bench.counting import queries_of
from mathshub.testing.bench.figures import Row, Target, at_most
from mathshub.testing.bench.load import Contender, Request, Sample, always, compare
from mathshub.testing.bench.stage import HOST, Stage
from workgroups.models import Offering, WorkGroup

TITLE = "Pages and the calendar feed"
SESSIONS = 6


@dataclass(frozen=True)
class Page:
    """A page of the portal and what it is held against; ``floor`` is the floor's path."""

    name: str
    request: Request
    floor: str
    floor_is: str
    target: Target | None = None
    most_queries: int | None = None
    note: str = ""


UNCHANGED = (
    "To know that nothing has changed takes two questions, which hub the host shows and what the "
    "participant's sessions are, and each costs about half of the floor; the rest is the middleware "
    "and the headers that every answer carries. One question would do if a calendar carried a number "
    "that every change raises: a session, a place, a seat, a programme's name and the hub's would "
    "all have to raise it, and the one that is forgotten makes a calendar stale. Not done: a stale "
    "calendar sends a teacher to the wrong door."
)


def measure(stage: Stage) -> Iterator[Row]:
    """Each page in turns with its floor, bare and behind Django's usual middleware."""
    for page in _pages(stage):
        floor = Request(page.floor)
        samples = compare(
            {
                "bare": Contender(stage.bare_floor, always(floor)),
                "usual": Contender(stage.usual_floor, always(floor)),
                "ours": Contender(stage.portal, always(page.request)),
            }
        )
        yield row_of(page, samples)


def row_of(page: Page, samples: dict[str, Sample]) -> Row:
    """The line of the table, with the waits, the rate and the size beside the ratio."""
    ours = samples["ours"]
    return Row(
        page.name,
        ours=ours.cpu_ms,
        unit="ms CPU",
        target=page.target,
        floor=samples["bare"].cpu_ms,
        floor_is=page.floor_is,
        queries=queries_of(page.request),
        most_queries=page.most_queries,
        note=page.note,
        details=details_of(samples),
    )


def details_of(samples: dict[str, Sample]) -> dict[str, str]:
    """What the table says beside the ratio."""
    ours = samples["ours"]
    return {
        "usual floor": f"{samples['usual'].cpu_ms:.2f} ms",
        "p50": f"{ours.wait_ms(50):.1f} ms",
        "p95": f"{ours.wait_ms(95):.1f} ms",
        "p99": f"{ours.wait_ms(99):.1f} ms",
        "rate": f"{ours.per_second:,.0f}/s",
        "bytes": f"{ours.size:,}",
    }


def _pages(stage: Stage) -> list[Page]:
    with hub_scope(stage.hub):
        group, participant = group_of_six(), participant_of_six()
        token = make_token("calendar", participant.pk, participant.link_generation)
        today = timezone.localdate()
        offering = Offering.objects.open_to_interest(today).order_by("pk")[0]
    schedule = stage.get(reverse("sessions:show_work_group", args=[group]))
    feed = stage.get(reverse("sessions:calendar_feed", args=[token]))
    unchanged = stage.get(feed.path, expected=304, **{"If-None-Match": _etag(stage, feed)})
    form = stage.get(reverse("enrolment:express_interest", args=[offering.pk]))
    rows, ical = f"/rows/{group}", f"/ical/{group}"
    one_query = "(ii) one query, one template"
    return [
        Page(
            "Schedule page, 6 sessions", schedule, rows, one_query, at_most(2, times_floor=True), 3
        ),
        Page("Calendar feed, 6 sessions", feed, rows, one_query, at_most(2, times_floor=True)),
        Page(
            "Calendar feed, unchanged",
            unchanged,
            ical,
            "(ii-ical) one query, six events by string",
            at_most(1, times_floor=True),
            note=UNCHANGED,
        ),
        Page("EOI form", form, rows, one_query, at_most(3, times_floor=True)),
    ]


def group_of_six() -> int:
    """The id of a public Work Group of the hub in scope with six published sessions."""
    groups = WorkGroup.objects.public().annotate(dates=Count("sessions", distinct=True))
    return int(groups.filter(dates=SESSIONS).order_by("pk")[0].pk)


def participant_of_six() -> Participant:
    """A participant of the hub in scope with a seat in one such group."""
    people = Participant.objects.filter(seats__place__state=Place.State.ACCEPTED)
    found = people.annotate(dates=Count("seats__place__work_group__sessions", distinct=True))
    return found.filter(dates=SESSIONS).order_by("pk")[0]


def _etag(stage: Stage, request: Request) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", stage.portal.port, timeout=30)
    connection.request("GET", request.path, headers=request.headers | {"Host": HOST})
    return str(connection.getresponse().headers["ETag"])
