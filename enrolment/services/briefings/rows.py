"""The rows that one action on a briefing changes, locked until its transaction ends."""

from enrolment.models import Briefing, BriefingBooking


def locked_briefing(briefing: Briefing) -> Briefing:
    """The briefing's row, locked: who books, changes or ticks waits here."""
    return Briefing.objects.select_for_update(no_key=True).get(pk=briefing.pk)


def locked_booking(booking: BriefingBooking) -> BriefingBooking:
    return BriefingBooking.objects.select_for_update(no_key=True).get(pk=booking.pk)
