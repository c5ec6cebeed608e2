"""Sign-in mail: what allauth wrote, kept only until it has been sent."""

import uuid
from datetime import datetime, timedelta

from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages

SIGN_IN_TEMPLATE = "accounts/email/sign_in"


def queue_sign_in(address: str, *, subject: str, text: str, now: datetime) -> None:
    """Send what allauth wrote. It carries a secret, so it is wiped once sent, or after half an hour.

    Each call is a message of its own: who asks twice gets two.
    """
    draft = Draft(
        kind=SIGN_IN,
        key=f"{SIGN_IN.name}:{uuid.uuid4()}",
        recipient=address,
        context={"written_subject": subject, "text": text},
    )
    queue_messages([draft], now=now)


def render_sign_in(message: Message, now: datetime) -> Letter:
    """The words as they were written when the person asked."""
    return Letter(template=SIGN_IN_TEMPLATE, context=message.context)


def why_sign_in_is_unwanted(message: Message, now: datetime) -> str:
    return ""


SIGN_IN = register(
    Kind(
        name="sign-in",
        label="sign-in and password",
        render=render_sign_in,
        unwanted=why_sign_in_is_unwanted,
        expires_after=timedelta(minutes=30),
        template=SIGN_IN_TEMPLATE,
        leaves_paused_hub=True,
        keeps_no_text=True,
    )
)
