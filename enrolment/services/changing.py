"""A school changes what it sent, or hands a part in it over, until the hub begins to review it."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from enrolment.errors import CannotBeChanged, TooManyMails
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.drafts import end_drafts
from enrolment.services.history import save_as
from enrolment.services.interest import (
    InterestAnswers,
    empty_draft,
    name_people,
    new_links,
)
from enrolment.services.three_a_day import has_had_enough
from enrolment.services.transactions import one_transaction
from mathshub.outbox.services import Draft, cancel_messages, queue_messages

EOI_HANDED_OVER = "eoi-handed-over"
ROLES = ("sender", "headteacher", "maths_lead")
EOI_CHANGED = "eoi-changed"
SETTLES_IN = timedelta(minutes=10)  # several changes within so short a time are told once
PAGE_OF = {"sender": "you", "headteacher": "headteacher", "maths_lead": "maths-lead"}
"""The page of the form that asks for who has the role."""
CHANGED = "The school changed its answers"
HANDED_OVER = "Handed over: {role}"


@one_transaction
def begin_changes(expression: ExpressionOfInterest, *, now: datetime) -> InterestDraft:
    """A draft with what was sent. Raises ``CannotBeChanged``."""
    expression = _lock(expression)
    _check_can_be_changed(expression, now)
    draft: InterestDraft = InterestDraft.objects.create(
        offering_id=expression.offering_id,
        school_id=expression.school_id,
        school_as_typed=expression.school_as_typed,
        answers=_pages_as_contacts_stand(expression),
        changes=expression,
        started_at=now,
        changed_at=now,
    )
    return draft


@one_transaction
def change_expression(
    expression: ExpressionOfInterest,
    *,
    answers: InterestAnswers,
    draft: InterestDraft,
    now: datetime,
) -> ExpressionOfInterest:
    """Put the draft's answers in place of those that were sent, and tell who follows it.

    School, programme and sender stay as they are. Other changes that were begun end here: they would
    put back what stood before these. Raises ``CannotBeChanged`` and
    ``ChangedMeanwhile``.
    """
    expression = _lock(expression)
    _check_can_be_changed(expression, now)
    says_the_same = draft.answers == _pages_as_contacts_stand(expression)
    expression.appetite = answers.appetite
    expression.appetite_reason = answers.appetite_reason
    sent_by = draft.said(PAGE_OF["sender"], "role")  # whose address is handed over, not changed
    if sent_by != expression.SenderRole.HEADTEACHER:
        expression.headteacher_name = answers.headteacher_name
        expression.headteacher_email = answers.headteacher_email
    if sent_by != expression.SenderRole.MATHS_LEAD:
        expression.maths_lead_name = answers.maths_lead_name
        expression.maths_lead_email = answers.maths_lead_email
    expression.answers = answers.further
    expression.pages = draft.complete_answers
    save_as(expression, by=None, now=now, why=CHANGED)
    expression.intended_participants.all().delete()
    name_people(expression, answers)
    empty_draft(draft, expression=expression)
    InterestDraft.objects.filter(changes=expression).exclude(pk=draft.pk).delete()
    if not says_the_same:
        _tell_of_change(expression, draft, now)
    return expression


def _tell_of_change(expression: ExpressionOfInterest, draft: InterestDraft, now: datetime) -> None:
    """A notice that still waits is replaced by the later one."""
    prefix = f"{EOI_CHANGED}:{expression.form_token}:"
    cancel_messages(key_prefix=prefix, reason="another change followed")
    if has_had_enough(expression.contact_email, now=now):
        return
    notice = Draft(
        kind=EOI_CHANGED,
        key=f"{prefix}{draft.form_token}",
        recipient=expression.contact_email,
        recipient_name=expression.contact_name,
        context={"expression": expression.pk},
        school_id=expression.school_id,
        due_at=now + SETTLES_IN,
    )
    queue_messages([notice], now=now)


@one_transaction
def hand_over(
    expression: ExpressionOfInterest, *, role: str, name: str, email: str, now: datetime
) -> ExpressionOfInterest:
    """Put somebody else in a contact's role; links sent so far stop working, new ones go out.

    ``role`` is a key of ``parts_of``; parts that one mailbox has go together. Who had it is told,
    without a link; the headteacher gets the new link too, once the sender was real. Raises
    ``CannotBeChanged`` for an expression that was withdrawn, and ``TooManyMails`` where the new
    link could not go out.
    """
    expression = _lock(expression)
    if expression.state == ExpressionOfInterest.State.WITHDRAWN:
        raise CannotBeChanged
    before = getattr(expression, f"{role}_email")
    parts, knows = parts_of(expression)[role], expression.has_real_sender
    for each in parts:
        expression.pages = _with_contact(expression.pages, each, name, email)
        setattr(expression, f"{each}_name", name)
        setattr(expression, f"{each}_email", email)
    if has_had_enough(expression.contact_email, now=now):
        raise TooManyMails
    if "sender" in parts:
        expression.confirmed_at, expression.codes_tried = None, 0
    expression.link_generation += 1
    end_drafts(expression)
    save_as(expression, by=None, now=now, why=HANDED_OVER.format(role=role.replace("_", " ")))
    links = new_links(expression, to_headteacher=knows, why="Handed over", now=now)
    queue_messages([*links, *_farewell(expression, before, parts, now)], now=now)
    return expression


def parts_of(expression: ExpressionOfInterest) -> dict[str, list[str]]:
    """What can be handed over, by its first role: the parts of one mailbox go together."""
    found: dict[str, list[str]] = {}
    by_address: dict[str, str] = {}
    for role in ROLES:
        address = getattr(expression, f"{role}_email").casefold()
        if role == "sender" and not address:
            continue  # the hub entered it
        first = by_address.setdefault(address, role) if address else role
        found.setdefault(first, []).append(role)
    return found


def _pages_as_contacts_stand(expression: ExpressionOfInterest) -> dict[str, Any]:
    """The pages of the form with what staff have corrected since, which a change must not undo."""
    pages: dict[str, Any] = expression.pages
    for role in PAGE_OF:
        name, email = getattr(expression, f"{role}_name"), getattr(expression, f"{role}_email")
        pages = _with_contact(pages, role, name, email)
    return pages


def _with_contact(pages: dict[str, Any], role: str, name: str, email: str) -> dict[str, Any]:
    """The pages of the form with that person in the role, for the next change of answers."""
    page = PAGE_OF[role]
    if page not in pages:
        return pages
    kept = deepcopy(pages[page])
    old = (kept["clean"]["full_name"], name), (kept["clean"]["email"], email)
    kept["clean"] |= {"full_name": name, "email": email}
    kept["typed"] |= {"full_name": [name], "email": [email]}
    if any(before for before, _ in old):
        kept["told"] = [[question, _renamed(words, old)] for question, words in kept["told"]]
    elif name or email:  # it said that nobody was named
        kept["told"] = [
            [question, "\n".join(filter(None, [name, email]))] for question, _ in kept["told"]
        ]
    return pages | {page: kept}


def _renamed(words: str, pairs: Iterable[tuple[str, str]]) -> str:
    for before, after in pairs:
        words = words.replace(before, after) if before else words
    return words


def _farewell(
    expression: ExpressionOfInterest, address: str, parts: list[str], now: datetime
) -> list[Draft]:
    if not address or address.casefold() in expression.addresses():
        return []
    if has_had_enough(address, now=now):
        return []
    return [
        Draft(
            kind=EOI_HANDED_OVER,
            key=f"{EOI_HANDED_OVER}:{expression.pk}:{expression.link_generation}",
            recipient=address,
            context={"expression": expression.pk, "parts": parts},
            school_id=expression.school_id,
        )
    ]


def _check_can_be_changed(expression: ExpressionOfInterest, now: datetime) -> None:
    if not expression.can_be_changed(timezone.localdate(now)):
        raise CannotBeChanged


def _lock(expression: ExpressionOfInterest) -> Any:
    return (
        ExpressionOfInterest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("offering")
        .get(pk=expression.pk)
    )
