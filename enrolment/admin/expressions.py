"""Expressions of interest: the list that decides, and the page on which one is decided."""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from enrolment.admin.answers import answers_in_words
from enrolment.admin.chips import (
    AddressChips,
    AppetiteChips,
    BoroughChips,
    OfferingChips,
    SourceChips,
    StateChips,
)
from enrolment.admin.decide import DecidePages
from enrolment.admin.offer import OfferPages
from enrolment.admin.review import ReviewPages
from enrolment.admin.telephone import TelephonePages
from enrolment.admin.words import (
    borough_words,
    eligibilities_of,
    eligibility_of,
    eligibility_tag,
    own_area,
    state_tag,
)
from enrolment.models import ExpressionOfInterest, FurtherForm, Place
from mathshub.outbox.models import Message
from mathshub.scope_admin import HubOwnedAdmin
from mathshub.scope_admin.cells import count, tag
from mathshub.scope_admin.filters import PortalChangeList
from mathshub.scope_admin.history import Change, changes_of

State = ExpressionOfInterest.State
MESSAGES_SHOWN = 20


class ExpressionList(PortalChangeList):
    """Looks up for all its rows at once whether their schools can take part, and what was joined."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        eligibilities = eligibilities_of(rows)
        joined = FurtherForm.objects.filter(expression__in=[row.pk for row in rows])
        appetites = defaultdict(list)
        for expression, appetite in joined.order_by().values_list("expression", "appetite"):
            appetites[expression].append(appetite)
        for row in rows:
            row.eligibility = eligibilities[row.pk]
            row.joined = appetites[row.pk]
        self.result_list = rows


@admin.register(ExpressionOfInterest)
class ExpressionAdmin(OfferPages, DecidePages, ReviewPages, TelephonePages, HubOwnedAdmin):
    list_heading = "Expressions of interest"
    list_display = (
        "school_name",
        "programme",
        "eligible",
        "days_waiting",
        "state_words",
        "contact",
    )
    list_filter = (
        *(StateChips, AppetiteChips, OfferingChips, BoroughChips, SourceChips, AddressChips),
    )
    search_fields = (
        "school__name",
        "school_as_typed",
        "reference",
        "headteacher_name",
        "headteacher_email",
        "maths_lead_name",
        "maths_lead_email",
        "sender_name",
        "sender_email",
        "further_forms__reference",
        "further_forms__sender_name",
        "further_forms__sender_email",
    )
    search_help_text = "School, reference, name or e-mail address"
    joins = ("school__local_authority", "offering__programme", "offering__academic_year")
    actions = ("offer_chosen", "review_chosen", "end_review_chosen")
    add_words = "Enter one by telephone"
    empty_words = (
        "What schools send by the web form will stand here, newest first. Open a programme’s "
        "window for interest on its offering, or enter a school that telephones."
    )
    change_form_template = "admin/enrolment/expression.html"
    fieldsets = (
        (
            "Contacts",
            {
                "fields": (
                    "sender_name",
                    "sender_email",
                    "headteacher_name",
                    "headteacher_email",
                    "maths_lead_name",
                    "maths_lead_email",
                ),
                "description": "Messages go to these addresses from now on. Saving sends none.",
            },
        ),
        ("The hub’s own note", {"fields": ("staff_note",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a school sent stays on the record."""
        return False

    def object_title(self, obj: ExpressionOfInterest) -> str:
        return f"{obj.school_name}: {obj.offering}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Without the form's pages, which are long, and read behind the school's link alone."""
        return super().get_queryset(request).defer("pages")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ExpressionList]:
        return ExpressionList

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: ExpressionOfInterest) -> str:
        return f"{borough_words(obj.school, own_area(request))} · {obj.reference}"

    @admin.display(description="school", ordering="school__name")
    def school_name(self, obj: ExpressionOfInterest) -> str:
        return obj.school_name

    @admin.display(ordering="offering__programme__position")
    def programme(self, obj: ExpressionOfInterest) -> str:
        return f"{obj.offering.programme.short_name} {obj.offering.academic_year}"

    @admin.display
    def eligible(self, obj: ExpressionOfInterest) -> SafeString:
        return eligibility_tag(obj.eligibility)  # type: ignore[attr-defined]

    @admin.display(description="days", ordering="-submitted_at")
    def days_waiting(self, obj: ExpressionOfInterest) -> str:
        """Whole days since it came, while nobody has decided."""
        if obj.state != State.RECEIVED:
            return ""
        return str((timezone.now() - obj.submitted_at).days)

    @admin.display(description="state", ordering="state")
    def state_words(self, obj: ExpressionOfInterest) -> SafeString:
        tags = self._tags(obj)
        if obj.joined:  # type: ignore[attr-defined]
            tags.append(_further_forms_tag(obj, obj.joined))  # type: ignore[attr-defined]
        return tags[0] if len(tags) == 1 else in_a_row(tags)

    def _tags(self, obj: ExpressionOfInterest) -> list[SafeString]:
        tags = [state_tag(obj)]
        if obj.is_lead and obj.state == State.RECEIVED:
            tags.append(tag(obj.get_appetite_display(), "plain"))
        if obj.confirmed_at is None and obj.is_unconfirmed(timezone.now()):
            tags.append(tag("address not confirmed", "clay"))
        return tags

    @admin.display(ordering="headteacher_name")
    def contact(self, obj: ExpressionOfInterest) -> str:
        return obj.contact_name

    # --- one expression ---

    def changes(self, request: HttpRequest, obj: ExpressionOfInterest) -> list[Change]:
        """Of the answers each that became another, under its question."""
        return changes_of(obj, parts={"answers": answers_in_words})

    def facts(self, request: HttpRequest, obj: ExpressionOfInterest) -> dict[str, Any]:
        eligibility = eligibility_of(obj)
        return {
            "buttons": self._buttons(request, obj),
            "state": in_a_row(self._tags(obj)),
            "further_forms": obj.further_forms.all(),
            "eligibility": eligibility,
            "eligibility_tag": eligibility_tag(eligibility),
            "answer_url": answer_url(request, obj),
            "borough": borough_words(obj.school, own_area(request)),
            "people": obj.intended_participants.all(),
            "answers": answers_in_words(obj.answers),
            "places": Place.objects.filter(expression=obj).select_related("work_group"),
            "sent_messages": messages_to(obj),
        }

    def _buttons(self, request: HttpRequest, obj: ExpressionOfInterest) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, obj):
            return []
        buttons = []
        if obj.school_id is None:
            buttons.append(("match", "Find its school in the register"))
        elif obj.state in (State.RECEIVED, State.DECLINED, State.NOT_THIS_YEAR):
            buttons.append(("offer", "Offer a place in …"))
        if obj.state == State.RECEIVED:
            buttons.append(
                ("end_review", "End the review")
                if obj.is_in_review
                else ("review", "Begin the review")
            )
        if obj.state in (State.RECEIVED, State.DECLINED):
            buttons.append(("set_aside", "Not this year"))
        if obj.state == State.NOT_THIS_YEAR:
            buttons.append(("take_up", "Take it up again"))
        if obj.can_be_withdrawn:
            buttons.append(("withdraw", "The school withdraws"))
        if obj.school_id and obj.state not in (State.OFFERED, State.ACCEPTED):
            buttons.append(("match", "It is another school"))
        buttons.append(("new_links", "A link has gone astray"))
        return [
            {"url": self._button_url(name, obj), "words": words, "first": number == 0}
            for number, (name, words) in enumerate(buttons)
        ]

    def _button_url(self, name: str, obj: ExpressionOfInterest) -> str:
        if name in ("offer", "review", "end_review"):
            return f"{self.url(name)}?chosen={obj.pk}"
        return self.url(name, obj.pk)

    def own_urls(self) -> list:
        return [*self.offer_urls(), *self.review_urls(), *self.decide_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """By telephone: the service that takes the web form takes this one too."""
        return self.enter_by_telephone(request)


def _further_forms_tag(expression: ExpressionOfInterest, appetites: list[str]) -> SafeString:
    """How many were joined; of a lead also that one of them says yes, so that nobody overlooks it."""
    words = count(len(appetites), "further form")
    if expression.is_lead and ExpressionOfInterest.Appetite.YES in appetites:
        return tag(f"{words}, says yes", "sun")
    return tag(words, "plain")


def in_a_row(tags: list[SafeString]) -> SafeString:
    return format_html_join(" ", "{}", ((each,) for each in tags))


def answer_url(request: HttpRequest, expression: ExpressionOfInterest) -> str:
    """Where the hub's own answer about the school is given; empty for who may not."""
    if expression.school_id is None or not request.user.has_perm(
        "enrolment.add_eligibilityoverride"
    ):
        return ""
    url = reverse(
        "admin:workgroups_school_answer", args=[expression.school_id, expression.offering_id]
    )
    return f"{url}?from={expression.pk}"


def messages_to(expression: ExpressionOfInterest) -> QuerySet[Message]:
    """What went, or will go, to the addresses of the expression."""
    addresses = {
        expression.sender_email,
        expression.headteacher_email,
        expression.maths_lead_email,
        *expression.further_forms.values_list("sender_email", flat=True),
    } - {""}
    return Message.objects.filter(recipient__in=addresses).order_by("-due_at")[:MESSAGES_SHOWN]
