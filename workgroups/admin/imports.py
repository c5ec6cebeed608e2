"""Imports of the register: what each did, what it skipped and why, and what staff must know of it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from mathshub.scope_admin import Chip, ChipFilter, RegisterAdmin
from mathshub.scope_admin.cells import tag
from workgroups.models import RegisterImport

State = RegisterImport.State
TOO_OLD = timedelta(days=10)  # of a register that is fetched each day
TOO_OLD_BY_HAND = timedelta(days=120)  # about a term: schools open and close from term to term
_TONES = {State.RUNNING: "sun", State.DONE: "leaf", State.REFUSED: "clay", State.FAILED: "clay"}


def register_alarms(request: HttpRequest, now: datetime) -> list[str]:
    """What staff must see about the register: it is not fetched as it should be, or it is old.

    A file that was refused by hand is told to the person who loaded it, and stands in the list.
    """
    if not request.user.has_perm("workgroups.view_registerimport"):
        return []
    ended = RegisterImport.objects.ended(now)
    last = ended.filter(state=State.DONE).first()
    fetched = ended.filter(source=RegisterImport.Source.DOWNLOAD).first()
    if fetched and fetched.state != State.DONE and not _is_after(last, fetched):
        return [
            f"The last import of the register of schools, on {_day(fetched.started_at)}, came to "
            "nothing. The schools are as they were before; the imports of the register say why."
        ]
    if settings.GIAS_URL:
        return [] if last and now - last.started_at <= TOO_OLD else [_old_though_fetched(last)]
    if last and now - last.started_at > TOO_OLD_BY_HAND:
        return [
            f"The register of schools was last brought up to date on {_day(last.started_at)}: "
            "schools have opened, closed and merged since. Tell whoever runs the portal."
        ]
    return []


def _is_after(one: RegisterImport | None, other: RegisterImport) -> bool:
    return one is not None and one.started_at > other.started_at


def _old_though_fetched(last: RegisterImport | None) -> str:
    since = f"has not been brought up to date since {_day(last.started_at)}" if last else "is empty"
    return (
        f"The register of schools {since}, though it is to be fetched each day. Tell whoever runs "
        "the portal."
    )


def _day(moment: datetime) -> str:
    day = timezone.localdate(moment)
    return f"{day.day} {day:%B}"


class StateChips(ChipFilter):
    title = "result"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(each.value, str(each.label), Q(state=each.value)) for each in State]


@admin.register(RegisterImport)
class RegisterImportAdmin(RegisterAdmin):
    """Read only: the register is imported by ``manage.py import_schools``, or fetched each day."""

    list_display = ("file_name", "at", "result", "new", "changed", "now_closed", "left_out")
    list_filter = (StateChips,)
    ordering = ("-started_at", "-pk")
    empty_words = (
        "Each import of the register of schools will stand here, with what it changed and which "
        "lines it skipped. Whoever runs the portal imports it with “manage.py import_schools”, or "
        "has it fetched each day."
    )
    change_form_template = "admin/workgroups/register_import.html"

    def row_note(self, request: HttpRequest, obj: RegisterImport) -> str:
        return f"{obj.get_source_display()}{', forced' if obj.forced_because else ''}"

    @admin.display(description="on", ordering="started_at")
    def at(self, row: RegisterImport) -> str:
        return _moment(row.started_at)

    @admin.display(description="result", ordering="state")
    def result(self, row: RegisterImport) -> SafeString:
        return state_tag(row)

    @admin.display(description="new", ordering="created")
    def new(self, row: RegisterImport) -> str:
        return _did(row, row.created)

    @admin.display(description="changed", ordering="updated")
    def changed(self, row: RegisterImport) -> str:
        return _did(row, row.updated)

    @admin.display(description="closed", ordering="closed")
    def now_closed(self, row: RegisterImport) -> str:
        return _did(row, row.closed)

    @admin.display(description="skipped", ordering="skipped")
    def left_out(self, row: RegisterImport) -> str:
        return f"{row.skipped:,}"

    def facts(self, request: HttpRequest, obj: RegisterImport) -> dict[str, Any]:
        return {
            "state_tag": state_tag(obj),
            "facts": _facts(obj),
            "did": [
                *((f"Schools {words}", f"{number:,}") for number, words in _schools(obj)),
                *((f"Links: {words}", f"{number:,}") for number, words in _links(obj)),
            ],
            "newer_before": obj.newer_before(),
            "skipped": _by_reason(obj.complaints),
            "blanked": _by_reason(obj.blanks),
            "more_skipped": obj.skipped + obj.links_skipped - len(obj.complaints),
            "more_blanked": obj.blanked - len(obj.blanks),
        }


def state_tag(row: RegisterImport) -> SafeString:
    return tag(row.get_state_display(), _TONES[State(row.state)])


def _facts(row: RegisterImport) -> list[tuple[str, Any]]:
    not_ended = "not yet" if row.state == State.RUNNING else "cut off"
    ended = _moment(row.ended_at) if row.ended_at else not_ended
    facts = [
        ("File", row.file_name),
        ("The register of", date_format(row.dated_on, "j F Y") if row.dated_on else "not said"),
        ("File of links", row.links_file_name or "none"),
        ("How it came", row.get_source_display()),
        ("Began", _moment(row.started_at)),
        ("Ended", ended),
    ]
    return [*facts, ("Forced because", row.forced_because)] if row.forced_because else facts


def _did(row: RegisterImport, number: int) -> str:
    """Of an import that came to nothing, nothing."""
    return f"{number:,}" if row.state == State.DONE else "–"


def _by_reason(complaints: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each reason once, with the numbers of its lines."""
    lines: dict[str, list[str]] = {}
    for each in complaints:
        words = "in the file of links: " if each.get("of") == "links" else ""
        lines.setdefault(words + each["reason"], []).append(str(each["line"]))
    return [(reason, ", ".join(numbers)) for reason, numbers in lines.items()]


Number = tuple[int, str]


def _schools(row: RegisterImport) -> list[Number]:
    """Numbers with their words; of an import that was refused, how far it had come."""
    return [
        (row.created, "new"),
        (row.updated, "changed"),
        (row.closed, "of these closed"),
        (row.unchanged, "as they were"),
        (row.skipped, "skipped"),
    ]


def _links(row: RegisterImport) -> list[Number]:
    if not row.links_file_name:
        return []
    return [
        (row.links, "pairs of schools"),
        (row.links_added, "new"),
        (row.links_changed, "changed"),
        (row.links_removed, "removed"),
        (row.links_skipped, "lines skipped"),
        (row.links_passed_over, "lines of other kinds"),
    ]


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y, %H:%M}"
