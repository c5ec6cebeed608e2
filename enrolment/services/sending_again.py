"""The acknowledgement once more, with its code: the first went astray, or never went."""

from dataclasses import replace
from datetime import datetime

from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.further_forms import told_of
from enrolment.services.interest import eoi_received
from enrolment.services.three_a_day import has_had_enough
from enrolment.services.transactions import one_transaction
from mathshub.outbox.services import queue_messages


@one_transaction
def send_code_again(form: ExpressionOfInterest | FurtherForm, *, now: datetime) -> None:
    """Mail the sender's acknowledgement again, while the address is not confirmed.

    Within three mails a day to one address; who asks is not told whether they have gone already.
    """
    form = type(form).objects.select_for_update(of=("self",), no_key=True).get(pk=form.pk)
    if form.confirmed_at is not None or has_had_enough(form.sender_email, now=now):
        return
    first = told_of(form) if isinstance(form, FurtherForm) else eoi_received(form)
    # Pressed twice within a minute it is one mail.
    again = replace(first, key=f"{first.key}:again:{now:%Y-%m-%dT%H:%M}")
    queue_messages([again], now=now)
