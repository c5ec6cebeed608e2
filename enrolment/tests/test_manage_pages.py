"""What the signed link in the acknowledgement opens, and that looking changes nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import ExpressionOfInterest
from enrolment.services.places import decline_place
from enrolment.tests.factories import NOW, make_accepted_place, make_expression, make_place
from mathshub.links import make_token
from workgroups.models import Hub

State = ExpressionOfInterest.State


def link(expression: ExpressionOfInterest) -> str:
    token = make_token("manage", expression.pk, expression.link_generation)
    return reverse("enrolment:manage_interest", args=[token])


def in_state(state: str) -> ExpressionOfInterest:
    match state:
        case State.OFFERED:
            return make_place().expression
        case State.ACCEPTED:
            return make_accepted_place().expression
        case State.DECLINED:
            return decline_place(make_place(), by=None, now=NOW).expression
        case _:
            return make_expression(state=state)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.RECEIVED, "We have not decided yet."),
        (State.OFFERED, "See the offer and answer it"),
        (State.ACCEPTED, "See the dates and who has a seat"),
        (State.DECLINED, "Your school declined its place"),
        (State.NOT_THIS_YEAR, "We could not offer your school a place this year"),
        (State.WITHDRAWN, "You have withdrawn your interest"),
    ],
)
def test_each_state_is_said_in_words(hub: Hub, client: Client, state: str, words: str) -> None:
    expression = in_state(state)
    response = client.get(link(expression))
    assert words in response.content.decode()
    assert expression.reference in response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store, private"


def test_looking_and_asking_change_nothing(hub: Hub, client: Client) -> None:
    expression = make_expression()
    url = link(expression)
    for ask in ("", "?ask=withdraw", "?withdraw=yes", "?ask=withdraw&withdraw=yes"):
        client.get(url + ask)
        client.head(url + ask)
    client.post(url)
    expression.refresh_from_db()
    assert expression.state == State.RECEIVED


def test_the_school_withdraws_after_it_was_asked(hub: Hub, client: Client) -> None:
    place = make_place()
    url = link(place.expression)
    asked = client.get(f"{url}?ask=withdraw").content.decode()
    assert "The place that we have offered you goes to another school." in asked
    for _ in range(2):  # the second click finds it done
        response = client.post(url, {"answer": "withdraw"}, follow=True)
        assert "You have withdrawn your interest" in response.content.decode()
    place.refresh_from_db()
    assert place.state == "withdrawn"


def test_a_scanner_that_sends_the_form_as_it_stands_withdraws_nothing(
    hub: Hub, client: Client
) -> None:
    expression = make_expression()
    url = link(expression)
    asked = client.get(f"{url}?ask=withdraw").content.decode()
    assert "checked" not in asked, "no answer is chosen beforehand"
    assert 'name="withdraw"' not in asked, "no button that alone withdraws"
    for sent in ({}, {"answer": ""}, {"withdraw": "yes"}, {"answer": "no-such-answer"}):
        page = client.post(url, sent).content.decode()
        assert "Choose whether you withdraw." in page
    expression.refresh_from_db()
    assert expression.state == State.RECEIVED


def test_the_school_may_think_better_of_it(hub: Hub, client: Client) -> None:
    expression = make_expression()
    assert client.post(link(expression), {"answer": "keep"})["Location"] == link(expression)
    expression.refresh_from_db()
    assert expression.state == State.RECEIVED


def test_an_accepted_place_is_not_withdrawn_by_this_link(hub: Hub, client: Client) -> None:
    place = make_accepted_place()
    url = link(place.expression)
    assert "Withdraw" not in client.get(f"{url}?ask=withdraw").content.decode()
    client.post(url, {"answer": "withdraw"})
    place.refresh_from_db()
    assert place.state == "accepted"


def test_a_revoked_forged_or_foreign_link_is_not_found(hub: Hub, client: Client) -> None:
    expression = make_expression(link_generation=2)
    for token in (
        make_token("manage", expression.pk, 1),
        make_token("place", expression.pk, 2),
        make_token("manage", expression.pk + 1, 2),
        "nonsense",
        "1-1~\x00",
    ):
        response = client.get(reverse("enrolment:manage_interest", args=[token]))
        assert response.status_code == 404
        assert "it may have been replaced by a newer one" in response.content.decode()
