"""What holds when several act at the same moment, on PostgreSQL and on SQLite."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Event

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from enrolment.errors import PlaceNotOffered, SomeoneElseIsChanging, WorkGroupFull
from enrolment.models import (
    EligibilityOverride,
    ExpressionOfInterest,
    KnownSchool,
    Participant,
    Place,
)
from enrolment.services.answers import answer_for_school, note_about_school
from enrolment.services.interest import withdraw_expression
from enrolment.services.places import accept_place, decline_place, offer_place
from enrolment.services.seats import NamedSeat
from enrolment.services.transactions import one_transaction
from enrolment.tests.factories import NOW, make_expression, make_known_school, make_place
from enrolment.tests.filling import check_url, ready_drafts
from enrolment.tests.together import at_once, held_up_before, sql_seen_by
from mathshub.outbox.models import Message
from workgroups.models import Hub, SuccessionDecision, WorkGroup
from workgroups.services.succession import decide_succession
from workgroups.tests.factories import (
    make_account,
    make_closed_school,
    make_offering,
    make_school,
    make_work_group,
)
from workgroups.tests.staff import staff_client

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

FORMS, TIMES = 60, 8
FIRST_WORDS = (
    'INSERT INTO "enrolment_eligibilityoverride"',
    'INSERT INTO "enrolment_knownschool"',
    'INSERT INTO "workgroups_successiondecision"',
)
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")


@pytest.mark.usefixtures("on_the_day")
def test_sixty_forms_sent_eight_times_at_once_are_sixty_expressions(
    hub: Hub, settings: LazySettings
) -> None:
    settings.TRUST_PROXY = True
    senders = [(make_school(), f"head{number}@school.example") for number in range(FORMS)]
    drafts = ready_drafts(offering=make_offering(), senders=senders, now=NOW)
    together = Barrier(TIMES)

    def send_each() -> list[str]:
        client, answers = Client(), []
        for number, draft in enumerate(drafts):
            together.wait(timeout=30)
            response = client.post(
                check_url(draft), headers={"X-Forwarded-For": f"192.0.2.{number}"}
            )
            answers.append(response["Location"])
        return answers

    answers = at_once(hub, [send_each] * TIMES)
    assert answers == [answers[0]] * TIMES
    assert len(set(answers[0])) == FORMS
    assert ExpressionOfInterest.objects.count() == FORMS
    confirmations = Message.objects.filter(kind="eoi-received")
    assert Counter(confirmations.values_list("recipient", flat=True)) == Counter(
        address for _, address in senders
    )


def offer_last_place_twice(hub: Hub, *, is_locked: bool) -> tuple[WorkGroup, list]:
    """Two hub leads offer the one place that is left; each waits for the other where it can."""
    group = make_work_group(capacity=1)
    hold_up = held_up_before('INSERT INTO "enrolment_place"', is_locked=is_locked)

    def offer_to(expression: ExpressionOfInterest) -> Callable[[], Place]:
        def offer() -> Place:
            with sql_seen_by(hold_up):
                return offer_place(expression, work_group=group, by=None, now=NOW)

        return offer

    schools = [make_expression(offering=group.offering) for _ in range(2)]
    return group, at_once(hub, [offer_to(expression) for expression in schools])


def test_the_last_place_goes_to_one_of_two_hub_leads(hub: Hub) -> None:
    group, outcomes = offer_last_place_twice(hub, is_locked=True)
    assert {type(outcome) for outcome in outcomes} == {Place, WorkGroupFull}
    assert group.places.held().count() == 1
    assert Message.objects.count() == 1


@pytest.mark.usefixtures("on_postgresql")
def test_without_the_lock_the_last_place_would_be_given_twice(hub: Hub) -> None:
    """The negative control: the test above could fail."""
    group, outcomes = offer_last_place_twice(hub, is_locked=False)
    assert [type(outcome) for outcome in outcomes] == [Place, Place]
    assert group.places.held().count() == 2


def test_twelve_acceptances_of_one_place_are_one(hub: Hub) -> None:
    place = make_place()

    def accept() -> Place:
        return accept_place(place, seats=[SAM], by=None, now=NOW)

    outcomes = at_once(hub, [accept] * 12)
    assert Counter(type(outcome) for outcome in outcomes) == {Place: 1, PlaceNotOffered: 11}
    assert place.seats.count() == Participant.objects.count() == 1
    assert Message.objects.filter(kind="seat-named").count() == 1


def test_accepting_declining_and_withdrawing_at_once_leave_one_answer(hub: Hub) -> None:
    place = make_place()
    outcomes = at_once(
        hub,
        [
            lambda: accept_place(place, seats=[SAM], by=None, now=NOW),
            lambda: decline_place(place, by=None, now=NOW),
            lambda: withdraw_expression(place.expression, by=None, now=NOW),
        ],
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    place.refresh_from_db()
    assert place.state == place.expression.state
    assert place.seats.count() == (1 if place.state == Place.State.ACCEPTED else 0)


def say_first_twice(hub: Hub, say: Callable[[], object], *, is_locked: bool) -> list:
    """Two say the first word of a school; each waits for the other to write, where it can."""
    hold_up = held_up_before(*FIRST_WORDS, is_locked=is_locked)

    def say_it() -> object:
        with sql_seen_by(hold_up):
            return say()

    return at_once(hub, [say_it] * 2)


def first_words() -> list[Callable[[], object]]:
    """An answer, a note and a decision, about schools of which the hub has said nothing."""
    school, offering, account = make_school(), make_offering(), make_account()

    def answer() -> EligibilityOverride:
        yes = EligibilityOverride.Answer.YES
        return answer_for_school(
            school, offering=offering, answer=yes, reason="Known to us", by=account, now=NOW
        )

    def note() -> KnownSchool:
        return note_about_school(
            school, has_mastery_specialist=True, note="Keen", by=account, now=NOW
        )

    closed = make_closed_school()

    def decide() -> SuccessionDecision:
        return decide_succession(
            closed, school, counts=True, reason="They went over", by=account, now=NOW
        )

    return [answer, note, decide]


def test_two_first_words_about_a_school_are_one(hub: Hub) -> None:
    answer, note, decide = first_words()
    answers = say_first_twice(hub, answer, is_locked=True)
    assert answers == [EligibilityOverride.objects.get()] * 2
    notes = say_first_twice(hub, note, is_locked=True)
    assert notes == [KnownSchool.objects.get()] * 2
    decisions = say_first_twice(hub, decide, is_locked=True)
    assert decisions == [SuccessionDecision.objects.get()] * 2
    assert [row.history_type for row in decisions[0].history.all()] == ["~", "+"]


@pytest.mark.usefixtures("on_postgresql")
def test_without_the_lock_the_second_first_word_would_be_an_error(hub: Hub) -> None:
    """The negative control: the test above could fail."""
    for say in first_words():
        outcomes = say_first_twice(hub, say, is_locked=False)
        assert IntegrityError in map(type, outcomes)


@pytest.mark.usefixtures("on_postgresql")
def test_a_deadlock_is_tried_again(hub: Hub) -> None:
    first, second = make_work_group(capacity=1), make_work_group(capacity=1)
    both_hold_one, have_met = Barrier(2), Event()

    @one_transaction
    def raise_both(one: WorkGroup, other: WorkGroup) -> None:
        for group in (one, other):
            locked = WorkGroup.objects.select_for_update().get(pk=group.pk)
            locked.capacity += 1
            locked.save()
            if not have_met.is_set():
                both_hold_one.wait(timeout=10)
                have_met.set()

    outcomes = at_once(hub, [lambda: raise_both(first, second), lambda: raise_both(second, first)])
    assert outcomes == [None, None]
    assert set(WorkGroup.objects.values_list("capacity", flat=True)) == {3}


@pytest.mark.usefixtures("on_postgresql")
def test_a_lock_that_others_hold_for_long_becomes_a_sentence(hub: Hub) -> None:
    group = make_work_group()
    expression = make_expression(offering=group.offering)
    locked, tried = Barrier(2), Barrier(2)

    @one_transaction
    def hold() -> None:
        WorkGroup.objects.select_for_update().get(pk=group.pk)
        locked.wait(timeout=5)
        tried.wait(timeout=10)

    def offer() -> Place:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        locked.wait(timeout=5)
        try:
            return offer_place(expression, work_group=group, by=None, now=NOW)
        finally:
            tried.wait(timeout=10)

    _, outcome = at_once(hub, [hold, offer])
    assert isinstance(outcome, SomeoneElseIsChanging)
    assert "Nothing was changed: please try again" in str(outcome)
    assert not Place.objects.exists()


@pytest.mark.usefixtures("on_postgresql")
def test_an_answer_that_comes_while_staff_save_the_place_is_not_written_over(hub: Hub) -> None:
    place, client = make_place(), staff_client()
    answers: list[object] = []

    def accept() -> Place:
        return accept_place(place, seats=[SAM], by=None, now=NOW)

    def answer_meanwhile(**kwargs: object) -> None:
        pre_save.disconnect(answer_meanwhile, sender=Place)
        answers.extend(at_once(hub, [accept]))

    pre_save.connect(answer_meanwhile, sender=Place)
    contact = {"contact_name": "Grace Obi", "contact_email": "new@school.example"}
    client.post(reverse("admin:enrolment_place_change", args=[place.pk]), contact)

    place.refresh_from_db()
    assert [type(answer) for answer in answers] == [SomeoneElseIsChanging]
    assert (place.contact_email, place.state) == ("new@school.example", Place.State.OFFERED)
    assert accept().state == Place.State.ACCEPTED


@pytest.mark.parametrize("is_locked", [True, False])
@pytest.mark.usefixtures("on_postgresql")
def test_what_a_colleague_saves_between_the_comparison_and_the_saving_is_not_written_over(
    hub: Hub, is_locked: bool
) -> None:
    """Two leads change one note at once: the second is told, but for the negative control."""
    known = make_known_school(note="Before")
    url = f"/admin/workgroups/school/{known.school_id}/known/"
    clients = [staff_client(), staff_client()]
    as_of = clients[0].get(url).context["form"].as_of
    hold_up = held_up_before('UPDATE "enrolment_knownschool"', is_locked=is_locked)

    def change(client: Client, note: str) -> Callable[[], int]:
        def send() -> int:
            with sql_seen_by(hold_up):
                return client.post(url, {"note": note, "as_of": as_of}).status_code

        return send

    answers = at_once(hub, [change(each, f"{each}") for each in clients])
    assert sorted(answers) == ([200, 302] if is_locked else [302, 302])
