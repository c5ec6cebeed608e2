"""To who has not finished a form: the link that opens it again, and one reminder."""

from datetime import datetime

from enrolment.models import InterestDraft
from enrolment.models.drafts import KEPT_FOR
from enrolment.services.drafts import (
    DRAFT_LINK,
    DRAFT_NUDGE,
    NUDGED_AFTER,
    foresee_nudges,
    plan_nudges,
)
from enrolment.wording import WORDED_DRAFT
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message

LINK_TEMPLATE = "enrolment/email/draft_link"
NUDGE_TEMPLATE = "enrolment/email/draft_nudge"


def render_draft_link(message: Message, now: datetime) -> Letter:
    """The link, and until when it works."""
    return _letter(LINK_TEMPLATE, message)


def render_draft_nudge(message: Message, now: datetime) -> Letter:
    """Your answers are still there."""
    return _letter(NUDGE_TEMPLATE, message)


def why_draft_is_unwanted(message: Message, now: datetime) -> str:
    drafts = InterestDraft.objects.select_related("offering", "changes__offering")
    draft = drafts.filter(pk=message.context["draft"]).first()
    if draft is None:
        return "the form has been deleted"
    if draft.is_sent:
        return "the form has been sent"
    return "" if draft.may_still_be_sent(now) else "the form can no longer be sent"


def why_nudge_is_unwanted(message: Message, now: datetime) -> str:
    """Besides, whoever has gone on since it was written needs no reminder."""
    left = InterestDraft.objects.filter(changed_at__lte=now - NUDGED_AFTER)
    reason = why_draft_is_unwanted(message, now)
    if reason or left.filter(pk=message.context["draft"]).exists():
        return reason
    return "somebody has gone on with the form"


def _letter(template: str, message: Message) -> Letter:
    draft = InterestDraft.objects.select_related("hub", "offering__programme").get(
        pk=message.context["draft"]
    )
    token = make_token("draft", draft.pk, draft.link_generation)
    return Letter(
        template=template,
        programme=draft.offering.programme_id if draft.offering else None,
        context={
            "draft": draft,
            "draft_url": absolute(draft.hub, "enrolment:resume_interest", token),
            "kept_until": draft.changed_at + KEPT_FOR,
        },
    )


register(
    Kind(
        name=DRAFT_LINK,
        label="link to a form that is not finished",
        render=render_draft_link,
        unwanted=why_draft_is_unwanted,
        template=LINK_TEMPLATE,
        worded=WORDED_DRAFT,
    )
)
register(
    Kind(
        name=DRAFT_NUDGE,
        label="reminder of a form that is not finished",
        render=render_draft_nudge,
        unwanted=why_nudge_is_unwanted,
        priority=Message.Priority.REMINDER,
        template=NUDGE_TEMPLATE,
        worded=WORDED_DRAFT,
        leaves_by_day=True,
        optional=True,
    )
)
register_planner(plan_nudges)
register_foreseer(foresee_nudges)
