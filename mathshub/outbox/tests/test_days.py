"""The span of days that the list of messages is narrowed to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathshub.outbox.admin.days import BETWEEN, read_span, rows_between, span_words

days = st.none() | st.dates()


@given(begins=days, ends=days)
def test_a_span_that_is_written_is_read(begins: date | None, ends: date | None):
    text = BETWEEN.join(day.isoformat() if day else "" for day in (begins, ends))
    is_span = (begins or ends) and not (begins and ends and begins > ends)
    assert read_span(text) == ((begins, ends) if is_span else None)


@given(text=st.text())
def test_whatever_is_typed_is_a_span_or_none(text: str):
    span = read_span(text)
    if span:
        assert span_words(*span)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-23..2026-11-23", "23 November 2026"),
        ("2026-11-01..2026-11-27", "1 November 2026 to 27 November 2026"),
        ("2026-11-01..", "since 1 November 2026"),
        ("..2026-11-01", "until 1 November 2026"),
    ],
)
def test_a_span_in_words(text: str, words: str):
    span = read_span(text)
    assert span
    assert span_words(*span) == words


def test_the_last_day_of_all_has_no_day_after_it():
    assert rows_between(None, date.max)
