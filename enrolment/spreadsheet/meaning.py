"""What a hub has said that the columns and words of its spreadsheet mean, and what a row then says."""

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from enrolment.models import PastParticipation
from enrolment.spreadsheet.columns import Role
from enrolment.spreadsheet.read import Row, Table
from enrolment.spreadsheet.words import (
    Unreadable,
    distinct,
    find_postcode,
    parse_urn,
    parse_year,
    without_postcode,
)

MOST_WORDS = 60  # different ones in a column of programmes or outcomes: else it is no such column
LONGEST_URN_SHOWN = 30  # characters of what is none
Outcome = PastParticipation.Outcome


@dataclass(frozen=True)
class Meaning:
    """Kept with the spreadsheet as JSON. Words are folded in case."""

    columns: dict[Role, int] = field(default_factory=dict)
    programmes: dict[str, int | None] = field(default_factory=dict)
    """By word, the id of the programme; None leaves those lines out."""
    outcomes: dict[str, str] = field(default_factory=dict)
    programme: int | None = None
    """Of all lines, where no column says it; likewise the next two."""
    year: int | None = None
    outcome: str = Outcome.NOT_KNOWN
    sheet: int = 0

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Meaning":
        columns = {Role(role): index for role, index in kept.get("columns", {}).items()}
        return cls(**(kept | {"columns": columns}))

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": {role.value: index for role, index in self.columns.items()},
            "programmes": self.programmes,
            "outcomes": self.outcomes,
            "programme": self.programme,
            "year": self.year,
            "outcome": self.outcome,
            "sheet": self.sheet,
        }

    @property
    def is_complete(self) -> bool:
        """All has been asked: of each thing, which column or what for all lines."""
        has_programme = bool(self.programmes) or self.programme is not None
        return (
            bool(self.columns) and has_programme and (Role.YEAR in self.columns or bool(self.year))
        )

    def remembering(self, earlier: Iterable["Meaning"]) -> "Meaning":
        """With the words that were explained before; what was said last counts."""
        said = [self, *earlier]
        return replace(
            self,
            programmes=dict(ChainMap(*(each.programmes for each in said))),
            outcomes=dict(ChainMap(*(each.outcomes for each in said))),
        )

    def words(self, table: Table, role: Role) -> dict[str, int]:
        """The different words of a column and their numbers; empty where there is none such."""
        index = self.columns.get(role)
        return {} if index is None else dict(distinct(table.column(index)))

    def cell(self, row: Row, role: Role) -> str:
        index = self.columns.get(role)
        return "" if index is None else row.cells[index]


@dataclass(frozen=True)
class SaidLine:
    """What a row says, its school still as it was typed."""

    number: int
    urn: str
    name: str
    postcode: str
    programme: int
    start_year: int
    outcome: str
    unreadable_urn: str = ""
    """What stands in place of a URN beside a name, and can't be one."""


class LeftOut(Exception):
    """The hub has said that rows with this word are not wanted."""


def understand(row: Row, meaning: Meaning, *, latest_year: int) -> SaidLine:
    """What the row says. Raises ``Unreadable`` with the reason, and ``LeftOut``."""
    programme = _programme(row, meaning)
    urn, name, postcode, unreadable_urn = _school(row, meaning)
    year = meaning.year
    if Role.YEAR in meaning.columns:
        year = parse_year(meaning.cell(row, Role.YEAR), latest=latest_year)
    if year is None:
        raise Unreadable("No year stands there.")
    outcome = meaning.outcome
    if Role.OUTCOME in meaning.columns:
        outcome = meaning.outcomes.get(
            meaning.cell(row, Role.OUTCOME).casefold(), Outcome.NOT_KNOWN
        )
    return SaidLine(
        row.number, urn, name, postcode, programme, year, outcome, unreadable_urn=unreadable_urn
    )


def _programme(row: Row, meaning: Meaning) -> int:
    if Role.PROGRAMME not in meaning.columns:
        chosen = meaning.programme
    else:
        word = meaning.cell(row, Role.PROGRAMME)
        chosen = meaning.programmes.get(word.casefold())
    if chosen is None:
        raise LeftOut
    return chosen


def _school(row: Row, meaning: Meaning) -> tuple[str, str, str, str]:
    """URN, name, postcode; and what is no URN, where there is a name that may do without."""
    typed_name = meaning.cell(row, Role.NAME)
    name = without_postcode(typed_name)
    postcode = find_postcode(meaning.cell(row, Role.POSTCODE)) or find_postcode(typed_name)
    urn = unreadable = ""
    try:
        urn = parse_urn(meaning.cell(row, Role.URN))
    except Unreadable:
        if not name:
            raise
        unreadable = meaning.cell(row, Role.URN)[:LONGEST_URN_SHOWN]
    if not urn and not name:
        raise Unreadable(
            "No school stands there. If it is the school of the row above, repeat it in this row."
        )
    return urn, name, postcode, unreadable
