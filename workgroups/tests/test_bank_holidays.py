"""England's bank holidays: the package against the list that GOV.UK publishes."""

import json
from datetime import date
from itertools import groupby
from pathlib import Path

import holidays

from workgroups.bank_holidays import SATURDAY, bank_holidays

PUBLISHED = Path(__file__).parent / "data" / "calendar" / "bank_holidays_england.json"
YEARS = 2015, 2028
# What GOV.UK calls each, and what the package does; “observed” where a weekday stands in.
NAMES = {
    "New Year’s Day": {"New Year's Day", "New Year's Day (observed)"},
    "Good Friday": {"Good Friday"},
    "Easter Monday": {"Easter Monday"},
    "Early May bank holiday": {"May Day"},
    "Early May bank holiday (VE day)": {"May Day"},
    "Spring bank holiday": {"Spring Bank Holiday"},
    "Summer bank holiday": {"Late Summer Bank Holiday"},
    "Christmas Day": {"Christmas Day", "Christmas Day (observed)"},
    "Boxing Day": {"Boxing Day", "Boxing Day (observed)"},
    "Platinum Jubilee bank holiday": {"Platinum Jubilee of Elizabeth II"},
    "Bank Holiday for the State Funeral of Queen Elizabeth II": {
        "State Funeral of Queen Elizabeth II"
    },
    "Bank holiday for the coronation of King Charles III": {"Coronation of Charles III"},
}


def published() -> dict[date, str]:
    events = json.loads(PUBLISHED.read_text())["england-and-wales"]["events"]
    return {date.fromisoformat(event["date"]): event["title"] for event in events}


def test_the_days_are_those_of_the_published_list() -> None:
    assert len(published()) == 115
    assert list(bank_holidays(*YEARS)) == sorted(published())


def test_each_day_has_the_name_that_it_has_there() -> None:
    ours = sorted((title, bank_holidays(*YEARS)[day]) for day, title in published().items())
    found = {title: {name for _, name in rows} for title, rows in groupby(ours, lambda row: row[0])}
    assert found == NAMES


def test_days_that_came_once_are_there_and_those_that_moved_have_gone() -> None:
    known = bank_holidays(*YEARS)
    once = [date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8), date(2020, 5, 8)]
    assert all(day in known for day in once)
    moved = [date(2020, 5, 4), date(2022, 5, 30)]  # for VE Day, and for the Jubilee
    assert not any(day in known for day in moved)


def test_all_that_the_package_has_beside_them_lies_on_weekends() -> None:
    """What is left out of it; a day more than these after an upgrade must be looked at."""
    years = range(YEARS[0], YEARS[1] + 1)
    package = holidays.country_holidays("GB", subdiv="ENG", years=years)
    left_out = sorted(set(package) - set(published()))
    assert len(left_out) == 13
    assert all(day.weekday() >= SATURDAY for day in left_out)
