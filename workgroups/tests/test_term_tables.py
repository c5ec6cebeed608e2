"""Tables of term dates: how they are read, judged and compared with what the hub has."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from mathshub.scope import hub_scope
from workgroups.errors import TableHasChanged, TermsOutOfOrder
from workgroups.models import AcademicYear, Hub, LocalAuthority, TermDate
from workgroups.register import TableRefused
from workgroups.services.terms import compare_term_dates, import_term_dates, record_terms
from workgroups.term_dates.compare import Comparison, compare
from workgroups.term_dates.entries import TermEntry, entry_of, out_of_order, wrong_with
from workgroups.term_dates.read import (
    LARGEST,
    Fault,
    SaidTerm,
    TermTable,
    by_reason,
    read_term_dates,
)
from workgroups.tests.factories import make_hub, make_local_authority, make_term_dates, make_year

REAL = Path(__file__).parent / "data" / "calendar" / "term_dates_real.csv"
NOW = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
HEADER = "borough,year,term,starts,ends,half-term starts,half-term ends,source"
MERTON = LocalAuthority(pk=1, code="315", name="Merton", gss_code="E09000024")
KINGSTON = LocalAuthority(pk=2, code="314", name="Kingston upon Thames")
AUTUMN = "Merton,2026/27,autumn,02/09/2026,18/12/2026,26/10/2026,30/10/2026,merton.gov.uk"
SPRING = "Merton,2026/27,spring,04/01/2027,25/03/2027,15/02/2027,19/02/2027,same"
SUMMER = "Merton,2026/27,summer,12/04/2027,21/07/2027,31/05/2027,04/06/2027,same"


def table(*lines: str, header: str = HEADER) -> BytesIO:
    return BytesIO("\n".join([header, *lines]).encode())


def read(*lines: str, header: str = HEADER):
    return read_term_dates(
        table(*lines, header=header), name="terms.csv", boroughs=[MERTON, KINGSTON]
    )


def only_entry(*lines: str) -> TermEntry:
    found = read(*lines)
    assert [str(fault) for fault in found.faults] == []
    [said] = found.said
    return said.entry


def fault_of(line: str) -> str:
    [fault] = read(line).faults
    return str(fault)


# --- reading ---


def test_a_plain_table_is_read() -> None:
    assert only_entry(AUTUMN) == TermEntry(
        borough=MERTON,
        start_year=2026,
        term=TermDate.Term.AUTUMN,
        starts_on=date(2026, 9, 2),
        ends_on=date(2026, 12, 18),
        half_term_starts_on=date(2026, 10, 26),
        half_term_ends_on=date(2026, 10, 30),
        source="merton.gov.uk",
    )


def test_the_real_table_is_read_with_its_schools_and_sources() -> None:
    boroughs = [MERTON, LocalAuthority(pk=3, code="212", name="Wandsworth")]
    with REAL.open("rb") as raw:
        found = read_term_dates(raw, name=REAL.name, boroughs=boroughs)
    assert [(each.line, str(each.entry)) for each in found.said] == [
        (2, "Merton, autumn 2020/21"),
        (3, "Merton, spring 2020/21"),
        (4, "Merton, summer 2020/21"),
        (5, "Merton, autumn 2021/22"),
        (6, "Merton, spring 2021/22"),
        (7, "Merton, summer 2021/22"),
        (8, "Wandsworth, autumn 2022/23"),
        (9, "Wandsworth, spring 2022/23"),
        (10, "Wandsworth, summer 2022/23"),
    ]
    assert found.said[1].entry.source == (
        "Bishop Gilpin CofE Primary, https://bishopgilpin.org.uk/Term-Dates/index.asp (INSET 4 Jan)"
    )
    assert [fault.line for fault in found.faults] == [11, 12, 13, 14, 15, 16, 17, 18]
    assert str(found.faults[0]) == (
        "Line 11: “Norfolk” is none of the hub’s local authorities: check how it is written, or "
        "add it to the hub’s area in its settings."
    )


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-02",
        "02/09/2026",
        "2/9/2026",
        "02-09-2026",
        "2 September 2026",
        "2 Sept 2026",
        "Wednesday 2nd September 2026",
        " 2  SEPTEMBER 2026",
    ],
)
def test_dates_are_read_as_people_write_them(written: str) -> None:
    entry = only_entry(f"Merton,2026/27,autumn,{written},18/12/2026,,,")
    assert entry.dates == (date(2026, 9, 2), date(2026, 12, 18), None, None)


@pytest.mark.parametrize(
    "name",
    ["Merton", "MERTON", "315", "E09000024", "Merton (Bishop Gilpin CofE Primary)", " merton "],
)
def test_an_authority_is_known_by_name_and_code(name: str) -> None:
    assert only_entry(AUTUMN.replace("Merton", name, 1)).borough == MERTON


@pytest.mark.parametrize("year", ["2026/27", "2026-27", "2026–27", "2026-2027", "2026/2027"])
def test_years_are_read_as_people_write_them(year: str) -> None:
    assert only_entry(AUTUMN.replace("2026/27", year, 1)).start_year == 2026


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Merton", "Mertn", "“Mertn” is none of the hub’s local authorities"),
        ("Merton", "", "it names no borough"),
        ("2026/27", "2026", "the year is “2026”: write it as 2026/27"),
        ("2026/27", "2026/28", "a school year ends in the year after it began"),
        ("autumn", "Autumn 1", "write autumn, spring or summer"),
        ("02/09/2026", "", "the column “starts” is empty"),
        ("02/09/2026", "31/09/2026", "“starts” is “31/09/2026”: there is no such day"),
        ("02/09/2026", "2 Smarch 2026", "“starts” is “2 Smarch 2026”, not a date"),
        ("02/09/2026", "02/09/2025", "2 September 2025 does not lie in the academic year 2026/27"),
        ("18/12/2026", "01/09/2026", "a term must end after it starts"),
        ("30/10/2026", "", "the half-term needs its first and its last day, or neither"),
        ("30/10/2026", "25/10/2026", "the half-term ends on 25 October 2026, before its first"),
        ("30/10/2026", "18/12/2026", "does not lie within the autumn term"),
        ("merton.gov.uk", "x" * 201, "the source has 201 characters, 200 at most"),
        ("merton.gov.uk", "a,b", "it has 9 cells, the header has 8"),
    ],
)
def test_what_can_not_be_is_said_with_its_line(before: str, after: str, words: str) -> None:
    assert fault_of(AUTUMN.replace(before, after, 1)).startswith("Line 2: ")
    assert words in fault_of(AUTUMN.replace(before, after, 1))


def test_an_autumn_term_may_begin_in_the_last_week_of_august() -> None:
    assert only_entry(AUTUMN.replace("02/09/2026", "27/08/2026")).starts_on == date(2026, 8, 27)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "terms.csv is empty"),
        (HEADER.encode(), "has a header and no terms"),
        (b"borough,term,starts,ends\nMerton,autumn,1,2", "lacks the column: year"),
        (HEADER.encode() + b",Borough\n", "has the column “borough” more than once"),
        (f"{HEADER}\n{AUTUMN}".encode("utf-16"), "looks like UTF-16"),
        (b"<html><body>Term dates</body></html>", "is a web page, not a table of term dates"),
        (b"x" * (LARGEST + 1), "is too large for a table of term dates"),
    ],
)
def test_what_is_no_such_table_is_refused_whole(content: bytes, words: str) -> None:
    with pytest.raises(TableRefused, match=words):
        read_term_dates(BytesIO(content), name="terms.csv", boroughs=[MERTON])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_of_spreadsheets_are_read_in_their_encodings(encoding: str) -> None:
    content = f"{HEADER}\n{AUTUMN} – “terms”\r\n".encode(encoding)
    [said] = read_term_dates(BytesIO(content), name="terms.csv", boroughs=[MERTON]).said
    assert said.entry.source == "merton.gov.uk – “terms”"


DAYS = st.dates(min_value=date(2026, 8, 1), max_value=date(2027, 9, 30))
WAYS = st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y", "%A %d %b %Y"])


@given(days=st.lists(DAYS, min_size=4, max_size=4), ways=st.lists(WAYS, min_size=4, max_size=4))
def test_every_line_is_an_entry_that_can_be_or_a_fault_with_a_reason(days, ways) -> None:
    cells = [day.strftime(way) for day, way in zip(days, ways, strict=True)]
    found = read(f"Merton,2026/27,spring,{','.join(cells)},")
    assert found.lines == 1
    for said in found.said:
        assert said.entry.dates == tuple(days)
        assert wrong_with(said.entry) == {}
        starts, ends, half_first, half_last = days
        assert date(2026, 9, 1) <= starts < half_first <= half_last < ends <= date(2027, 8, 31)
    for fault in found.faults:
        assert fault.line == 2
        assert fault.reason


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["Merton", "315", "2026/27", "autumn", "02/09/2026", "18/12/2026", '"', "same"]
    ),
)


@settings(deadline=None)  # a text of many alphabets takes its time on a busy machine
@given(rows=st.lists(st.lists(CELLS, max_size=10), max_size=6))
def test_whatever_stands_in_a_table_is_read_or_refused_in_words(rows) -> None:
    content = "\n".join([HEADER, *(",".join(row) for row in rows)]).encode(errors="replace")
    with suppress(TableRefused):
        found = read_term_dates(BytesIO(content), name="terms.csv", boroughs=[MERTON])
        assert all(fault.reason for fault in found.faults)
        assert all(wrong_with(said.entry) == {} for said in found.said)


# --- beside what the hub has ---


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    names = {"Merton": "315", "Newham": "316"}
    boroughs = [make_local_authority(name=name, code=code) for name, code in names.items()]
    hub = make_hub(slug="wandle", local_authorities=boroughs)
    with hub_scope(hub):
        yield hub


def compared(*lines: str, choices: dict[str, str] | None = None) -> Comparison:
    return compare_term_dates(table(*lines), name="terms.csv", choices=choices)


def imported(*lines: str, **options) -> Comparison:
    return import_term_dates(table(*lines), name="terms.csv", by=None, now=NOW, **options)


def counts(comparison: Comparison) -> tuple[int, int, int, int]:
    return (
        len(comparison.new),
        len(comparison.changed),
        comparison.unchanged,
        len(comparison.faults),
    )


def stored() -> list[tuple]:
    rows = TermDate.objects.select_related("local_authority", "academic_year")
    return [(str(row), row.starts_on, row.ends_on, row.source, row.imported_on) for row in rows]


@pytest.mark.database
def test_a_table_is_recorded_once_and_a_second_time_changes_nothing(hub: Hub) -> None:
    assert counts(imported(AUTUMN, SPRING, SUMMER)) == (3, 0, 0, 0)
    today = date(2026, 11, 27)
    source = "merton.gov.uk"
    rows = [
        ("Merton, autumn 2026/27", date(2026, 9, 2), date(2026, 12, 18), source, today),
        ("Merton, spring 2026/27", date(2027, 1, 4), date(2027, 3, 25), source, today),
        ("Merton, summer 2026/27", date(2027, 4, 12), date(2027, 7, 21), source, today),
    ]
    assert stored() == rows
    assert counts(imported(AUTUMN, SPRING, SUMMER)) == (0, 0, 3, 0)
    assert TermDate.history.count() == 3


def test_comparing_writes_nothing(hub: Hub) -> None:
    assert counts(compared(AUTUMN)) == (1, 0, 0, 0)
    assert stored() == []


def test_what_differs_is_changed_with_its_history(hub: Hub) -> None:
    imported(AUTUMN)
    later = AUTUMN.replace("18/12/2026", "21/12/2026")
    [change] = compared(later).changed
    assert (change.before.ends_on, change.said.entry.ends_on) == (
        date(2026, 12, 18),
        date(2026, 12, 21),
    )
    imported(later)
    assert TermDate.history.latest().history_change_reason == "Imported from terms.csv"
    assert TermDate.objects.get().ends_on == date(2026, 12, 21)


def test_a_table_without_a_source_takes_none_away(hub: Hub) -> None:
    imported(AUTUMN)
    assert counts(imported(AUTUMN.removesuffix("merton.gov.uk"))) == (0, 0, 1, 0)


def test_a_line_that_is_at_fault_stays_out_and_the_others_are_recorded(hub: Hub) -> None:
    done = imported(AUTUMN, SPRING.replace("25/03/2027", "25/03/2026"))
    assert counts(done) == (1, 0, 0, 1)
    assert [row[0] for row in stored()] == ["Merton, autumn 2026/27"]


def test_schools_that_agree_are_taken_together(hub: Hub) -> None:
    one, other = (AUTUMN.replace("Merton", f"Merton ({school})", 1) for school in "AB")
    assert counts(imported(one, other, SPRING.replace("Merton", "Merton (B)", 1))) == (2, 0, 1, 0)


def disagreeing() -> tuple[str, str, str]:
    one = AUTUMN.replace("Merton", "Merton (Abbey Primary)", 1)
    other = AUTUMN.replace("Merton", "Merton (Bridge Primary)", 1).replace("26/10", "19/10")
    return one, other.replace("30/10", "23/10"), SPRING.replace("Merton", "Merton (Abbey Primary)")


def test_of_schools_that_disagree_none_is_taken_without_a_choice(hub: Hub) -> None:
    found = imported(*disagreeing())
    assert counts(found) == (0, 0, 0, 3)
    assert str(found.faults[0]) == (
        "Line 2: Abbey Primary and Bridge Primary give different dates for Merton in 2026/27: "
        "choose whose word to take."
    )
    assert stored() == []


def test_of_schools_that_disagree_the_chosen_one_is_taken(hub: Hub) -> None:
    [disagreement] = compared(*disagreeing()).disagreements
    assert disagreement.name == "315-2026"
    imported(*disagreeing(), choices={"315-2026": "Bridge Primary"})
    assert TermDate.objects.get().half_term_starts_on == date(2026, 10, 19)


def test_a_choice_that_nobody_offered_takes_none(hub: Hub) -> None:
    assert counts(imported(*disagreeing(), choices={"315-2026": "Elsewhere"})) == (0, 0, 0, 3)


def test_two_lines_of_one_school_that_contradict_each_other_are_both_left_out(hub: Hub) -> None:
    found = imported(AUTUMN, AUTUMN.replace("18/12", "21/12"), SPRING)
    assert counts(found) == (1, 0, 0, 2)
    assert str(found.faults[1]) == (
        "Line 3: lines 2 and 3 give different dates for Merton, autumn 2026/27."
    )


@pytest.mark.parametrize(
    ("spring", "words"),
    [
        (
            SPRING.replace("04/01/2027", "14/12/2026"),
            "the spring term starts on 14 December 2026, before the autumn term has ended on "
            "18 December 2026",
        ),
        (
            "Merton,2026/27,spring,01/09/2026,01/09/2026,,,",
            "a term must end after it starts",
        ),
    ],
)
def test_terms_that_overlap_are_left_out(hub: Hub, spring: str, words: str) -> None:
    found = compared(AUTUMN, spring)
    assert words in str(found.faults[-1])


def test_a_term_must_fit_beside_those_that_the_hub_has(hub: Hub) -> None:
    imported(AUTUMN)
    found = imported(SPRING.replace("04/01/2027", "14/12/2026"))
    assert counts(found) == (0, 0, 0, 1)
    assert "before the autumn term has ended" in str(found.faults[0])


def test_a_term_that_fits_only_beside_one_that_is_left_out_is_left_out_too(hub: Hub) -> None:
    imported(AUTUMN, SPRING, SUMMER)
    found = imported(
        AUTUMN.replace("18/12/2026", "10/01/2027"),
        SPRING.replace("04/01/2027", "12/01/2027").replace("25/03/2027", "20/04/2027"),
    )
    assert counts(found) == (0, 0, 0, 2)


SHIFTS = st.lists(st.integers(min_value=-60, max_value=60), min_size=6, max_size=6)


@given(shifts=SHIFTS, which=st.sets(st.sampled_from(TermDate.Term), min_size=1))
def test_what_would_be_written_never_overlaps_what_stands_beside_it(shifts, which) -> None:
    year = AcademicYear(start_year=2026)
    usual = {
        TermDate.Term.AUTUMN: (date(2026, 9, 2), date(2026, 12, 18)),
        TermDate.Term.SPRING: (date(2027, 1, 4), date(2027, 3, 25)),
        TermDate.Term.SUMMER: (date(2027, 4, 12), date(2027, 7, 21)),
    }
    stored_rows = [
        TermDate(
            local_authority=MERTON, academic_year=year, term=term, starts_on=first, ends_on=last
        )
        for term, (first, last) in usual.items()
    ]
    moved = iter(shifts)
    entries = [
        TermEntry(
            MERTON,
            2026,
            term,
            first + timedelta(days=next(moved)),
            last + timedelta(days=next(moved)),
        )
        for term, (first, last) in usual.items()
    ]
    said = [SaidTerm(n, "", each) for n, each in enumerate(entries, 2) if each.term in which]
    found = compare(TermTable(said=said), stored=stored_rows)
    after = {entry_of(row).key: entry_of(row) for row in stored_rows}
    after |= {entry.key: entry for entry in found.entries}
    assert list(out_of_order(after.values())) == []
    assert len(found.new) + len(found.changed) + found.unchanged + len(found.faults) == len(said)


def test_terms_in_the_wrong_order_are_pointed_out(hub: Hub) -> None:
    mixed_up = [AUTUMN.replace("autumn", "summer"), SUMMER.replace("summer", "autumn")]
    found = compared(*mixed_up)
    assert [str(fault) for fault in found.faults] == [
        f"Line {line}: in Merton, 2026/27, the summer term lies before the autumn term."
        for line in (2, 3)
    ]


def test_a_table_that_would_do_something_else_by_now_is_not_recorded(hub: Hub) -> None:
    seen = compared(AUTUMN).print
    imported(AUTUMN.replace("18/12", "21/12"))
    with pytest.raises(TableHasChanged):
        imported(AUTUMN, expected=seen)
    assert TermDate.objects.get().ends_on == date(2026, 12, 21)


def test_terms_that_would_overlap_are_never_written(hub: Hub) -> None:
    [autumn] = compared(AUTUMN).new
    [spring] = compared(SPRING.replace("04/01/2027", "14/12/2026")).new
    with pytest.raises(TermsOutOfOrder, match="before the autumn term has ended"):
        record_terms([autumn.entry, spring.entry], checked_on=None, by=None, now=NOW, why="By hand")
    assert stored() == []


def test_other_hubs_terms_stay_as_they_are(hub: Hub) -> None:
    merton = make_local_authority(name="Merton")
    with hub_scope(make_hub(local_authorities=[merton])):
        make_term_dates(
            local_authority=merton,
            academic_year=make_year(),
            half_term_shift=timedelta(weeks=1),
        )
        theirs = stored()
        with hub_scope(hub):
            assert counts(imported(AUTUMN)) == (1, 0, 0, 0)
        assert stored() == theirs


# --- by the command ---


def run_command(path: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_term_dates", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.database
def test_the_command_records_what_it_can_and_names_the_rest(hub: Hub) -> None:
    out, err = run_command(REAL, "--hub", "wandle")
    assert out == "6 new, 0 changed, 0 unchanged, 11 at fault.\n"
    assert err.splitlines()[0].startswith("Left out. Line 8: “Wandsworth” is none of the hub’s")
    assert run_command(REAL, "--hub", "wandle")[0] == (
        "0 new, 0 changed, 6 unchanged, 11 at fault.\n"
    )


def test_a_dry_run_says_the_same_and_records_nothing(hub: Hub) -> None:
    out, _ = run_command(REAL, "--hub", "wandle", "--dry-run")
    assert out == "6 new, 0 changed, 0 unchanged, 11 at fault. Nothing was recorded.\n"
    assert stored() == []


def test_the_command_asks_whose_word_to_take(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(table(*disagreeing()).read())
    out, err = run_command(path, "--hub", "wandle")
    assert out == "0 new, 0 changed, 0 unchanged, 3 at fault.\n"
    assert "--take “315-2026=Abbey Primary” or --take “315-2026=Bridge Primary”" in err
    out, _ = run_command(path, "--hub", "wandle", "--take", "315-2026=Abbey Primary")
    assert out == "2 new, 0 changed, 0 unchanged, 0 at fault.\n"


def test_the_command_refuses_in_words(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No hub is called “nowhere”"):
        run_command(REAL, "--hub", "nowhere")
    with pytest.raises(CommandError, match="can't be opened"):
        run_command(tmp_path / "missing.csv", "--hub", "wandle")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(CommandError, match=r"empty.csv is empty"):
        run_command(tmp_path / "empty.csv", "--hub", "wandle")
    with pytest.raises(CommandError, match="CODE-YEAR=SCHOOL"):
        run_command(REAL, "--hub", "wandle", "--take", "Abbey Primary")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([2], "Line 2"),
        ([2, 3, 4], "Lines 2 to 4"),
        ([2, 4], "Lines 2 and 4"),
        ([2, 3, 5, 7, 8], "Lines 2, 3, 5, 7 and 8"),
    ],
)
def test_lines_of_one_reason_are_named_together(lines: list[int], words: str) -> None:
    faults = [Fault(line, "no such day") for line in lines]
    assert by_reason([*faults, Fault(99, "no term")]) == [
        f"{words}: no such day.",
        "Line 99: no term.",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Merton",
        "London Borough of Merton",
        "The London Borough of Merton",
        "LB Merton",
        "Merton Council",
    ],
)
def test_a_borough_is_known_by_what_councils_call_themselves(hub: Hub, name: str) -> None:
    assert counts(compared(AUTUMN.replace("Merton", name, 1))) == (1, 0, 0, 0)
