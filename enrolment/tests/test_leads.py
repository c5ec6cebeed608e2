"""Schools that say maybe, or not this year: thanked and kept in mind, and promised no decision."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.confirming import confirm
from enrolment.tests.factories import NOW
from enrolment.tests.filling import check_url, ready_draft
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_offering, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")
KEPT = "We keep your school in mind"
DECISIONS = ("You hear from us", "places are decided", "We have not decided", "all schools")
LEADS = [("maybe", "talk it over"), ("not_this_year", "ask")]
# Who sends it, and who is named as headteacher.
PEOPLE = {
    "you": {"role": "maths_lead", "full_name": "Sam Okafor", "email": "sam@school.example"},
    "headteacher": {"full_name": "Grace Obi", "email": "head@school.example"},
}


@pytest.fixture
def offering(hub: Hub) -> Offering:
    return make_offering(decisions_by=date(2027, 1, 15))


def send(client: Client, offering: Offering, school, appetite: str) -> tuple[str, str]:
    """The check of the answers, and what is shown once they are sent."""
    answers = PEOPLE | {"appetite": {"appetite": appetite, "appetite_reason": ""}}
    draft = ready_draft(offering=offering, school=school, **answers)
    check = client.get(check_url(draft)).content.decode()
    return check, client.post(check_url(draft), follow=True).content.decode()


def manage_page(client: Client, expression: ExpressionOfInterest) -> str:
    token = make_token("manage", expression.pk, expression.link_generation)
    return client.get(reverse("enrolment:manage_interest", args=[token])).content.decode()


def mails() -> dict[str, str]:
    """The text of each mail that was queued, by its kind."""
    return {
        each.kind: write_email(each, kind_named(each.kind).render(each, NOW)).body
        for each in Message.objects.all()
    }


@pytest.mark.parametrize(("appetite", "words"), LEADS)
def test_every_page_and_mail_thanks_a_lead_and_promises_no_decision(
    offering: Offering, client: Client, appetite: str, words: str
) -> None:
    school = make_school()
    pages = list(send(client, offering, school, appetite))
    expression = ExpressionOfInterest.objects.get()
    confirm(expression, now=NOW)
    pages += [manage_page(client, expression), send(client, offering, school, appetite)[1]]
    written = mails()
    assert set(written) == {"eoi-received", "eoi-copy", "eoi-again"}
    for text in (*pages, *written.values()):
        assert KEPT in text
        assert words in text
        for promise in DECISIONS:
            assert promise not in text
    assert "Thank you for telling us" in pages[1]
    assert written["eoi-received"].startswith("Thank you for telling us how your school sees it.")


def test_each_form_is_answered_by_what_it_says_itself(offering: Offering, client: Client) -> None:
    school = make_school()
    send(client, offering, school, "maybe")
    check, page = send(client, offering, school, "yes")
    assert FurtherForm.objects.get().appetite == "yes"
    for text in (check, page, mails()["eoi-again"]):
        assert "You hear from us by Friday 15 January 2027." in text
        assert KEPT not in text


def test_a_lead_that_was_set_aside_is_not_told_that_no_place_was_to_be_had(
    offering: Offering, client: Client
) -> None:
    send(client, offering, make_school(), "not_this_year")
    ExpressionOfInterest.objects.update(state="not_this_year")
    page = manage_page(client, ExpressionOfInterest.objects.get())
    assert "We ask your school again another year" in page
    assert "could not offer" not in page


def test_a_lead_is_not_new_until_it_has_become_a_yes(offering: Offering, client: Client) -> None:
    send(client, offering, make_school(), "maybe")
    assert not ExpressionOfInterest.objects.new().exists()
    ExpressionOfInterest.objects.update(appetite="yes")
    assert ExpressionOfInterest.objects.new().exists()
