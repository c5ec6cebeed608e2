"""Expressions of interest: stored once, acknowledged once, withdrawn by the school."""

from datetime import timedelta
from uuid import uuid4

import pytest

from enrolment.errors import CannotBeWithdrawn, TooManyExpressions
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.interest import (
    InterestAnswers,
    submit_expression,
    withdraw_expression,
)
from enrolment.services.places import decline_place
from enrolment.services.seats import NamedSeat
from enrolment.services.three_a_day import MOST_FORMS
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_answers,
    make_expression,
    make_place,
)
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_account, make_offering, make_school

State = ExpressionOfInterest.State
Source = ExpressionOfInterest.Source


def submit(answers: InterestAnswers, offering: Offering, **changes):
    options = {"form_token": uuid4(), "source": Source.WEB, "by": None, "now": NOW} | changes
    return submit_expression(answers, offering=offering, **options)


def test_what_the_school_sent_is_stored(hub: Hub) -> None:
    offering, school = make_offering(), make_school()
    answers = make_answers(
        school=school,
        headteacher_name="Grace Obi",
        headteacher_email="grace@school.example",
        maths_lead_name="Sam Okafor",
        intended_participants=(NamedSeat("Sam Okafor", "sam@school.example", "maths_lead"),),
        further={"days": ["monday"]},
    )
    expression, is_new = submit(answers, offering)
    expression.refresh_from_db()
    assert is_new
    assert (expression.hub, expression.offering, expression.school) == (hub, offering, school)
    assert expression.headteacher_email == "grace@school.example"
    assert expression.answers == {"days": ["monday"]}
    assert (expression.state, expression.source) == (State.RECEIVED, Source.WEB)
    people = expression.intended_participants.values_list("position", "name", "email", "role")
    assert list(people) == [(1, "Sam Okafor", "sam@school.example", "maths_lead")]


def test_the_headteacher_gets_one_acknowledgement(hub: Hub) -> None:
    token = uuid4()
    expression, _ = submit(make_answers(), make_offering(), form_token=token)
    message = Message.objects.get()
    assert message.key == f"eoi-received:{token}"
    assert message.recipient == expression.headteacher_email
    assert message.context == {"expression": expression.pk}
    assert (message.state, message.due_at) == (Message.State.QUEUED, NOW)


def test_the_same_form_sent_again_gives_the_first_expression(hub: Hub) -> None:
    offering, token = make_offering(), uuid4()
    first, _ = submit(make_answers(), offering, form_token=token)
    again, is_new = submit(make_answers(), offering, form_token=token)
    assert (again, is_new) == (first, False)
    assert ExpressionOfInterest.objects.count() == Message.objects.count() == 1


def test_a_school_that_is_not_in_the_register_is_kept_as_typed(hub: Hub) -> None:
    answers = make_answers(school=None, school_as_typed="Marsh Gate School")
    expression, _ = submit(answers, make_offering())
    assert expression.school_name == "Marsh Gate School"


def test_a_telephone_entry_says_who_made_it(hub: Hub) -> None:
    asha = make_account(name="Asha Patel")
    expression, _ = submit(make_answers(), make_offering(), source=Source.TELEPHONE, by=asha)
    record = expression.history.get()
    assert (record.history_user, record.history_date) == (asha, NOW)
    assert record.history_change_reason == "Received by telephone"


def test_the_form_cannot_fill_a_mailbox(hub: Hub) -> None:
    offering = make_offering()
    for _ in range(MOST_FORMS):
        make_expression(offering=offering, headteacher_email="head@school.example")
    answers = make_answers(headteacher_email="HEAD@school.example")
    with pytest.raises(TooManyExpressions):
        submit(answers, offering)
    assert Message.objects.count() == 0
    submit(answers, offering, now=NOW + timedelta(hours=1))
    assert Message.objects.count() == 1


def test_a_flooded_mailbox_still_gets_the_same_answer_to_the_same_form(hub: Hub) -> None:
    offering, token = make_offering(), uuid4()
    answers = make_answers(headteacher_email="head@school.example")
    first, _ = submit(answers, offering, form_token=token)
    for _ in range(MOST_FORMS):
        make_expression(offering=offering, headteacher_email="head@school.example")
    assert submit(answers, offering, form_token=token) == (first, False)


def test_a_waiting_expression_can_be_withdrawn(hub: Hub) -> None:
    expression = withdraw_expression(make_expression(), by=None, now=NOW)
    expression.refresh_from_db()
    assert expression.state == State.WITHDRAWN


def test_withdrawing_gives_back_the_offered_place_and_stops_its_message(hub: Hub) -> None:
    place = make_place()
    withdraw_expression(place.expression, by=None, now=NOW)
    place.refresh_from_db()
    assert (place.state, place.answered_at) == (Place.State.WITHDRAWN, NOW)
    offer = Message.objects.get(kind="place-offered")
    assert offer.state == Message.State.CANCELLED


@pytest.mark.parametrize("settle", ["accepted", "declined", "withdrawn"])
def test_what_is_settled_cannot_be_withdrawn(hub: Hub, settle: str) -> None:
    if settle == "accepted":
        expression = make_accepted_place().expression
    elif settle == "declined":
        expression = decline_place(make_place(), by=None, now=NOW).expression
    else:
        expression = withdraw_expression(make_expression(), by=None, now=NOW)
    before = ExpressionOfInterest.objects.get(pk=expression.pk).state
    with pytest.raises(CannotBeWithdrawn):
        withdraw_expression(expression, by=None, now=NOW)
    assert ExpressionOfInterest.objects.get(pk=expression.pk).state == before
