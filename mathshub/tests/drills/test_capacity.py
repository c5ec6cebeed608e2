"""Places, when many act on them at one moment, through the portal's own pages over HTTP."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, models, transaction
from django.urls import reverse
from django.utils import timezone

from enrolment.models import ExpressionOfInterest, IntendedParticipant, Place
from enrolment.services.places import accept_place, offer_place
from enrolment.tests.factories import NOW, make_expression, make_place
from enrolment.tests.together import at_once, sql_seen_by, without_locks
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.browsing import Browser, Page, all_at_once
from mathshub.tests.drills.tally import Tally, count_all
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import make_work_group
from workgroups.tests.staff import staff_client

MailState = Message.State
ADMINISTRATORS, PLACES = 12, 3
OFFER = "/admin/enrolment/expressionofinterest/offer/"


def administrators(portal: LivePortal, count: int) -> list[Browser]:
    return [Browser.of_staff(portal.port, staff_client()) for _ in range(count)]


def offer_form(browser: Browser, expression: ExpressionOfInterest, group: WorkGroup) -> dict:
    chosen = f"chosen={expression.pk}&group={group.pk}&reply_by=2027-11-30"
    return browser.get(f"{OFFER}?{chosen}").form("reply_by")


def answer_url(place: Place) -> str:
    token = make_token("place", place.pk, place.link_generation)
    return reverse("enrolment:answer_place", args=[token])


@pytest.mark.drill("12 administrators into 3 places", group="Capacity and forms", promises=(2, 6))
def test_twelve_administrators_offer_three_places_to_three_schools(
    drill: Drill, hub: Hub, live_portal: LivePortal, smtp_sink: SmtpSink
) -> None:
    wrong = Tally()
    browsers = administrators(live_portal, ADMINISTRATORS)
    for _ in range(drill.size(short=1, full=15)):
        group = make_work_group(capacity=PLACES)
        schools = [make_expression(offering=group.offering) for _ in browsers]
        forms = [
            offer_form(browser, school, group)
            for browser, school in zip(browsers, schools, strict=True)
        ]
        answers = all_at_once(
            [
                partial(browser.post, OFFER, form)
                for browser, form in zip(browsers, forms, strict=True)
            ]
        )
        for school, answer in zip(schools, answers, strict=True):
            was_offered = answer.status == 302
            (drill.tell if was_offered else drill.forbid)(school.headteacher_email)
        wrong += wrongly_offered(group, answers)
    count_all(drill, wrong)
    sweep()


def wrongly_offered(group: WorkGroup, answers: list[Page]) -> Tally:
    held = group.places.held().count()
    refused = [answer for answer in answers if answer.status != 302]
    return Tally(
        {
            "overbooked": max(0, held - group.capacity),
            "places left over": max(0, group.capacity - held),
            "told so though not held": max(0, len(answers) - len(refused) - held),
            "refused without a sentence": sum(
                "Nothing was offered." not in answer.text for answer in refused
            ),
        }
    )


def test_without_the_lock_twelve_would_get_three_places(hub: Hub) -> None:
    """The negative control, on twelve connections."""
    group = make_work_group(capacity=PLACES)
    schools = [make_expression(offering=group.offering) for _ in range(ADMINISTRATORS)]
    about_to_write = Barrier(ADMINISTRATORS)

    def hold_up(sql: str) -> str:
        if sql.startswith('INSERT INTO "enrolment_place"'):
            about_to_write.wait(timeout=10)
        return without_locks(sql)

    def offer(expression: ExpressionOfInterest) -> Place:
        with sql_seen_by(hold_up):
            return offer_place(expression, work_group=group, by=None, now=NOW)

    at_once(hub, [lambda school=school: offer(school) for school in schools])
    assert group.places.held().count() == ADMINISTRATORS


@pytest.mark.drill(
    "accepting against a lowered capacity", group="Capacity and forms", promises=(6,)
)
def test_headteachers_accept_after_the_capacity_was_lowered(
    drill: Drill, hub: Hub, live_portal: LivePortal, smtp_sink: SmtpSink
) -> None:
    [lead] = administrators(live_portal, 1)
    wrong = Tally()
    for _ in range(drill.size(short=1, full=15)):
        group = make_work_group(capacity=6)
        places = [make_place(work_group=group, now=timezone.now()) for _ in range(6)]
        page = reverse("admin:workgroups_workgroup_change", args=[group.pk])
        lower = lead.get(page).form("capacity") | {"capacity": [str(PLACES)]}
        lead.post(page, lower)
        answers = all_at_once([partial(accept, live_portal, place) for place in places])
        accepted = group.places.filter(state=Place.State.ACCEPTED)
        turned_away = [answer for answer in answers if answer.status != 302]
        wrong["accepted beyond the capacity"] += max(0, accepted.count() - PLACES)
        wrong["told so though not accepted"] += max(0, 6 - len(turned_away) - accepted.count())
        wrong["turned away without a sentence"] += sum(
            "has had to stop taking schools" not in answer.text for answer in turned_away
        )
        wrong["half done"] += sum(map(is_half_done, places))
        tell_of_answers(drill, places)
    count_all(drill, wrong)
    drill.note("six accept at once, after their group was cut to three")
    sweep()


def tell_of_answers(drill: Drill, places: list[Place]) -> None:
    """An offer that was answered before it went stays; who is named is told of the seat alone."""
    for place in Place.objects.filter(pk__in=[place.pk for place in places]):
        is_accepted = place.state == Place.State.ACCEPTED
        is_open = place.state == Place.State.OFFERED
        drill.tell(place.contact_email, end=MailState.SENT if is_open else MailState.CANCELLED)
        (drill.tell if is_accepted else drill.forbid)(named_for(place))


@pytest.fixture
def commits(on_postgresql: None) -> Iterator["Commits"]:
    """Notes acceptances and changed capacities in the order in which they become true.

    The notes are written as transactions commit, when they still hold what they have locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOTE_COMMITS)
    yield Commits()
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION note_commit CASCADE; DROP TABLE drill_commit")


