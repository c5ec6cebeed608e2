"""Spreadsheets of past participation: chosen, explained, looked at, loaded, perhaps undone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.words import outcome_tag, own_boroughs
from enrolment.errors import Refusal, SpreadsheetChangedMeanwhile, SpreadsheetNotWaiting
from enrolment.forms.past import ColumnsForm, SpreadsheetForm, WordsForm
from enrolment.models import HistoryImport, UnmatchedLine
from enrolment.services.spreadsheets import (
    Fate,
    Plan,
    PlannedLine,
    changed_since,
    explain_spreadsheet,
    load_spreadsheet,
    plan_spreadsheet,
    recorded_by,
    table_of,
    take_spreadsheet,
    undo_spreadsheet,
)
from enrolment.spreadsheet.meaning import Meaning
from enrolment.spreadsheet.read import SpreadsheetRefused, Table, read_table
from mathshub.accounts.who import account_of
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin, posted
from mathshub.scope_admin.cells import count, tag
from workgroups.models.years import school_year_of

SHOWN = 100  # lines of each fate on a page
State = HistoryImport.State
_TONES = {State.UPLOADED: "sun", State.LOADED: "leaf", State.UNDONE: "plain"}
Waiting = tuple[HistoryImport, Meaning, Table]


class SpreadsheetStateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(each.value, str(each.label), Q(state=each.value)) for each in State]


@admin.register(HistoryImport)
class HistoryImportAdmin(HubOwnedAdmin):
    list_heading = "Spreadsheets of past participation"
    list_display = ("file_name", "state_words", "recorded", "in_tray", "uploaded")
    list_filter = (SpreadsheetStateChips,)
    search_fields = ("file_name",)
    search_help_text = "Name of the file"
    joins = ("uploaded_by",)
    ordering = ("-uploaded_at", "-pk")
    add_words = "Load a spreadsheet"
    empty_words = (
        "The spreadsheets that were loaded will stand here, each with what it recorded and what "
        "it could not find. Load the first one: you see what will happen before anything does."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        waiting = Count("unmatched", filter=Q(unmatched__state=UnmatchedLine.State.WAITING))
        return super().get_queryset(request).defer("content").annotate(waiting_lines=waiting)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was loaded is undone, not removed."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.state == State.UPLOADED)

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: HistoryImport) -> str:
        return f"by {obj.uploaded_by}" if obj.uploaded_by else ""

    @admin.display(description="state", ordering="state")
    def state_words(self, obj: HistoryImport) -> SafeString:
        return tag(obj.get_state_display(), _TONES[State(obj.state)])

    @admin.display(description="recorded", ordering="created")
    def recorded(self, obj: HistoryImport) -> str:
        return "" if obj.state == State.UPLOADED else str(obj.created)

    @admin.display(description="lines without a school")
    def in_tray(self, obj: Any) -> str:
        return str(obj.waiting_lines or "")

    @admin.display(description="chosen on", ordering="uploaded_at")
    def uploaded(self, obj: HistoryImport) -> str:
        day = timezone.localdate(obj.uploaded_at)
        return f"{day.day} {day:%B %Y}"

    # --- the way from the file to the record ---

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/columns/", self.columns, "columns"),
            ("<int:pk>/words/", self.words, "words"),
            ("<int:pk>/preview/", self.preview, "preview"),
            ("<int:pk>/undo/", self.undo, "undo"),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Choose the file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SpreadsheetForm(posted(request), request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                taken = take_spreadsheet(
                    file.read(), file_name=file.name, by=account_of(request), now=timezone.now()
                )
            except SpreadsheetRefused as refused:
                form.add_error("file", str(refused))
            else:
                return redirect(self.url("columns", taken.pk))
        return self.form_page(
            request,
            title="Which spreadsheet has the hub’s past?",
            template="admin/enrolment/spreadsheet_choose.html",
            form=form,
            button="Go on",
            back=reverse("admin:enrolment_pastparticipation_changelist"),
            has_area=bool(own_boroughs(request)),
        )

    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what the columns mean, or choose another sheet."""
        waiting = self._waiting(request, pk)
        if isinstance(waiting, HttpResponse):
            return waiting
        spreadsheet, meaning, table = waiting
        if request.method == "POST" and "sheet" in request.POST:
            return self._take_sheet(request, spreadsheet)
        form = ColumnsForm(posted(request), table=table, meaning=meaning)
        if form.is_valid():
            # Words that were explained before are kept where the columns stay the same.
            kept = meaning if form.roles == meaning.columns else form.meaning
            return self._explain(request, spreadsheet, kept, "words")
        return self.form_page(
            request,
            title="What do the columns mean?",
            template="admin/enrolment/spreadsheet_columns.html",
            form=form,
            button="Go on",
            back=self.url("change", pk),
            columns=list(form.columns()),
            table=table,
            spreadsheet=spreadsheet,
        )

    def _take_sheet(self, request: HttpRequest, spreadsheet: HistoryImport) -> HttpResponse:
        chosen = request.POST["sheet"]
        sheet = int(chosen) if chosen.isdecimal() and len(chosen) < 3 else 0
        try:
            read_table(bytes(spreadsheet.content), sheet=sheet)
        except SpreadsheetRefused as refused:
            here = self.url("columns", spreadsheet.pk)
            return self.done(request, str(refused), to=here, level=messages.ERROR)
        return self._explain(request, spreadsheet, Meaning(sheet=sheet), "columns")

    def words(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what the words in the columns mean."""
        waiting = self._waiting(request, pk)
        if isinstance(waiting, HttpResponse):
            return waiting
        spreadsheet, meaning, table = waiting
        if not meaning.columns:
            return redirect(self.url("columns", pk))
        this_year = school_year_of(timezone.localdate())
        form = WordsForm(posted(request), table=table, meaning=meaning, this_year=this_year)
        if form.is_valid():
            return self._explain(request, spreadsheet, form.meaning, "preview")
        return self.form_page(
            request,
            title="What do the words mean?",
            template="admin/enrolment/spreadsheet_words.html",
            form=form,
            button="Show what will happen",
            back=self.url("columns", pk),
            spreadsheet=spreadsheet,
            has_programmes=bool(form.programme_choices),
        )

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What will happen, in figures and in rows; the button makes it so."""
        waiting = self._waiting(request, pk)
        if isinstance(waiting, HttpResponse):
            return waiting
        spreadsheet, meaning, _ = waiting
        if not meaning.is_complete:
            return redirect(self.url("words", pk))
        refusal: Refusal | None = None
        if request.method == "POST":
            try:
                return self._load(request, spreadsheet)
            except SpreadsheetChangedMeanwhile as changed:
                refusal = changed
            except Refusal as other:
                return self.done(
                    request, str(other), to=self.url("change", pk), level=messages.WARNING
                )
        plan = plan_spreadsheet(spreadsheet, now=timezone.now())
        return self.page(
            request,
            "admin/enrolment/spreadsheet_preview.html",
            title=_title_of(plan),
            spreadsheet=spreadsheet,
            refusal=refusal,
            button=_button_for(plan),
            print=plan.print,
            back=self.url("words", pk),
            **in_figures_and_rows(plan),
        )

    def _load(self, request: HttpRequest, spreadsheet: HistoryImport) -> HttpResponse:
        loaded = load_spreadsheet(
            spreadsheet,
            by=account_of(request),
            now=timezone.now(),
            as_shown=request.POST.get("print", ""),
        )
        words = f"{count(loaded.created, 'participation')} recorded. No e-mail was sent."
        return self.done(request, words, to=self.url("change", loaded.pk))

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back what it recorded, once that was looked at."""
        spreadsheet: HistoryImport = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method == "POST":
            try:
                undo_spreadsheet(spreadsheet, by=account_of(request), now=timezone.now())
            except Refusal as refusal:
                return self.done(request, str(refusal), to=back, level=messages.WARNING)
            words = f"“{spreadsheet}” was undone. No e-mail was sent."
            return self.done(request, words, to=back)
        if spreadsheet.state != State.LOADED:
            refused = SpreadsheetNotWaiting(spreadsheet.get_state_display())
            return self.done(request, str(refused), to=back, level=messages.WARNING)
        going = recorded_by(spreadsheet).count()
        staying = changed_since(spreadsheet).select_related("school", "programme", "academic_year")
        return self.form_page(
            request,
            title=f"Undo “{spreadsheet}”?",
            template="admin/enrolment/spreadsheet_undo.html",
            will=[
                f"{count(going, 'participation')} that it recorded will be taken off the record.",
                "Its lines without a school go too, with what was said of them.",
                "No e-mail is sent. The file is not kept: to load it again, choose it again.",
            ],
            button=f"Undo it, {count(going, 'participation')}",
            danger=True,
            back=back,
            staying=staying[:SHOWN],
        )

    # --- one spreadsheet ---

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """What became of it: figures, lines that could not be read, and what can be done."""
        spreadsheet: HistoryImport = self.row_or_404(request, object_id)
        rows = spreadsheet.participations.select_related("school", "programme", "academic_year")
        return self.page(
            request,
            "admin/enrolment/spreadsheet.html",
            title=str(spreadsheet),
            original=spreadsheet,
            state=tag(spreadsheet.get_state_display(), _TONES[State(spreadsheet.state)]),
            buttons=self._buttons(request, spreadsheet),
            figures=self._figures(spreadsheet),
            faults=spreadsheet.faults[:SHOWN],
            faults_more=max(0, len(spreadsheet.faults) - SHOWN),
            rows=[
                {
                    "row": row,
                    "url": reverse("admin:enrolment_pastparticipation_change", args=[row.pk]),
                    "outcome": outcome_tag(row.outcome),
                }
                for row in rows.order_by("school__name", "academic_year__start_year")[:SHOWN]
            ],
            rows_url=_list_of_rows(spreadsheet),
            tray_url=_tray_of(spreadsheet),
            back=self.url("changelist"),
        )

    def _buttons(self, request: HttpRequest, spreadsheet: HistoryImport) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, spreadsheet):
            return []
        names = []
        if spreadsheet.can_be_loaded:
            names = [("columns", "Go on with it")]
            if Meaning.from_json(spreadsheet.mapping).is_complete:
                names.insert(0, ("preview", "Show what will happen"))
            names.append(("delete", "Remove it"))
        if spreadsheet.state == State.LOADED:
            names = [("undo", "Undo it …")]
        return [
            {"url": self.url(name, spreadsheet.pk), "words": words, "first": number == 0}
            for number, (name, words) in enumerate(names)
        ]

    def _figures(self, spreadsheet: Any) -> list[dict[str, Any]]:
        if spreadsheet.state != State.LOADED:
            return []
        waiting = spreadsheet.waiting_lines
        figures = [
            _figure(spreadsheet.created, "recorded", _list_of_rows(spreadsheet)),
            _figure(spreadsheet.known, "on record already"),
            _figure(spreadsheet.differing, "differed, the record was kept"),
            _figure(
                waiting,
                "line without a school" if waiting == 1 else "lines without a school",
                _tray_of(spreadsheet),
            ),
            _figure(spreadsheet.left_out, "left out"),
        ]
        if spreadsheet.mapping:  # else it was emptied, and how many there were went with them
            figures.insert(-1, _figure(len(spreadsheet.faults), "could not be read", "#faults"))
        return figures

    # --- what the pages have in common ---

    def _waiting(self, request: HttpRequest, pk: int) -> Waiting | HttpResponse:
        """The spreadsheet with its table; else an answer that says why it can't go on."""
        spreadsheet: HistoryImport = self.row_or_404(request, pk, change=True)
        if not spreadsheet.can_be_loaded:
            refusal = SpreadsheetNotWaiting(
                "no longer kept, choose it again"
                if spreadsheet.state == State.UPLOADED
                else spreadsheet.get_state_display()
            )
            return self.done(
                request, str(refusal), to=self.url("change", pk), level=messages.WARNING
            )
        return spreadsheet, Meaning.from_json(spreadsheet.mapping), table_of(spreadsheet)

    def _explain(
        self, request: HttpRequest, spreadsheet: HistoryImport, meaning: Meaning, then: str
    ) -> HttpResponse:
        try:
            explain_spreadsheet(spreadsheet, meaning=replace(meaning))
        except Refusal as refusal:
            here = self.url("change", spreadsheet.pk)
            return self.done(request, str(refusal), to=here, level=messages.WARNING)
        return redirect(self.url(then, spreadsheet.pk))


def in_figures_and_rows(plan: Plan) -> dict[str, Any]:
    """For the preview: a figure for each fate, the lines behind it, and what comes to which year."""
    shown = [fate for fate, *_ in _SECTIONS if plan.number(fate)]
    return {
        "figures": [
            _figure(plan.number(fate), words, f"#{fate}" if fate in shown else "")
            for fate, words in _FATES.items()
        ],
        "sections": [
            {
                "id": fate.value,
                "heading": heading,
                "words": words,
                "lines": list(map(_line, plan.by_fate[fate][:SHOWN])),
                "says_why": any(line.reason for line in plan.by_fate[fate]),
                "more": max(0, plan.number(fate) - SHOWN),
            }
            for fate, heading, words in _SECTIONS
            if fate in shown
        ],
        "totals": _totals(plan.by_fate[Fate.RECORD]),
    }


_FATES = {
    Fate.RECORD: "will be recorded",
    Fate.KNOWN: "on record already",
    Fate.DIFFERS: "differ, the record is kept",
    Fate.TRAY: "need you to say which school",
    Fate.FAULT: "can’t be read",
    Fate.LEFT_OUT: "left out",
}
_SECTIONS = [
    (
        Fate.TRAY,
        "Which school is it?",
        "These wait under “Lines without a school” until somebody says which school is meant.",
    ),
    (
        Fate.DIFFERS,
        "Other than on record",
        "The record is kept. If the spreadsheet is right, change it there.",
    ),
    (
        Fate.FAULT,
        "Can’t be read",
        "Put these right in the spreadsheet and load it again, now or later: what is on record by "
        "then stays as it is.",
    ),
    (Fate.RECORD, "Will be recorded", ""),
    (Fate.KNOWN, "On record already", "Nothing happens to these."),
]


def _line(line: PlannedLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "school": line.school or line.typed,
        "where": line.school.whereabouts if line.school else "",
        "what": f"{line.programme.short_name} {line.year}" if line.programme else "",
        "outcome": outcome_tag(line.outcome) if line.outcome else "",
        "reason": line.reason,
    }


def _totals(recorded: list[PlannedLine]) -> dict[str, Any]:
    """How many will be recorded, by programme and year: a slip of a column shows at once."""
    numbers = Counter((line.programme, str(line.year)) for line in recorded)
    years = sorted({year for _, year in numbers})
    programmes = sorted({each for each, _ in numbers if each}, key=lambda each: each.position)
    return {
        "years": years,
        "rows": [
            (each.short_name, [(year, numbers[each, year]) for year in years])
            for each in programmes
        ],
    }


def _figure(number: int, words: str, url: str = "") -> dict[str, Any]:
    return {"number": number, "words": words, "url": url}


def _title_of(plan: Plan) -> str:
    number = plan.number(Fate.RECORD)
    if not number:
        return "There is nothing new to record"
    return f"{count(number, 'participation')} will be recorded"


def _button_for(plan: Plan) -> str:
    number = plan.number(Fate.RECORD)
    if number:
        return f"Record {count(number, 'participation')}, no e-mail"
    in_tray = plan.number(Fate.TRAY)
    if in_tray:
        return f"Keep {count(in_tray, 'line')} without a school, no e-mail"
    return "Note that it was loaded, no e-mail"


def _list_of_rows(spreadsheet: HistoryImport) -> str:
    return f"{reverse('admin:enrolment_pastparticipation_changelist')}?source={spreadsheet.pk}"


def _tray_of(spreadsheet: HistoryImport) -> str:
    address = reverse("admin:enrolment_unmatchedline_changelist")
    return f"{address}?spreadsheet={spreadsheet.pk}"
