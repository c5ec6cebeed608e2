"""Seats at briefings: booked once, within capacity, given up, moved, called off, followed up."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from enrolment.errors import (
    AttendanceNotTaken,
    BriefingClosed,
    BriefingFull,
    BriefingNotOver,
    BriefingOver,
    NobodyToFollowUp,
    SeatsBelowBooked,
    TooManyBookings,
)
from enrolment.messages.briefing_reminders import plan_briefing_reminders
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefing_funnel import funnel_of
from enrolment.services.briefings import (
    Answer,
    Person,
    book_seat,
    cancel_booking,
    cancel_briefing,
    change_briefing,
    send_follow_up,
    take_attendance,
    take_free_seat,
)
from enrolment.services.interest import submit_expression
from enrolment.services.retention import bookings_to_forget, forget_bookings
from enrolment.tests.factories import (
    NOW,
    make_answers,
    make_booking,
    make_briefing,
    make_expression,
    moved,
)
from mathshub.outbox.models import Message
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_offering, make_school, make_year

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("on_the_day")]

GRACE = Person(name="Grace Obi", email="head@school.example", school_as_typed="A school")
DAY = timedelta(days=1)
State = BriefingBooking.State


def book(briefing: Briefing, person: Person = GRACE, **options) -> Answer:
    options = {"form_token": uuid4(), "by": None, "now": NOW} | options
    return book_seat(person, briefing=briefing, **options)


def somebody(number: int) -> Person:
    return Person(name=f"Head {number}", email=f"head{number}@school.example")


def kinds() -> Counter[str]:
    return Counter(Message.objects.waiting().values_list("kind", flat=True))


# --- seats -------------------------------------------------------------------------------


def test_a_seat_is_booked_once_for_a_form_and_confirmed_once(hub: Hub) -> None:
    briefing, token = make_briefing(capacity=1), uuid4()
    first = book(briefing, form_token=token)
    second = book(briefing, form_token=token)
    assert (first, first.has_seat) == (second, True)
    assert BriefingBooking.objects.count() == 1
    assert kinds() == {"briefing-booked": 1}


def test_who_has_booked_gets_the_same_answer_and_no_second_seat(hub: Hub) -> None:
    briefing = make_briefing()
    book(briefing)
    again = book(briefing, Person(name="GRACE obi", email="Head@school.example"))
    assert again.has_seat
    assert BriefingBooking.objects.count() == 1
    assert kinds() == {"briefing-booked": 1}, "not a second e-mail within the day"
    book(briefing, now=NOW + DAY)
    assert kinds() == {"briefing-booked": 2}


def test_two_people_of_one_mailbox_have_two_seats(hub: Hub) -> None:
    briefing = make_briefing()
    for name in ("Grace Obi", "Sam Okafor"):
        book(briefing, Person(name=name, email="office@school.example"))
    assert BriefingBooking.objects.booked().count() == 2


def test_a_fourth_booking_a_day_by_one_address_is_refused_everywhere(hub: Hub) -> None:
    for number in range(3):
        book(make_briefing(), Person(name=f"Name {number}", email="victim@school.example"))
    with pytest.raises(TooManyBookings):
        book(make_briefing(), Person(name="Name 4", email="Victim@school.example"))
    book(make_briefing(), somebody(1))


def test_mails_of_bookings_and_of_forms_are_three_a_day_together(hub: Hub) -> None:
    for _ in range(2):
        book(make_briefing(), GRACE)
    ask_by_form(GRACE.email)
    full, token = make_briefing(), uuid4()
    answer = book(full, GRACE, form_token=token)
    assert answer.booking.is_booked, "the seat is held all the same"
    ask_by_form(GRACE.email)
    assert kinds() == {"briefing-booked": 2, "eoi-received": 1}
    again = book(full, GRACE, now=NOW + DAY + timedelta(minutes=1))
    assert again.booking == answer.booking
    assert kinds() == {"briefing-booked": 3, "eoi-received": 1}, "tomorrow it comes"


def test_staff_who_book_for_somebody_are_held_up_by_nothing(hub: Hub) -> None:
    for _ in range(3):
        ask_by_form(GRACE.email)
    book(make_briefing(), GRACE, by=make_account())
    assert kinds() == {"briefing-booked": 1, "eoi-received": 3}


def test_thirty_teachers_and_sixty_schools_each_get_their_mail(hub: Hub) -> None:
    briefing = make_briefing()
    for number in range(60):
        book(briefing, somebody(number))
        ask_by_form(f"office{number}@school.example")
    assert kinds() == {"briefing-booked": 60, "eoi-received": 60}


def ask_by_form(address: str) -> None:
    submit_expression(
        make_answers(sender_email=address),
        offering=make_offering(),
        form_token=uuid4(),
        source="web",
        by=None,
        now=NOW,
    )


def test_a_full_briefing_takes_those_who_wait_and_nobody_else(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    book(briefing)
    with pytest.raises(BriefingFull):
        book(briefing, somebody(1))
    waiting = book(briefing, somebody(1), waits=True)
    assert (waiting.booking.state, waiting.has_seat) == (State.WAITING, False)
    assert kinds() == {"briefing-booked": 1, "briefing-waiting": 1}


def test_a_full_briefing_answers_who_has_a_seat_as_it_answers_anybody(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    book(briefing)
    with pytest.raises(BriefingFull):
        book(briefing)
    assert not book(briefing, waits=True).has_seat
    assert BriefingBooking.objects.get().is_booked


def test_a_seat_given_up_is_told_to_who_waits_and_goes_to_who_takes_it_first(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    held = book(briefing).booking
    first, second = (book(briefing, somebody(n), waits=True).booking for n in (1, 2))
    cancel_booking(held, by=None, now=NOW)
    cancel_booking(held, by=None, now=NOW)
    assert kinds()["briefing-given-up"] == 1
    assert kinds()["briefing-seat-free"] == 2
    assert take_free_seat(second, by=None, now=NOW).is_booked
    with pytest.raises(BriefingFull):
        take_free_seat(first, by=None, now=NOW)
    assert briefing.bookings.booked().get() == second


def test_who_cancelled_can_book_again(hub: Hub) -> None:
    briefing = make_briefing()
    cancel_booking(book(briefing).booking, by=None, now=NOW)
    assert book(briefing).booking.is_booked
    assert BriefingBooking.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": NOW - timedelta(minutes=1)},
        {"is_published": False},
        {"cancelled_at": NOW},
    ],
    ids=str,
)
def test_a_briefing_that_is_not_to_come_takes_no_booking(hub: Hub, fields: dict) -> None:
    with pytest.raises(BriefingClosed):
        book(make_briefing(**fields))
    assert not Message.objects.exists()


# --- the briefing moves --------------------------------------------------------------------


def test_a_move_is_told_once_with_its_old_time_however_often_it_is_corrected(hub: Hub) -> None:
    briefing = make_briefing()
    book(briefing)
    told = change_briefing(
        briefing,
        to=moved(briefing, starts_at=NOW + 9 * DAY, ends_at=NOW + 9.5 * DAY),
        by=None,
        now=NOW,
    )
    briefing.refresh_from_db()
    change_briefing(briefing, to=moved(briefing, venue="Town Hall"), by=None, now=NOW)
    briefing.refresh_from_db()
    [notice] = Message.objects.waiting().filter(kind="briefing-changed")
    assert told == 1
    assert notice.context["was"] == (NOW + 7 * DAY).isoformat()
    assert notice.due_at == NOW + timedelta(minutes=10)
    assert briefing.sequence == 2


def test_more_seats_alone_are_told_to_those_who_wait_only(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    book(briefing)
    book(briefing, somebody(1), waits=True)
    assert change_briefing(briefing, to=moved(briefing, capacity=2), by=None, now=NOW) == 0
    briefing.refresh_from_db()
    assert briefing.sequence == 0
    assert kinds()["briefing-seat-free"] == 1
    assert kinds()["briefing-changed"] == 0


def test_seats_that_are_taken_are_not_taken_away(hub: Hub) -> None:
    briefing = make_briefing(capacity=2)
    for number in range(2):
        book(briefing, somebody(number))
    with pytest.raises(SeatsBelowBooked) as refusal:
        change_briefing(briefing, to=moved(briefing, capacity=1), by=None, now=NOW)
    assert str(refusal.value) == "2 people have booked already: give at least as many seats."


def test_reminders_go_two_days_and_the_morning_before_and_follow_a_move(hub: Hub) -> None:
    briefing = make_briefing(starts_at=NOW + 10 * DAY)  # Thursday 26 November, 10:30
    make_booking(briefing=briefing)
    assert plan_briefing_reminders(NOW + 8 * DAY - timedelta(minutes=1)) == 0
    assert plan_briefing_reminders(NOW + 8 * DAY) == 1
    assert plan_briefing_reminders(NOW + 8 * DAY + timedelta(hours=1)) == 0
    eight = NOW + 9 * DAY - timedelta(hours=2, minutes=30)
    assert plan_briefing_reminders(eight - timedelta(minutes=1)) == 0
    assert plan_briefing_reminders(eight) == 1
    later = moved(briefing, starts_at=NOW + 11 * DAY, ends_at=NOW + 11.5 * DAY)
    change_briefing(briefing, to=later, by=None, now=eight)
    assert kinds()["briefing-reminder"] == 0
    assert plan_briefing_reminders(NOW + 10 * DAY) == 1
    back = moved(briefing)
    change_briefing(briefing, to=back, by=None, now=NOW + 9 * DAY)
    assert kinds()["briefing-reminder"] == 2, "those of the time to which it went back"


def test_the_reminder_of_a_monday_s_briefing_goes_on_friday(hub: Hub) -> None:
    make_booking(briefing=make_briefing(starts_at=NOW + 7 * DAY))  # Monday 23 November, 10:30
    friday = NOW + 4 * DAY
    assert plan_briefing_reminders(friday - timedelta(days=1)) == 0
    assert plan_briefing_reminders(friday) == 1


def test_who_books_after_a_reminder_fell_due_has_the_confirmation_instead(hub: Hub) -> None:
    briefing = make_briefing(starts_at=NOW + timedelta(hours=20))
    book(briefing)
    assert plan_briefing_reminders(NOW + timedelta(minutes=5)) == 0


def test_a_cancelled_briefing_tells_everyone_and_reminds_nobody(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    book(briefing)
    book(briefing, somebody(1), waits=True)
    assert cancel_briefing(briefing, reason="snow", by=None, now=NOW) == 2
    assert cancel_briefing(briefing, reason="snow", by=None, now=NOW) == 0
    assert kinds()["briefing-cancelled"] == 2
    assert plan_briefing_reminders(NOW + 6 * DAY) == 0
    with pytest.raises(BriefingOver):
        change_briefing(briefing, to=moved(briefing, venue="x"), by=None, now=NOW)


# --- who came ------------------------------------------------------------------------------

AFTER = NOW + 8 * DAY


def test_attendance_is_noted_also_of_who_came_without_booking(hub: Hub) -> None:
    briefing = make_briefing()
    came, missed = make_booking(briefing=briefing), make_booking(briefing=briefing)
    newcomer = Person(name="Ada New", email="", school_as_typed="New school")
    take_attendance(briefing, ticks={came.pk: True}, walk_ins=[newcomer], by=None, now=AFTER)
    names = briefing.bookings.came().values_list("name", "source")
    assert set(names) == {(came.name, "web"), ("Ada New", "door")}
    missed.refresh_from_db()
    assert not missed.has_come


def test_who_waited_and_came_is_ticked_and_not_entered_twice(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    make_booking(briefing=briefing)
    waiting = make_booking(briefing=briefing, state=State.WAITING, name="Ada", email="a@b.example")
    walk_in = Person(name="ada", email="A@b.example")
    take_attendance(briefing, ticks={}, walk_ins=[walk_in], by=None, now=AFTER)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.has_come) == (State.BOOKED, True)
    assert briefing.bookings.count() == 2


def test_a_page_of_who_came_that_is_sent_twice_enters_nobody_twice(hub: Hub) -> None:
    briefing = make_briefing()
    newcomers = [Person(name="Ada New", email="", school_as_typed=each) for each in ("A", "B")]
    for _ in range(2):
        take_attendance(briefing, ticks={}, walk_ins=newcomers, by=None, now=AFTER)
    assert briefing.bookings.came().count() == 2


def test_nobody_came_before_it_began(hub: Hub) -> None:
    briefing = make_briefing()
    with pytest.raises(BriefingNotOver):
        take_attendance(briefing, ticks={}, by=None, now=NOW)


def test_the_follow_up_goes_once_to_each_with_an_address(hub: Hub) -> None:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    make_booking(briefing=briefing, state=State.CANCELLED, cancelled_at=NOW)
    with pytest.raises(BriefingNotOver):
        send_follow_up(briefing, by=None, now=NOW)
    with pytest.raises(AttendanceNotTaken):
        send_follow_up(briefing, by=None, now=AFTER)
    take_attendance(
        briefing, ticks={}, walk_ins=[Person(name="No mail", email="")], by=None, now=AFTER
    )
    assert send_follow_up(briefing, by=None, now=AFTER) == 1
    with pytest.raises(NobodyToFollowUp):
        send_follow_up(briefing, by=None, now=AFTER)
    late = Person(name="Late", email="late@school.example")
    take_attendance(briefing, ticks={}, walk_ins=[late], by=None, now=AFTER)
    assert send_follow_up(briefing, by=None, now=AFTER) == 1
    assert kinds() == {"briefing-follow-up": 2}


def test_the_funnel_counts_each_school_once_a_borough(hub: Hub) -> None:
    year = make_year(start_year=2027)
    briefing, other = make_briefing(academic_year=year), make_briefing(academic_year=year)
    asked, came, heard = make_school(), make_school(), make_school()
    make_booking(briefing=briefing, school=asked, has_come=True)
    make_booking(briefing=other, school=asked)
    make_booking(briefing=briefing, school=came, has_come=True)
    make_booking(briefing=briefing, school=heard, state=State.WAITING)
    typed = make_booking(briefing=briefing, school_as_typed="By address")
    make_booking(briefing=make_briefing(academic_year=make_year(start_year=2026)))
    offering = make_offering(academic_year=year)
    make_expression(offering=offering, school=asked)
    make_expression(offering=offering, school=came, state="withdrawn")
    make_expression(offering=offering, headteacher_email=typed.email.upper())
    [borough] = funnel_of(year).boroughs
    assert borough.name == "Hackney"
    assert borough.booked == {asked.urn, came.urn, "by address"}
    assert borough.came == {asked.urn, came.urn}
    assert borough.interested == {asked.urn, "by address"}


def test_bookings_are_forgotten_with_their_history_when_the_hubs_period_is_over(hub: Hub) -> None:
    booking = make_booking(briefing=make_briefing(starts_at=NOW - 30 * DAY))
    kept = make_booking()
    later = NOW + 366 * DAY - 30 * DAY + timedelta(hours=1)
    assert not bookings_to_forget(NOW).exists()
    with time_machine.travel(later):
        assert forget_bookings(later) == 1
    assert list(BriefingBooking.objects.all()) == [kept]
    assert not BriefingBooking.history.filter(id=booking.pk).exists()
