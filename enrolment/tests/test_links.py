"""A link that has gone astray stops working, and the school gets a new one once."""

import pytest
from django.test import Client

from enrolment.models import ExpressionOfInterest, InterestDraft, Place
from enrolment.services.links import renew_school_links
from enrolment.tests.factories import NOW, make_accepted_place, make_expression, make_place
from enrolment.tests.filling import check_url, ready_draft
from mathshub.links import make_token
from mathshub.outbox.models import Message
from workgroups.models import Hub
from workgroups.tests.staff import staff_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def manage_path(expression: ExpressionOfInterest) -> str:
    return f"/interest/manage/{make_token('manage', expression.pk, expression.link_generation)}/"


def place_path(place: Place) -> str:
    return f"/place/{make_token('place', place.pk, place.link_generation)}/"


def waiting() -> list[tuple[str, str]]:
    rows = Message.objects.filter(state=Message.State.QUEUED).order_by("kind")
    return [(message.kind, message.recipient) for message in rows]


def test_old_links_of_a_school_end_and_new_ones_go_out_once(hub: Hub, client: Client) -> None:
    place = make_place()
    expression = place.expression
    old = [manage_path(expression), place_path(place)]
    assert [client.get(path).status_code for path in old] == [200, 200]

    assert renew_school_links(expression, by=None, now=NOW) == 2

    assert [client.get(path).status_code for path in old] == [404, 404]
    expression.refresh_from_db()
    place.refresh_from_db()
    new = [manage_path(expression), place_path(place)]
    assert [client.get(path).status_code for path in new] == [200, 200]
    assert waiting() == [
        ("eoi-link", expression.headteacher_email),
        ("place-offered", place.contact_email),
    ]


def test_links_of_drafts_end_too(hub: Hub, client: Client) -> None:
    expression = make_expression()
    draft = ready_draft(offering=expression.offering, school=expression.school)
    InterestDraft.objects.update(expression=expression)
    assert client.get(check_url(draft)).status_code == 302

    renew_school_links(expression, by=None, now=NOW)

    assert client.get(check_url(draft)).status_code == 404


def test_an_answered_place_is_not_offered_again(hub: Hub, client: Client) -> None:
    place = make_accepted_place()
    old = place_path(place)

    assert renew_school_links(place.expression, by=None, now=NOW) == 1

    assert client.get(old).status_code == 404
    place.refresh_from_db()
    assert place.state == Place.State.ACCEPTED


def test_nobody_is_written_to_about_a_withdrawn_interest(hub: Hub) -> None:
    expression = make_expression(state=ExpressionOfInterest.State.WITHDRAWN)

    assert renew_school_links(expression, by=None, now=NOW) == 0
    assert waiting() == []


def test_staff_end_the_links_by_a_button_that_asks_first(hub: Hub, client: Client) -> None:
    expression = make_expression()
    lead, page = staff_client(), f"/admin/enrolment/expressionofinterest/{expression.pk}"
    assert f"{page}/new-links/" in lead.get(f"{page}/change/").content.decode()
    assert expression.headteacher_email in lead.get(f"{page}/new-links/").content.decode()
    assert client.get(manage_path(expression)).status_code == 200

    lead.post(f"{page}/new-links/")

    assert client.get(manage_path(expression)).status_code == 404
    assert waiting() == [("eoi-link", expression.headteacher_email)]
    assert expression.history.latest().history_user is not None
