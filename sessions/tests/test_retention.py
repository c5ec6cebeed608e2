"""People are forgotten after the hub's years, counted from their last session, and no others."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from enrolment.models import (
    ExpressionOfInterest,
    IntendedParticipant,
    Participant,
    Place,
    Seat,
    UnmatchedLine,
)
from enrolment.services.seats import NamedSeat, give_up_seat
from enrolment.tests.factories import (
    make_accepted_place,
    make_expression,
    make_history_import,
    make_opening_notice,
    make_participant,
    make_unmatched_line,
)
from mathshub.celery import app
from mathshub.outbox.models import Message
from mathshub.outbox.tests.factories import make_message
from mathshub.scope import hub_scope
from sessions.models import Apology, Session
from sessions.services.retention import forget_people
from sessions.tasks import forget_task
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_running_group,
    make_seat_in,
    make_session,
)
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.database
SINCE = datetime(2020, 11, 16, 10, 30, tzinfo=UTC)  # six years before NOW
BEFORE = SINCE - timedelta(seconds=1)
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")
PEOPLE = (Participant, Seat, Apology)


def meet(group, *, ended_at: datetime, **fields) -> Session:
    """A session of the group that ended then."""
    starts_at = ended_at - timedelta(minutes=90)
    return make_session(work_group=group, starts_at=starts_at, ends_at=ended_at, **fields)


def take_part(*, ended_at: datetime, participant: Participant | None = None, **fields) -> Seat:
    """A seat, with an apology, in a group whose only session ended then."""
    group = make_running_group()
    session = meet(group, ended_at=ended_at, **fields)
    seat = make_seat_in(group, participant=participant, named_at=ended_at - timedelta(days=60))
    make_apology(session=session, seat=seat, reason="Parents' evening")
    return seat


def rows_left(*models: type) -> int:
    """How many rows of these there are, with those of their history."""
    return sum(model.objects.count() + model.history.model.objects.count() for model in models)


@pytest.mark.parametrize("state", Session.State)
def test_participants_go_six_years_after_their_last_session(hub: Hub, state: str) -> None:
    seat = take_part(ended_at=SINCE, state=state)
    assert forget_people(NOW) == (0, 0)
    Session.objects.update(ends_at=BEFORE)
    assert forget_people(NOW) == (1, 1)
    assert rows_left(*PEOPLE) == 0
    assert Place.objects.get() == seat.place
    assert forget_people(NOW) == (0, 0)


def test_messages_to_somebody_go_with_them_and_those_to_others_stay(hub: Hub) -> None:
    sam = take_part(ended_at=BEFORE).participant
    olu = take_part(ended_at=NOW).participant
    Message.objects.all().delete()
    sent = {"state": Message.State.SENT, "sent_at": NOW, "recipient": "office@school.example"}
    make_message(**sent, participant=sam, recipient_name="Sam Okafor", school=sam.school)
    make_message(participant=sam, recipient="office@school.example")
    kept = [
        make_message(**sent, participant=olu, recipient_name="Olu Ade"),
        make_message(**sent, school=olu.school),
    ]
    forget_people(NOW)
    assert list(Message.objects.order_by("pk")) == kept
    assert not Message.objects.filter(participant=sam.pk).exists()
    connection.check_constraints()


def test_the_last_of_all_a_persons_sessions_counts(hub: Hub) -> None:
    first = take_part(ended_at=BEFORE - timedelta(days=300))
    take_part(ended_at=SINCE, participant=first.participant)
    assert forget_people(NOW) == (0, 1)
    assert Participant.objects.get().seats.count() == 2
    Session.objects.filter(ends_at=SINCE).update(ends_at=BEFORE)
    assert forget_people(NOW) == (1, 1)
    assert rows_left(*PEOPLE) == 0


def test_what_a_group_did_after_somebody_left_does_not_count_for_them(hub: Hub) -> None:
    seat = take_part(ended_at=BEFORE)
    meet(seat.place.work_group, ended_at=SINCE + timedelta(days=90))
    assert forget_people(NOW) == (0, 0)
    give_up_seat(seat, on=BEFORE.date(), by=None, now=NOW)
    assert forget_people(NOW) == (1, 0)


def test_without_a_session_the_last_day_of_the_seat_counts(hub: Hub) -> None:
    group = make_running_group()
    make_session(work_group=group, starts_at=None)
    seat = make_seat_in(group, named_at=BEFORE - timedelta(days=300))
    seat.held_until = date(2020, 11, 16)
    seat.save()
    assert forget_people(NOW)[0] == 0
    seat.held_until = date(2020, 11, 15)
    seat.save()
    assert forget_people(NOW)[0] == 1
    assert rows_left(*PEOPLE) == 0


def test_a_seat_without_session_and_end_counts_from_its_first_day(hub: Hub) -> None:
    seat = make_seat_in(make_running_group(), named_at=SINCE)
    assert forget_people(NOW)[0] == 0
    Seat.objects.filter(pk=seat.pk).update(held_from=date(2020, 11, 15))
    assert forget_people(NOW)[0] == 1


def test_somebody_without_a_seat_goes_as_long_after_they_became_known(hub: Hub) -> None:
    participant = make_participant()
    Participant.objects.update(created_at=SINCE)
    assert forget_people(NOW) == (0, 0)
    Participant.objects.update(created_at=BEFORE)
    assert forget_people(NOW) == (1, 0)
    assert not Participant.history.filter(id=participant.pk).exists()


def test_each_hub_has_its_own_years(hub: Hub) -> None:
    take_part(ended_at=BEFORE)
    hub.people_kept_years = 7
    assert forget_people(NOW) == (0, 0)
    hub.people_kept_years = 6
    assert forget_people(NOW) == (1, 1)


def test_what_another_hub_knows_is_untouched(hub: Hub) -> None:
    other = make_hub()
    with hub_scope(other):
        seat = take_part(ended_at=BEFORE)
        make_participant(name="Without a seat")
        Participant.objects.update(created_at=BEFORE)
        before = rows_left(*PEOPLE, Place, ExpressionOfInterest)
    take_part(ended_at=BEFORE)
    assert forget_people(NOW) == (1, 1)
    with hub_scope(other):
        assert rows_left(*PEOPLE, Place, ExpressionOfInterest) == before
        assert Place.objects.get().contact_email == seat.place.contact_email != ""


def make_old_place(ended_at: datetime, **fields) -> Place:
    """An accepted place, without seats, in a group whose only session ended then."""
    expression = fields.pop("expression", None)
    group = make_running_group(**({"offering": expression.offering} if expression else {}))
    meet(group, ended_at=ended_at)
    return make_accepted_place(
        work_group=group, expression=expression, now=ended_at - timedelta(days=60)
    )


def test_a_place_stays_as_a_fact_without_names(hub: Hub) -> None:
    expression = make_expression(
        people=(SAM,),
        maths_lead_name="Ana Lima",
        maths_lead_email="ana@school.example",
        answers={"hopes": "Grace hopes for calm lessons"},
        staff_note="Grace rang",
        submitted_at=SINCE - timedelta(days=300),
    )
    place = make_old_place(SINCE, expression=expression)
    assert forget_people(NOW) == (0, 0)
    Session.objects.update(ends_at=BEFORE)
    assert forget_people(NOW) == (0, 1)
    place.refresh_from_db()
    assert (place.state, place.school) == (Place.State.ACCEPTED, expression.school)
    assert (place.contact_name, place.contact_email) == ("", "")
    kept = ExpressionOfInterest.objects.get()
    assert (kept.state, kept.school) == (ExpressionOfInterest.State.ACCEPTED, expression.school)
    assert {kept.headteacher_name, kept.headteacher_email, kept.staff_note} == {""}
    assert (kept.maths_lead_name, kept.maths_lead_email, kept.answers) == ("", "", {})
    assert not IntendedParticipant.objects.exists()
    assert rows_left(Place, ExpressionOfInterest) == 2, "and no history"
    assert forget_people(NOW) == (0, 0)


def test_without_a_session_the_answer_to_the_offer_counts(hub: Hub) -> None:
    place = make_accepted_place(now=SINCE)
    Place.objects.update(offered_at=BEFORE)
    assert forget_people(NOW) == (0, 0)
    Place.objects.update(answered_at=BEFORE)
    assert forget_people(NOW) == (0, 1)
    place.refresh_from_db()
    assert place.contact_email == ""


def test_interest_keeps_its_contacts_while_another_place_of_it_does(hub: Hub) -> None:
    expression = make_expression()
    first = make_old_place(BEFORE, expression=expression)
    withdrawn = {"state": Place.State.WITHDRAWN}
    Place.objects.update(**withdrawn)
    second = make_old_place(SINCE, expression=expression)
    assert forget_people(NOW) == (0, 1)
    first.refresh_from_db()
    assert first.contact_name == ""
    assert ExpressionOfInterest.objects.get().headteacher_name == expression.headteacher_name
    second.work_group.sessions.update(ends_at=BEFORE)
    assert forget_people(NOW) == (0, 1)
    assert ExpressionOfInterest.objects.get().headteacher_name == ""


@time_machine.travel(NOW, tick=False)
def test_every_hub_is_seen_to_each_night(hub: Hub) -> None:
    other = make_hub(people_kept_years=7)
    for each in (hub, other):
        with hub_scope(each):
            take_part(ended_at=BEFORE)
    forget_task()
    assert not Participant.objects.exists()
    with hub_scope(other):
        assert Participant.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_the_command_says_what_it_forgot_and_a_dry_run_changes_nothing(hub: Hub) -> None:
    make_hub(name="Wandle Maths Hub")
    take_part(ended_at=BEFORE)
    for _ in range(2):
        make_expression(submitted_at=datetime(2025, 11, 1, tzinfo=UTC), people=(SAM,))
    old = make_history_import(
        loaded_at=datetime(2025, 11, 1, tzinfo=UTC), faults=[[6, "“Sam Okafor”"]]
    )
    for _ in range(2):
        make_unmatched_line(history_import=old)
    make_opening_notice(asked_at=datetime(2025, 11, 1, tzinfo=UTC))
    report = (
        "Lea Valley Maths Hub: 0 forms of interest not sent, 2 expressions of interest, "
        "0 spreadsheets never loaded, "
        "2 lines without a school, the words of 1 spreadsheet, "
        "1 address that waited for a window, 0 messages to many, 1 participant, "
        "the contacts of 1 place, "
        "0 bookings for briefings\n"
        "Wandle Maths Hub: 0 forms of interest not sent, 0 expressions of interest, "
        "0 spreadsheets never loaded, 0 lines without a school, the words of 0 spreadsheets, "
        "0 addresses that waited for a window, 0 messages to many, 0 participants, "
        "the contacts of 0 places, "
        "0 bookings for briefings\n"
    )
    models = (*PEOPLE, Place, ExpressionOfInterest, UnmatchedLine)
    before = rows_left(*models), list(Place.objects.values()), IntendedParticipant.objects.count()
    assert forgetting("--dry-run") == report + "Nothing was changed.\n"
    assert before == (
        rows_left(*models),
        list(Place.objects.values()),
        IntendedParticipant.objects.count(),
    )
    assert forgetting() == report
    assert rows_left(*PEOPLE) == 0
    assert forgetting("--dry-run").startswith(
        "Lea Valley Maths Hub: 0 forms of interest not sent, 0"
    )


def forgetting(*options: str) -> str:
    out = StringIO()
    call_command("forget", *options, stdout=out)
    return out.getvalue()


def test_beat_names_tasks_that_there_are() -> None:
    app.loader.import_default_modules()
    assert {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
