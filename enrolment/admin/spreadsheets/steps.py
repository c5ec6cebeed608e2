"""The way from the file to the record: chosen, explained, looked at, loaded, perhaps undone."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list

from enrolment.admin.spreadsheets.preview import SHOWN, button_for, in_figures_and_rows, title_of
from enrolment.admin.words import own_boroughs
from enrolment.errors import Refusal, SpreadsheetChangedMeanwhile, SpreadsheetNotWaiting
from enrolment.forms.past import ColumnsForm, SpreadsheetForm, WordsForm
from enrolment.models import HistoryImport, UnmatchedLine
from enrolment.services.spreadsheets import (
    changed_since,
    explain_spreadsheet,
    explained_before,
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
from mathshub.scope_admin import HubOwnedAdmin, posted
from mathshub.scope_admin.cells import count
from workgroups.models.years import school_year_of

State = HistoryImport.State
Step = Callable[["SpreadsheetSteps", HttpRequest, HistoryImport, Meaning, Table], HttpResponse]


def of_one_that_waits(step: Step) -> Callable[["SpreadsheetSteps", HttpRequest, int], HttpResponse]:
    """Open the spreadsheet for the step; where it can't go on, say why instead."""

    @wraps(step)
    def page(owner: "SpreadsheetSteps", request: HttpRequest, pk: int) -> HttpResponse:
        spreadsheet: HistoryImport = owner.row_or_404(request, pk, change=True)
        if not spreadsheet.can_be_loaded:
            return owner.cannot_go_on(request, spreadsheet)
        meaning = Meaning.from_json(spreadsheet.mapping)
        return step(owner, request, spreadsheet, meaning, table_of(spreadsheet))

    return page


class SpreadsheetSteps(HubOwnedAdmin):
    """The four pages on the way, and the one back."""

    def step_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
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

    @of_one_that_waits
    def columns(
        self, request: HttpRequest, spreadsheet: HistoryImport, meaning: Meaning, table: Table
    ) -> HttpResponse:
        """Say what the columns mean, or choose another sheet."""
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
            back=self.url("change", spreadsheet.pk),
            columns=list(form.columns()),
            not_found=get_text_list(form.not_found, "and"),
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

    @of_one_that_waits
    def words(
        self, request: HttpRequest, spreadsheet: HistoryImport, meaning: Meaning, table: Table
    ) -> HttpResponse:
        """Say what the words in the columns mean."""
        if not meaning.columns:
            return redirect(self.url("columns", spreadsheet.pk))
        this_year = school_year_of(timezone.localdate())
        form = WordsForm(
            posted(request),
            table=table,
            meaning=meaning,
            earlier=explained_before(spreadsheet),
            this_year=this_year,
        )
        if form.is_valid():
            return self._explain(request, spreadsheet, form.meaning, "preview")
        return self.form_page(
            request,
            title="What do the words mean?",
            template="admin/enrolment/spreadsheet_words.html",
            form=form,
            button="Show what will happen",
            back=self.url("columns", spreadsheet.pk),
            spreadsheet=spreadsheet,
            has_programmes=bool(form.programme_choices),
        )

    @of_one_that_waits
    def preview(
        self, request: HttpRequest, spreadsheet: HistoryImport, meaning: Meaning, table: Table
    ) -> HttpResponse:
        """What will happen, in figures and in rows; the button makes it so."""
        if not meaning.is_complete:
            return redirect(self.url("words", spreadsheet.pk))
        refusal: Refusal | None = None
        if request.method == "POST":
            try:
                return self._load(request, spreadsheet)
            except SpreadsheetChangedMeanwhile as changed:
                refusal = changed
            except Refusal as other:
                return self.done(
                    request,
                    str(other),
                    to=self.url("change", spreadsheet.pk),
                    level=messages.WARNING,
                )
        plan = plan_spreadsheet(spreadsheet, now=timezone.now())
        return self.page(
            request,
            "admin/enrolment/spreadsheet_preview.html",
            title=title_of(plan),
            spreadsheet=spreadsheet,
            refusal=refusal,
            button=button_for(plan),
            print=plan.print,
            back=self.url("words", spreadsheet.pk),
            **in_figures_and_rows(plan),
        )

    def _load(self, request: HttpRequest, spreadsheet: HistoryImport) -> HttpResponse:
        loaded = load_spreadsheet(
            spreadsheet,
            by=account_of(request),
            now=timezone.now(),
            as_shown=request.POST.get("print", ""),
        )
        waiting = UnmatchedLine.objects.waiting().filter(history_import=loaded).count()
        words = f"{count(loaded.created, 'participation')} recorded. No e-mail was sent."
        if waiting:
            words += f" Next: say which school is meant in {count(waiting, 'line')}."
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

    # --- what the pages have in common ---

    def cannot_go_on(self, request: HttpRequest, spreadsheet: HistoryImport) -> HttpResponse:
        """It was loaded or undone, or its file is no longer kept."""
        refusal = SpreadsheetNotWaiting(
            "no longer kept, choose it again"
            if spreadsheet.state == State.UPLOADED
            else spreadsheet.get_state_display()
        )
        to = self.url("change", spreadsheet.pk)
        return self.done(request, str(refusal), to=to, level=messages.WARNING)

    def _explain(
        self, request: HttpRequest, spreadsheet: HistoryImport, meaning: Meaning, then: str
    ) -> HttpResponse:
        try:
            explain_spreadsheet(spreadsheet, meaning=replace(meaning))
        except Refusal as refusal:
            here = self.url("change", spreadsheet.pk)
            return self.done(request, str(refusal), to=here, level=messages.WARNING)
        return redirect(self.url(then, spreadsheet.pk))
