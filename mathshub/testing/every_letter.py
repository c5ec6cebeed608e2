"""One e-mail of every kind, written from the rows of the demonstration."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives

from enrolment.models import (
    BriefingBooking,
    ExpressionOfInterest,
    FurtherForm,
    InterestDraft,
    OpeningNotice,
    Participant,
    Place,
)
from enrolment.services.briefings.drafts import reminder_prefix
from enrolment.services.drafts import NUDGED_AFTER
from enrolment.services.lapsing import warning_key
from mathshub.outbox.kinds import Kind, all_kinds
from mathshub.outbox.models import Message
from mathshub.outbox.wording_preview import GONE, write_as_it_would_go
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember

A_CODE = {"written_subject": "Set a new password", "text": "Somebody asked for a new password."}


def email_of_every_kind(now: datetime) -> Iterator[tuple[str, EmailMultiAlternatives]]:
    """The name of each kind with an e-mail as it would read now, of the first hub that has one.

    Raises ``LookupError`` for a kind of which the demonstration has nothing to tell.
    """
    hubs = list(Hub.objects.order_by("pk"))
    for kind in all_kinds():
        found = (_email_of(kind, hub, now) for hub in hubs)
        email = next(filter(None, found), None)
        if email is None:
            raise LookupError(f"The demonstration has nothing to write {kind.name} of.")
        yield kind.name, email


def _email_of(kind: Kind, hub: Hub, now: datetime) -> EmailMultiAlternatives | None:
    """Of the first message that can be written, one that is still wanted before all others."""
    with hub_scope(hub):
        rows = Message.objects.filter(kind=kind.name).exclude(context={}).select_related("hub")
        made = (each for each in messages_not_in_demo(hub, now) if each.kind == kind.name)
        messages = [*rows.order_by("-pk"), *made]
        for is_wanted in (True, False):
            for message in messages:
                if email := _written(kind, message, now, is_wanted=is_wanted):
                    return email
    return None


def _written(
    kind: Kind, message: Message, now: datetime, *, is_wanted: bool
) -> EmailMultiAlternatives | None:
    try:
        if is_wanted and kind.unwanted(message, now):
            return None
        return write_as_it_would_go(message, kind.render(message, now), now)
    except GONE:
        return None


def messages_not_in_demo(hub: Hub, now: datetime) -> Iterator[Message]:
    """Of the kinds that the demonstration has no row of."""
    for message in (*_about_interest(), *_about_briefings(), *_about_people()):
        message.pk, message.hub, message.due_at = 1, hub, message.due_at or now
        yield message


def _message(kind: str, key: str = "", to: str = "office@school.example", **about: Any) -> Message:
    """One that names rows, or values, in its context."""
    context = {name: getattr(row, "pk", row) for name, row in about.items()}
    return Message(kind=kind, key=key or kind, recipient=to, context=context)


def _about_interest() -> Iterator[Message]:
    interest = ExpressionOfInterest.objects.exclude(state="withdrawn").exclude(sender_email="")
    expression = interest.earliest("pk")
    for kind in ("eoi-copy", "eoi-link", "eoi-handed-over", "eoi-changed"):
        yield _message(kind, to=expression.contact_email, expression=expression)
    for form in FurtherForm.objects.all():
        yield _message("eoi-joined", form=form)
    for draft in InterestDraft.objects.all():
        nudge = _message("draft-nudge", draft=draft)
        nudge.due_at = draft.changed_at + NUDGED_AFTER  # before, nobody needs it
        yield nudge
    for member in HubMember.objects.filter(role=HubMember.Role.HUB_LEAD):
        hour = expression.submitted_at.replace(minute=0, second=0, microsecond=0)
        yield _message("eoi-digest", member=member, hour=hour.isoformat())
    for notice in OpeningNotice.objects.all():
        offering = notice.programme.offerings.latest("academic_year__start_year")
        yield _message("window-opened", notice=notice, offering=offering)


def _about_briefings() -> Iterator[Message]:
    for booking in BriefingBooking.objects.select_related("briefing"):
        briefing = booking.briefing
        for kind in ("seat-free", "given-up", "cancelled"):
            yield _message(f"briefing-{kind}", booking=booking)
        was = (briefing.starts_at - timedelta(days=7)).isoformat()
        yield _message("briefing-changed", booking=booking, was=was)
        prefix = reminder_prefix(briefing.pk, briefing.starts_at)
        yield _message("briefing-reminder", f"{prefix}2:{booking.pk}", booking=booking)


def _about_people() -> Iterator[Message]:
    for place in Place.objects.exclude(reply_by=None):
        yield _message("place-lapsing", warning_key(place), place=place)
    for participant in Participant.objects.exclude(email=""):
        yield _message("my-link", to=participant.email)
    for member in HubMember.objects.all():
        yield _message("staff-invited", member=member)
        yield _message("weekly-digest", member=member)
    yield _message("sign-in", **A_CODE)
