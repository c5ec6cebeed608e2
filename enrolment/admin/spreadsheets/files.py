"""The spreadsheets that were chosen: their list, and what became of each."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.chips import SpreadsheetStateChips
from enrolment.admin.spreadsheets.preview import SHOWN, figure
from enrolment.admin.spreadsheets.steps import SpreadsheetSteps
from enrolment.admin.words import outcome_tag
from enrolment.models import HistoryImport, UnmatchedLine
from enrolment.spreadsheet.meaning import Meaning
from mathshub.scope_admin.cells import count, tag

State = HistoryImport.State
_TONES = {State.UPLOADED: "sun", State.LOADED: "leaf", State.UNDONE: "plain"}


@admin.register(HistoryImport)
class HistoryImportAdmin(SpreadsheetSteps):
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

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return self.step_urls()

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

    def _buttons(self, request: HttpRequest, spreadsheet: Any) -> list[dict[str, Any]]:
        """What comes next is first."""
        if not self.has_change_permission(request, spreadsheet):
            return []
        buttons = []
        if spreadsheet.can_be_loaded:
            buttons = [self._to("columns", spreadsheet, "Go on with it")]
            if Meaning.from_json(spreadsheet.mapping).is_complete:
                buttons.insert(0, self._to("preview", spreadsheet, "Show what will happen"))
            buttons.append(self._to("delete", spreadsheet, "Remove it"))
        if spreadsheet.state == State.LOADED:
            if waiting := spreadsheet.waiting_lines:
                words = f"Say which school is meant, {count(waiting, 'line')}"
                buttons.append({"url": _tray_of(spreadsheet), "words": words})
            else:
                another = reverse("admin:enrolment_historyimport_add")
                buttons.append({"url": another, "words": "Load another spreadsheet"})
            buttons.append(self._to("undo", spreadsheet, "Undo it …"))
        return [each | {"first": number == 0} for number, each in enumerate(buttons)]

    def _to(self, name: str, spreadsheet: HistoryImport, words: str) -> dict[str, Any]:
        return {"url": self.url(name, spreadsheet.pk), "words": words}

    def _figures(self, spreadsheet: Any) -> list[dict[str, Any]]:
        if spreadsheet.state != State.LOADED:
            return []
        waiting = spreadsheet.waiting_lines
        figures = [
            figure(
                spreadsheet.participations.count(), "on record from it", _list_of_rows(spreadsheet)
            ),
            figure(spreadsheet.known, "on record before"),
            figure(spreadsheet.differing, "differed, the record was kept"),
            figure(
                waiting,
                "line without a school" if waiting == 1 else "lines without a school",
                _tray_of(spreadsheet),
            ),
            figure(spreadsheet.left_out, "left out"),
        ]
        if spreadsheet.mapping:  # else it was emptied, and how many there were went with them
            figures.insert(-1, figure(len(spreadsheet.faults), "could not be read", "#faults"))
        return figures


def _list_of_rows(spreadsheet: HistoryImport) -> str:
    return f"{reverse('admin:enrolment_pastparticipation_changelist')}?source={spreadsheet.pk}"


def _tray_of(spreadsheet: HistoryImport) -> str:
    address = reverse("admin:enrolment_unmatchedline_changelist")
    return f"{address}?state=waiting&spreadsheet={spreadsheet.pk}"
