"""Past participation: what the hub's spreadsheets and people say, school by school."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.chips import (
    BoroughChips,
    OutcomeChips,
    PastProgrammeChips,
    PastSourceChips,
    PastYearChips,
)
from enrolment.admin.words import borough_words, outcome_tag, own_area, page_of
from enrolment.errors import Refusal
from enrolment.forms.past import ParticipationForm
from enrolment.models import PastParticipation
from enrolment.services.participation import (
    change_participation,
    lock_past,
    record_participation,
    remove_participation,
)
from mathshub.accounts.who import account_of
from mathshub.scope_admin import HubOwnedAdmin, posted, with_lock
from mathshub.scope_admin.cells import with_note
from workgroups.models import School
from workgroups.search import Found, query_words, search_schools, why_not_pickable


@admin.register(PastParticipation)
class PastParticipationAdmin(HubOwnedAdmin):
    list_heading = "Past participation"
    list_display = ("school", "programme_name", "academic_year", "outcome_words", "from_where")
    list_filter = (
        PastProgrammeChips,
        PastYearChips,
        OutcomeChips,
        BoroughChips,
        PastSourceChips,
    )
    search_fields = ("school__search_text",)
    search_help_text = "School: name, town, postcode or URN"
    joins = ("school__local_authority", "programme", "academic_year")
    ordering = ("-academic_year__start_year", "programme__position", "school__name", "pk")
    change_list_template = "admin/enrolment/past_list.html"
    add_words = "Enter one by hand"
    empty_words = (
        "Which schools took part in what, before there was this portal, will stand here: it "
        "decides who may take part in Sustaining. Load the spreadsheets that the hub has kept, or "
        "enter a school’s past by hand."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .select_related(*self.joins, "history_import")
            .defer("history_import__content", "history_import__mapping", "history_import__faults")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """As the search for a school reads it."""
        for word in query_words(search_term):
            queryset = queryset.filter(school__search_text__contains=f" {word}")
        return queryset, False

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: PastParticipation) -> str:
        return f"{borough_words(obj.school, own_area(request))} · URN {obj.school.urn}"

    @admin.display(description="programme", ordering="programme__position")
    def programme_name(self, obj: PastParticipation) -> str:
        return obj.programme.short_name

    @admin.display(description="outcome", ordering="outcome")
    def outcome_words(self, obj: PastParticipation) -> SafeString:
        return outcome_tag(obj.outcome)

    @admin.display(description="source", ordering="source")
    def from_where(self, obj: PastParticipation) -> SafeString:
        return with_note(source_words(obj), obj.note)

    # --- one participation ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The school first, found by search; then what it took part in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        school = School.objects.filter(urn=request.GET.get("urn", "")[:6]).first()
        if school is None:
            return self._find_school(request)
        form = ParticipationForm(posted(request), today=timezone.localdate())
        if form.is_valid():
            try:
                participation = record_participation(
                    school, **form.answers(), by=account_of(request), now=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                words = f"{participation} was recorded for {school}. No e-mail was sent."
                return self.done(request, words, to=page_of(school))
        return self.form_page(
            request,
            title=f"What did {school} take part in?",
            lead=f"{school.whereabouts}.",
            form=form,
            button="Record it, no e-mail",
            back=page_of(school),
        )

    def _find_school(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.get("q", "")
        return self.page(
            request,
            "admin/enrolment/find_school.html",
            title="Which school took part?",
            query=query,
            # Closed schools, too: what they took part in stays theirs.
            found=Found(choices={each: why_not_pickable(each) for each in search_schools(query)}),
            back=self.url("changelist"),
            back_words="Past participation",
        )

    @with_lock(lock_past)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        obj: PastParticipation = self.row_or_404(
            request, object_id, change=request.method == "POST"
        )
        form = ParticipationForm(
            posted(request), today=timezone.localdate(), initial=initial_of(obj)
        )
        if form.is_valid():
            try:
                change_participation(
                    obj, **form.answers(), by=account_of(request), now=timezone.now()
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return self.done(request, f"“{obj}” was saved.", to=self.url("change", obj.pk))
        may_change = self.has_change_permission(request, obj)
        return self.form_page(
            request,
            title=f"{obj}: {obj.school}",
            template="admin/enrolment/participation.html",
            form=form if may_change else None,
            button="Save, no e-mail",
            back=self.url("changelist"),
            original=obj,
            outcome=outcome_tag(obj.outcome),
            source=source_words(obj),
            may_remove=self.has_delete_permission(request, obj),
            spreadsheet_url=_spreadsheet_url(request, obj),
        )

    def delete_model(self, request: HttpRequest, obj: PastParticipation) -> None:
        remove_participation(obj, by=account_of(request), now=timezone.now())


def initial_of(participation: PastParticipation) -> dict[str, Any]:
    """What the form shows of a participation that is on record."""
    return {
        "programme": participation.programme_id,
        "year": str(participation.academic_year.start_year),
        "outcome": participation.outcome,
        "note": participation.note,
    }


def source_words(participation: PastParticipation) -> str:
    """Where it comes from: a person, a spreadsheet by its name, or both, one after the other."""
    spreadsheet = participation.history_import
    if spreadsheet is None:
        return participation.get_source_display()
    if participation.source == PastParticipation.Source.BY_HAND:
        return f"{spreadsheet}, changed by hand"
    return str(spreadsheet)


def _spreadsheet_url(request: HttpRequest, participation: PastParticipation) -> str:
    if participation.history_import_id and request.user.has_perm("enrolment.view_historyimport"):
        return reverse(
            "admin:enrolment_historyimport_change", args=[participation.history_import_id]
        )
    return ""
