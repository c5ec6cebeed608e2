"""A second form for what the school has asked for already: joined to the first, told by e-mail only."""

from datetime import datetime

from django.db import IntegrityError

from enrolment.models import ExpressionOfInterest, FurtherForm, InterestDraft
from enrolment.services.history import save_as
from enrolment.services.interest import InterestAnswers, empty_draft
from enrolment.services.three_a_day import has_had_enough
from enrolment.services.transactions import one_transaction
from mathshub.outbox.services import Draft, queue_messages

EOI_AGAIN = "eoi-again"
EOI_JOINED = "eoi-joined"


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
        is_from_known_mailbox=answers.sender_email.casefold() in expression.addresses(),
        submitted_at=now,
    )
    save_as(form, by=None, now=now, why="Received by web form")
    empty_draft(draft, further_form=form)
    if not has_had_enough(form.sender_email, now=now):
        queue_messages([told_of(form)], now=now)
    return form


def told_of(form: FurtherForm) -> Draft:
    """To its sender: we have it, beside the one that the school had sent."""
    kind = EOI_AGAIN if form.is_from_known_mailbox else EOI_JOINED
    return Draft(
        kind=kind,
        key=f"{kind}:{form.form_token}",
        recipient=form.sender_email,
        recipient_name=form.sender_name,
        context={"form": form.pk},
    )