NOTE_COMMITS = """
    CREATE TABLE drill_commit (number bigserial, work_group bigint, capacity integer);
    CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_TABLE_NAME = 'enrolment_place' THEN
            INSERT INTO drill_commit (work_group) VALUES (NEW.work_group_id);
        ELSE
            INSERT INTO drill_commit (work_group, capacity) VALUES (NEW.id, NEW.capacity);
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER note_acceptance AFTER UPDATE ON enrolment_place
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.state <> 'accepted' AND NEW.state = 'accepted') EXECUTE FUNCTION note_commit();
    CREATE CONSTRAINT TRIGGER note_capacity AFTER UPDATE ON workgroups_workgroup
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.capacity <> NEW.capacity) EXECUTE FUNCTION note_commit();
"""


class Commits:
    """Of a Work Group: for each acceptance None, for each change of its capacity the new one."""

    def of(self, group: WorkGroup) -> list[int | None]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT capacity FROM drill_commit WHERE work_group = %s ORDER BY number",
                [group.pk],
            )
            return [capacity for (capacity,) in cursor.fetchall()]


def accepted_beyond(capacity: int, commits: list[int | None]) -> int:
    """Acceptances at a moment at which as many were accepted as the group then took."""
    accepted = beyond = 0
    for changed in commits:
        if changed is not None:
            capacity = changed
        else:
            beyond += int(accepted >= capacity)
            accepted += 1
    return beyond


@pytest.mark.drill(
    "accepting against a lowered capacity", group="Capacity and forms", promises=(2, 6)
)
def test_twelve_administrators_accept_while_the_capacity_is_lowered(
    drill: Drill, hub: Hub, live_portal: LivePortal, smtp_sink: SmtpSink, commits: Commits
) -> None:
    """Twelve places are on offer and wanted; at the same moment their group is cut to three."""
    lead, *others = administrators(live_portal, ADMINISTRATORS + 1)
    wrong, before = Tally(), []
    for _ in range(drill.size(short=1, full=15)):
        group = make_work_group(capacity=ADMINISTRATORS)
        places = [offered_to_a_pair(group) for _ in others]
        page = reverse("admin:workgroups_workgroup_change", args=[group.pk])
        lower = lead.get(page).form("capacity") | {"capacity": [str(PLACES)]}
        actions = [
            acceptance(browser, place) for browser, place in zip(others, places, strict=True)
        ]
        turn = drill.rng.randrange(len(actions))
        answers = all_at_once([*actions[:turn], partial(lead.post, page, lower), *actions[turn:]])
        lowered = answers.pop(turn)
        order = commits.of(group)
        wrong["accepted beyond the capacity of that moment"] += accepted_beyond(
            ADMINISTRATORS, order
        )
        wrong["not lowered"] += int(lowered.status != 302 or PLACES not in order)
        said = [read_answer(*each) for each in zip(others, answers, strict=True)]
        wrong += wrongly_told(group, said)
        wrong["half done"] += sum(map(is_half_done, places))
        tell_of_answers(drill, places)
        before.append(order.index(PLACES))
    count_all(drill, wrong)
    drill.note(f"accepted before it was lowered: {', '.join(map(str, before))}")
    sweep()


