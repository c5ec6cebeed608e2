"""What an import of the file of links does to links, and where closed schools then lead."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from workgroups.models import School, SchoolLink
from workgroups.register import Outcome, TableRefused, import_register
from workgroups.register.load_links import LinksOutcome
from workgroups.services.succession import work_out_successions
from workgroups.tests.factories import make_closed_school, make_school
from workgroups.tests.registers import LINK_COLUMNS, rows, write_links, write_register

pytestmark = pytest.mark.django_db
Lines = Iterable[tuple[str, str, str, str]]
CLOSED = {"EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed"}
READS = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN")


def import_links(folder: Path, lines: Lines, **how: str) -> LinksOutcome:
    register = write_register(folder / "register.csv", rows(1))
    outcome = import_register(register, links=write_links(folder / "links.csv", lines, **how))
    assert outcome.links
    return outcome.links


def stored() -> list[tuple[str, str, str, date | None]]:
    fields = ("predecessor_urn", "successor_urn", "kind", "established_on")
    return list(SchoolLink.objects.values_list(*fields))


@pytest.mark.parametrize(
    ("link_type", "predecessor", "kind"),
    [
        ("Successor", "100001", "succession"),
        ("Predecessor", "100002", "succession"),
        (" successor\xa0", "100001", "succession"),
        ("Successor - merged", "100001", "merger"),
        ("Predecessor - merged", "100002", "merger"),
        ("Successor – Merged", "100001", "merger"),
        ("Predecessor - amalgamated", "100002", "amalgamation"),
        ("Successor - Split School", "100001", "split"),
        ("Successor - of some new sort", "100001", "merger"),
    ],
)
def test_a_line_is_read_as_the_register_means_it(
    tmp_path: Path, link_type: str, predecessor: str, kind: str
):
    import_links(tmp_path, [("100001", "100002", link_type, "")])
    (successor,) = {"100001", "100002"} - {predecessor}
    assert stored() == [(predecessor, successor, kind, None)]


@pytest.mark.parametrize("cell", ["31-08-2021", "31/08/2021", " 31/8/2021 00:00"])
def test_days_are_read_both_ways(tmp_path: Path, cell: str):
    import_links(tmp_path, [("100001", "100002", "Successor", cell)])
    assert stored() == [("100001", "100002", "succession", date(2021, 8, 31))]


def test_a_link_with_a_mistyped_day_is_a_link_still(tmp_path: Path):
    assert import_links(tmp_path, [("100001", "100002", "Successor", "31-02-20")]).skipped == 0
    assert stored() == [("100001", "100002", "succession", None)]


def test_the_two_entries_of_a_pair_are_one_link_and_the_graver_kind_holds(tmp_path: Path):
    lines = [
        ("100001", "100002", "Successor", "31-08-2021"),
        ("100002", "100001", "Predecessor - merged", "01-09-2021"),
        ("100001", "100002", "Successor", "31-08-2021"),
    ]
    assert import_links(tmp_path, lines) == LinksOutcome(rows=3, pairs=1, added=1)
    assert stored() == [("100001", "100002", "merger", date(2021, 8, 31))]


def test_links_of_other_kinds_are_passed_over_and_counted(tmp_path: Path):
    lines = [("100001", "100002", each, "") for each in ("Expansion", "", "Other", "Other")]
    found = import_links(tmp_path, lines)
    assert found.passed_over == {"Expansion": 1, "no type": 1, "Other": 2}
    assert stored() == []


def test_of_an_amalgamation_without_a_direction_the_one_that_closed_first_came_before(
    tmp_path: Path,
):
    primary = make_school()
    juniors = make_closed_school(closed_on=date(2014, 8, 31))
    infants = make_closed_school(closed_on=date(2009, 8, 31))
    lines = [
        (primary.urn, juniors.urn, "Result of Amalgamation", "01-09-2014"),
        (juniors.urn, primary.urn, "Result of Amalgamation", "31-08-2014"),
        (juniors.urn, infants.urn, "Merged - change in age range", ""),
        ("100100", "100200", "Result of Amalgamation", ""),
    ]
    assert import_links(tmp_path, lines).passed_over == {"Result of Amalgamation": 1}
    assert stored() == sorted(
        [
            (juniors.urn, primary.urn, "amalgamation", date(2014, 8, 31)),
            (infants.urn, juniors.urn, "merger", None),
        ]
    )


def test_bad_lines_are_skipped_by_their_numbers(tmp_path: Path):
    good = [(f"1{n:05}", f"2{n:05}", "Successor", "") for n in range(1, 400)]
    bad = [("10012345", "100002", "Successor", ""), ("100003", "100003", "Successor", "")]
    found = import_links(tmp_path, [*bad, *good])
    assert (found.rows, found.pairs, found.skipped) == (401, 399, 2)
    assert [str(each) for each in found.complaints] == [
        "Line 2: the URN is 10012345: that looks like a UKPRN.",
        "Line 3: the school 100003 is linked with itself.",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "links.csv is empty"),
        (b"<html>", "links.csv is a web page"),
        (b"URN,LinkURN,Kind\n", r"links.csv lacks LinkType. Is it the register's file of links\?"),
        (b"URN,LinkURN,LinkType,urn\n", "has this column more than once: URN"),
        (b"URN,LinkURN,LinkType\n", "has a header and no links"),
        (b"URN,LinkURN,LinkType\n100001,100002\n", "1 of 1 lines .* Line 2: it has 2 cells"),
    ],
)
@pytest.mark.database
def test_what_is_no_file_of_links_refuses_the_whole_import(
    tmp_path: Path, content: bytes, sentence: str
):
    register = write_register(tmp_path / "register.csv", rows(1))
    (tmp_path / "links.csv").write_bytes(content)
    with pytest.raises(TableRefused, match=sentence):
        import_register(register, links=tmp_path / "links.csv")
    assert not School.objects.exists()


@pytest.mark.database
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_links_become_what_the_file_says_by_the_rows_that_differ(tmp_path: Path, encoding: str):
    lines = [(f"1{n:05}", f"2{n:05}", "Successor", "31-08-2021") for n in range(100)]
    import_links(tmp_path, lines, encoding=encoding)
    lines[7] = ("100007", "200007", "Successor", "31-08-2022")
    lines[8] = ("100008", "300008", "Successor", "31-08-2021")
    before = set(SchoolLink.objects.values_list("pk", flat=True))
    found = import_links(tmp_path, lines, encoding=encoding)
    assert (found.added, found.changed, found.removed) == (1, 1, 1)
    assert len(before & set(SchoolLink.objects.values_list("pk", flat=True))) == 99
    with CaptureQueriesContext(connection) as queries:
        import_links(tmp_path, reversed(lines), encoding=encoding)
    assert [q["sql"] for q in queries if not q["sql"].startswith(READS)] == []


# --- where closed schools lead --------------------------------------------------------------


def ends() -> dict[str, str]:
    return dict(
        School.objects.exclude(succeeded_by=None).values_list("urn", "succeeded_by__urn").order_by()
    )


def import_both(folder: Path, closed: Iterable[int], lines: Lines, count: int = 6) -> Outcome:
    register = rows(count)
    for number in closed:
        register[number - 1] |= CLOSED
    return import_register(
        write_register(folder / "register.csv", register),
        links=write_links(folder / "links.csv", lines),
        is_forced=True,
    )


@pytest.mark.database
def test_closed_schools_lead_to_the_ends_of_their_chains_after_an_import(tmp_path: Path):
    lines = [
        ("100001", "100002", "Successor", ""),
        ("100002", "100003", "Successor", ""),
        ("100004", "100005", "Successor - merged", ""),
        ("100006", "100005", "Successor", ""),
    ]
    assert import_both(tmp_path, [1, 2, 4], lines).successions == 2
    assert ends() == {"100001": "100003", "100002": "100003"}
    # The one that stayed open closes; the chain has become a circle meanwhile.
    lines[1:2] = [("100002", "100003", "Successor", ""), ("100003", "100001", "Successor", "")]
    import_both(tmp_path, [1, 2, 3, 4], lines)
    assert ends() == {}


@pytest.mark.database
def test_a_school_that_closes_leads_on_without_a_new_file_of_links(tmp_path: Path):
    import_both(tmp_path, [], [("100001", "100002", "Successor", "")])
    assert ends() == {}
    register = rows(6)
    register[0] |= CLOSED
    import_register(write_register(tmp_path / "register.csv", register))
    assert ends() == {"100001": "100002"}


@pytest.mark.database
def test_only_what_differs_is_written(tmp_path: Path):
    import_both(tmp_path, [1, 2], [("100001", "100002", "Successor", "")])
    with CaptureQueriesContext(connection) as queries:
        assert work_out_successions() == 0
    assert all(query["sql"].startswith(READS) for query in queries)


NUMBERS = st.integers(1, 6)


@settings(max_examples=40, deadline=None)  # two imports each
@given(
    pairs=st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] != pair[1])),
    closed=st.sets(NUMBERS),
    order=st.randoms(use_true_random=False),
)
def test_any_links_lead_closed_schools_to_others_and_twice_to_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    pairs: list[tuple[int, int]],
    closed: set[int],
    order,
):
    folder = tmp_path_factory.mktemp("any")
    lines = [(f"10000{one}", f"10000{other}", "Successor", "") for one, other in pairs]
    lines += [("200001", "200002", "Successor", "")]  # a file without links is refused
    import_both(folder, closed, lines)
    first = ends()
    order.shuffle(lines)
    again = import_both(folder, closed, lines)
    assert (again.links.has_changes, again.successions, again.unchanged) == (False, 0, 6)
    assert ends() == first
    assert set(first) <= {f"10000{number}" for number in closed}
    assert all(urn != end for urn, end in first.items())
    # A simple chain's end leads nowhere, unless it is open and so leads nowhere either.
    assert not set(first) & set(first.values())


def test_the_columns_of_the_file_are_the_real_ones():
    assert ",".join(LINK_COLUMNS) == "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate"
