"""Lines without a school: what was typed, why it waits, and the school it turns out to be."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.chips import LineSpreadsheetChips, LineStateChips
from enrolment.admin.words import outcome_tag, own_area
from enrolment.errors import Refusal
from enrolment.models import UnmatchedLine
from enrolment.services.school_matching import schools_meant_by
from enrolment.services.tray import leave_out_lines, match_lines, put_back_lines
from mathshub.accounts.who import account_of
from mathshub.scope_admin import HubOwnedAdmin
from mathshub.scope_admin.cells import count, tag
from workgroups.area import OUTSIDE
from workgroups.models import School
from workgroups.search import search_schools

State = UnmatchedLine.State
ALIKE_SHOWN = 20
_TONES = {State.WAITING: "sun", State.MATCHED: "leaf", State.LEFT_OUT: "plain"}


@admin.register(UnmatchedLine)
class UnmatchedLineAdmin(HubOwnedAdmin):
    list_heading = "Lines without a school"
    list_display = ("school_as_typed", "what", "reason", "state_words")
    list_filter = (LineStateChips, LineSpreadsheetChips)
    search_fields = ("school_as_typed",)
    search_help_text = "What was typed"
    joins = ("programme", "academic_year", "history_import", "school")
    ordering = ("-state", "school_as_typed", "pk")  # waiting, matched, left out
    empty_words = (
        "Lines of a spreadsheet whose school the portal can’t be certain of will stand here, each "
        "with the reason, until somebody says which school is meant."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .defer("history_import__content", "history_import__mapping", "history_import__faults")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They come with a spreadsheet."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are left out, or go when their spreadsheet is undone."""
        return False

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: UnmatchedLine) -> str:
        return f"row {obj.line} of {obj.history_import}"

    @admin.display(description="what", ordering="programme__position")
    def what(self, obj: UnmatchedLine) -> str:
        return f"{obj.programme.short_name} {obj.academic_year}"

    @admin.display(description="state", ordering="state")
    def state_words(self, obj: UnmatchedLine) -> SafeString:
        words = f"{obj.school}" if obj.school else obj.get_state_display()
        return tag(words, _TONES[State(obj.state)])

    # --- one line, and all that were typed alike ---

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/leave-out/", self.leave_out, "leave_out"),
            ("<int:pk>/put-back/", self.put_back, "put_back"),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        line: UnmatchedLine = self.row_or_404(request, object_id, change=request.method == "POST")
        if request.method == "POST":
            return self._match(request, line)
        query = request.GET.get("q", "")
        is_waiting = line.state == State.WAITING
        area = own_area(request)
        schools = (
            search_schools(query) if query else schools_meant_by(line.school_as_typed, area=area)
        )
        alike = UnmatchedLine.objects.filter(
            state=line.state, school_as_typed=line.school_as_typed
        ).select_related("programme", "academic_year", "history_import")
        return self.page(
            request,
            "admin/enrolment/tray_line.html",
            title=f"Which school is “{line.school_as_typed}”?",
            original=line,
            is_waiting=is_waiting,
            may_say=self.has_change_permission(request, line),
            state=self.state_words(line),
            lines=[
                {"line": each, "outcome": outcome_tag(each.outcome)} for each in alike[:ALIKE_SHOWN]
            ],
            query=query,
            schools=[
                {"school": each, "outside": "" if each.local_authority_id in area else OUTSIDE}
                for each in (schools if is_waiting else [])
            ],
            back=f"{self.url('changelist')}?state=waiting",
        )

    def _match(self, request: HttpRequest, line: UnmatchedLine) -> HttpResponse:
        school = School.objects.filter(urn=request.POST.get("urn", "")[:6]).first()
        if school is None:
            return self.done(
                request,
                "Choose the school.",
                to=request.get_full_path(),
                level=messages.WARNING,
            )
        return self._act(
            request,
            lambda: match_lines(line, school=school, by=account_of(request), now=timezone.now()),
            f"matched with {school}",
        )

    def leave_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        line: UnmatchedLine = self.row_or_404(request, pk, change=True)
        if request.method == "POST":
            return self._act(
                request,
                lambda: leave_out_lines(line, by=account_of(request), now=timezone.now()),
                "left out",
            )
        return self.form_page(
            request,
            title=f"Leave out “{line.school_as_typed}”?",
            will=[
                "Nothing is recorded of its lines, and they wait no longer.",
                "When the spreadsheet is loaded again they are left out as well.",
                "You can put them back.",
            ],
            button="Leave it out, no e-mail",
            back=self.url("change", pk),
        )

    def put_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        line: UnmatchedLine = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method == "POST":
            number = put_back_lines(line, by=account_of(request), now=timezone.now())
            return self.done(
                request, f"{count(number, 'line')} put back: say which school.", to=back
            )
        return self.form_page(
            request,
            title=f"Put “{line.school_as_typed}” back?",
            will=[
                "All its lines wait for a school again.",
                "What matching them recorded is taken off the record, unless somebody has changed "
                "it since.",
            ],
            button="Put it back, no e-mail",
            back=back,
        )

    def _act(self, request: HttpRequest, act: Callable[[], int], words: str) -> HttpResponse:
        """Do it, say so, and go on with the next line that waits."""
        try:
            number = act()
        except Refusal as refusal:
            back = f"{self.url('changelist')}?state=waiting"
            return self.done(request, str(refusal), to=back, level=messages.WARNING)
        waiting = self.get_queryset(request).filter(state=State.WAITING)
        following = waiting.order_by("school_as_typed", "pk").first()
        to = self.url("change", following.pk) if following else self.url("changelist")
        last = "" if following else " No line waits any more."
        return self.done(request, f"{count(number, 'line')} {words}.{last}", to=to)
