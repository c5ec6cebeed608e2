"""Offerings: a programme in a year, with its window, what has come in, and who has places."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.models import ExpressionOfInterest, OpeningNotice, Place
from mathshub.accounts.who import account_of
from mathshub.scope_admin import HubOwnedAdmin, posted
from mathshub.scope_admin.cells import count, link, tag
from workgroups.admin.years import ChoosesYear
from workgroups.errors import Refusal
from workgroups.models import Offering, WorkGroup
from workgroups.permissions import leads_only_own_groups
from workgroups.services.offerings import a_year_later, copy_offering, groups_to_copy


class CopyForm(forms.Form):
    with_groups = forms.BooleanField(
        label="Copy its Work Groups too, as drafts without schools and sessions", required=False
    )


@admin.register(Offering)
class OfferingAdmin(ChoosesYear, HubOwnedAdmin):
    list_heading = "Offerings"
    list_display = ("programme", "academic_year", "window", "interest", "groups", "places")
    list_filter = ()
    joins = ("programme", "academic_year")
    ordering = ("-academic_year__start_year", "programme__position")
    add_words = "Offer a programme in a year"
    add_heading = "Offer a programme in a year"
    empty_words = (
        "A programme in an academic year, with its window for interest and its Work Groups, will "
        "stand here. Offer the first: schools can express their interest while its window is open."
    )
    fieldsets = (
        (None, {"fields": ("programme", "academic_year", "project_code")}),
        (
            "Window for interest",
            {
                "fields": ("opens_on", "closes_on", "decisions_by"),
                "description": "The form is open on these days, both included.",
            },
        ),
        ("Messages and offers", {"fields": ("messages_on", "offers_lapse")}),
    )
    labels: ClassVar = {
        "messages_on": "Reminders and notices of changes go out",
        "offers_lapse": "Offers lapse when nobody answers",
        "decisions_by": "Schools hear by",
    }
    change_form_template = "admin/enrolment/offering.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if not leads_only_own_groups(request.user):
            return rows
        return rows.filter(pk__in=WorkGroup.objects.led_by(request.user.pk).values("offering"))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .annotate(
                expression_count=_number(ExpressionOfInterest.objects.all(), "offering"),
                group_count=_number(WorkGroup.objects.all(), "offering"),
                place_count=_number(Place.objects.held(), "work_group__offering"),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the offering is of stays: interest and places hang on it."""
        return ("programme", "academic_year") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one in which nothing has happened; asked also of rows that are not from the list."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not (obj.expressions.exists() or obj.work_groups.exists()))

    # --- the list's columns ---

    @admin.display(description="window for interest", ordering="opens_on")
    def window(self, offering: Offering) -> SafeString | str:
        today = timezone.localdate()
        if offering.is_open_to_interest(today):
            return tag(f"open until {_day(offering.closes_on)}", "leaf")
        if offering.opens_later(today):
            return tag(f"opens {_day(offering.opens_on)}", "sun")
        return tag("closed" if offering.closes_on else "no dates yet", "plain")

    @admin.display(ordering="expression_count")
    def interest(self, offering: Any) -> SafeString | str:
        if not offering.expression_count:
            return "none"
        return link(_list("enrolment_expressionofinterest", offering), offering.expression_count)

    @admin.display(description="Work Groups", ordering="group_count")
    def groups(self, offering: Any) -> SafeString | str:
        if not offering.group_count:
            return "none"
        return link(_list("workgroups_workgroup", offering), offering.group_count)

    @admin.display(description="places held", ordering="place_count")
    def places(self, offering: Any) -> str:
        return offering.place_count or "none"

    # --- one offering ---

    def facts(self, request: HttpRequest, obj: Offering) -> dict[str, Any]:
        may_copy = self.has_add_permission(request)
        return {
            "window": self.window(obj),
            "waiting": _who_waits(obj),
            "by_state": interest_by_state(obj),
            "groups": [
                {
                    "group": group,
                    "url": reverse("admin:workgroups_workgroup_change", args=[group.pk]),
                }
                for group in obj.work_groups.annotate(
                    held_places=_number(Place.objects.held(), "work_group")
                ).order_by("name")
            ],
            "buttons": [
                {"url": self.url("copy", obj.pk), "words": "Copy to next year", "first": False}
            ]
            if may_copy
            else [],
        }

    def own_urls(self) -> list:
        return [("<int:pk>/copy/", self.copy, "copy")]

    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To the next academic year, quietly."""
        offering = self.row_or_404(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CopyForm(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                new = copy_offering(
                    offering,
                    with_groups=form.cleaned_data["with_groups"],
                    by=account_of(request),
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return self.done(
                    request,
                    f"{new} is here, with its messages off. Give it its project code.",
                    to=self.url("change", new.pk),
                )
        return self.form_page(
            request,
            title=f"Copy {offering} to next year?",
            will=_what_copying_does(offering),
            form=form,
            button="Copy it, no e-mail",
            back=self.url("change", pk),
        )


def _who_waits(offering: Offering) -> str:
    """How many get an e-mail when the window opens; nothing where nobody waits."""
    waiting = OpeningNotice.objects.filter(programme=offering.programme_id).count()
    if not waiting:
        return ""
    e_mails = "one e-mail goes" if waiting == 1 else f"{waiting} e-mails go"
    who = count(waiting, "address waits", "addresses wait")
    return (
        f"{who} for {offering.programme}: {e_mails} out on the day on which a window of it opens, "
        "at eight in the morning."
    )


def interest_by_state(offering: Offering) -> list[dict[str, Any]]:
    """How many expressions stand in each state, with the list of just those."""
    counted = dict(
        offering.expressions.order_by().values_list("state").annotate(number=Count("pk"))
    )
    return [
        {
            "words": state.label,
            "number": counted[state.value],
            "url": _list("enrolment_expressionofinterest", offering) + f"&state={state.value}",
        }
        for state in ExpressionOfInterest.State
        if state.value in counted
    ]


def _what_copying_does(offering: Offering) -> list[str]:
    groups = groups_to_copy(offering)
    opens, closes = a_year_later(offering.opens_on), a_year_later(offering.closes_on)
    sentences = ["Its messages are off until you turn them on. No e-mail is sent."]
    if opens and closes:
        sentences.insert(
            0,
            f"Its window for interest is a year later: {_day(opens, True)} to {_day(closes, True)}.",
        )
    if groups:
        names = ", ".join(group.name for group in groups)
        sentences.append(
            f"It has {count(len(groups), 'Work Group')} to copy, if you want: {names}."
        )
    return [*sentences, "The project code stays empty: it is a new one each year."]


def _number(rows: QuerySet, path: str) -> Coalesce:
    """How many of ``rows`` belong to the row that is annotated."""
    counted = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def _list(name: str, offering: Offering) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?offering={offering.pk}"


def _day(day: Any, with_year: bool = False) -> str:
    return f"{day.day} {day:%B}" + (f" {day.year}" if with_year else "")
