"""Forms of interest that are being filled in: begun, answered page by page, found again, forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from enrolment.errors import AlreadySent
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.models.drafts import KEPT_FOR
from enrolment.services.erasing import in_batches
from enrolment.services.three_a_day import has_pressed_enough
from enrolment.services.transactions import one_transaction
from mathshub.daytime import next_daytime
from mathshub.outbox.services import Draft, queue_messages
from workgroups.models import Offering, School

DRAFT_LINK = "draft-link"
DRAFT_NUDGE = "draft-nudge"
PROGRAMME = "programme"
OF_THE_PROGRAMME = ("participants", "preferences", "barriers", "commitment", "questions")
"""The pages whose answers mean nothing for another programme."""
NUDGED_AFTER = timedelta(days=3)  # from the last answer
NOT_NUDGED_AFTER = timedelta(days=14)  # who has been away so long has decided


def start_draft(
    *,
    form_token: UUID,
    offering: Offering | None,
    school: School | None,
    school_as_typed: str,
    now: datetime,
) -> InterestDraft:
    """Keep the first answer. The same page, sent again, goes on with the draft it began."""
    try:
        return _start(form_token, offering, school, school_as_typed, now)
    except IntegrityError:
        return InterestDraft.objects.get(form_token=form_token)


@one_transaction
def _start(
    form_token: UUID,
    offering: Offering | None,
    school: School | None,
    school_as_typed: str,
    now: datetime,
) -> InterestDraft:
    draft: InterestDraft = InterestDraft.objects.create(
        form_token=form_token,
        offering=offering,
        school=school,
        school_as_typed=school_as_typed,
        started_at=now,
        changed_at=now,
    )
    return draft


@one_transaction
def keep_page(
    draft: InterestDraft, *, page: str, kept: dict[str, Any], now: datetime
) -> InterestDraft:
    """Keep what one page says; other pages stay, also those kept from another tab.

    Raises ``AlreadySent``.
    """
    draft = lock_draft(draft)
    return _save(draft, answers=draft.answers | {page: kept}, changed_at=now)


@one_transaction
def keep_half(
    draft: InterestDraft, *, page: str, typed: dict[str, Any], now: datetime
) -> InterestDraft:
    """Keep what was typed on a page that is not finished; an answer that it had stays.

    Raises ``AlreadySent``.
    """
    draft = lock_draft(draft)
    if page in draft.complete_answers:
        return draft
    return _save(draft, answers=draft.answers | {page: typed}, changed_at=now)


@one_transaction
def keep_school(
    draft: InterestDraft, *, school: School | None, school_as_typed: str, now: datetime
) -> InterestDraft:
    """Keep which school it is. Raises ``AlreadySent``."""
    draft = lock_draft(draft)
    return _save(draft, school=school, school_as_typed=school_as_typed, changed_at=now)


@one_transaction
def keep_offering(
    draft: InterestDraft, *, offering: Offering, kept: dict[str, Any], now: datetime
) -> InterestDraft:
    """Keep which programme it is; answers that were for another one are asked for anew.

    Raises ``AlreadySent``.
    """
    draft = lock_draft(draft)
    answers = draft.answers | {PROGRAMME: kept}
    if draft.offering_id not in (None, offering.pk):
        answers = {page: said for page, said in answers.items() if page not in OF_THE_PROGRAMME}
    return _save(draft, offering=offering, answers=answers, changed_at=now)


def _save(draft: InterestDraft, **fields: Any) -> InterestDraft:
    """Save these fields alone."""
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(fields))
    return draft


@one_transaction
def mail_draft_link(draft: InterestDraft, *, address: str, now: datetime) -> None:
    """Mail the link that opens the draft on any device; three such mails a day to one address.

    Raises ``AlreadySent``.
    """
    draft = _save(lock_draft(draft), link_email=address, link_sent_at=now)
    if has_pressed_enough(address, now=now):
        return
    message = Draft(
        kind=DRAFT_LINK,
        # Pressed twice within a minute it is one mail.
        key=f"{DRAFT_LINK}:{draft.form_token}:{now:%Y-%m-%dT%H:%M}",
        recipient=address,
        context={"draft": draft.pk},
        school_id=draft.school_id,
        expires_at=draft.changed_at + KEPT_FOR,
    )
    queue_messages([message], now=now)


def plan_nudges(now: datetime) -> int:
    """Remind once of each draft that was left three days ago and whose link was asked for."""
    waiting = drafts_to_nudge(now)
    messages = [
        _nudge(draft, next_daytime(now))
        for draft in waiting
        if not has_pressed_enough(draft.link_email, now=now)
    ]
    InterestDraft.objects.filter(pk__in=[draft.pk for draft in waiting]).update(nudged_at=now)
    return queue_messages(messages, now=now)


def foresee_nudges(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_nudges`` will queue after ``now`` up to ``until``, if nobody goes on."""
    for draft in _left_between(now - NUDGED_AFTER, until - NUDGED_AFTER):
        leaves_at = next_daytime(draft.changed_at + NUDGED_AFTER)
        if leaves_at <= until and draft.may_still_be_sent(leaves_at):
            yield _nudge(draft, leaves_at)


def drafts_to_nudge(now: datetime) -> list[InterestDraft]:
    """Those left three days ago, not nudged, whose link somebody asked for and that can be sent."""
    left = _left_between(now - NOT_NUDGED_AFTER, now - NUDGED_AFTER)
    return [draft for draft in left if draft.may_still_be_sent(now)]


def _left_between(after: datetime, until: datetime) -> QuerySet[InterestDraft]:
    left: QuerySet[InterestDraft] = InterestDraft.objects.filter(
        changed_at__gt=after,
        changed_at__lte=until,
        nudged_at=None,
        expression=None,
        further_form=None,
    )
    return left.exclude(link_email="").select_related("offering", "changes__offering")


def _nudge(draft: InterestDraft, leaves_at: datetime) -> Draft:
    return Draft(
        kind=DRAFT_NUDGE,
        key=f"{DRAFT_NUDGE}:{draft.form_token}",
        recipient=draft.link_email,
        context={"draft": draft.pk},
        school_id=draft.school_id,
        due_at=leaves_at,
        expires_at=leaves_at + timedelta(days=2),
    )


def drafts_to_forget(now: datetime) -> QuerySet[InterestDraft]:
    """Those whose last answer is thirty days old, sent ones too."""
    found: QuerySet[InterestDraft] = InterestDraft.objects.filter(changed_at__lt=now - KEPT_FOR)
    return found


def forget_drafts(now: datetime) -> int:
    """Delete them; returns how many."""
    return in_batches(drafts_to_forget(now), _delete)


def _delete(keys: list[int]) -> None:
    InterestDraft.objects.filter(pk__in=keys).delete()


def end_drafts(expression: ExpressionOfInterest) -> None:
    """The links of its drafts end with its own: they lead to what was sent, and may change it."""
    its_own = Q(expression=expression) | Q(changes=expression)
    InterestDraft.objects.filter(its_own).delete()


def lock_draft(draft: InterestDraft) -> InterestDraft:
    """The draft as it is now, locked until the transaction ends. Raises ``AlreadySent``."""
    now: InterestDraft = InterestDraft.objects.select_for_update(of=("self",), no_key=True).get(
        pk=draft.pk
    )
    if now.is_sent:
        raise AlreadySent
    # What was read with the draft need not be read again.
    if now.offering_id == draft.offering_id:
        now.offering = draft.offering
    if now.school_id == draft.school_id:
        now.school = draft.school
    return now
