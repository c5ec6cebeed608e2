"""A second form for what the school has asked for already: joined to the first, told by e-mail only."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError

from enrolment.models import ExpressionOfInterest, FurtherForm, InterestDraft
from enrolment.services.history import delete_as, save_as
from enrolment.services.interest import (
    InterestAnswers,
    empty_draft,
    eoi_received,
    expression_with,
    name_people,
)
from enrolment.services.seats import NamedSeat
from enrolment.services.three_a_day import has_had_enough
from enrolment.services.transactions import one_transaction
from mathshub.outbox.services import Draft, queue_messages

EOI_AGAIN = "eoi-again"
EOI_JOINED = "eoi-joined"
ELSEWHERE = ("school", "pages", "told")


def join_form(
    expression: ExpressionOfInterest,
    *,
    answers: InterestAnswers,
    draft: InterestDraft,
    now: datetime,
) -> FurtherForm:
    """Keep the form beside the first one, and tell its sender.

    A mailbox that the first one names is told where to find it; anybody else that a colleague had
    sent one, without a link. The page must say neither. The same form gives the same row. Raises
    ``ChangedMeanwhile``.
    """
    try:
        return _join(expression, answers, draft, now)
    except IntegrityError:
        found: FurtherForm = FurtherForm.objects.get(form_token=draft.form_token)
        return found


@one_transaction
def _join(
    expression: ExpressionOfInterest, answers: InterestAnswers, draft: InterestDraft, now: datetime
) -> FurtherForm:
    form = FurtherForm(
        expression=expression,
        form_token=draft.form_token,
        sender_role=answers.sender_role,
        sender_name=answers.sender_name,
        sender_email=answers.sender_email,
        appetite=answers.appetite,
        appetite_reason=answers.appetite_reason,
        answers=[list(each) for each in answers.told],
        said=_as_json(answers),
        pages=draft.complete_answers,
        is_from_known_mailbox=answers.sender_email.casefold() in expression.addresses(),
        submitted_at=now,
    )
    save_as(form, by=None, now=now, why="Received by web form")
    empty_draft(draft, further_form=form)
    if not has_had_enough(form.sender_email, now=now):
        queue_messages([told_of(form)], now=now)
    return form


@one_transaction
def take_first_place(taken_back: ExpressionOfInterest, *, now: datetime) -> None:
    """A form that was joined to one that is taken back becomes the school's expression of interest.

    The one that was confirmed first, or else that came first; its sender gets the link to it, and
    the others are joined to it. Nothing happens where there is none.
    """
    joined = taken_back.further_forms.select_for_update(of=("self",), no_key=True)
    waiting = [form for form in joined.order_by("submitted_at", "pk") if form.said]
    if not waiting:
        return
    chosen = min(waiting, key=lambda form: form.confirmed_at or datetime.max.replace(tzinfo=UTC))
    expression = _as_expression(chosen, taken_back)
    why = f"In place of {taken_back.reference}, which was taken back"
    save_as(expression, by=None, now=now, why=why)
    name_people(expression, _as_answers(chosen, taken_back))
    InterestDraft.objects.filter(further_form=chosen).update(
        further_form=None, expression=expression
    )
    joined.exclude(pk=chosen.pk).update(expression=expression)
    delete_as(chosen, by=None, now=now, why=why)
    if not has_had_enough(expression.contact_email, now=now):
        queue_messages([eoi_received(expression)], now=now)


def _as_expression(form: FurtherForm, first: ExpressionOfInterest) -> ExpressionOfInterest:
    return expression_with(
        _as_answers(form, first),
        offering=first.offering,
        form_token=form.form_token,
        reference=form.reference,
        pages=form.pages,
        source=first.Source.WEB,
        submitted_at=form.submitted_at,
        confirmed_at=form.confirmed_at,
        codes_tried=form.codes_tried,
    )


def _as_json(answers: InterestAnswers) -> dict[str, Any]:
    """What the answers say, but for the school, the pages and what was told, which stand elsewhere."""
    said = asdict(replace(answers, school=None))
    return {name: value for name, value in said.items() if name not in ELSEWHERE}


def _as_answers(form: FurtherForm, first: ExpressionOfInterest) -> InterestAnswers:
    people = tuple(NamedSeat(**person) for person in form.said["intended_participants"])
    said = form.said | {"intended_participants": people}
    return InterestAnswers(school=first.school, **said)


def told_of(form: FurtherForm) -> Draft:
    """To its sender: we have it, beside the one that the school had sent."""
    kind = EOI_AGAIN if form.is_from_known_mailbox else EOI_JOINED
    return Draft(
        kind=kind,
        key=f"{kind}:{form.form_token}",
        recipient=form.sender_email,
        recipient_name=form.sender_name,
        context={"form": form.pk},
        school_id=form.expression.school_id,
    )
