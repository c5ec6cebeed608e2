"""What loading a spreadsheet will do, as its preview shows it: in figures, in rows, by years."""

from collections import Counter
from typing import Any

from enrolment.admin.words import outcome_tag
from enrolment.services.spreadsheets import Fate, Plan, PlannedLine
from mathshub.scope_admin.cells import count

SHOWN = 100  # lines of each fate on a page


def in_figures_and_rows(plan: Plan) -> dict[str, Any]:
    """For the preview: a figure for each fate, the lines behind it, and what comes to which year."""
    shown = [fate for fate, *_ in _SECTIONS if plan.number(fate)]
    return {
        "figures": [
            figure(plan.number(fate), words, f"#{fate}" if fate in shown else "")
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
        "unlike": line.unlike,
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


def figure(number: int, words: str, url: str = "") -> dict[str, Any]:
    return {"number": number, "words": words, "url": url}


def title_of(plan: Plan) -> str:
    number = plan.number(Fate.RECORD)
    if not number:
        return "There is nothing new to record"
    return f"{count(number, 'participation')} will be recorded"


def button_for(plan: Plan) -> str:
    number = plan.number(Fate.RECORD)
    if number:
        return f"Record {count(number, 'participation')}, no e-mail"
    in_tray = plan.number(Fate.TRAY)
    if in_tray:
        return f"Keep {count(in_tray, 'line')} without a school, no e-mail"
    return "Note that it was loaded, no e-mail"
