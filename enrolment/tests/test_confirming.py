"""The sender's address: confirmed by code or by link, disowned, told to the headteacher."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.errors import TooManyCodes
from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.confirming import code_of, confirm, confirm_by_code
from enrolment.services.interest import withdraw_expression
from enrolment.tests.factories import NOW, make_expression, make_further_form
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from workgroups.models import Hub

pytestmark = pytest.mark.usefixtures("on_the_day")
SENDER = {"sender_email": "sam@school.example", "sender_name": "Sam", "sender_role": "maths_lead"}


def received_url(form: ExpressionOfInterest | FurtherForm) -> str:
    return reverse("enrolment:interest_received", args=[make_token("received", form.form_token, 1)])


def confirm_url(form: ExpressionOfInterest | FurtherForm) -> str:
    return reverse("enrolment:confirm_address", args=[make_token("confirm", form.form_token, 1)])


@pytest.mark.parametrize("make", [make_expression, make_further_form])
@pytest.mark.parametrize("spaced", [False, True])
def test_the_code_of_the_mail_confirms_on_the_page(hub: Hub, client: Client, make, spaced) -> None:
    form = make(**SENDER)
    code = code_of(form)
    typed = f" {code[:3]} {code[3:]} " if spaced else code
    page = client.post(received_url(form), {"code": typed}, follow=True).content.decode()
    assert "Your address is confirmed." in page
    form.refresh_from_db()
    assert form.confirmed_at == NOW


def test_a_wrong_code_gets_a_sentence_and_changes_nothing(hub: Hub, client: Client) -> None:
    form = make_expression(**SENDER)
    wrong = f"{(int(code_of(form)) + 1) % 1_000_000:06}"
    for typed, words in ((wrong, "not the code"), ("12", "has six figures"), ("", "Type the six")):
        page = client.post(received_url(form), {"code": typed}).content.decode()
        assert words in page
    form.refresh_from_db()
    assert form.confirmed_at is None


def test_after_ten_wrong_codes_not_even_the_right_one_counts(hub: Hub, client: Client) -> None:
    form = make_expression(**SENDER)
    wrong = f"{(int(code_of(form)) + 1) % 1_000_000:06}"
    for _ in range(10):
        client.post(received_url(form), {"code": wrong})
    with pytest.raises(TooManyCodes):
        confirm_by_code(form, code=code_of(form), now=NOW)
    page = client.post(received_url(form), {"code": code_of(form)}).content.decode()
    assert "Open the link in the e-mail instead" in page
    client.post(confirm_url(form), {"answer": "yes"})
    form.refresh_from_db()
    assert form.confirmed_at == NOW


def test_opening_the_link_confirms_nothing_nor_does_a_form_sent_as_it_stands(
    hub: Hub, client: Client
) -> None:
    form = make_expression(**SENDER)
    assert "checked" not in client.get(confirm_url(form)).content.decode()
    assert "Choose yes or no." in client.post(confirm_url(form)).content.decode()
    form.refresh_from_db()
    assert form.confirmed_at is None
    page = client.post(confirm_url(form), {"answer": "yes"}).content.decode()
    assert "your address is confirmed" in page


def test_whose_address_was_used_takes_it_back(hub: Hub, client: Client) -> None:
    first, further = make_expression(**SENDER), make_further_form(**SENDER)
    for form in (first, further):
        page = client.post(confirm_url(form), {"answer": "no"}).content.decode()
        assert "we have taken it back" in page
    first.refresh_from_db()
    assert first.state == ExpressionOfInterest.State.WITHDRAWN
    assert not FurtherForm.objects.exists()


def test_what_was_confirmed_is_not_taken_back_by_that_link(hub: Hub, client: Client) -> None:
    form = make_expression(confirmed_at=NOW, **SENDER)
    client.post(confirm_url(form), {"answer": "no"})
    form.refresh_from_db()
    assert form.state == ExpressionOfInterest.State.RECEIVED


def test_the_headteacher_hears_of_it_once_the_sender_is_real(hub: Hub) -> None:
    form = make_expression(headteacher_email="head@school.example", **SENDER)
    confirm(form, now=NOW)
    confirm(form, now=NOW)
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("eoi-copy", "head@school.example")
    letter = kind_named("eoi-copy").letter_or_reason(message, NOW)
    assert "/interest/manage/" in letter.context["manage_url"]


def test_the_copy_is_left_out_where_three_mails_have_gone(hub: Hub) -> None:
    for _ in range(3):
        form = make_expression(headteacher_email="head@school.example", **SENDER)
        confirm(form, now=NOW)
    confirm(make_expression(headteacher_email="Head@school.example", **SENDER), now=NOW)
    assert Message.objects.filter(kind="eoi-copy").count() == 3


def test_a_headteacher_who_sent_it_hears_of_it_once(hub: Hub) -> None:
    sender = SENDER | {"sender_email": "Head@School.example"}
    confirm(make_expression(headteacher_email="head@school.example", **sender), now=NOW)
    assert not Message.objects.exists()


def test_staff_see_an_address_as_unconfirmed_after_an_hour(hub: Hub) -> None:
    form = make_expression(**SENDER)
    hour = timedelta(hours=1)
    assert not form.is_unconfirmed(NOW + hour)
    assert form.is_unconfirmed(NOW + hour + timedelta(seconds=1))
    confirmed = make_expression(confirmed_at=NOW, **SENDER)
    assert not confirmed.is_unconfirmed(NOW + 2 * hour)
    assert not make_expression(source="telephone").is_unconfirmed(NOW + 2 * hour)


# --- the code once more ------------------------------------------------------------------


def again(client: Client, form: ExpressionOfInterest | FurtherForm) -> str:
    answer = client.post(received_url(form), {"again": "yes"}, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("make", [make_expression, make_further_form])
def test_the_mail_is_sent_again_to_who_asks_three_times_a_day(
    hub: Hub, client: Client, time_machine, make
) -> None:
    form = make(**SENDER)
    assert "three e-mails a day at most" in client.get(received_url(form)).content.decode()
    pages = set()
    for minute in range(5):
        time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
        pages.add(again(client, form))
        again(client, form)  # the second click
    assert len(pages) == 1, "whether three have gone is not said"
    assert "Another e-mail is on its way" in pages.pop()
    kind = "eoi-joined" if isinstance(form, FurtherForm) else "eoi-received"
    assert [message.kind for message in Message.objects.all()] == 3 * [kind]
    letter = kind_named(kind).letter_or_reason(Message.objects.latest("pk"), NOW)
    assert letter.context["code"] == code_of(form)
    time_machine.move_to(NOW + timedelta(days=1, minutes=5), tick=False)
    again(client, form)
    assert Message.objects.count() == 4


def test_once_confirmed_no_code_is_sent(hub: Hub, client: Client) -> None:
    form = make_expression(confirmed_at=NOW, **SENDER)
    page = again(client, form)
    assert "Your address is confirmed." in page
    assert "Send me the e-mail again" not in page
    assert not Message.objects.exists()


def test_who_follows_an_unconfirmed_one_asks_for_its_code_there(hub: Hub, client: Client) -> None:
    form = make_expression(**SENDER)
    manage = reverse("enrolment:manage_interest", args=[make_token("manage", form.pk, 1)])
    page = client.get(manage).content.decode()
    assert "Please confirm your address" in page
    assert received_url(form) in page
    answer = client.post(manage, {"code": "yes"})
    assert answer["Location"] == f"{received_url(form)}?asked=again"
    assert Message.objects.get().recipient == SENDER["sender_email"]
    confirm(form, now=NOW)
    assert "Please confirm your address" not in client.get(manage).content.decode()
    assert client.post(manage, {"code": "yes"})["Location"] == manage
    telephoned = make_expression(source="telephone")
    by_hub = reverse("enrolment:manage_interest", args=[make_token("manage", telephoned.pk, 1)])
    assert "Please confirm your address" not in client.get(by_hub).content.decode()


# --- once it is withdrawn, or gone -------------------------------------------------------


def test_what_was_withdrawn_asks_for_nothing_any_more(hub: Hub, client: Client) -> None:
    form = make_expression(state="withdrawn", **SENDER)
    page = client.get(received_url(form)).content.decode()
    assert "This expression of interest is withdrawn" in page
    for words in ("What happens next", "code", "You hear from us"):
        assert words not in page
    again(client, form)
    client.post(received_url(form), {"code": code_of(form)})
    page = client.post(confirm_url(form), {"answer": "yes"}).content.decode()
    assert "This form was taken back or withdrawn" in page
    form.refresh_from_db()
    assert form.confirmed_at is None
    assert not Message.objects.exists()


def test_a_colleagues_page_does_not_tell_that_the_first_one_is_withdrawn(
    hub: Hub, client: Client
) -> None:
    form = make_further_form(**SENDER)
    before = client.get(received_url(form)).content
    withdraw_expression(form.expression, by=None, now=NOW)
    assert client.get(received_url(form)).content == before


def test_taking_a_further_form_back_twice_says_the_same(hub: Hub, client: Client) -> None:
    url = confirm_url(make_further_form(**SENDER))
    for _ in range(2):
        page = client.post(url, {"answer": "no"})
        assert (page.status_code, "we have taken it back" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("make", [make_expression, make_further_form])
def test_no_page_promises_a_link_that_a_colleague_was_not_given(
    hub: Hub, client: Client, make
) -> None:
    form = make(**SENDER)
    pages = [client.get(received_url(form)).content.decode()]
    pages.append(client.post(confirm_url(form), {"answer": "yes"}).content.decode())
    pages.append(client.get(received_url(form)).content.decode())
    for page in pages:
        assert "lets you follow" not in page
        assert "Our e-mail says how" in page


def test_pages_need_their_own_links(hub: Hub, client: Client) -> None:
    form = make_expression(**SENDER)
    for name, purpose, generation in (
        ("interest_received", "manage", 1),
        ("interest_received", "received", 2),
        ("confirm_address", "received", 1),
        ("confirm_address", "confirm", 2),
    ):
        token = make_token(purpose, form.form_token, generation)
        assert client.get(reverse(f"enrolment:{name}", args=[token])).status_code == 404
    assert client.get("/interest/received/1-1~x/").status_code == 404
    for row in (form.pk, uuid4()):
        nobodys = make_token("received", row, 1)
        assert client.get(f"/interest/received/{nobodys}/").status_code == 404
