"""A booked briefing as calendars understand it: one entry a booking, which follows every change."""

from typing import Any

from enrolment.models import Briefing, BriefingBooking
from mathshub.calendar import CANCEL, PUBLISH, Entry, build_calendar, content_type
from mathshub.links import absolute

FILE_NAME = "briefing.ics"


def calendar_file(booking: BriefingBooking, hub: Any) -> bytes:
    """The entry of this booking; one that was given up, or called off, takes itself out."""
    return build_calendar(
        [_entry(booking, hub)],
        name=f"{hub.name}: briefing",
        organiser_name=hub.name,
        organiser_email=hub.contact_email,
        method=_method(booking),
    )


def calendar_attachment(booking: BriefingBooking, hub: Any) -> tuple[str, bytes, str]:
    """The same for a letter: name, content, type."""
    return FILE_NAME, calendar_file(booking, hub), content_type(_method(booking))


def _method(booking: BriefingBooking) -> str:
    return CANCEL if _is_off(booking) else PUBLISH


def _is_off(booking: BriefingBooking) -> bool:
    return not booking.is_booked or booking.briefing.is_cancelled


def _entry(booking: BriefingBooking, hub: Any) -> Entry:
    """A booking that is given up comes to no other end: one above the briefing's last change."""
    briefing, is_off = booking.briefing, _is_off(booking)
    given_up = not booking.is_booked
    join_link = "" if is_off else briefing.join_link  # for those with a seat alone
    return Entry(
        uid=f"{booking.form_token}@briefings.mathshub",
        sequence=briefing.sequence + given_up,
        starts_at=briefing.starts_at,
        ends_at=briefing.ends_at,
        changed_at=booking.cancelled_at or briefing.changed_at,
        summary=f"Cancelled: {briefing}" if is_off else str(briefing),
        description=_description(briefing, join_link, hub),
        location=join_link or "Online" if briefing.is_online else briefing.venue,
        url=absolute(hub, "enrolment:show_briefing", briefing.pk),
        is_cancelled=is_off,
    )


def _description(briefing: Briefing, join_link: str, hub: Any) -> str:
    lines = [f"About the year {briefing.academic_year}"]
    if join_link:
        lines.append(f"Join online: {join_link}")
    lines.append(f"Questions: {hub.contact_email}")
    return "\n".join(lines)
