"""The weekly digest: on Mondays, to hub leads, when there is anything to say."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from enrolment.tests.factories import make_accepted_place, make_expression, make_place
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from sessions.models import Session
from sessions.tests.factories import make_running_group, make_session
from sessions.times import at_wall_time
from sessions.weekly_digest import plan_weekly_digests
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_member

MONDAY = date(2026, 11, 23)
HALF_PAST_SEVEN = at_wall_time(MONDAY, time(7, 30))
pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def lead(hub: Hub) -> HubMember:
    return make_member(role=HubMember.Role.HUB_LEAD)


def digests(now: datetime) -> list[Message]:
    plan_weekly_digests(now)
    return list(Message.objects.filter(kind="weekly-digest").order_by("pk"))


def written(message: Message, now: datetime = HALF_PAST_SEVEN) -> Any:
    kind = kind_named(message.kind)
    assert kind.unwanted(message, now) == ""
    return write_email(message, kind.render(message, now))


def test_it_goes_on_mondays_from_half_past_seven_once(lead):
    make_expression()
    assert digests(HALF_PAST_SEVEN - timedelta(minutes=1)) == []
    assert digests(HALF_PAST_SEVEN + timedelta(days=1)) == []
    for minutes in range(3):
        [message] = digests(HALF_PAST_SEVEN + timedelta(minutes=minutes))
    assert (message.recipient, message.expires_at) == (
        lead.account.email,
        at_wall_time(MONDAY, time(19)),
    )


def test_when_nothing_waits_nothing_goes(lead):
    assert digests(HALF_PAST_SEVEN) == []


def test_it_goes_to_hub_leads_and_administrators_alone(hub):
    make_expression()
    for role in HubMember.Role:
        make_member(role=role)
    assert len(digests(HALF_PAST_SEVEN)) == 2


def test_it_says_what_waits_with_links_and_what_is_on_this_week(lead):
    group = make_running_group()
    make_session(work_group=group, starts_at=at_wall_time(MONDAY, time(15, 45)))
    make_session(work_group=group, starts_at=at_wall_time(date(2026, 11, 30), time(15, 45)))
    make_place(reply_by=date(2026, 11, 20))
    make_accepted_place(work_group=group)
    make_expression()
    Message.objects.update(state=Message.State.DEAD)
    email = written(digests(HALF_PAST_SEVEN)[0])
    for words in (
        "1 new expression of interest",
        "1 offer unanswered, 1 late",
        "1 accepted place without a name",
        "messages failed",
        "Monday 23 November, 15:45 to 17:15",
        "/admin/enrolment/place/?state=unnamed",
    ):
        assert words in email.body
        assert words in email.alternatives[0][0]
    assert "30 November" not in email.body
    assert email.subject == "Your week: 1 new expression of interest, one session"


def test_what_was_done_before_it_left_is_not_told(lead):
    make_session(starts_at=HALF_PAST_SEVEN + timedelta(days=1))
    [message] = digests(HALF_PAST_SEVEN)
    Session.objects.update(state=Session.State.CANCELLED)
    assert kind_named(message.kind).unwanted(message, HALF_PAST_SEVEN) == "nothing waits any more"


def test_it_costs_the_same_for_many_rows(lead, django_assert_max_num_queries):
    for _ in range(4):
        make_session(starts_at=HALF_PAST_SEVEN + timedelta(days=1))
        make_place(reply_by=date(2026, 11, 20))
    with django_assert_max_num_queries(10):
        plan_weekly_digests(HALF_PAST_SEVEN)
    [message] = digests(HALF_PAST_SEVEN)
    with django_assert_max_num_queries(7):
        written_at = kind_named(message.kind).render(message, HALF_PAST_SEVEN)
        write_email(message, written_at)
