"""Expressions of interest: received once per form, acknowledged by e-mail, withdrawn by the school."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from enrolment.errors import AskedAlready, CannotBeWithdrawn, ChangedMeanwhile, TooManyExpressions
from enrolment.models import (
    ExpressionOfInterest,
    FurtherForm,
    IntendedParticipant,
    InterestDraft,
    Place,
)
from enrolment.services.history import save_as
from enrolment.services.places import release_place
from enrolment.services.seats import NamedSeat, lock_place
from enrolment.services.three_a_day import has_had_enough, lately
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import Draft, cancel_messages, queue_messages
from workgroups.models import Offering, School

EOI_RECEIVED = "eoi-received"
EOI_LINK = "eoi-link"
EOI_WITHDRAWN = "eoi-withdrawn"
State = ExpressionOfInterest.State


@dataclass(frozen=True)
class InterestAnswers:
    """What a school tells the hub. Either ``school`` is given or ``school_as_typed``."""

    school: School | None
    headteacher_name: str
    headteacher_email: str
    school_as_typed: str = ""
    sender_role: str = ExpressionOfInterest.SenderRole.HEADTEACHER
    sender_name: str = ""
    sender_email: str = ""
    maths_lead_name: str = ""
    maths_lead_email: str = ""
    appetite: str = ExpressionOfInterest.Appetite.YES
    appetite_reason: str = ""
    intended_participants: tuple[NamedSeat, ...] = ()
    further: dict[str, Any] = field(default_factory=dict)
    """Answers to further questions, by the question's name; JSON."""
    told: tuple[tuple[str, str], ...] = ()
    """All of it as (question, answer), in words."""
    pages: dict[str, Any] = field(default_factory=dict)
    """What the form's pages keep of it, where no draft holds them."""


def submit_expression(
    answers: InterestAnswers,
    *,
    offering: Offering,
    form_token: UUID,
    source: ExpressionOfInterest.Source,
    by: Account | None,
    now: datetime,
    draft: InterestDraft | None = None,
) -> tuple[ExpressionOfInterest, bool]:
    """Store the expression, queue its acknowledgement to who sent it; True when it is new.

    The same form token, sent again or eight times at once, gives the expression that was stored
    first. ``draft`` is emptied with it. Raises ``TooManyExpressions``, ``SomeoneElseIsChanging``,
    ``ChangedMeanwhile`` where another page of the draft has been kept since it was read, and
    ``AskedAlready`` where another expression of the school for the offering stands.
    """
    try:
        return _store(answers, offering, form_token, source, draft, by=by, now=now), True
    except TooManyExpressions as refusal:
        return _stored_first(form_token, otherwise=refusal), False
    except IntegrityError as conflict:
        earlier = standing_expression(answers.school, offering)
        refused = AskedAlready(earlier) if earlier else conflict
        return _stored_first(form_token, otherwise=refused), False


def standing_expression(school: School | None, offering: Offering) -> ExpressionOfInterest | None:
    """The expression of the school for the offering that was neither withdrawn nor declined."""
    if school is None:
        return None
    found: ExpressionOfInterest | None = (
        ExpressionOfInterest.objects.standing().filter(school=school, offering=offering).first()
    )
    return found


@one_transaction
def withdraw_expression(
    expression: ExpressionOfInterest, *, by: Account | None, now: datetime
) -> ExpressionOfInterest:
    """Withdraw the interest, and the place if one is on offer; its contacts are told.

    Raises ``CannotBeWithdrawn``.
    """
    expression = ExpressionOfInterest.objects.select_for_update(no_key=True).get(pk=expression.pk)
    if not expression.can_be_withdrawn:
        raise CannotBeWithdrawn(expression.get_state_display())
    for place in Place.objects.unanswered().filter(expression=expression).order_by("pk"):
        release_place(lock_place(place), by=by, now=now, why="Withdrew the interest")
    expression.state = ExpressionOfInterest.State.WITHDRAWN
    save_as(expression, by=by, now=now, why="Withdrew the interest")
    queue_messages(letters_of_withdrawal(expression, by=by, now=now), now=now)
    return expression


def letters_of_withdrawal(
    expression: ExpressionOfInterest, *, by: Account | None, now: datetime
) -> list[Draft]:
    """Who would be told that it is withdrawn, each address once.

    Who sent it; the headteacher, who was told of it once the sender was real; and colleagues who
    sent a further form. Of an address that nobody has confirmed only the one whose own link it was.
    """
    knows = expression.has_real_sender
    told: dict[str, Draft] = {}
    if knows or by is None:
        _tell_once(told, expression, expression.contact_email, expression.contact_name)
    if knows:
        _tell_once(told, expression, expression.headteacher_email, expression.headteacher_name)
    for form in expression.further_forms.exclude(confirmed_at=None):
        _tell_once(told, expression, form.sender_email, form.sender_name, form=form.pk)
    # In one order, as each waits for others that write to the address.
    return [told[address] for address in sorted(told) if not has_had_enough(address, now=now)]


