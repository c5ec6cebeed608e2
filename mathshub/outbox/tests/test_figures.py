"""Messages in figures: each counted once, on its day in London, in one query."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from mathshub.outbox.columns import HEIGHT, STEP, draw_columns, round_up, shares
from mathshub.outbox.figures import By, Counts, Figures, Line, figures
from mathshub.outbox.models import Message
from mathshub.outbox.tests.factories import NOW, make_message
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

State = Message.State
TODAY = NOW.date()
numbers = st.integers(min_value=0, max_value=100_000)


@st.composite
def some_counts(draw: Callable) -> Counts:
    handed_over = draw(numbers)
    back = draw(st.integers(min_value=0, max_value=handed_over))
    return Counts(handed_over, back, draw(numbers), draw(numbers))


@given(each=some_counts())
def test_a_column_is_put_together_from_each_message_once(each: Counts):
    assert sum(number for _, number in shares(each)) == each.total


@given(columns=st.lists(some_counts(), min_size=1, max_size=31))
def test_columns_stay_within_the_picture_side_by_side(columns: list[Counts]):
    picture = draw_columns(columns)
    assert picture.width == len(columns) * STEP
    for part in picture.parts:
        assert 0 <= part.x < part.x + part.width <= picture.width
        assert 0 <= part.y <= part.y + part.height <= HEIGHT + 4, "the least height of four parts"


@given(number=numbers)
def test_the_scale_ends_at_a_round_number_above_all_columns(number: int):
    top = round_up(number)
    assert top >= max(1, number)
    assert top <= max(1, number * 5 / 2)
    assert f"{top}".rstrip("0") in ("1", "2", "5")


def test_the_sums_of_kinds_and_of_days_are_the_same():
    one, two = Counts(5, 1, 2, 0), Counts(3, 0, 0, 4)
    found = Figures(
        By.DAY,
        [date(2026, 11, 22), TODAY],
        [Line(TODAY, "a", one), Line(TODAY, "b", two), Line(date(2026, 11, 22), "b", one)],
    )
    assert found.by_period() == [(date(2026, 11, 22), one), (TODAY, one + two)]
    assert found.by_kind() == [("b", one + two), ("a", one)]
    assert found.total() == one + one + two
    assert found.of_kind("a").total() == one


@pytest.mark.database
def test_each_message_counts_on_the_day_on_which_it_left_or_was_last_due(hub: Hub):
    def day(number: int, hour: int = 9) -> datetime:
        return datetime(2026, 11, number, hour, tzinfo=UTC)

    make_message(state=State.SENT, due_at=day(20), sent_at=day(21))
    back = {"came_back_at": day(23), "came_back_because": "550"}
    make_message(state=State.SENT, due_at=day(21), sent_at=day(21), **back)
    make_message(kind="other", state=State.DEAD, due_at=day(21))
    make_message(kind="other", state=State.SUPPRESSED, due_at=day(21))
    make_message(kind="other", state=State.CANCELLED, due_at=day(22))
    make_message(due_at=day(22))  # waits
    make_message(state=State.CANCELLED, due_at=NOW + timedelta(days=1))
    make_message(
        state=State.SENT, due_at=NOW - timedelta(days=30), sent_at=NOW - timedelta(days=30)
    )
    with hub_scope(make_hub(slug="wandle")):
        make_message(state=State.SENT, due_at=day(21), sent_at=day(21))

    with CaptureQueriesContext(connection) as asked:
        found = figures(By.DAY, NOW)
    assert len(asked) == 1
    assert found.lines == [
        Line(date(2026, 11, 21), "other", Counts(failed=2)),
        Line(date(2026, 11, 21), "test", Counts(handed_over=2, came_back=1)),
        Line(date(2026, 11, 22), "other", Counts(cancelled=1)),
    ]
    assert (found.periods[0], found.periods[-1], len(found.periods)) == (
        date(2026, 10, 25),
        TODAY,
        30,
    )


@pytest.mark.database
def test_a_message_counts_on_its_day_however_long_a_hold_had_kept_it_back(hub: Hub):
    due_at = NOW - timedelta(days=60)
    make_message(state=State.SENT, due_at=due_at, sent_at=NOW - timedelta(days=1))
    make_message(state=State.SENT, due_at=due_at, sent_at=due_at)
    [line] = figures(By.DAY, NOW).lines
    assert line == Line(TODAY - timedelta(days=1), "test", Counts(handed_over=1))


@pytest.mark.database
def test_days_and_months_are_london_s(hub: Hub):
    """Half past eleven at night in July in UTC is the next day there, and the next month."""
    at = datetime(2026, 7, 31, 23, 30, tzinfo=UTC)
    make_message(state=State.SENT, due_at=at, sent_at=at)
    [day] = figures(By.DAY, datetime(2026, 8, 3, 9, tzinfo=UTC)).lines
    by_month = figures(By.MONTH, NOW)
    assert day.on == date(2026, 8, 1)
    assert [line.on for line in by_month.lines] == [date(2026, 8, 1)]
    assert (by_month.periods[0], by_month.periods[-1]) == (date(2025, 12, 1), date(2026, 11, 1))