def offered_to_a_pair(group: WorkGroup) -> Place:
    """A place on offer to a school whose interest names one teacher."""
    expression = make_expression(offering=group.offering)
    place = make_place(work_group=group, expression=expression, now=timezone.now())
    IntendedParticipant.objects.create(
        expression=expression, position=1, name="Sam Okafor", email=named_for(place)
    )
    return place


def acceptance(browser: Browser, place: Place) -> Callable[[], Page]:
    """The button of the open page that asks whether the school accepts."""
    path = reverse("admin:enrolment_place_accept", args=[place.pk])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).text)
    assert token, "the page has no form"
    return partial(browser.post, path, {"csrfmiddlewaretoken": token[1]})


def read_answer(browser: Browser, answer: Page) -> str:
    """What the page says to which the administrator is led."""
    return browser.get(answer.location).text if answer.status == 302 else ""


def wrongly_told(group: WorkGroup, said: list[str]) -> Tally:
    accepted = group.places.filter(state=Place.State.ACCEPTED).count()
    told = sum("has its place in" in text for text in said)
    full = sum(f"is full: it takes {PLACES} schools" in text for text in said)
    return Tally(
        {
            "places left over": max(0, PLACES - accepted),
            "told so though not accepted": max(0, told - accepted),
            "accepted though told otherwise": max(0, accepted - told),
            "turned away without a sentence": len(said) - told - full,
        }
    )


def test_without_the_lock_they_would_accept_by_the_capacity_of_before(
    drill: Drill, hub: Hub, commits: Commits
) -> None:
    """The negative control: all twelve have read the old capacity when it is lowered."""
    group = make_work_group(capacity=ADMINISTRATORS)
    places = [make_place(work_group=group, now=NOW) for _ in range(ADMINISTRATORS)]
    have_read, is_lowered = Barrier(ADMINISTRATORS + 1), Event()

    def hold_up(sql: str) -> str:
        if sql.startswith('UPDATE "enrolment_place"'):
            have_read.wait(timeout=10)
            is_lowered.wait(timeout=10)
        return without_locks(sql)

    def accept_without_lock(place: Place) -> Place:
        with sql_seen_by(hold_up):
            return accept_place(place, seats=[], by=None, now=NOW)

    def lower() -> None:
        have_read.wait(timeout=10)
        WorkGroup.objects.filter(pk=group.pk).update(capacity=PLACES)
        is_lowered.set()

    at_once(hub, [lower, *(partial(accept_without_lock, place) for place in places)])
    beyond = accepted_beyond(ADMINISTRATORS, commits.of(group))
    drill.count("accepted beyond the capacity of that moment", beyond)
    assert beyond == ADMINISTRATORS - PLACES
    assert drill.outcome().broken


def named_for(place: Place) -> str:
    return f"sam{place.pk}@school.example"


def accept(portal: LivePortal, place: Place) -> Page:
    people = {"person_1_name": "Sam Okafor", "person_1_email": named_for(place)}
    return Browser(portal.port).post(answer_url(place), people | {"answer": "accept"})


def is_half_done(place: Place) -> bool:
    """Whether the place, its expression and its seats tell different stories."""
    place.refresh_from_db()
    expression = ExpressionOfInterest.objects.get(pk=place.expression_id)
    seats = 1 if place.state == Place.State.ACCEPTED else 0
    return (place.state, place.seats.count()) != (expression.state, seats)


