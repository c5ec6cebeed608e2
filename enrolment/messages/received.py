"""To who sent a form: we have it; and to those who are named in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.text import get_text_list

from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.changing import EOI_CHANGED, EOI_HANDED_OVER
from enrolment.services.confirming import EOI_COPY, code_of
from enrolment.services.further_forms import EOI_AGAIN, EOI_JOINED
from enrolment.services.interest import EOI_LINK, EOI_RECEIVED, EOI_WITHDRAWN
from enrolment.wording import WORDED_FURTHER_FORM, WORDED_INTEREST, WORDED_RECEIVED
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message

FOLDER = "enrolment/email"
State = ExpressionOfInterest.State
PARTS = {
    "sender": "follows it",
    "headteacher": "is named as its headteacher",
    "maths_lead": "is named as its maths lead",
}


def render_eoi_received(message: Message, now: datetime) -> Letter:
    """To the sender: its reference, what happens next and when, and how to confirm the address."""
    expression = _expression(message)
    return Letter(
        template=f"{FOLDER}/eoi_received",
        programme=expression.offering.programme_id,
        context={
            "expression": expression,
            "sent": expression,
            "facts": _facts(expression, expression.reference),
            "manage_url": _manage_url(expression),
            "code": "" if expression.has_real_sender else code_of(expression),
            "confirm_url": _own_confirm_url(expression),
        },
    )


def why_eoi_received_is_unwanted(message: Message, now: datetime) -> str:
    return _why_withdrawn(_expression(message))


def render_eoi_link(message: Message, now: datetime) -> Letter:
    """To who follows it from now on, or whose links were ended: here is the one that works."""
    expression = _expression(message)
    is_contact = message.recipient.casefold() == expression.contact_email.casefold()
    asks = is_contact and not expression.has_real_sender
    return Letter(
        template=f"{FOLDER}/eoi_link",
        programme=expression.offering.programme_id,
        context={
            "expression": expression,
            "facts": _facts(expression, expression.reference),
            "manage_url": _manage_url(expression),
            "confirm_url": _own_confirm_url(expression) if asks else "",
        },
    )


def render_eoi_copy(message: Message, now: datetime) -> Letter:
    """To the headteacher: somebody of the school has sent it, and named you."""
    expression = _expression(message)
    return Letter(
        template=f"{FOLDER}/eoi_copy",
        programme=expression.offering.programme_id,
        context={
            "expression": expression,
            "sent": expression,
            "facts": _facts(expression, expression.reference),
            "manage_url": _manage_url(expression),
        },
    )


def render_eoi_again(message: Message, now: datetime) -> Letter:
    """To a mailbox that the first one names: we have this one too, and where the first one is."""
    form = _further_form(message)
    manage_url = _manage_url(form.expression)
    return Letter(
        template=f"{FOLDER}/eoi_again",
        programme=form.expression.offering.programme_id,
        context=_of_further_form(form) | {"manage_url": manage_url},
    )


def render_eoi_joined(message: Message, now: datetime) -> Letter:
    """To somebody else of the school: we have yours, beside a colleague's. No link to that one."""
    form = _further_form(message)
    return Letter(
        template=f"{FOLDER}/eoi_joined",
        programme=form.expression.offering.programme_id,
        context=_of_further_form(form),
    )


def _of_further_form(form: FurtherForm) -> dict[str, Any]:
    """Its own reference and code: what the page that its sender has open shows and asks for."""
    return {
        "expression": form.expression,
        "sent": form,
        "facts": _facts(form.expression, form.reference),
        "code": "" if form.confirmed_at else code_of(form),
        "confirm_url": _confirm_url(form, "confirm", form.form_token, 1),
    }


def why_further_form_is_unwanted(message: Message, now: datetime) -> str:
    if not FurtherForm.objects.filter(pk=message.context["form"]).exists():
        return "it was taken back"
    return _why_withdrawn(_further_form(message).expression)


def render_eoi_handed_over(message: Message, now: datetime) -> Letter:
    """To who had a part in it: somebody else has it now."""
    expression = _expression(message)
    words = [PARTS[part] for part in message.context.get("parts", ["sender"])]
    return Letter(
        template=f"{FOLDER}/eoi_handed_over",
        programme=expression.offering.programme_id,
        context={"expression": expression, "parts": get_text_list(words, "and")},
    )


def render_eoi_changed(message: Message, now: datetime) -> Letter:
    """To who follows it: somebody with the link has changed what was sent."""
    expression = _expression(message)
    return Letter(
        template=f"{FOLDER}/eoi_changed",
        programme=expression.offering.programme_id,
        context={
            "expression": expression,
            "facts": _facts(expression, expression.reference),
            "manage_url": _manage_url(expression),
        },
    )


def why_eoi_changed_is_unwanted(message: Message, now: datetime) -> str:
    expression = _expression(message)
    if message.recipient.casefold() != expression.contact_email.casefold():
        return "somebody else follows it by now"  # and the link is theirs
    return _why_withdrawn(expression)


