"""What the acknowledgement and the digest say, and to whom they go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from enrolment.messages import plan_digests
from enrolment.models import ExpressionOfInterest
from enrolment.services.confirming import code_of, confirm
from enrolment.services.interest import submit_expression, withdraw_expression
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import NOW, make_answers, make_expression
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import (
    make_account,
    make_member,
    make_offering,
    make_programme,
    make_school,
)

Role = HubMember.Role


def written(message: Message) -> EmailMultiAlternatives:
    return write_email(message, kind_named(message.kind).render(message, NOW))


def html_of(email: EmailMultiAlternatives) -> str:
    return str(email.alternatives[0].content)


def reason_against(message: Message) -> str:
    return kind_named(message.kind).unwanted(message, NOW)


def acknowledged(**fields) -> Message:
    offering = make_offering(
        programme=make_programme(name="Mastery Development"),
        closes_on=date(2026, 12, 11),
        decisions_by=date(2027, 1, 15),
    )
    submit_expression(
        make_answers(**fields),
        offering=offering,
        form_token="5b0e0a3c-8d7a-4f0f-9d5c-6f8f2b7a9d10",
        source=ExpressionOfInterest.Source.WEB,
        by=None,
        now=NOW,
    )
    return Message.objects.get()


def test_the_acknowledgement_says_what_came_and_what_comes_next(hub: Hub) -> None:
    message = acknowledged(
        school=make_school(name="Marsh Gate Primary School"),
        intended_participants=(NamedSeat("Sam Okafor"), NamedSeat("Ana Lima")),
    )
    expression = ExpressionOfInterest.objects.get()
    email = written(message)
    assert email.subject == (
        f"We have your expression of interest in Mastery Development ({expression.reference})"
    )
    token = make_token("manage", expression.pk, 1)
    link = f"http://lea-valley.localhost:8000/interest/manage/{token}/"
    for text in (email.body, html_of(email)):
        for words in (
            expression.reference,
            "Marsh Gate Primary School",
            "once the window has closed on Friday 11 December",
            "You hear from us by Friday 15 January 2027.",
            link,
            "hello@lea-valley.example.org",
        ):
            assert words in text
    assert email.body.startswith("We have your school's expression of interest.\n")


def test_nothing_that_was_typed_stands_in_it(hub: Hub) -> None:
    """Whoever fills the form in may name any stranger as its reader."""
    typed = "Win a prize {{ hub }}"
    email = written(
        acknowledged(
            school=None,
            school_as_typed=typed,
            headteacher_name=typed,
            sender_name=typed,
            intended_participants=(NamedSeat(typed),),
        )
    )
    for text in (email.subject, email.body, html_of(email)):
        assert "Win a prize" not in text


def test_the_address_is_confirmed_by_a_code_or_a_link_until_it_is(hub: Hub) -> None:
    message = acknowledged(sender_email="sam@school.example")
    expression = ExpressionOfInterest.objects.get()
    email = written(message)
    for text in (email.body, html_of(email)):
        assert code_of(expression) in text
        assert f"/interest/confirm/{make_token('confirm', expression.form_token, 1)}/" in text
    confirm(expression, now=NOW)
    assert code_of(expression) not in written(message).body


def test_a_withdrawn_interest_is_not_acknowledged(hub: Hub) -> None:
    message = acknowledged()
    assert reason_against(message) == ""
    withdraw_expression(ExpressionOfInterest.objects.get(), by=None, now=NOW)
    assert reason_against(message) == "the school withdrew its interest"


# --- the digest ---------------------------------------------------------------------------

NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def staff(role: str, **fields) -> HubMember:
    member = make_member(role=role, account=make_account(**fields))
    HubMember.objects.filter(pk=member.pk).update(created_at=NINE - timedelta(days=30))
    return member


def test_each_hub_lead_and_administrator_gets_one_digest_an_hour(hub: Hub) -> None:
    readers = {staff(Role.HUB_LEAD), staff(Role.ADMINISTRATOR)}
    staff(Role.WORK_GROUP_LEAD)
    staff(Role.VIEWER)
    staff(Role.HUB_LEAD, is_active=False)
    for minute in (0, 10, 59):
        make_expression(submitted_at=NINE + timedelta(minutes=minute))
    for _ in range(3):
        plan_digests(NINE + timedelta(minutes=66))
    keys = set(Message.objects.values_list("key", flat=True))
    assert keys == {f"eoi-digest:{hub.pk}:2026-11-16T09:{reader.pk}" for reader in readers}


def test_an_hour_counts_once_it_has_been_over_for_five_minutes(hub: Hub) -> None:
    staff(Role.HUB_LEAD)
    make_expression(submitted_at=NINE + timedelta(minutes=59))
    assert plan_digests(NINE + timedelta(minutes=64, seconds=59)) == 0
    assert plan_digests(NINE + timedelta(minutes=65)) == 1


def test_two_days_without_a_planner_lose_nothing_and_older_hours_stay_quiet(hub: Hub) -> None:
    staff(Role.HUB_LEAD)
    make_expression(submitted_at=NINE)
    assert plan_digests(NINE + timedelta(hours=48, minutes=5)) == 1
    assert plan_digests(NINE + timedelta(hours=49, minutes=5)) == 0


def test_who_joins_later_hears_nothing_of_earlier_hours(hub: Hub) -> None:
    member = staff(Role.HUB_LEAD)
    HubMember.objects.update(created_at=NINE + timedelta(hours=2))
    make_expression(submitted_at=NINE)
    assert plan_digests(NINE + timedelta(hours=3)) == 0
    assert member.account.email


@pytest.mark.parametrize("at", [NINE, datetime(2026, 7, 1, 8, 0, tzinfo=UTC)])
def test_the_digest_names_the_schools_and_leads_to_the_list(hub: Hub, at: datetime) -> None:
    staff(Role.HUB_LEAD)
    make_expression(school=make_school(name="Marsh Gate Primary School"), submitted_at=at)
    make_expression(school_as_typed="Plainfields", source="telephone", submitted_at=at)
    HubMember.objects.update(created_at=at - timedelta(days=1))
    plan_digests(at + timedelta(minutes=66))
    email = written(Message.objects.get())
    assert email.subject == "2 new expressions of interest"
    for text in (email.body, html_of(email)):
        assert "between 09:00 and 10:00" in text
        assert "Marsh Gate Primary School" in text
        assert "Plainfields" in text
        assert "not found in the register" in text
        assert ", by telephone" in text
        assert "http://lea-valley.localhost:8000/admin/enrolment/expressionofinterest/" in text


def test_a_digest_of_nothing_is_not_sent(hub: Hub) -> None:
    member = staff(Role.HUB_LEAD)
    expression = make_expression(submitted_at=NINE)
    plan_digests(NINE + timedelta(minutes=66))
    message = Message.objects.get()
    assert reason_against(message) == ""
    withdraw_expression(expression, by=None, now=NOW)
    assert reason_against(message) == "all of them were withdrawn"
    member.delete()
    assert reason_against(message) == "no longer reads new expressions for the hub"
