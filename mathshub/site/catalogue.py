"""Programmes as the public pages show them: what is open, what is left, how far the year has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from enrolment.models import Place
from mathshub.prepared import prepared
from mathshub.site.year_so_far import YearSoFar, usual_year, years_by_offering
from sessions.times import london_day
from sessions.words import number_words
from workgroups.models import Offering, Programme, WorkGroup

FEW_PLACES = 5  # from here down the places left are worth saying


@dataclass(frozen=True)
class Tag:
    """A short state in words, and its tone in the look (leaf, sun, plain)."""

    words: str
    tone: str


@dataclass(frozen=True)
class Entry:
    """A programme, the offering of it to speak of today, and that offering's public Work Groups."""

    programme: Programme
    offering: Offering | None
    work_groups: list[WorkGroup]
    year: YearSoFar
    today: date

    @property
    def is_open(self) -> bool:
        """Whether a school may express its interest today."""
        return self.offering is not None and self.offering.is_open_to_interest(self.today)

    @property
    def opens_later(self) -> bool:
        return self.offering is not None and self.offering.opens_later(self.today)

    @property
    def places_left(self) -> int | None:
        """Schools that the groups still taking schools have room for; None without such groups."""
        left = [places_left(group) for group in self.work_groups if is_forming(group)]
        return sum(left) if left else None

    @property
    def tag(self) -> Tag:
        """How things stand, in two or three words."""
        if self.is_open:
            return _open_tag(self.places_left)
        if self.opens_later and self.offering and self.offering.opens_on:
            return Tag(f"Opens {_day(self.offering.opens_on)}", "plain")
        return Tag("Closed" if self.offering else "Not on offer yet", "plain")

    @property
    def shape(self) -> list[str]:
        """Its size: seats, schools in a group, groups."""
        seats = self.programme.seats_per_school
        facts = [f"{_some(seats)} {'seat' if seats == 1 else 'seats'} a school"]
        sizes = {group.capacity for group in self.work_groups}
        if sizes:
            up_to = "" if len(sizes) == 1 else "up to "
            facts.append(f"{up_to}{max(sizes)} schools a group")
            count = len(self.work_groups)
            facts.append(f"{number_words(count)} {'group' if count == 1 else 'groups'}")
        return facts


def list_entries(now: datetime) -> list[Entry]:
    """All programmes of the hub along the journey. Four queries, however many there are."""
    today = london_day(now)
    offerings = _by_programme(_offerings())
    groups = _groups_by_offering()
    years = years_by_offering(now)
    entries = []
    for programme in _programmes():
        own = offerings.get(programme.pk, [])
        offering = _one_to_speak_of(own, today)
        entries.append(
            Entry(
                programme=programme,
                offering=offering,
                work_groups=groups.get(offering.pk, []) if offering else [],
                year=_year_to_show(programme, own, years, today),
                today=today,
            )
        )
    return entries


@prepared
def _programmes() -> QuerySet[Programme]:
    return Programme.objects.all()


@prepared
def _offerings() -> QuerySet[Offering]:
    return Offering.objects.select_related("academic_year")


@prepared
def _groups() -> QuerySet[WorkGroup]:
    return public_work_groups().order_by("name")


def public_work_groups() -> QuerySet[WorkGroup]:
    """The Work Groups of the public pages, each with ``held_places``: offered or accepted."""
    held = Count("places", filter=Q(places__state__in=Place.HELD))
    return WorkGroup.objects.public().annotate(held_places=held)


def is_forming(group: WorkGroup) -> bool:
    """Whether schools are still being taken."""
    return group.state == WorkGroup.State.FORMING


def places_left(group: WorkGroup) -> int:
    """Room for this many schools more; ``group`` comes from ``public_work_groups``."""
    held: int = group.held_places  # type: ignore[attr-defined]
    return max(group.capacity - held, 0)


def _open_tag(left: int | None) -> Tag:
    if left is None or left > FEW_PLACES:
        return Tag("Open", "leaf")
    if left == 0:
        return Tag("Open, groups full", "sun")
    return Tag(f"{left} {'place' if left == 1 else 'places'} left", "sun")


def _one_to_speak_of(offerings: list[Offering], today: date) -> Offering | None:
    """The one that is open, else the next to open, else the latest."""
    in_order = _in_order(offerings)
    for is_wanted in (Offering.is_open_to_interest, Offering.opens_later):
        wanted = [offering for offering in in_order if is_wanted(offering, today)]
        if wanted:
            return wanted[0]
    return in_order[-1] if in_order else None


def _by_programme(offerings: Iterable[Offering]) -> dict[int, list[Offering]]:
    found: dict[int, list[Offering]] = {}
    for offering in offerings:
        found.setdefault(offering.programme_id, []).append(offering)
    return found


def _groups_by_offering() -> dict[int, list[WorkGroup]]:
    found: dict[int, list[WorkGroup]] = {}
    for group in _groups():
        found.setdefault(group.offering_id, []).append(group)
    return found


def _year_to_show(
    programme: Programme, offerings: list[Offering], years: dict[int, YearSoFar], today: date
) -> YearSoFar:
    """That of the academic year under way, else the next one with sessions, else the usual one."""
    for offering in _in_order(offerings):
        if offering.pk in years and offering.academic_year.ends_on >= today:
            return years[offering.pk].called(str(offering.academic_year))
    return usual_year(programme.usual_sessions)


def _in_order(offerings: Iterable[Offering]) -> list[Offering]:
    return sorted(offerings, key=lambda offering: offering.academic_year.start_year)


def _some(number: int) -> str:
    """A number that begins a line: “Two”."""
    return number_words(number).capitalize()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