@pytest.mark.drill("lock held for 15 seconds", group="Capacity and forms", promises=(6,))
def test_a_lock_that_is_held_for_long_becomes_a_sentence(
    drill: Drill, hub: Hub, live_portal: LivePortal, smtp_sink: SmtpSink
) -> None:
    group = make_work_group(capacity=PLACES)
    place = make_place(work_group=group, now=timezone.now())
    other = make_expression(offering=group.offering)
    offering, editing = administrators(live_portal, 2)
    offer = offer_form(offering, other, group)
    page = reverse("admin:workgroups_workgroup_change", args=[group.pk])
    edit = editing.get(page).form("capacity") | {"name": ["Another name"]}
    with locked(group, seconds=drill.size(short=0, full=15)):
        answers = all_at_once(
            [
                partial(accept, live_portal, place),
                partial(offering.post, OFFER, offer),
                partial(editing.post, page, edit),
            ]
        )
    drill.count("without a sentence", sum(not says_so(answer) for answer in answers))
    group.refresh_from_db()
    drill.count("half done", int(is_half_done(place)) + int(group.name == "Another name"))
    drill.count("offered", Place.objects.exclude(pk=place.pk).count())
    again = [accept(live_portal, place), offering.post(OFFER, offer), editing.post(page, edit)]
    drill.count("not done afterwards", sum(answer.status != 302 for answer in again))
    tell_of_answers(drill, [place])
    drill.tell(other.headteacher_email)
    sweep()


def says_so(answer: Page) -> bool:
    sentence = (
        r"Somebody else is changing this .*Nothing was changed: please try again in a\s+minute"
    )
    return answer.status == 200 and bool(re.search(sentence, answer.text, re.DOTALL))


@contextmanager
def locked(row: models.Model, *, seconds: float) -> Iterator[None]:
    """Somebody else keeps the row locked, for so many seconds and until the block is through."""
    is_locked, may_go = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            type(row)._base_manager.select_for_update().get(pk=row.pk)
            is_locked.set()
            time.sleep(seconds)
            may_go.wait(timeout=25)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    is_locked.wait(timeout=5)
    try:
        yield
    finally:
        may_go.set()
        holder.join()


@pytest.mark.drill("two administrators edit one record", group="Capacity and forms", promises=(1,))
def test_of_two_administrators_who_edit_one_record_the_second_is_told(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    browsers = administrators(live_portal, 2)
    wrong = Tally()
    for _ in range(drill.size(short=2, full=25)):
        place = make_place(now=timezone.now())
        answers = edit_at_once(browsers, place, ["mine@school.example", "theirs@school.example"])
        told = [answer for answer in answers if answer.status != 302]
        place.refresh_from_db()
        wrong["both told that theirs is saved"] += int(not told)
        wrong["nobody's is saved"] += int(len(told) == 2)
        wrong["not told what it is now"] += sum(
            f"changed it to “{place.contact_email}”" not in answer.text for answer in told
        )
    count_all(drill, wrong)


def edit_at_once(browsers: list[Browser], place: Place, addresses: list[str]) -> list[Page]:
    """Each has the page open before any of them sends another address."""
    page = reverse("admin:enrolment_place_change", args=[place.pk])
    forms = [
        browser.get(page).form("contact_email") | {"contact_email": [address]}
        for browser, address in zip(browsers, addresses, strict=True)
    ]
    return all_at_once(
        [partial(browser.post, page, form) for browser, form in zip(browsers, forms, strict=True)]
    )


@pytest.mark.drill("two tabs", group="Capacity and forms", promises=(6,))
def test_of_two_tabs_with_two_answers_one_stands_and_the_other_says_so(
    drill: Drill, hub: Hub, live_portal: LivePortal, smtp_sink: SmtpSink
) -> None:
    wrong = Tally()
    for _ in range(drill.size(short=2, full=25)):
        place = make_place(now=timezone.now())
        tab = Browser(live_portal.port)
        decline = partial(tab.post, answer_url(place), {"answer": "decline"})
        answers = all_at_once([partial(accept, live_portal, place), decline])
        told = [answer for answer in answers if answer.status != 302]
        wrong["half done"] += int(is_half_done(place))
        wrong["not one answer"] += int(len(told) != 1)
        wrong["other tab not told"] += sum(
            "This offer was answered before" not in answer.text for answer in told
        )
        tell_of_answers(drill, [place])
    count_all(drill, wrong)
    sweep()
