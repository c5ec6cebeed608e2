"""What a person says of a school's past is on the record, once, with who said it; so is the tray."""

from datetime import timedelta

import pytest

from enrolment.errors import AlreadyOnRecord, LineNotWaiting
from enrolment.models import PastParticipation, UnmatchedLine
from enrolment.services.participation import (
    change_participation,
    record_participation,
    remove_participation,
)
from enrolment.services.tray import leave_out_lines, match_lines, put_back_lines
from enrolment.tests.factories import (
    NOW,
    make_history_import,
    make_past_participation,
    make_unmatched_line,
)
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_programme, make_school, make_year

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("hub")]
Outcome = PastParticipation.Outcome
LATER = NOW + timedelta(days=1)


def whole(participation: PastParticipation) -> dict[str, object]:
    return {
        name: getattr(participation, name)
        for name in ("school", "programme", "academic_year", "outcome", "source", "note")
    }


def reasons(participation: PastParticipation) -> list[str]:
    rows = PastParticipation.history.filter(id=participation.pk).order_by("history_id")
    return list(rows.values_list("history_change_reason", flat=True))


def test_a_participation_is_recorded_as_a_person_says() -> None:
    school, programme, year = make_school(), make_programme(), make_year(start_year=2021)
    account = make_account()
    said = {
        "programme": programme,
        "academic_year": year,
        "outcome": Outcome.COMPLETED,
        "note": "x",
    }
    participation = record_participation(school, **said, by=account, now=NOW)
    assert whole(PastParticipation.objects.get()) == {"school": school, "source": "by_hand"} | said
    change = participation.history.get()
    assert (change.history_user, change.history_date) == (account, NOW)
    with pytest.raises(AlreadyOnRecord):
        record_participation(school, **said, by=account, now=NOW)


def test_what_a_person_changes_is_a_persons_word_from_then_on() -> None:
    row = make_past_participation(source="spreadsheet", history_import=make_history_import())
    year = make_year(start_year=2020)
    said = {"programme": row.programme, "academic_year": year, "outcome": "not_known", "note": "y"}
    change_participation(row, **said, by=make_account(), now=LATER)
    assert (
        whole(PastParticipation.objects.get()) == {"school": row.school, "source": "by_hand"} | said
    )
    assert reasons(row)[1:] == ["Changed by hand"]


def test_it_can_not_become_what_is_on_record_already() -> None:
    row = make_past_participation()
    other = make_past_participation(
        school=row.school, programme=row.programme, academic_year=make_year(start_year=2020)
    )
    with pytest.raises(AlreadyOnRecord):
        change_participation(
            other,
            programme=row.programme,
            academic_year=row.academic_year,
            outcome="completed",
            note="",
            by=None,
            now=NOW,
        )
    other.refresh_from_db()
    assert other.academic_year.start_year == 2020


def test_what_is_removed_stays_in_the_history_once() -> None:
    row = make_past_participation()
    remove_participation(row, by=make_account(), now=NOW)
    remove_participation(row, by=None, now=NOW)
    assert PastParticipation.objects.count() == 0
    assert reasons(row)[1:] == ["Removed by hand"]


# --- the tray ---


def test_lines_of_the_same_words_are_matched_in_one_go(hub: Hub) -> None:
    programme, loaded = make_programme(), make_history_import()
    first, second = (
        make_unmatched_line(
            history_import=loaded,
            programme=programme,
            academic_year=make_year(start_year=year),
            school_as_typed="Ferry",
        )
        for year in (2021, 2022)
    )
    make_unmatched_line(school_as_typed="Marsh")
    school, account = make_school(), make_account()
    assert match_lines(second, school=school, by=account, now=LATER) == 2
    assert set(UnmatchedLine.objects.values_list("school_as_typed", "state", "school")) == {
        ("Ferry", "matched", school.pk),
        ("Marsh", "waiting", None),
    }
    rows = PastParticipation.objects.values_list(
        "school", "programme", "academic_year__start_year", "source", "history_import"
    )
    assert set(rows) == {
        (school.pk, programme.pk, year, "spreadsheet", loaded.pk) for year in (2021, 2022)
    }
    change = UnmatchedLine.history.filter(id=first.pk).latest("history_id")
    assert (change.history_user, change.history_date) == (account, LATER)
    with pytest.raises(LineNotWaiting):
        match_lines(first, school=make_school(), by=account, now=LATER)


def test_matching_keeps_what_is_on_record() -> None:
    row = make_past_participation(outcome="completed")
    line = make_unmatched_line(
        programme=row.programme, academic_year=row.academic_year, outcome="not_completed"
    )
    match_lines(line, school=row.school, by=None, now=NOW)
    assert PastParticipation.objects.get().outcome == "completed"


def test_lines_are_left_out_together_and_put_back_together() -> None:
    lines = [make_unmatched_line(school_as_typed="Nowhere") for _ in range(2)]
    assert leave_out_lines(lines[0], by=None, now=NOW) == 2
    with pytest.raises(LineNotWaiting):
        leave_out_lines(lines[1], by=None, now=NOW)
    assert put_back_lines(lines[1], by=None, now=NOW) == 2
    assert set(UnmatchedLine.objects.values_list("state", flat=True)) == {"waiting"}


def test_putting_back_takes_away_what_matching_recorded_and_no_more() -> None:
    programme, loaded = make_programme(), make_history_import()
    school = make_school()
    told = {"programme": programme, "history_import": loaded}
    lines = [
        make_unmatched_line(
            **told, academic_year=make_year(start_year=year), school_as_typed="Ferry"
        )
        for year in (2020, 2021, 2022)
    ]
    of_the_file = make_past_participation(
        **told, school=school, academic_year=lines[0].academic_year, source="spreadsheet"
    )
    match_lines(lines[0], school=school, by=None, now=NOW)
    changed = PastParticipation.objects.get(academic_year=lines[1].academic_year)
    change_participation(
        changed,
        programme=programme,
        academic_year=changed.academic_year,
        outcome="not_known",
        note="",
        by=None,
        now=NOW,
    )
    put_back_lines(lines[0], by=None, now=LATER)
    assert set(PastParticipation.objects.all()) == {of_the_file, changed}
    assert set(UnmatchedLine.objects.values_list("state", "school")) == {("waiting", None)}
