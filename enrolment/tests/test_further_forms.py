"""One expression a school, programme and year: further forms are joined, and told by e-mail only."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.errors import AskedAlready
from enrolment.models import ExpressionOfInterest, FurtherForm, InterestDraft
from enrolment.services.confirming import code_of, confirm, disown
from enrolment.services.interest import submit_expression, withdraw_expression
from enrolment.tests.factories import NOW, make_answers, make_expression
from enrolment.tests.filling import check_url, ready_draft
from enrolment.tests.together import at_once
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_offering, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")
Source = ExpressionOfInterest.Source


def send(client: Client, offering: Offering, school: School, address: str) -> str:
    """The page that is shown once a form of this mailbox has been sent."""
    draft = ready_draft(offering=offering, school=school, address=address)
    return client.post(check_url(draft), follow=True).content.decode()


def without_what_is_its_own(page: str, address: str) -> str:
    page = page.replace(address, "ADDRESS")
    return re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "REFERENCE", page)


def test_the_page_is_the_same_for_a_first_form_a_second_one_and_a_colleagues(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school()
    addresses = ("grace@school.example", "GRACE@school.example", "olu@school.example")
    pages = [send(client, offering, school, address) for address in addresses]
    same = {
        without_what_is_its_own(page, address)
        for page, address in zip(pages, addresses, strict=True)
    }
    assert len(same) == 1
    references = {re.findall(r"reference is ([0-9A-Z-]{9})", page)[0] for page in pages}
    assert len(references) == 3
    assert ExpressionOfInterest.objects.count() == 1


def test_the_address_of_that_page_does_not_tell_them_apart_either(hub: Hub, client: Client) -> None:
    """A row's number would: both tables count from one, each its own."""
    offering, school = make_offering(), make_school()
    for address in ("grace@school.example", "olu@school.example"):
        draft = ready_draft(offering=offering, school=school, address=address)
        location = client.post(check_url(draft))["Location"]
        token = make_token("received", draft.form_token, 1)
        assert location == f"/interest/received/{token}/"
    assert (ExpressionOfInterest.objects.count(), FurtherForm.objects.count()) == (1, 1)


def test_a_further_form_is_known_as_such_before_it_is_stored(hub: Hub, client: Client) -> None:
    """Storing it as a first one, failing and beginning anew would take noticeably longer."""
    offering, school = make_offering(), make_school()
    statements = []
    for address in ("grace@school.example", "olu@school.example"):
        draft = ready_draft(offering=offering, school=school, address=address)
        with CaptureQueriesContext(connection) as queries:
            client.post(check_url(draft))
        statements.append(len(queries))
        assert not [each for each in queries if "ROLLBACK" in each["sql"]]
    assert abs(statements[0] - statements[1]) <= 2, statements


