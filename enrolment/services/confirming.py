"""The sender's address: confirmed by a code on the page, or by an answer behind the link."""

from datetime import datetime
from typing import Any, cast

from django.utils.crypto import constant_time_compare, salted_hmac

from enrolment.errors import CodeWrong, TooManyCodes
from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.drafts import end_drafts
from enrolment.services.further_forms import take_first_place
from enrolment.services.history import delete_as, save_as
from enrolment.services.three_a_day import has_had_enough
from enrolment.services.transactions import one_transaction
from mathshub.outbox.services import Draft, queue_messages

Form = ExpressionOfInterest | FurtherForm
EOI_COPY = "eoi-copy"
MOST_TRIES = 10  # of a million codes
WHY = "The sender confirmed the e-mail address"
DISOWNED = "Whose address was given says that they did not send it"
NOT_TAKEN = "Whose address the link was sent to says that it is not theirs: the link has ended"


def code_of(form: ExpressionOfInterest | FurtherForm) -> str:
    """Six figures that go with this form and mailbox: made anew each time, and kept nowhere."""
    value = f"{form.form_token.hex}:{form.sender_email.casefold()}"
    digest = salted_hmac("enrolment.confirming", value, algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 1_000_000:06}"


def confirm_by_code(form: Form, *, code: str, now: datetime) -> Form:
    """Raises ``CodeWrong``, and ``TooManyCodes`` after ten wrong ones."""
    form = _try(form, code, now)
    if form.confirmed_at is None:
        raise CodeWrong  # after the commit, so that the try counts
    return form


@one_transaction
def confirm(form: Form, *, now: datetime) -> Form:
    """Note that the sender's address is the sender's, once."""
    return _confirm(_lock(form), now)


@one_transaction
def disown(form: Form, *, now: datetime) -> Form:
    """The mailbox knows nothing of the form: an expression is withdrawn, a further form deleted.

    A form that a colleague sent after it then takes the place of the expression.
    Once the hub has decided on it, or once it was confirmed, it stays as it is.
    """
    form = _lock(form)
    if form.confirmed_at is not None:
        return form
    if isinstance(form, FurtherForm):
        delete_as(form, by=None, now=now, why=DISOWNED)
    elif form.state == ExpressionOfInterest.State.RECEIVED:
        form.state = ExpressionOfInterest.State.WITHDRAWN
        save_as(form, by=None, now=now, why=DISOWNED)
        take_first_place(form, now=now)
    return form


@one_transaction
def refuse_link(expression: ExpressionOfInterest, *, now: datetime) -> ExpressionOfInterest:
    """The mailbox that was sent a new link knows nothing of it: the link ends, the interest stays.

    Its address stays unconfirmed, and staff see so. Once it was confirmed, nothing changes.
    """
    locked: Any = _lock(expression)
    if locked.confirmed_at is None:
        locked.link_generation += 1
        end_drafts(locked)
        save_as(locked, by=None, now=now, why=NOT_TAKEN)
    return cast(ExpressionOfInterest, locked)


@one_transaction
def _try(form: Form, code: str, now: datetime) -> Form:
    """Confirm if the code is right, and count it if it is wrong. Raises ``TooManyCodes``."""
    form = _lock(form)
    if form.confirmed_at is None and form.codes_tried >= MOST_TRIES:
        raise TooManyCodes
    if constant_time_compare(code_of(form), code):
        return _confirm(form, now)
    form.codes_tried += 1
    type(form).objects.filter(pk=form.pk).update(codes_tried=form.codes_tried)
    return form


def _confirm(form: Form, now: datetime) -> Form:
    if form.confirmed_at is not None:
        return form
    form.confirmed_at = now
    save_as(form, by=None, now=now, why=WHY)
    if isinstance(form, ExpressionOfInterest):
        queue_messages(_copy_for_headteacher(form, now), now=now)
    return form


def _copy_for_headteacher(expression: ExpressionOfInterest, now: datetime) -> list[Draft]:
    """Who is named as headteacher hears of it, once a real mailbox has said that it sent it."""
    address = expression.headteacher_email
    if not address or address.casefold() == expression.contact_email.casefold():
        return []
    if has_had_enough(address, now=now):
        return []
    return [
        Draft(
            kind=EOI_COPY,
            key=f"{EOI_COPY}:{expression.form_token}",
            recipient=address,
            recipient_name=expression.headteacher_name,
            context={"expression": expression.pk},
            school_id=expression.school_id,
        )
    ]


def _lock(form: Form) -> Form:
    locked: Form = type(form).objects.select_for_update(of=("self",), no_key=True).get(pk=form.pk)
    return locked
