"""How days of the school year are put into words."""

from collections.abc import Iterable
from datetime import date


def day_words(day: date) -> str:
    """“2 September 2026”."""
    return f"{day.day} {day:%B %Y}"


def short_span(first: date, last: date) -> str:
    """“26 to 30 Oct”, “2 Sep to 18 Dec”: where the year is known."""
    begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{begins} to {last.day} {last:%b}"


def span_words(first: date, last: date, *, with_weekdays: bool = False) -> str:
    """“26 to 30 October 2026”, “Monday 10 to Thursday 13 May 2027”, one day by itself."""
    weekday, last_weekday = (f"{first:%A} ", f"{last:%A} ") if with_weekdays else ("", "")
    ends = f"{last_weekday}{day_words(last)}"
    if first == last:
        return ends
    begins = f"{weekday}{first.day}"
    if first.month != last.month or first.year != last.year:
        begins += f" {first:%B}"
    if first.year != last.year:
        begins += f" {first.year}"
    return f"{begins} to {ends}"


def listed(names: Iterable[str]) -> str:
    """“Hackney”, “Hackney and Newham”, “Hackney, Havering and Newham”."""
    *others, last = sorted(names)
    return f"{', '.join(others)} and {last}" if others else last
