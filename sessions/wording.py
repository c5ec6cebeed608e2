"""What hubs may word in e-mails about places and sessions: the names that are filled in, examples."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from mathshub.outbox.kinds import Worded
from mathshub.outbox.wording_text import Placeholder
from sessions import bar
from sessions.models import Session
from sessions.words import day_words, time_words, when, where

A_DAY = "a day that we will tell you"
A_PLACE = "a place that we will tell you"

NAME = Placeholder("name", "the reader’s name", "recipient_name", "colleague")
PROGRAMME = Placeholder("programme", "the programme", "programme", "the programme")
YEAR = Placeholder("year", "the academic year, as in 2026/27", "academic_year", "this year")
GROUP = Placeholder("work group", "the Work Group", "work_group", "your Work Group")
LEADS = Placeholder("led by", "who leads it", "leads", "the Work Group Lead", ", ".join)
NEXT = Placeholder(
    "next session", "day and time of the next session", "next_session", A_DAY, lambda s: when(s)
)
NEXT_PLACE = Placeholder(
    "next place", "where the next session is", "next_session", A_PLACE, lambda s: where(s)
)
SCHOOL_OF_PLACE = Placeholder("school", "the school", "place.school", "your school")
REPLY_BY = Placeholder("reply by", "the day to answer by", "place.reply_by", A_DAY, day_words)
OF_PLACE = (NAME, SCHOOL_OF_PLACE, PROGRAMME, YEAR, GROUP, LEADS, NEXT, NEXT_PLACE)


def _of_session(name: str, label: str, path: str, otherwise: str, words: Any = None) -> Placeholder:
    return Placeholder(name, label, f"session{path}", otherwise, words)


OF_SESSION = (
    NAME,
    Placeholder("school", "the reader’s school", "school", "your school"),
    PROGRAMME,
    GROUP,
    LEADS,
    _of_session("number", "the number of the session", ".number", "this"),
    _of_session("title", "what the session is about", ".title", "this session"),
    _of_session("day", "the day of the session", ".starts_at", A_DAY, day_words),
    _of_session(
        "start", "when it begins", ".starts_at", "a time that we will tell you", time_words
    ),
    _of_session("end", "when it ends", ".ends_at", "a time that we will tell you", time_words),
    _of_session("place", "where it is", "", A_PLACE, lambda session: where(session)),
)

# --- examples: what the templates ask for, of a school and a group that are made up ---

_NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
_STARTS = [datetime(2026, 10, 8, 14, 45, tzinfo=UTC), datetime(2027, 1, 14, 15, 45, tzinfo=UTC)]


def _example_session(number: int, starts_at: datetime) -> Session:
    session = SimpleNamespace(
        pk=number,
        number=number,
        title="Number facts",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        mode="twilight",
        venue="Plainfields Primary School",
        bring="",
        join_link="",
        state="published",
        has_taken_place=_has_ended_at(starts_at),
        get_mode_display=lambda: "twilight",
    )
    return cast("Session", session)  # read as one, and never saved


def _has_ended_at(starts_at: datetime) -> Callable[[datetime], bool]:
    return lambda now: starts_at < now


_SESSIONS = [_example_session(number, at) for number, at in enumerate(_STARTS, start=1)]
_FACTS = [
    ("When", when(_SESSIONS[1])),
    ("How", "twilight"),
    ("Where", where(_SESSIONS[1])),
    ("Led by", "R. Okafor"),
]
_SCHOOL = "Plainfields Primary School"
_COMMON = {
    "recipient_name": "Asha Patel",
    "programme": "Teaching for Mastery: Embedding",
    "academic_year": "2026/27",
    "work_group": "Hackney 1",
    "leads": ["R. Okafor"],
    "sessions": _SESSIONS,
    "next_session": _SESSIONS[1],
    "cells": bar.cells(_SESSIONS, now=_NOW),
    "summary": bar.summary(_SESSIONS, now=_NOW),
    "facts": _FACTS,
    "place": {
        "school": _SCHOOL,
        "reply_by": date(2027, 1, 8),
        "work_group": {"offering": {"offers_lapse": True}},
    },
    "answer_url": "#",
    "my_url": "#",
    "calendar_url": "#",
}
_ONE = _COMMON | {
    "session": _SESSIONS[1],
    "was": {"starts_at": _STARTS[1] - timedelta(days=7)},
    "school": _SCHOOL,
    "has_moved": True,
    "arrive_at": _STARTS[1] - timedelta(minutes=10),
}

WORDED_OFFER = Worded("Places", (*OF_PLACE, REPLY_BY), _COMMON)
WORDED_SEAT = Worded("Places", OF_PLACE, _COMMON)
WORDED_SESSION = Worded("Sessions", OF_SESSION, _ONE)
WORDED_MY_LINK = Worded(
    "Sessions",
    (NAME,),
    {
        "recipient_name": "Asha Patel",
        "people": [
            {
                "participant": {"name": "Asha Patel"},
                "my_url": "#",
                "calendar_url": "#",
                "facts": _FACTS,
                "cells": _COMMON["cells"],
                "summary": _COMMON["summary"],
            }
        ],
    },
    by_programme=False,
)
