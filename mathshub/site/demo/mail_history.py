"""The messages of the demonstration's past: written by the services, marked as sent long ago."""

from datetime import datetime, timedelta

from enrolment.services.drafts import DRAFT_LINK, DRAFT_NUDGE
from mathshub.outbox.bounces import BounceKind, record_bounce
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import message_id, write_email
from mathshub.outbox.models import Message
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.suppression import suppress
from mathshub.site.demo.scene import Scene
from sessions import reminders
from sessions.models import Session

TEXT_KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=120)  # a few months of it show enough, and load quickly
JUST_AFTER = timedelta(minutes=4)
State = Message.State


def plan_past_reminders(scene: Scene) -> None:
    """Write the reminders that fell due before now, in the order in which they did."""
    sessions = Session.objects.on_the_calendar().filter(starts_at__isnull=False)
    moments = {moment + JUST_AFTER for moment in reminders.moments_of(sessions)}
    for moment in sorted(moment for moment in moments if moment <= scene.now):
        reminders.plan_reminders(moment)


def settle_past(scene: Scene, *, leave: Session) -> None:
    """All that was queued before now is sent, but the latest reminder of the session ``leave``.

    What is older than messages are kept goes, and so does the text of what is older than text is.
    """
    Message.objects.filter(due_at__lt=scene.now - MESSAGES_KEPT).delete()
    _let_latest_reminder_wait(leave, scene.now)
    # Cancelled are offers that were answered; told in order, they had long been sent by then.
    past = Message.objects.filter(state__in=[State.QUEUED, State.CANCELLED], due_at__lt=scene.now)
    messages = list(past.select_related("hub"))
    for message in messages:
        _mark_sent(message, scene.now)
    Message.objects.bulk_update(messages, _MARKED)


def note_failure(address: str) -> None:
    """The address refuses mail for good, as the first message to it found out."""
    words = "550 5.1.1 There is no such mailbox here"
    suppress(address, reason=words)
    Message.objects.filter(recipient=address).update(
        state=State.DEAD,
        state_reason=f"The address refuses mail: {words}",
        last_code=550,
        sent_at=None,
        text_body="",
        html_body="",
    )


def note_return(scene: Scene) -> None:
    """The newest reminder came back; who asked for the link to a form wants no reminder of it."""
    sent = Message.objects.filter(state=State.SENT).order_by("-sent_at")
    reminder = sent.filter(kind=reminders.KIND).first()
    if reminder is not None:
        record_bounce(
            message_id=reminder.message_id,
            address=reminder.recipient,
            kind=BounceKind.GAVE_UP,
            reason="452 4.2.2 The mailbox is full",
            now=reminder.sent_at + JUST_AFTER,
        )
    asked = Message.objects.filter(kind=DRAFT_LINK).order_by("-id").first()
    if asked is not None:
        stop_kind(Message(recipient=asked.recipient, kind=DRAFT_NUDGE), now=scene.now)


_MARKED = [
    *("state", "state_reason", "attempts", "created_at", "sent_at", "last_code"),
    *("message_id", "subject", "text_body", "html_body"),
]


def _let_latest_reminder_wait(session: Session, now: datetime) -> None:
    """Due since now, so that the portal sends it as soon as it runs."""
    if session.starts_at is None or session.starts_at <= now:
        return
    prefix = reminders.key_prefix(session.pk, session.starts_at)
    waiting = Message.objects.filter(key__startswith=prefix)
    latest = waiting.order_by("-due_at").values_list("due_at", flat=True).first()
    if latest:
        waiting.filter(due_at=latest).update(due_at=now)


def _mark_sent(message: Message, now: datetime) -> None:
    email = write_email(message, kind_named(message.kind).render(message, message.due_at))
    message.state = State.SENT
    message.state_reason = ""
    message.created_at = message.due_at
    message.attempts = 1
    message.sent_at = message.due_at + timedelta(seconds=3)
    message.last_code = 250
    message.message_id = message_id(message)
    message.subject = str(email.subject)
    if message.due_at > now - TEXT_KEPT:
        message.text_body = str(email.body)
        message.html_body = str(email.alternatives[0][0])