def _tell_once(
    told: dict[str, Draft], expression: ExpressionOfInterest, address: str, name: str, **form: int
) -> None:
    if not address or address.casefold() in told:
        return
    told[address.casefold()] = Draft(
        kind=EOI_WITHDRAWN,
        key=f"{EOI_WITHDRAWN}:{expression.form_token}:{len(told) + 1}",
        recipient=address,
        recipient_name=name,
        context={"expression": expression.pk, **form},
        school_id=expression.school_id,
    )


@one_transaction
def _store(
    answers: InterestAnswers,
    offering: Offering,
    form_token: UUID,
    source: ExpressionOfInterest.Source,
    draft: InterestDraft | None,
    *,
    by: Account | None,
    now: datetime,
) -> ExpressionOfInterest:
    known = lately(answers.sender_email or answers.headteacher_email, now=now)
    if known.is_flooded:
        raise TooManyExpressions
    expression = expression_with(
        answers,
        offering=offering,
        form_token=form_token,
        pages=draft.complete_answers if draft else answers.pages,
        source=source,
        submitted_at=now,
    )
    save_as(expression, by=by, now=now, why=f"Received by {expression.get_source_display()}")
    name_people(expression, answers)
    if draft is not None:
        empty_draft(draft, expression=expression)
    if not known.has_had_enough:
        queue_messages([eoi_received(expression)], now=now)
    return expression


def expression_with(answers: InterestAnswers, **fields: Any) -> ExpressionOfInterest:
    """An expression that says what the answers say; not saved."""
    return ExpressionOfInterest(
        school=answers.school,
        school_as_typed=answers.school_as_typed,
        sender_role=answers.sender_role,
        sender_name=answers.sender_name,
        sender_email=answers.sender_email,
        appetite=answers.appetite,
        appetite_reason=answers.appetite_reason,
        headteacher_name=answers.headteacher_name,
        headteacher_email=answers.headteacher_email,
        maths_lead_name=answers.maths_lead_name,
        maths_lead_email=answers.maths_lead_email,
        answers=answers.further,
        **fields,
    )


def name_people(expression: ExpressionOfInterest, answers: InterestAnswers) -> None:
    """The teachers whom the school means to send, in its order."""
    IntendedParticipant.objects.bulk_create(
        IntendedParticipant(
            expression=expression,
            position=position,
            name=person.name,
            email=person.email,
            role=person.role,
            year_group=person.year_group,
        )
        for position, person in enumerate(answers.intended_participants, start=1)
    )


def empty_draft(draft: InterestDraft, **sent_as: ExpressionOfInterest | FurtherForm) -> None:
    """The draft keeps no answers once it is sent, only what became of it.

    Raises ``ChangedMeanwhile`` where it holds other answers by now than those that were read.
    """
    as_read = InterestDraft.objects.filter(pk=draft.pk, changed_at=draft.changed_at)
    if not as_read.update(answers={}, school_as_typed="", link_email="", **sent_as):
        raise ChangedMeanwhile


def _stored_first(form_token: UUID, *, otherwise: Exception) -> ExpressionOfInterest:
    """What the form's first sending stored; raises ``otherwise`` when there is nothing."""
    expression = ExpressionOfInterest.objects.filter(form_token=form_token).first()
    if expression is None:
        raise otherwise
    return expression


def eoi_received(expression: ExpressionOfInterest) -> Draft:
    """The acknowledgement, to who sent it, with the link to follow it."""
    return _to_contact(expression, EOI_RECEIVED, f"{EOI_RECEIVED}:{expression.form_token}")


def new_links(
    expression: ExpressionOfInterest, *, to_headteacher: bool, why: str, now: datetime
) -> list[Draft]:
    """The link that works from now on, in place of messages that still wait with an ended one.

    ``to_headteacher``: whether the headteacher had one before, and so gets one now.
    """
    prefix = f"{EOI_LINK}:{expression.pk}:"
    for begun in (f"{EOI_RECEIVED}:{expression.form_token}", prefix):
        cancel_messages(key_prefix=begun, reason=why)
    key = f"{prefix}{expression.link_generation}"
    links = [_to_contact(expression, EOI_LINK, key)]
    head = expression.headteacher_email
    is_another = head.casefold() not in ("", expression.contact_email.casefold())
    if to_headteacher and is_another and not has_had_enough(head, now=now):
        name = expression.headteacher_name
        links.append(
            replace(links[0], key=f"{key}:headteacher", recipient=head, recipient_name=name)
        )
    return links


def _to_contact(expression: ExpressionOfInterest, kind: str, key: str) -> Draft:
    return Draft(
        kind=kind,
        key=key,
        recipient=expression.contact_email,
        recipient_name=expression.contact_name,
        context={"expression": expression.pk},
        school_id=expression.school_id,
    )
