"""England's bank holidays, as GOV.UK publishes them, from the package ``holidays``.

The package also names the Saturdays and Sundays on which a feast itself falls. GOV.UK's list has
only the weekday that stands in for it, and so has ours. A test compares the two day by day.
"""

from datetime import date

import holidays

SATURDAY = 5


def bank_holidays(first_year: int, last_year: int) -> dict[date, str]:
    """England's bank holidays of these calendar years, by day."""
    known = holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    return {day: name for day, name in sorted(known.items()) if day.weekday() < SATURDAY}
