"""When a file as a whole is not to be believed: too many bad lines, too many schools gone."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from django.db import connection
from django.utils.text import get_text_list

from workgroups.models import LocalAuthority, School
from workgroups.register.read import RegisterFile, TableRefused
from workgroups.register.rows import Complaint

WORST_SHARE = 0.01  # of bad lines
WORST_FALL = 0.05  # of open schools
WORST_HOLE = 0.2  # of those of one authority: schools merge faster in some than in the country
FEW = 2  # schools: so many may close in a small file, whatever their share
FEW_CELLS = 20  # so many of a column may be left blank in a small file, whatever their share
NAMED = 3  # authorities; so many are named in a sentence


def refuse_bad_lines(name: str, *, rows: int, skipped: int, complaints: list[Complaint]) -> None:
    """Raises ``TableRefused`` for more than one bad line in a hundred."""
    if skipped > WORST_SHARE * rows:
        first = " ".join(map(str, complaints[:5]))
        raise TableRefused(
            f"{skipped:,} of {rows:,} lines of {name} can't be read, more than one "
            f"in a hundred: nothing was imported. {first}"
        )


def refuse_broken_line(file: RegisterFile) -> None:
    """Raises ``TableRefused`` for a file that ends in the middle of a line."""
    if file.breaks_off_at:
        raise TableRefused(
            f"{file.name} ends in the middle of line {file.breaks_off_at:,}: it has broken off, and "
            "nothing was imported. Download it again. To import what there is of it, use --force "
            "and say why."
        )


def refuse_unread_columns(
    name: str, *, rows: int, blanked: Counter[str], blanks: list[Complaint]
) -> None:
    """Raises ``TableRefused`` for a column that more than one line in twenty would leave blank.

    It is written in a way that we can't read, and what is known of these schools would be wiped out.
    """
    for column, cells in blanked.most_common(1):
        if cells > max(FEW_CELLS, WORST_FALL * rows):
            first = next((str(each) for each in blanks if each.reason.startswith(column)), "")
            raise TableRefused(
                f"{cells:,} of {rows:,} lines of {name} have something in {column} that can't be "
                f"read, more than 5 %: nothing was imported. {first} A spreadsheet may have saved "
                "the file in a way of its own: download it again, and import it as it comes. To "
                "leave these cells blank all the same, import it with --force and say why."
            )


def refuse_lost_links(name: str, *, removed: int, before: int) -> None:
    """Raises ``TableRefused`` when more than one link in twenty would go: links stay for ever."""
    if _is_too_many(removed, of=before):
        raise TableRefused(
            f"{name} lacks {removed:,} of the {before:,} links between schools that are known, more "
            "than 5 %: is it broken off? Nothing was imported. If that is right, import it with "
            "--force and say why."
        )


class OpenSchools:
    """The schools that are open before an import, and what its file makes of them.

    Only what the file is about is weighed. A file of one borough says nothing of the others, and
    hubs load such parts; but of each borough of which it names open schools it must name the others
    too. Wherever a file breaks off, schools of most boroughs are missing: its lines come by number,
    and those of academies last.
    """

    def __init__(self) -> None:
        self._change = 0

    @cached_property
    def _authorities(self) -> dict[str, int | None]:
        """Of the schools that are open, by URN: asked when the first line that differs is compared,
        and so before anything is written.
        """
        return _open_now()

    def was_open(self, urn: str) -> bool:
        return urn in self._authorities

    def close(self) -> None:
        """A school that was open is open no more."""
        self._change -= 1

    def open(self) -> None:
        """A school that was not open, or not there, is open."""
        self._change += 1

    def refuse_fall(
        self, name: str, *, named: Mapping[str, object], stored: Mapping[str, object]
    ) -> None:
        """Raises ``TableRefused`` when more than one open school in twenty would go.

        ``named`` are the URNs for which the file has a line, ``stored`` those known before.
        """
        if self._change >= 0 and named.keys() >= stored.keys():
            return  # as on most days: all schools are there, and none fewer is open
        found = self._authorities.keys() & named.keys()
        before, after = len(found), len(found) + self._change
        if _is_too_many(before - after, of=before):
            raise TableRefused(
                f"Of the {before:,} schools in {name} that are open, {after:,} would be left, a "
                "fall of more than 5 %: nothing was imported. If that is true, import it with "
                "--force and say why."
            )
        self._refuse_missing(name, Counter(self._authorities[urn] for urn in found))

    def _refuse_missing(self, name: str, found: Counter[int | None]) -> None:
        """``found`` are the open schools that the file names, by authority.

        Too many of all its authorities together, or a hole in one of them. A register of a year
        ago, which lacks what opened since, is neither.
        """
        stored = Counter(self._authorities.values())
        lacking = {
            authority: stored[authority] - count
            for authority, count in found.items()
            if stored[authority] > count
        }
        if not _is_too_many(sum(lacking.values()), of=sum(stored[each] for each in found)):
            lacking = {
                authority: gone
                for authority, gone in lacking.items()
                if gone > max(FEW, WORST_HOLE * stored[authority])
            }
        if not lacking:
            return
        of_them = sum(stored[authority] for authority in lacking)
        raise TableRefused(
            f"{name} lacks {sum(lacking.values()):,} of the {of_them:,} open schools of "
            f"{_names(lacking)}, more than 5 %: is it broken off, or an old one? Nothing was "
            "imported. A part of the register is taken when it has all schools of its local "
            "authorities. If it is as it should be, import it with --force and say why."
        )


def _is_too_many(schools: int, *, of: int) -> bool:
    return schools > max(FEW, WORST_FALL * of)


def _names(lacking: Mapping[int | None, int]) -> str:
    """The authorities that lack most, in words."""
    names: dict[int | None, str] = dict(LocalAuthority.objects.values_list("pk", "name"))
    worst = sorted(lacking, key=lambda authority: (-lacking[authority], names.get(authority, "")))
    named = [names.get(authority, "no local authority") for authority in worst[:NAMED]]
    more = len(worst) - NAMED
    return get_text_list([*named, f"{more} more"] if more > 0 else named, "and")


def _open_now() -> dict[str, int | None]:
    """By URN the authority of each open school. By the database's own cursor: there are 27,000."""
    rows = School.objects.open_now().filter(is_demonstration=False).order_by()
    sql, parameters = rows.values_list("urn", "local_authority_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())
