"""What is foreseen is what the planners write, when the time comes."""

from datetime import date, datetime, time, timedelta

import pytest

from enrolment.messages.briefing_reminders import (
    foresee_briefing_reminders,
    plan_briefing_reminders,
)
from enrolment.messages.digest import SETTLED_AFTER, foresee_digests, plan_digests
from enrolment.messages.openings import foresee_window_opened, plan_window_opened
from enrolment.services.drafts import foresee_nudges, plan_nudges
from enrolment.services.lapsing import (
    foresee_lapses,
    foresee_warnings,
    lapse_places,
    plan_warnings,
)
from enrolment.tests.factories import (
    make_booking,
    make_briefing,
    make_expression,
    make_opening_notice,
    make_place,
)
from enrolment.tests.filling import make_draft
from mathshub.daytime import is_daytime
from mathshub.outbox.going_out import foreseen, kind_of
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Session
from sessions.reminders import foresee_reminders, plan_reminders
from sessions.tests.factories import make_apology, make_running_group, make_seat_in, make_session
from sessions.times import at_wall_time
from sessions.weekly_digest import foresee_weekly_digests, plan_weekly_digests
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_member, make_offering, make_term_dates

pytestmark = [pytest.mark.usefixtures("hub"), pytest.mark.database]
FRIDAY = at_wall_time(date(2026, 11, 20), time(19, 30))
STEP = timedelta(minutes=15)
UNTIL = FRIDAY + timedelta(days=5)
FORESEERS = [
    foresee_reminders,
    foresee_briefing_reminders,
    foresee_warnings,
    foresee_lapses,
    foresee_weekly_digests,
    foresee_nudges,
    foresee_window_opened,
    foresee_digests,
]
PLANNERS = [
    plan_reminders,
    plan_briefing_reminders,
    plan_warnings,
    lapse_places,
    plan_weekly_digests,
    plan_nudges,
    plan_window_opened,
    plan_digests,
]


@pytest.fixture
def everything(hub: Hub) -> None:
    """A week with sessions near and far, a briefing, offers that lapse, and readers of digests.

    Schools that ask, schools that have not finished asking, and one that waits until it may.
    """
    make_term_dates()
    make_member(role=HubMember.Role.HUB_LEAD)
    HubMember.objects.update(created_at=FRIDAY - timedelta(days=9))
    for days in (0, 1):
        make_expression(submitted_at=FRIDAY + timedelta(days=days, hours=-1))
    for days in (1, 2, 3):
        left_at = FRIDAY - timedelta(days=days)
        make_draft(offering=make_offering(), now=left_at, link_email="office@school.example")
    closed = make_offering(opens_on=date(2026, 11, 23), closes_on=date(2026, 12, 1))
    make_opening_notice(programme=closed.programme)
    group = make_running_group()
    seat = make_seat_in(group)
    make_seat_in(group)
    for number, days in enumerate((2, 4, 6, 16, 18, 30), 1):
        starts_at = FRIDAY.replace(hour=15, minute=45) + timedelta(days=days)
        session = make_session(work_group=group, number=number, starts_at=starts_at)
    make_apology(session=Session.objects.get(number=3), seat=seat)
    make_session(work_group=make_running_group(), starts_at=session.starts_at)
    briefing = make_briefing(starts_at=FRIDAY.replace(hour=16, minute=0) + timedelta(days=5))
    make_booking(briefing=briefing, booked_at=FRIDAY - timedelta(days=9))
    for reply_by in (22, 24, 26):
        day = date(2026, 11, reply_by)
        make_place(reply_by=day, now=FRIDAY - timedelta(days=9))
    Message.objects.update(state=Message.State.SENT)


def written(now: datetime, until: datetime) -> set[tuple]:
    """All that the planners write in that time, running each quarter of an hour."""
    for planner in PLANNERS:
        planner(now)  # what is due already is no prophecy
    before = set(Message.objects.values_list("pk", flat=True))
    moment = now
    while (moment := moment + STEP) <= until:
        if is_daytime(moment):
            for planner in PLANNERS:
                planner(moment)
    new = Message.objects.exclude(pk__in=before)
    fields = ("key", "recipient", "recipient_name", "work_group_id", "school_id", "due_at")
    return set(new.values_list(*fields))


def as_written(draft: Draft) -> tuple:
    return (
        draft.key,
        draft.recipient,
        draft.recipient_name,
        draft.work_group_id,
        draft.school_id,
        draft.due_at,
    )


@pytest.mark.usefixtures("everything")
def test_what_is_foreseen_is_what_is_written() -> None:
    drafts = [draft for see in FORESEERS for draft in see(FRIDAY, UNTIL)]
    assert Message.objects.filter(state=Message.State.QUEUED).count() == 0, "it writes nothing"
    kinds = {kind_of(draft) for draft in drafts}
    assert kinds == {
        "session-reminder",
        "briefing-reminder",
        "place-lapsing",
        "place-lapsed",
        "weekly-digest",
        "draft-nudge",
        "window-opened",
        "eoi-digest",
    }
    foretold, found = sorted(map(as_written, drafts)), sorted(written(FRIDAY, UNTIL))
    assert [each[:-1] for each in foretold] == [each[:-1] for each in found]
    late = [came[-1] - told[-1] for told, came in zip(foretold, found, strict=True)]
    assert {timedelta(0)} < set(late) <= {timedelta(0), STEP - SETTLED_AFTER}


@pytest.mark.usefixtures("everything")
def test_what_is_on_record_already_is_not_foreseen() -> None:
    drafts = foreseen(FRIDAY, UNTIL)
    queue_messages(drafts[:2], now=FRIDAY)
    Message.objects.filter(key=drafts[0].key).update(state=Message.State.CANCELLED)
    assert foreseen(FRIDAY, UNTIL) == drafts[2:]