def test_the_same_mailbox_is_told_where_its_form_is_anybody_else_is_not(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school()
    for address in ("grace@school.example", "Grace@school.example", "olu@school.example"):
        send(client, offering, school, address)
    first, again, joined = Message.objects.order_by("pk")
    assert [first.kind, again.kind, joined.kind] == ["eoi-received", "eoi-again", "eoi-joined"]
    assert joined.recipient == "olu@school.example"
    letters = [kind_named(each.kind).letter_or_reason(each, NOW) for each in (again, joined)]
    assert "/interest/manage/" in letters[0].context["manage_url"]
    assert "manage_url" not in letters[1].context


@pytest.mark.parametrize("address", ["Grace@school.example", "olu@school.example"])
def test_the_mail_has_the_reference_and_the_code_that_the_page_asks_for(
    hub: Hub, client: Client, address: str
) -> None:
    offering, school = make_offering(), make_school()
    send(client, offering, school, "grace@school.example")
    draft = ready_draft(offering=offering, school=school, address=address)
    received = client.post(check_url(draft))["Location"]
    page = client.get(received).content.decode()
    first, form = ExpressionOfInterest.objects.get(), FurtherForm.objects.get()
    assert form.reference in page
    message = Message.objects.latest("pk")
    email = write_email(message, kind_named(message.kind).render(message, NOW))
    knows_the_first = form.is_from_known_mailbox
    confirm_link = f"/interest/confirm/{make_token('confirm', form.form_token, 1)}/"
    for text in (email.body, str(email.alternatives[0].content)):
        assert form.reference in text
        assert confirm_link in text
        assert (first.reference in text) is knows_the_first
        assert ("Your school has one with us already." in text) is knows_the_first
        assert (f"/interest/manage/{make_token('manage', first.pk, 1)}/" in text) is knows_the_first
    [code] = re.findall(r"page that you have open: ([0-9]{6})", email.body)
    client.post(received, {"code": code})
    form.refresh_from_db()
    first.refresh_from_db()
    assert (form.confirmed_at, first.confirmed_at) == (NOW, None)
    assert code not in write_email(message, kind_named(message.kind).render(message, NOW)).body


def test_a_further_form_keeps_all_answers_beside_the_first(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    send(client, offering, school, "grace@school.example")
    send(client, offering, school, "olu@school.example")
    form = FurtherForm.objects.get()
    assert form.expression == ExpressionOfInterest.objects.get()
    assert ["Days that suit", "Monday, Thursday"] in form.answers
    assert not form.is_from_known_mailbox
    assert list(InterestDraft.objects.values_list("answers", flat=True)) == [{}, {}]


def test_a_further_form_sent_twice_is_one(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    send(client, offering, school, "grace@school.example")
    draft = ready_draft(offering=offering, school=school, address="olu@school.example")
    locations = {client.post(check_url(draft))["Location"] for _ in range(3)}
    assert len(locations) == FurtherForm.objects.count() == 1


def test_other_schools_programmes_and_unlisted_schools_stand_on_their_own(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school()
    send(client, offering, school, "grace@school.example")
    send(client, make_offering(), school, "grace@school.example")
    send(client, offering, make_school(), "grace@school.example")
    assert ExpressionOfInterest.objects.count() == 3
    assert not FurtherForm.objects.exists()


def test_a_school_that_withdrew_may_send_a_new_one(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    first = make_expression(offering=offering, school=school)
    withdraw_expression(first, by=None, now=NOW)
    send(client, offering, school, "grace@school.example")
    assert ExpressionOfInterest.objects.count() == 2


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_people_of_a_school_at_once_make_one_expression_and_one_further_form(
    hub: Hub,
) -> None:
    offering, school = make_offering(), make_school()
    drafts = [
        ready_draft(offering=offering, school=school, address=f"{name}@school.example")
        for name in ("grace", "olu", "sam", "ana")
    ]
    statuses = at_once(
        hub,
        [
            lambda draft=draft: (
                Client(headers={"Host": hub.host}).post(check_url(draft)).status_code
            )
            for draft in drafts
        ],
    )
    assert statuses == [302] * 4
    assert (ExpressionOfInterest.objects.count(), FurtherForm.objects.count()) == (1, 3)
    assert Message.objects.count() == 4


def test_the_service_names_the_one_that_stands(hub: Hub) -> None:
    standing = make_expression()
    with pytest.raises(AskedAlready) as refused:
        submit_expression(
            make_answers(school=standing.school),
            offering=standing.offering,
            form_token="6f1d7f6e-0000-4000-8000-000000000000",
            source=Source.TELEPHONE,
            by=None,
            now=NOW,
        )
    assert refused.value.expression == standing
    assert standing.reference in str(refused.value)


def test_a_strangers_form_that_is_taken_back_leaves_the_place_to_the_colleagues(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school()
    for address in ("bogus@else.example", "office@school.example", "head@school.example"):
        send(client, offering, school, address)
    stranger = ExpressionOfInterest.objects.get()
    office, head = FurtherForm.objects.order_by("pk")
    confirm(head, now=NOW)
    Message.objects.all().delete()
    draft = InterestDraft.objects.get(further_form=head)

    disown(stranger, now=NOW)

    stranger.refresh_from_db()
    assert stranger.state == ExpressionOfInterest.State.WITHDRAWN
    first = ExpressionOfInterest.objects.standing().get()
    assert (first.reference, first.form_token) == (head.reference, head.form_token)
    assert (first.school, first.offering, first.confirmed_at) == (school, offering, NOW)
    assert (first.sender_email, first.headteacher_email) == (("head@school.example",) * 2)
    assert first.can_be_changed(NOW.date())
    assert first.answers["days"] == ["monday", "thursday"]
    assert [each.name for each in first.intended_participants.all()] == ["Sam Okafor"]
    assert list(FurtherForm.objects.values_list("pk", "expression")) == [(office.pk, first.pk)]
    draft.refresh_from_db()
    assert (draft.expression, draft.further_form) == (first, None)
    [message] = Message.objects.all()
    assert (message.kind, message.recipient) == ("eoi-received", "head@school.example")


def test_the_page_code_and_link_of_who_takes_the_place_still_work(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    send(client, offering, school, "bogus@else.example")
    send(client, offering, school, "head@school.example")
    form = FurtherForm.objects.get()
    received, confirming = (
        f"/interest/{page}/{make_token(purpose, form.form_token, 1)}/"
        for page, purpose in (("received", "received"), ("confirm", "confirm"))
    )
    disown(ExpressionOfInterest.objects.get(), now=NOW)
    assert form.reference in client.get(received).content.decode()
    assert "Did you send it?" in client.get(confirming).content.decode()
    client.post(received, {"code": code_of(form)})
    assert ExpressionOfInterest.objects.standing().get().confirmed_at == NOW


def test_taken_back_with_nobody_behind_it_the_school_may_ask_anew(hub: Hub) -> None:
    disown(make_expression(sender_email="bogus@else.example"), now=NOW)
    assert not ExpressionOfInterest.objects.standing().exists()
