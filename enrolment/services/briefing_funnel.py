"""What briefings led to: schools that booked, that came, and that then expressed an interest."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from enrolment.models import Briefing, BriefingBooking, ExpressionOfInterest
from workgroups.models import AcademicYear


@dataclass
class Borough:
    """The schools of one borough's briefings, each counted once."""

    name: str
    booked: set[str] = field(default_factory=set)
    came: set[str] = field(default_factory=set)
    interested: set[str] = field(default_factory=set)
    """Of those that booked or came, the ones with an expression of interest for that year."""


@dataclass(frozen=True)
class Funnel:
    year: AcademicYear
    boroughs: list[Borough]

    @property
    def most(self) -> int:
        """Schools of the longest bar; at least one."""
        return max([1, *(len(each.booked) for each in self.boroughs)])


def latest_funnel() -> Funnel | None:
    """Of the latest year that a briefing in scope is about and somebody has booked for."""
    booked = Briefing.objects.filter(pk__in=BriefingBooking.objects.booked().values("briefing"))
    years = AcademicYear.objects.filter(pk__in=booked.values("academic_year"))
    latest = years.order_by("-start_year").first()
    return funnel_of(latest) if latest else None


def funnel_of(year: AcademicYear) -> Funnel:
    """By the boroughs that the briefings are for. A school that nobody found counts by its name."""
    bookings = (
        BriefingBooking.objects.booked()
        .filter(briefing__academic_year=year)
        .select_related("briefing__local_authority", "school")
        .order_by("briefing__local_authority__name", "pk")
    )
    schools, addresses = _interest_in(year)
    boroughs: dict[str, Borough] = {}
    for booking in bookings:
        name = booking.briefing.local_authority.name
        borough = boroughs.setdefault(name, Borough(name))
        school = _key(booking)
        borough.booked.add(school)
        if booking.has_come:
            borough.came.add(school)
        is_known = booking.email and booking.email.casefold() in addresses
        if booking.school_id in schools or is_known:
            borough.interested.add(school)
    return Funnel(year, list(boroughs.values()))


def _key(booking: BriefingBooking) -> str:
    return booking.school.urn if booking.school else booking.school_as_typed.casefold()


def _interest_in(year: AcademicYear) -> tuple[set[int], set[str]]:
    """The schools with an interest in that year that stands, and the addresses that sent it."""
    rows = (
        ExpressionOfInterest.objects.filter(offering__academic_year=year)
        .exclude(state=ExpressionOfInterest.State.WITHDRAWN)
        .order_by()
        .values_list("school_id", "headteacher_email", "maths_lead_email")
    )
    schools: set[int] = set()
    addresses: set[str] = set()
    for school, *emails in rows:
        schools |= {school} - {None}
        addresses |= _addresses(emails)
    return schools, addresses


def _addresses(emails: Iterable[str]) -> set[str]:
    return {email.casefold() for email in emails if email}
