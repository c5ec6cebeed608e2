"""Reminders: each due one once, to exactly those who are expected."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.models import Place
from enrolment.tests.factories import make_participant
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.services import plan_messages
from mathshub.scope import hub_scope
from sessions.models import Session
from sessions.reminders import plan_reminders
from sessions.services.apologies import give_apology
from sessions.services.changes import move_session
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_running_group,
    make_seat_in,
    make_session,
    make_sessions,
)
from sessions.times import at_wall_time
from workgroups.models import TermDate, WorkGroup
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_term_dates,
    remind_on,
)

START = at_wall_time(date(2027, 1, 14), time(15, 45))
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("hub")


def planned_at(now: datetime) -> list[int]:
    """How many days before its session each reminder says it goes that planning at ``now`` adds."""
    before = set(Message.objects.values_list("pk", flat=True))
    plan_reminders(now)
    new = Message.objects.filter(kind="session-reminder").exclude(pk__in=before)
    return sorted(int(message.key.split(":")[3]) for message in new)


@pytest.fixture
def session(hub) -> Session:
    """A session at 15:45 on 14 January, and a seat named in September."""
    session = make_session(starts_at=START)
    make_seat_in(session.work_group)
    return session


def test_reminders_go_14_and_2_days_before(session):
    assert planned_at(START - 14 * A_DAY - A_MINUTE) == []
    assert planned_at(START - 14 * A_DAY) == [14]
    assert planned_at(START - 2 * A_DAY - A_MINUTE) == []
    assert planned_at(START - 2 * A_DAY) == [2]


def test_a_hundred_further_plans_add_nothing(session):
    now = START - 14 * A_DAY
    assert planned_at(now) == [14]
    for minute in range(100):
        assert planned_at(now + minute * A_MINUTE) == []
    assert Message.objects.filter(kind="session-reminder").count() == 1


def test_a_reminder_says_for_which_occurrence_it_is_and_ends_with_its_beginning(session):
    seat = session.work_group.places.get().seats.get()
    plan_reminders(START - 2 * A_DAY)
    message = Message.objects.get(kind="session-reminder")
    assert message.key == (
        f"session-reminder:{session.pk}:20270114T154500Z:2:{seat.participant_id}"
    )
    assert (message.recipient, message.context) == (
        seat.participant.email,
        {"session": session.pk, "seat": seat.pk},
    )
    assert (message.due_at, message.expires_at) == (START - 2 * A_DAY, START)
    assert message.priority == Message.Priority.REMINDER


def test_a_reminder_that_fell_due_while_nothing_ran_is_still_made(session):
    assert planned_at(START - 5 * A_DAY) == [14]
    assert planned_at(START - A_MINUTE) == [2]


def test_when_both_are_overdue_only_the_nearer_one_is_made(session):
    assert planned_at(START - A_DAY) == [2]
    assert planned_at(START - A_MINUTE) == []


def test_nothing_is_made_once_the_session_has_begun(session):
    assert planned_at(START) == []
    assert planned_at(START + 30 * A_MINUTE) == []


def test_a_seat_named_after_the_first_reminder_was_due_gets_the_last_one_only(hub):
    session = make_session(starts_at=START)
    make_seat_in(session.work_group, named_at=START - 14 * A_DAY + A_MINUTE)
    assert planned_at(START - 14 * A_DAY + 2 * A_MINUTE) == []
    assert planned_at(START - 2 * A_DAY) == [2]


def test_a_seat_named_on_the_last_day_is_still_reminded(hub):
    session = make_session(starts_at=START)
    make_seat_in(session.work_group, named_at=START - A_DAY)
    assert planned_at(START - A_DAY + A_MINUTE) == [2]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # over the end of summer time, and over its beginning
        (
            at_wall_time(date(2026, 10, 28), time(15, 45)),
            datetime(2026, 10, 14, 14, 45, tzinfo=UTC),
        ),
        (at_wall_time(date(2027, 3, 31), time(15, 45)), datetime(2027, 3, 17, 15, 45, tzinfo=UTC)),
    ],
)
def test_reminders_keep_the_wall_time_over_clock_changes(hub, start, due):
    session = make_session(starts_at=start)
    make_seat_in(session.work_group)
    assert planned_at(due - A_MINUTE) == []
    assert planned_at(due) == [14]


def test_a_programme_may_remind_on_other_days(hub):
    programme = make_programme(reminder_days=remind_on(70, 1))
    group = make_running_group(offering=make_offering(programme=programme))
    make_session(work_group=group, starts_at=START)
    make_seat_in(group, named_at=START - 100 * A_DAY)
    assert planned_at(START - 70 * A_DAY) == [70]
    assert planned_at(START - A_DAY) == [1]


def test_without_days_of_its_own_a_programme_reminds_on_the_usual_ones(hub):
    programme = make_programme(reminder_days={})
    group = make_running_group(offering=make_offering(programme=programme))
    make_session(work_group=group, starts_at=START)
    make_seat_in(group)
    assert planned_at(START - 14 * A_DAY) == [14]


def make_session_with_usual_days(starts_at: datetime, **fields) -> Session:
    programme = make_programme(reminder_days={})
    group = make_running_group(offering=make_offering(programme=programme))
    make_seat_in(group, named_at=starts_at - 100 * A_DAY)
    return make_session(work_group=group, starts_at=starts_at, **fields)


def test_the_usual_days_end_with_the_morning_of_the_day_at_eight(hub):
    make_session_with_usual_days(START)
    eight = at_wall_time(date(2027, 1, 14), time(8))
    assert planned_at(START - 2 * A_DAY) == [2]
    assert planned_at(eight - A_MINUTE) == []
    assert planned_at(eight) == [0]


def test_a_reminder_lives_until_the_next_one_so_that_an_outage_never_sends_both(hub):
    make_session_with_usual_days(START)
    plan_reminders(START - 14 * A_DAY)
    plan_reminders(START - 2 * A_DAY)
    ends = Message.objects.filter(kind="session-reminder").order_by("pk")
    assert list(ends.values_list("expires_at", flat=True)) == [
        START - 2 * A_DAY,
        at_wall_time(date(2027, 1, 14), time(8)),
    ]


def test_each_mode_may_have_days_of_its_own(hub):
    days = {"virtual": [7, 0], "twilight": [3], "face_to_face": []}
    group = make_running_group(offering=make_offering(programme=make_programme(reminder_days=days)))
    make_seat_in(group, named_at=START - 100 * A_DAY)
    session = make_session(work_group=group, starts_at=START, mode=Session.Mode.VIRTUAL)
    assert planned_at(START - 7 * A_DAY) == [7]
    Session.objects.update(mode=Session.Mode.FACE_TO_FACE)
    assert planned_at(START - A_MINUTE) == []
    Session.objects.filter(pk=session.pk).update(mode=Session.Mode.TWILIGHT)
    assert planned_at(START - A_MINUTE) == [3]


def test_a_reminder_that_falls_on_a_weekend_goes_on_the_friday_before(hub):
    monday = at_wall_time(date(2027, 1, 18), time(15, 45))
    make_session_with_usual_days(monday)
    assert planned_at(monday - 4 * A_DAY) == [14]
    assert planned_at(monday - 3 * A_DAY) == [2]


def test_in_the_holidays_of_a_borough_it_goes_before_them_if_that_is_within_its_lead(hub):
    borough = make_local_authority()
    make_term_dates(local_authority=borough)
    session = make_session_with_usual_days(at_wall_time(date(2027, 1, 12), time(15, 45)))
    session.work_group.local_authorities.add(borough)
    last_day = max(
        each.ends_on for each in TermDate.objects.all() if each.ends_on < date(2026, 12, 28)
    )
    assert planned_at(at_wall_time(last_day, time(15, 44))) == []
    assert planned_at(at_wall_time(last_day, time(15, 45))) == [14]


def test_what_fell_due_while_nothing_ran_leaves_by_day(hub):
    make_session_with_usual_days(START)
    plan_reminders(at_wall_time(date(2027, 1, 13), time(3)))
    message = Message.objects.get(kind="session-reminder")
    assert message.due_at == at_wall_time(date(2027, 1, 13), time(7))


def test_who_was_told_of_a_move_is_not_reminded_of_it_at_once_but_on_the_morning(hub):
    session = make_session_with_usual_days(START + 30 * A_DAY)
    now = START - A_DAY
    move_session(session, starts_at=START, ends_at=START + 90 * A_MINUTE, by=None, now=now)
    assert planned_at(now + A_MINUTE) == []
    assert planned_at(at_wall_time(date(2027, 1, 14), time(8))) == [0]


def test_who_was_not_told_of_a_move_is_reminded_as_ever(hub):
    session = make_session_with_usual_days(START + 30 * A_DAY)
    now = START - A_DAY
    times = {"starts_at": START, "ends_at": START + 90 * A_MINUTE}
    move_session(session, **times, by=None, now=now, tells=False)
    assert planned_at(now + A_MINUTE) == [2]


def test_a_session_before_eight_has_no_morning_reminder(hub):
    early = at_wall_time(date(2027, 1, 14), time(7, 30))
    make_session_with_usual_days(early)
    assert planned_at(early - 2 * A_DAY) == [2]
    assert planned_at(early - A_MINUTE) == []


def silenced_by_messages_off(session: Session) -> None:
    session.work_group.offering.messages_on = False
    session.work_group.offering.save()


def silenced_by_draft_group(session: Session) -> None:
    session.work_group.state = WorkGroup.State.DRAFT
    session.work_group.save()


def silenced_by_cancelled_group(session: Session) -> None:
    session.work_group.state = WorkGroup.State.CANCELLED
    session.work_group.save()


def silenced_by_cancelling(session: Session) -> None:
    session.state = Session.State.CANCELLED
    session.save()


def silenced_by_not_publishing(session: Session) -> None:
    session.state = Session.State.PLANNED
    session.save()


def silenced_by_no_date(session: Session) -> None:
    session.starts_at = session.ends_at = None
    session.save()


def silenced_by_no_address(session: Session) -> None:
    participant = session.work_group.places.get().seats.get().participant
    participant.email = ""
    participant.save()


def silenced_by_apology(session: Session) -> None:
    make_apology(session=session, seat=session.work_group.places.get().seats.get())


def silenced_by_giving_up_the_seat(session: Session) -> None:
    seat = session.work_group.places.get().seats.get()
    seat.held_until = date(2027, 1, 13)
    seat.save()


def silenced_by_withdrawing_the_place(session: Session) -> None:
    session.work_group.places.update(state=Place.State.WITHDRAWN)


@pytest.mark.parametrize(
    "silence",
    [
        silenced_by_messages_off,
        silenced_by_draft_group,
        silenced_by_cancelled_group,
        silenced_by_cancelling,
        silenced_by_not_publishing,
        silenced_by_no_date,
        silenced_by_no_address,
        silenced_by_apology,
        silenced_by_giving_up_the_seat,
        silenced_by_withdrawing_the_place,
    ],
)
def test_no_reminder_where_none_is_wanted(session, silence):
    silence(session)
    assert planned_at(START - 2 * A_DAY) == []


def test_a_group_that_still_takes_schools_reminds_too(session):
    WorkGroup.objects.update(state=WorkGroup.State.FORMING)
    plan_reminders(START - 2 * A_DAY)
    message = Message.objects.get(kind="session-reminder")
    assert kind_named(message.kind).unwanted(message, START - 2 * A_DAY) == ""


def test_a_session_that_moved_reminds_of_its_new_time(session):
    assert planned_at(START - 14 * A_DAY) == [14]
    session.starts_at += 7 * A_DAY
    session.ends_at += 7 * A_DAY
    session.save()
    assert planned_at(START - 14 * A_DAY) == []
    assert planned_at(START - 7 * A_DAY) == [14]


def test_an_apology_taken_back_is_no_longer_in_the_way(session):
    seat = session.work_group.places.get().seats.get()
    apology = give_apology(seat, session, reason="", now=START - 20 * A_DAY)
    assert planned_at(START - 2 * A_DAY) == []
    apology.delete()
    assert planned_at(START - A_DAY) == [2]


def test_two_participants_who_share_a_mailbox_are_both_reminded(session):
    place = session.work_group.places.get()
    make_seat_in(
        session.work_group,
        place=place,
        participant=make_participant(name="Ana Lima", school=place.school),
    )
    assert planned_at(START - 2 * A_DAY) == [2, 2]


def test_planning_by_the_outbox_reaches_every_hub_but_mixes_none(session, hub):
    other = make_hub()
    with hub_scope(other):
        session_elsewhere = make_session(starts_at=START)
        make_seat_in(session_elsewhere.work_group)
    plan_messages(START - 2 * A_DAY)
    assert Message.objects.filter(kind="session-reminder").count() == 1
    with hub_scope(other):
        message = Message.objects.get(kind="session-reminder")
        assert message.context["session"] == session_elsewhere.pk


def test_planning_costs_the_same_for_one_session_and_for_many():
    def queries(groups: int) -> int:
        for _ in range(groups):
            group = make_running_group()
            make_sessions(work_group=group, count=4, first_in=1, every=3)
            place = make_seat_in(group).place
            make_seat_in(group, place=place, participant=make_participant(name="Ana Lima"))
        with CaptureQueriesContext(connection) as captured:
            plan_reminders(NOW)
        return len(captured)

    assert queries(1) == queries(3)
