"""Schools: what the register says, and what the hub has to do with each."""

from datetime import date
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.chips import SchoolBoroughChips, SchoolStandingChips
from enrolment.admin.coverage import CoveragePages
from enrolment.admin.school_answers import SchoolAnswerPages, answers_given
from enrolment.admin.successions import MAY_SEE, mergers_of
from enrolment.admin.words import (
    borough_words,
    eligibility_tag,
    outcome_tag,
    own_area,
    page_of,
    place_tag,
    state_tag,
)
from enrolment.eligibility import SchoolRecord, Took, check_eligibility
from enrolment.eligibility.hub import is_it_ours
from enrolment.models import ExpressionOfInterest, KnownSchool, PastParticipation, Place
from enrolment.reach import Standing
from enrolment.services.records import record_of, steps_of
from mathshub.outbox.admin.about import messages_about
from mathshub.scope_admin import RegisterAdmin
from mathshub.scope_admin.cells import tag
from mathshub.scope_admin.history import Change
from workgroups.models import Offering, School
from workgroups.models.years import school_year_of
from workgroups.permissions import leads_only_own_groups, only_own_groups
from workgroups.search import query_words
from workgroups.services.succession import forerunners_of


@admin.register(School)
class SchoolAdmin(SchoolAnswerPages, CoveragePages, RegisterAdmin):
    """Read only: the register is imported by ``manage.py import_schools``."""

    list_heading = "Schools"
    list_display = ("name", "local_authority", "place", "kind", "standing")
    list_select_related = ("local_authority", "succeeded_by")
    list_filter = (SchoolBoroughChips, SchoolStandingChips)
    search_fields = ("search_text",)
    search_help_text = "Name, town, postcode or URN"
    ordering = ("name", "town")
    empty_words = (
        "The schools of the register will stand here. Whoever runs the portal imports them with "
        "“manage.py import_schools”."
    )
    change_list_template = "admin/enrolment/school_list.html"
    change_form_template = "admin/enrolment/school.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """As the public search reads it: each word begins a word of the school's."""
        for word in query_words(search_term):
            queryset = queryset.filter(search_text__contains=f" {word}")
        return queryset, False

    def row_note(self, request: HttpRequest, obj: School) -> str:
        return f"URN {obj.urn}"

    @admin.display(description="town")
    def place(self, school: School) -> str:
        return " ".join(filter(None, [school.town, school.postcode]))

    @admin.display(description="phase")
    def kind(self, school: School) -> str:
        return school.phase_name.lower()

    @admin.display(description="status")
    def standing(self, school: School) -> SafeString:
        return tag(school.status_name.lower(), "leaf" if school.is_open else "plain")

    def own_urls(self) -> list:
        return [*self.answer_urls(), *self.coverage_urls()]

    def facts(self, request: HttpRequest, obj: School) -> dict[str, Any]:
        places = Place.objects.filter(school=obj).select_related(
            "work_group__offering__programme", "work_group__offering__academic_year"
        )
        context = {
            "facts": register_facts(obj, own_area(request)),
            "kin": kin_of(obj, with_decisions=request.user.has_perm(MAY_SEE)),
            "places": [
                {"row": each, "url": page_of(each), "tag": place_tag(each)}
                for each in only_own_groups(request.user, places, "work_group")
            ],
            **messages_about(request, school=obj),
        }
        if leads_only_own_groups(request.user):
            return context
        expressions = ExpressionOfInterest.objects.filter(school=obj).select_related(
            "offering__programme", "offering__academic_year"
        )
        record = record_of(obj, with_asked=False)  # its interest stands below anyway
        return context | {
            "sees_record": True,
            "expressions": [
                {"row": each, "url": page_of(each), "tag": state_tag(each)} for each in expressions
            ],
            "known": KnownSchool.objects.filter(school=obj).first(),
            "took": took_part(obj, record, school_year_of(timezone.localdate())),
            "steps": steps_open_to(obj, record, timezone.localdate()),
            "answers": answers_given(obj),
            "area_note": note.staff_sentence if (note := is_it_ours(record)) else "",
        }

    def changes(self, request: HttpRequest, obj: School) -> list[Change]:
        """The register's, and what the hub answered in place of the rules."""
        changes = super().changes(request, obj)
        if leads_only_own_groups(request.user):
            return changes
        return sorted([*answers_given(obj), *changes], key=attrgetter("at"), reverse=True)


def kin_of(school: School, *, with_decisions: bool) -> dict[str, Any]:
    """The school that came after it, those that went before, and the mergers and splits it was in."""
    now = school.succeeded_by
    forerunners = forerunners_of([school, now] if now else [school])
    return {
        "now": now,
        "counts": now is not None and school in forerunners[now.pk],
        "before": forerunners[school.pk],
        "mergers": mergers_of(school) if with_decisions else [],
    }


def took_part(school: School, record: SchoolRecord, this_year: int) -> list[dict[str, Any]]:
    """What the school, or one before it, took part in, the latest first, with where that stands."""
    typed = {
        (each.programme_id, each.academic_year.start_year): each
        for each in PastParticipation.objects.filter(school=school).select_related("academic_year")
    }
    return [
        {
            "took": took,
            "outcome": _outcome_of(took, this_year),
            "row": None if took.as_school else typed.get((took.programme_id, took.start_year)),
        }
        for took in reversed(record.took)
    ]


def _outcome_of(took: Took, this_year: int) -> SafeString:
    """What became of it; of what still runs, or has not begun, that it does."""
    if took.is_completed is None and took.start_year >= this_year:
        standing = Standing.NOW if took.start_year == this_year else Standing.NEXT_YEAR
        return tag(standing.words, "sun")
    return outcome_tag(PastParticipation.Outcome.of(took.is_completed))


def steps_open_to(school: School, record: SchoolRecord, today: date) -> list[dict[str, Any]]:
    """For each offering that still can be asked for, whether the school can take part, and why."""
    offerings = list(
        Offering.objects.still_to_ask_for(today)
        .select_related("programme", "academic_year")
        .order_by("academic_year__start_year", "programme__position")
    )
    steps = steps_of(offerings)
    return [
        {
            "offering": offering,
            "tag": eligibility_tag(eligibility),
            "reasons": [finding.staff_sentence for finding in eligibility.findings],
            "decide": "Change our answer" if offering.pk in record.answers else "Decide otherwise",
            "url": reverse("admin:workgroups_school_answer", args=[school.pk, offering.pk]),
        }
        for offering in offerings
        for eligibility in [check_eligibility(school, steps[offering.pk], record)]
    ]


def register_facts(school: School, area: set[int]) -> list[tuple[str, Any]]:
    """What the register says of the school, in the order in which one asks."""
    ages = f"{school.low_age} to {school.high_age}" if school.high_age else ""
    address = ", ".join(
        filter(None, [school.street, school.locality, school.town, school.postcode])
    )
    facts: list[tuple[str, Any]] = [
        ("URN", school.urn),
        ("Address", address),
        ("Borough", borough_words(school, area)),
        ("Status", school.status_name),
        ("Type", school.type_name),
        ("Phase", school.phase_name),
        ("Ages", ages),
        ("Pupils", school.pupils),
        ("Trust", school.trust_name),
        ("Opened", school.opened_on),
        ("Closed", school.closed_on),
        ("Website", school.website),
    ]
    return [(name, value) for name, value in facts if value not in ("", None)]
