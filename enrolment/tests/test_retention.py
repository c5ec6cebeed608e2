"""Interest that led to nothing is forgotten after the hub's months, and no other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from enrolment.models import (
    ExpressionOfInterest,
    HistoryImport,
    IntendedParticipant,
    PastParticipation,
    Place,
    Seat,
    UnmatchedLine,
)
from enrolment.services import erasing
from enrolment.services.erasing import erase, in_batches
from enrolment.services.places import accept_place, decline_place, withdraw_place
from enrolment.services.retention import (
    LED_TO_NOTHING,
    empty_spreadsheets,
    forget_expressions,
    forget_lines,
    forget_spreadsheets,
)
from enrolment.services.seats import NamedSeat
from enrolment.tasks import forget_task
from enrolment.tests.factories import (
    NOW,
    make_expression,
    make_history_import,
    make_past_participation,
    make_place,
    make_unmatched_line,
    make_waiting_spreadsheet,
)
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub, make_work_group

pytestmark = pytest.mark.database
SINCE = datetime(2025, 11, 16, 10, 30, tzinfo=UTC)  # twelve months before NOW
BEFORE = SINCE - timedelta(seconds=1)
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")


def rows_left() -> dict[str, int]:
    """How many rows there are, those of history included."""
    models = (ExpressionOfInterest, IntendedParticipant, Place)
    histories = (ExpressionOfInterest.history.model, Place.history.model)
    return {model.__name__: model.objects.count() for model in models + histories}


def make_place_from(expression: ExpressionOfInterest) -> Place:
    return make_place(
        expression=expression, work_group=make_work_group(offering=expression.offering)
    )


@pytest.mark.parametrize("state", LED_TO_NOTHING)
def test_interest_that_led_to_nothing_goes_after_the_months_of_the_hub(
    hub: Hub, state: str
) -> None:
    expression = make_expression(state=state, people=(SAM,), submitted_at=SINCE)
    assert forget_expressions(NOW) == 0
    expression.submitted_at = BEFORE
    expression.save()
    assert forget_expressions(NOW) == 1
    assert set(rows_left().values()) == {0}
    assert forget_expressions(NOW) == 0


def test_each_hub_has_its_own_months(hub: Hub) -> None:
    make_expression(submitted_at=BEFORE)
    hub.interest_kept_months = 13
    assert forget_expressions(NOW) == 0
    hub.interest_kept_months = 12
    assert forget_expressions(NOW) == 1


def test_what_another_hub_knows_is_untouched(hub: Hub) -> None:
    other = make_hub()
    with hub_scope(other):
        place = make_place_from(make_expression(submitted_at=BEFORE, people=(SAM,)))
        decline_place(place, by=None, now=NOW)
        before = rows_left()
    make_expression(submitted_at=BEFORE)
    assert forget_expressions(NOW) == 1
    with hub_scope(other):
        assert rows_left() == before


@pytest.mark.parametrize("end", [decline_place, withdraw_place])
def test_a_place_that_came_to_nothing_goes_with_its_interest(
    hub: Hub, end: Callable[..., Place]
) -> None:
    end(make_place_from(make_expression(submitted_at=BEFORE)), by=None, now=NOW)
    assert forget_expressions(NOW) == 1
    assert set(rows_left().values()) == {0}


def test_interest_with_a_place_that_is_held_is_kept(hub: Hub) -> None:
    place = make_place_from(make_expression(submitted_at=BEFORE))
    assert forget_expressions(NOW) == 0
    accept_place(place, seats=[], by=None, now=NOW)
    assert forget_expressions(NOW) == 0
    # Should the words and the place ever disagree, the place counts.
    ExpressionOfInterest.objects.update(state=ExpressionOfInterest.State.RECEIVED)
    assert forget_expressions(NOW) == 0


def test_a_place_that_was_given_up_by_people_keeps_its_interest_as_long_as_them(hub: Hub) -> None:
    place = make_place_from(make_expression(submitted_at=BEFORE))
    withdraw_place(accept_place(place, seats=[SAM], by=None, now=NOW), by=None, now=NOW)
    assert forget_expressions(NOW) == 0
    erase(Seat, place=place)
    assert forget_expressions(NOW) == 1
    assert set(rows_left().values()) == {0}


def test_a_place_offered_again_forgets_the_interest_that_came_before(hub: Hub) -> None:
    first = make_expression(submitted_at=BEFORE, headteacher_name="Grace Obi")
    place = make_place_from(first)
    decline_place(place, by=None, now=NOW)
    second = make_expression(
        offering=first.offering, school=first.school, headteacher_name="Ruth Ek"
    )
    assert make_place(expression=second, work_group=place.work_group) == place
    assert forget_expressions(NOW) == 1
    assert ExpressionOfInterest.objects.get() == second
    assert list(place.history.values_list("contact_name", flat=True)) == ["Ruth Ek"]


def test_many_are_forgotten_in_batches(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    keys = sorted(make_expression(submitted_at=BEFORE).pk for _ in range(5))
    seen: list[list[int]] = []
    assert in_batches(ExpressionOfInterest.objects.all(), seen.append) == 5
    assert seen == [keys[:2], keys[2:4], keys[4:]]
    assert forget_expressions(NOW) == 5


def test_a_batch_that_fails_undoes_no_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    keys = sorted(make_expression(submitted_at=BEFORE).pk for _ in range(4))

    def erase_or_fail(batch: list[int]) -> None:
        erase(ExpressionOfInterest, id__in=batch)
        if keys[-1] in batch:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        in_batches(ExpressionOfInterest.objects.all(), erase_or_fail)
    left = ExpressionOfInterest.objects.order_by("pk").values_list("pk", flat=True)
    assert list(left) == keys[2:]


def test_every_hub_is_seen_to_each_night(hub: Hub, on_the_day: None) -> None:
    other = make_hub(interest_kept_months=24)
    for each, sent_at in ((hub, BEFORE), (other, BEFORE), (other, BEFORE - timedelta(days=366))):
        with hub_scope(each):
            make_expression(submitted_at=sent_at)
    forget_task()
    assert not ExpressionOfInterest.objects.exists()
    with hub_scope(other):
        assert ExpressionOfInterest.objects.get().submitted_at == BEFORE


# --- spreadsheets of the past ---


def test_a_spreadsheet_that_nobody_loads_goes_after_a_week(hub: Hub) -> None:
    waiting = make_waiting_spreadsheet()
    loaded = make_history_import(uploaded_at=NOW - timedelta(days=30))
    assert forget_spreadsheets(NOW + timedelta(days=7)) == 0
    assert forget_spreadsheets(NOW + timedelta(days=7, seconds=1)) == 1
    assert [each.pk for each in HistoryImport.objects.all()] == [loaded.pk]
    assert not HistoryImport.objects.filter(pk=waiting.pk).exists()


def test_what_was_typed_in_lines_goes_after_the_months_of_the_hub(hub: Hub) -> None:
    line = make_unmatched_line(history_import=make_history_import(loaded_at=SINCE))
    assert forget_lines(NOW) == 0
    assert UnmatchedLine.objects.get() == line
    HistoryImport.objects.update(loaded_at=BEFORE)
    row = make_past_participation(history_import=line.history_import)
    assert forget_lines(NOW) == 1
    assert (UnmatchedLine.objects.count(), UnmatchedLine.history.count()) == (0, 0)
    # What came on record names no person, and stays.
    assert PastParticipation.objects.get() == row


@pytest.mark.parametrize("state", [HistoryImport.State.LOADED, HistoryImport.State.UNDONE])
def test_what_a_spreadsheet_quotes_goes_after_the_months_of_the_hub(hub: Hub, state: str) -> None:
    words = {
        "faults": [[6, "“Sam Okafor” can’t be read as a year such as 2023/24."]],
        "mapping": {"outcomes": {"left with ana lima": "not_completed"}},
    }
    kept = make_history_import(state=state, loaded_at=SINCE, created=7, **words)
    assert empty_spreadsheets(NOW) == 0
    HistoryImport.objects.update(loaded_at=BEFORE)
    make_history_import(state=state, loaded_at=SINCE, **words)
    assert empty_spreadsheets(NOW) == 1
    kept.refresh_from_db()
    assert (kept.faults, kept.mapping, kept.created) == ([], {}, 7)
    assert HistoryImport.objects.exclude(pk=kept.pk).get().faults == words["faults"]
    assert empty_spreadsheets(NOW) == 0


def test_one_that_waits_keeps_what_was_said_of_it(hub: Hub) -> None:
    mapping = make_waiting_spreadsheet().mapping
    assert empty_spreadsheets(NOW + timedelta(days=3000)) == 0
    assert HistoryImport.objects.get().mapping == mapping != {}


def test_the_nightly_job_forgets_spreadsheets_in_every_hub(hub: Hub) -> None:
    other = make_hub()
    for each in (hub, other):
        with hub_scope(each):
            make_waiting_spreadsheet()
            old = make_history_import(loaded_at=BEFORE, faults=[[6, "“Sam Okafor”"]])
            make_unmatched_line(history_import=old)
    with time_machine.travel(NOW + timedelta(days=8)):
        forget_task()
    for each in (hub, other):
        with hub_scope(each):
            assert HistoryImport.objects.get().faults == []
            assert not UnmatchedLine.objects.exists()
