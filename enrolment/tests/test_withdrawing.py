"""A withdrawal is confirmed to those who know of the interest, and to nobody else."""

import pytest
from django.test import Client

from enrolment.models import ExpressionOfInterest
from enrolment.services.confirming import disown
from enrolment.services.interest import submit_expression, withdraw_expression
from enrolment.tests.factories import NOW, make_answers, make_expression, make_further_form
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_offering
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.usefixtures("on_the_day")
SENDER = {
    "sender_email": "sam@school.example",
    "sender_name": "Sam",
    "sender_role": "maths_lead",
    "headteacher_email": "head@school.example",
}


def told() -> list[str]:
    messages = Message.objects.filter(kind="eoi-withdrawn")
    return sorted(messages.values_list("recipient", flat=True))


def test_sender_headteacher_and_confirmed_colleagues_are_told_once(hub: Hub) -> None:
    expression = make_expression(confirmed_at=NOW, **SENDER)
    for address in ("Sam@school.example", "olu@school.example"):
        make_further_form(expression=expression, sender_email=address, confirmed_at=NOW)
    make_further_form(expression=expression, sender_email="stranger@school.example")
    withdraw_expression(expression, by=None, now=NOW)
    assert told() == ["head@school.example", "olu@school.example", "sam@school.example"]
    for message in Message.objects.all():
        email = write_email(message, kind_named("eoi-withdrawn").render(message, NOW))
        assert email.body.startswith("Your school's expression of interest is withdrawn.")
        is_colleague = message.recipient.startswith("olu")
        assert (expression.reference in email.body) is not is_colleague, "each its own reference"
        assert "Olu" not in email.body


def test_of_an_address_that_nobody_confirmed_only_its_own_link_is_answered(hub: Hub) -> None:
    withdraw_expression(make_expression(**SENDER), by=None, now=NOW)
    assert told() == ["sam@school.example"]
    withdraw_expression(make_expression(**SENDER), by=make_account(), now=NOW)
    assert told() == ["sam@school.example"]
    disown(make_expression(**SENDER), now=NOW)
    assert told() == ["sam@school.example"], "who knows nothing of it hears no more"


def test_three_mails_a_day_are_enough(hub: Hub) -> None:
    for _ in range(3):
        submit_expression(
            make_answers(sender_email=SENDER["sender_email"]),
            offering=make_offering(),
            form_token=make_expression().form_token.hex[::-1],
            source="web",
            by=None,
            now=NOW,
        )
    withdraw_expression(make_expression(**SENDER), by=None, now=NOW)
    assert told() == []


def test_who_sent_a_new_one_meanwhile_is_still_told_of_the_old(hub: Hub) -> None:
    expression = withdraw_expression(make_expression(**SENDER), by=None, now=NOW)
    message = Message.objects.get()
    assert kind_named("eoi-withdrawn").unwanted(message, NOW) == ""
    ExpressionOfInterest.objects.filter(pk=expression.pk).update(state="received")
    assert kind_named("eoi-withdrawn").unwanted(message, NOW) == (
        "the school is interested after all"
    )


@pytest.mark.parametrize(
    ("fields", "mails"),
    [
        ({"source": "telephone"}, "1 e-mail"),
        (SENDER | {"confirmed_at": NOW}, "2 e-mails"),
        (SENDER, "no e-mail"),
    ],
    ids=["telephone", "confirmed", "not confirmed"],
)
def test_staff_see_beforehand_how_many_are_told(hub: Hub, fields: dict, mails: str) -> None:
    lead: Client = staff_client()
    expression = make_expression(**fields)
    url = f"/admin/enrolment/expressionofinterest/{expression.pk}/withdraw/"
    assert f"Withdraw it, {mails}" in lead.get(url).content.decode()
    lead.post(url)
    assert len(told()) == int(mails[0] if mails[0].isdigit() else 0)