def render_eoi_withdrawn(message: Message, now: datetime) -> Letter:
    """To who had a part in it: it is withdrawn, by whomever."""
    expression = _expression(message)
    form = FurtherForm.objects.filter(pk=message.context.get("form")).first()
    return Letter(
        template=f"{FOLDER}/eoi_withdrawn",
        programme=expression.offering.programme_id,
        context={
            "expression": expression,
            "facts": _facts(expression, (form or expression).reference),
            "new_url": absolute(expression.hub, "enrolment:choose_offering"),
        },
    )


def why_eoi_withdrawn_is_unwanted(message: Message, now: datetime) -> str:
    return "" if _why_withdrawn(_expression(message)) else "the school is interested after all"


def _why_withdrawn(expression: ExpressionOfInterest) -> str:
    return "the school withdrew its interest" if expression.state == State.WITHDRAWN else ""


def _facts(expression: ExpressionOfInterest, reference: str) -> list[tuple[str, str]]:
    """Nothing that was typed: whoever fills the form in can name any stranger as its reader."""
    return [
        ("Reference", reference),
        ("School", expression.school.name if expression.school else "as you typed it"),
        ("Programme", str(expression.offering.programme)),
        ("Year", str(expression.offering.academic_year)),
    ]


def _manage_url(expression: ExpressionOfInterest) -> str:
    token = make_token("manage", expression.pk, expression.link_generation)
    return absolute(expression.hub, "enrolment:manage_interest", token)


def _own_confirm_url(expression: ExpressionOfInterest) -> str:
    """A no to the first link takes the form back; to a later one, it ends that link alone."""
    generation = expression.link_generation
    if generation == 1:
        return _confirm_url(expression, "confirm", expression.form_token, generation)
    return _confirm_url(expression, "take-over", expression.pk, generation)


def _confirm_url(
    form: ExpressionOfInterest | FurtherForm, purpose: str, row: int | UUID, generation: int
) -> str:
    token = make_token(purpose, row, generation)
    return absolute(form.hub, "enrolment:confirm_address", token)


def _expression(message: Message) -> ExpressionOfInterest:
    return ExpressionOfInterest.objects.select_related(
        "hub", "school__local_authority", "offering__programme", "offering__academic_year"
    ).get(pk=message.context["expression"])


def _further_form(message: Message) -> FurtherForm:
    return FurtherForm.objects.select_related(
        "hub",
        "expression__hub",
        "expression__school",
        "expression__offering__programme",
        "expression__offering__academic_year",
    ).get(pk=message.context["form"])


register(
    Kind(
        name=EOI_RECEIVED,
        label="expression of interest received",
        render=render_eoi_received,
        unwanted=why_eoi_received_is_unwanted,
        template=f"{FOLDER}/eoi_received",
        worded=WORDED_RECEIVED,
    )
)
register(
    Kind(
        name=EOI_LINK,
        label="new link to an expression of interest",
        render=render_eoi_link,
        unwanted=why_eoi_received_is_unwanted,
        template=f"{FOLDER}/eoi_link",
        worded=WORDED_INTEREST,
    )
)
register(
    Kind(
        name=EOI_COPY,
        label="expression of interest, to the headteacher it names",
        render=render_eoi_copy,
        unwanted=why_eoi_received_is_unwanted,
        template=f"{FOLDER}/eoi_copy",
        worded=WORDED_INTEREST,
    )
)
register(
    Kind(
        name=EOI_AGAIN,
        label="expression of interest sent before",
        render=render_eoi_again,
        unwanted=why_further_form_is_unwanted,
        template=f"{FOLDER}/eoi_again",
        worded=WORDED_FURTHER_FORM,
    )
)
register(
    Kind(
        name=EOI_JOINED,
        label="expression of interest joined to a colleague’s",
        render=render_eoi_joined,
        unwanted=why_further_form_is_unwanted,
        template=f"{FOLDER}/eoi_joined",
        worded=WORDED_FURTHER_FORM,
    )
)
register(
    Kind(
        name=EOI_HANDED_OVER,
        label="expression of interest handed over",
        render=render_eoi_handed_over,
        unwanted=why_eoi_received_is_unwanted,
        template=f"{FOLDER}/eoi_handed_over",
        worded=WORDED_INTEREST,
    )
)
register(
    Kind(
        name=EOI_CHANGED,
        label="answers of an expression of interest changed",
        render=render_eoi_changed,
        unwanted=why_eoi_changed_is_unwanted,
        priority=Message.Priority.CHANGE,
        template=f"{FOLDER}/eoi_changed",
        worded=WORDED_INTEREST,
    )
)
register(
    Kind(
        name=EOI_WITHDRAWN,
        label="expression of interest withdrawn",
        render=render_eoi_withdrawn,
        unwanted=why_eoi_withdrawn_is_unwanted,
        template=f"{FOLDER}/eoi_withdrawn",
        worded=WORDED_INTEREST,
    )
)
