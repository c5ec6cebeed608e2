"""A school changes what it sent, and hands its parts over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.errors import CannotBeChanged
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.changing import begin_changes, hand_over
from enrolment.tests.factories import NOW, make_expression
from enrolment.tests.filling import PAGES, check_url, page_url, ready_draft
from mathshub.links import make_token
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_offering, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def sent(hub: Hub, client: Client) -> ExpressionOfInterest:
    """An expression that came by the form."""
    draft = ready_draft(offering=make_offering(), school=make_school())
    client.post(check_url(draft))
    expression: ExpressionOfInterest = ExpressionOfInterest.objects.get()
    return expression


def manage_url(expression: ExpressionOfInterest, name: str = "manage_interest") -> str:
    token = make_token("manage", expression.pk, expression.link_generation)
    return reverse(f"enrolment:{name}", args=[token])


def test_answers_are_changed_from_the_link_and_stand_in_place_of_the_old(
    sent: ExpressionOfInterest, client: Client
) -> None:
    check = client.post(manage_url(sent), {"change": "yes"})["Location"]
    page = client.get(check).content.decode()
    assert "Send the changes" in page
    assert "Monday, Thursday" in page
    draft = InterestDraft.objects.get(changes=sent)
    participants = PAGES["participants"] | {"person_2_name": "Ana Lima"}
    assert client.post(page_url(draft, "participants"), participants)["Location"] == check
    assert client.post(check)["Location"] == manage_url(sent)
    sent.refresh_from_db()
    people = sent.intended_participants.all()
    assert [person.name for person in people] == ["Sam Okafor", "Ana Lima"]
    assert sent.history.first().history_change_reason == "The school changed its answers"
    assert Message.objects.count() == 1, "the acknowledgement; changing sends none"
    assert ExpressionOfInterest.objects.count() == 1


def test_a_change_keeps_what_staff_have_corrected_since(
    sent: ExpressionOfInterest, client: Client
) -> None:
    """Both of the sender, who is the headteacher, and of somebody who has a page of their own."""
    assert sent.sender_role == sent.SenderRole.HEADTEACHER
    sent.headteacher_email, sent.maths_lead_email = "head@new.example", "sam@new.example"
    sent.save()
    client.post(manage_url(sent), {"change": "yes"})
    draft = InterestDraft.objects.get(changes=sent)
    assert "sam@new.example" in client.get(check_url(draft)).content.decode()
    client.post(check_url(draft))
    sent.refresh_from_db()
    assert (sent.headteacher_email, sent.maths_lead_email) == (
        *("head@new.example", "sam@new.example"),
    )


def test_school_programme_and_sender_stay(sent: ExpressionOfInterest, client: Client) -> None:
    draft = begin_changes(sent, now=NOW)
    for page in ("school", "programme", "you"):
        assert client.get(page_url(draft, page))["Location"] == check_url(draft)


def test_once_the_review_has_begun_nothing_can_be_changed(
    sent: ExpressionOfInterest, client: Client
) -> None:
    draft = begin_changes(sent, now=NOW)
    sent.review_began_at = NOW
    sent.save()
    assert client.get(check_url(draft))["Location"] == manage_url(sent)
    assert client.post(check_url(draft))["Location"] == manage_url(sent)
    with pytest.raises(CannotBeChanged):
        begin_changes(sent, now=NOW)
    page = client.get(manage_url(sent)).content.decode()
    assert "Change our answers" not in page
    assert "We have begun to look at your answers" in page
    assert client.post(manage_url(sent), {"change": "yes"})["Location"] == manage_url(sent)


def test_nor_once_the_window_has_closed(sent: ExpressionOfInterest, client: Client) -> None:
    Offering.objects.update(closes_on=NOW.date() - timedelta(days=1))
    sent.refresh_from_db()
    with pytest.raises(CannotBeChanged):
        begin_changes(sent, now=NOW)


def test_what_was_entered_by_telephone_is_changed_by_the_hub(hub: Hub, client: Client) -> None:
    expression = make_expression(source="telephone")
    assert "Change our answers" not in client.get(manage_url(expression)).content.decode()


def test_a_part_is_handed_over_and_the_old_links_end(
    sent: ExpressionOfInterest, client: Client
) -> None:
    Message.objects.all().delete()
    old = manage_url(sent)
    form = {"role": "sender", "name": "Olu Ade", "email": "olu@school.example"}
    page = client.post(manage_url(sent, "hand_over"), form).content.decode()
    assert "It is handed over" in page
    sent.refresh_from_db()
    assert (sent.sender_name, sent.headteacher_name) == ("Olu Ade", "Olu Ade"), "one mailbox"
    assert sent.maths_lead_name == "Sam Okafor"
    assert client.get(old).status_code == 404
    assert client.get(manage_url(sent)).status_code == 200
    assert [(each.kind, each.recipient) for each in Message.objects.order_by("kind")] == [
        ("eoi-handed-over", "grace@school.example"),
        ("eoi-received", "olu@school.example"),
    ]


def test_who_took_a_part_over_keeps_it_when_answers_change(
    sent: ExpressionOfInterest, client: Client
) -> None:
    sent = hand_over(sent, role="sender", name="Olu Ade", email="olu@school.example", now=NOW)
    lead = {"name": "Ana Lima", "email": "ana@school.example"}
    sent = hand_over(sent, role="maths_lead", **lead, now=NOW)
    page = client.get(manage_url(sent)).content.decode()
    assert "Olu Ade, headteacher" in page
    assert "Grace Obi" not in page
    draft = begin_changes(sent, now=NOW)
    client.post(check_url(draft))
    sent.refresh_from_db()
    assert (sent.headteacher_name, sent.headteacher_email) == ("Olu Ade", "olu@school.example")
    assert (sent.maths_lead_name, sent.maths_lead_email) == ("Ana Lima", "ana@school.example")


def test_handing_over_asks_for_all_of_it(sent: ExpressionOfInterest, client: Client) -> None:
    page = client.post(manage_url(sent, "hand_over"), {"email": "olu"}).content.decode()
    for words in ("Choose which part", "Type the name of who", "type it in full"):
        assert words in page
    assert not ExpressionOfInterest.objects.filter(link_generation__gt=1).exists()


def test_a_withdrawn_expression_is_not_handed_over(sent: ExpressionOfInterest) -> None:
    sent.state = ExpressionOfInterest.State.WITHDRAWN
    sent.save()
    with pytest.raises(CannotBeChanged):
        hand_over(sent, role="sender", name="Olu", email="olu@school.example", now=NOW)
