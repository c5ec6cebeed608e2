"""Messages to many: exactly those who fit, once to a mailbox, and stopped as long as they wait."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.errors import (
    CannotBeEdited,
    CannotBeRecalled,
    FilesForgotten,
    NobodyToWriteTo,
    OthersToWriteTo,
    Refusal,
    StillWaits,
)
from enrolment.models import Mailing, MailingFile, Participant, Place, Seat
from enrolment.services.mailings import (
    HELD_FOR,
    Audience,
    Text,
    audience_of,
    forget_mailings,
    send_mailing,
    stop_mailing,
    write_mailing,
)
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_mailing,
    make_participant,
    make_place,
    make_seat,
)
from mathshub.outbox.models import Message
from mathshub.outbox.suppression import suppress
from mathshub.scope import hub_scope
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_work_group,
    make_year,
)

A_MINUTE = timedelta(minutes=1)
To, State = Mailing.To, Message.State


def seat_in(group: WorkGroup, name: str, email: str = "", **fields: Any) -> Seat:
    """Someone with a seat; the address is made of the name unless told."""
    school = fields.pop("school", None) or make_school()
    expression = make_expression(offering=group.offering, school=school)
    place = make_accepted_place(work_group=group, expression=expression)
    email = email or f"{name.casefold()}@school.example"
    return make_seat(place=place, participant=make_participant(name=name, email=email), **fields)


def audience(mailing: Mailing, **options: Any) -> Audience:
    within = options.pop("within", WorkGroup.objects.all())
    return audience_of(mailing, within=within, now=options.pop("now", NOW), **options)


def names(mailing: Mailing, **options: Any) -> list[str]:
    return sorted(reader.names for reader in audience(mailing, **options).readers)


def send(mailing: Mailing, **fields: Any) -> Audience:
    again = {"also_who_had_it": fields.get("also_who_had_it", False)}
    now = fields.get("now", NOW)
    within = fields.get("within", WorkGroup.objects.all())
    asked = {
        "within": within,
        "left_out": [],
        "as_of": audience(
            Mailing.objects.get(pk=mailing.pk), now=now, within=within, **again
        ).as_of,
        "by": fields.get("by") or make_account(),
        "now": now,
    }
    return send_mailing(mailing, **asked | fields)


def waiting() -> list[str]:
    return sorted(Message.objects.waiting().values_list("recipient", flat=True))


# --- who gets it ----------------------------------------------------------------------------


@pytest.mark.database
def test_with_nothing_chosen_nobody_gets_it(hub: Hub) -> None:
    seat_in(make_work_group(), "Sam")
    assert names(make_mailing(filters={})) == []
    assert names(make_mailing(filters={"work_groups": [], "roles": []})) == []
    assert names(make_mailing(filters={"finished_too": True})) == []


@pytest.mark.database
def test_all_filters_must_fit_and_of_each_any_choice(hub: Hub) -> None:
    sustaining, embedding = (make_programme(name=name) for name in ("Sustaining", "Embedding"))
    hackney, newham = (make_local_authority(name=name) for name in ("Hackney", "Newham"))
    years = [make_year(start_year=2026), make_year(start_year=2027)]
    groups = {
        (programme, year): make_work_group(
            offering=make_offering(programme=programme, academic_year=year)
        )
        for programme in (sustaining, embedding)
        for year in years
    }
    for (programme, year), group in groups.items():
        for borough in (hackney, newham):
            name = f"{programme.name[0]}{str(year)[2:4]}{borough.name[0]}"
            seat_in(group, name, school=make_school(local_authority=borough))

    def with_filters(**filters: list[Any]) -> list[str]:
        ids = {name: [row.pk for row in rows] for name, rows in filters.items()}
        return names(make_mailing(filters=ids))

    assert with_filters(programmes=[sustaining]) == ["S26H", "S26N", "S27H", "S27N"]
    assert with_filters(programmes=[sustaining], academic_years=years[:1]) == ["S26H", "S26N"]
    assert with_filters(academic_years=years[:1], local_authorities=[newham]) == ["E26N", "S26N"]
    assert with_filters(programmes=[sustaining, embedding], local_authorities=[hackney]) == [
        "E26H",
        "E27H",
        "S26H",
        "S27H",
    ]
    group = groups[sustaining, years[0]]
    assert with_filters(work_groups=[group], programmes=[embedding]) == []


@pytest.mark.database
def test_only_people_with_a_seat_now_and_the_role_that_is_ticked(hub: Hub) -> None:
    group = make_work_group()
    seat_in(group, "Lead", role=Participant.Role.MATHS_LEAD)
    seat_in(group, "Teacher", role=Participant.Role.TEACHER)
    long_ago, yesterday = NOW.date() - timedelta(days=60), NOW.date() - timedelta(days=1)
    seat_in(group, "Gone", held_from=long_ago, held_until=yesterday)
    seat_in(group, "Today", held_until=NOW.date())
    withdrawn = seat_in(group, "Withdrawn")
    Place.objects.filter(pk=withdrawn.place_id).update(state=Place.State.WITHDRAWN)
    seat_in(make_work_group(), "Elsewhere")
    in_group = {"work_groups": [group.pk]}
    assert names(make_mailing(filters=in_group)) == ["Lead", "Teacher", "Today"]
    leads = in_group | {"roles": [Participant.Role.MATHS_LEAD]}
    assert names(make_mailing(filters=leads)) == ["Lead"]


@pytest.mark.database
def test_contacts_are_those_of_places_in_that_state(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    accepted, offered = make_accepted_place(work_group=group), make_place(work_group=group)
    filters = {"work_groups": [group.pk]}

    def addresses(to: str) -> list[str]:
        return [each.address for each in audience(make_mailing(to=to, filters=filters)).readers]

    assert addresses(To.CONTACTS) == [accepted.contact_email]
    assert addresses(To.OFFERED) == [offered.contact_email]


@pytest.mark.database
def test_finished_groups_are_written_to_only_when_they_or_all_of_them_are_ticked(hub: Hub) -> None:
    year, running = make_year(start_year=2026), WorkGroup.State.RUNNING
    offering = make_offering(academic_year=year)
    groups = {state: make_work_group(state=state, offering=offering) for state in WorkGroup.State}
    for state, group in groups.items():
        place = make_accepted_place()
        Place.objects.filter(pk=place.pk).update(work_group=group)
        place.refresh_from_db()
        make_seat(place=place, participant=make_participant(name=state, email=f"{state}@x.example"))
    of_year: dict[str, Any] = {"academic_years": [year.pk]}
    assert names(make_mailing(filters=of_year)) == ["forming", "running"]
    finished_too = of_year | {"finished_too": True}
    assert names(make_mailing(filters=finished_too)) == ["finished", "forming", "running"]
    by_name = {"work_groups": [group.pk for group in groups.values()]}
    assert names(make_mailing(filters=by_name)) == ["finished", "forming", "running"]
    assert names(make_mailing(filters={"work_groups": [groups[running].pk]})) == ["running"]


@pytest.mark.database
def test_a_mailbox_gets_one_and_who_cannot_is_named_with_the_reason(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    seat_in(group, "Sam", "office@school.example")
    seat_in(group, "Ana", "Office@School.example")
    seat_in(group, "Gone", "gone@school.example")
    seat = seat_in(group, "Nowhere")
    Participant.objects.filter(pk=seat.participant_id).update(email="")
    suppress("gone@school.example", reason="550")
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    found = audience(mailing)
    assert [reader.names for reader in found.readers] == ["Ana, Sam"]
    assert [reader.names for reader in found.refusing] == ["Gone"]
    assert [person.name for person in found.without_address] == ["Nowhere"]
    send(mailing)
    [message] = Message.objects.filter(kind="mailing")
    assert (message.recipient_name, message.participant, message.work_group) == ("", None, group)
    assert len(message.context["people"]) == 2


@pytest.mark.database
def test_nobody_is_written_to_outside_the_groups_that_the_sender_may_write_to(hub: Hub) -> None:
    mine, theirs = make_work_group(), make_work_group()
    seat_in(mine, "Mine")
    seat_in(theirs, "Theirs")
    mailing = make_mailing(filters={"work_groups": [mine.pk, theirs.pk]})
    within = WorkGroup.objects.filter(pk=mine.pk)
    assert names(mailing, within=within) == ["Mine"]
    send(mailing, within=within)
    assert waiting() == ["mine@school.example"]


@pytest.mark.database
def test_another_hubs_ids_find_nobody(hub: Hub) -> None:
    with hub_scope(make_hub()):
        group = make_work_group()
        seat_in(group, "Theirs")
    assert names(make_mailing(filters={"work_groups": [group.pk]})) == []


def test_the_questions_asked_do_not_grow_with_the_people(hub: Hub) -> None:
    group = make_work_group(capacity=30)
    mailing = make_mailing(filters={"work_groups": [group.pk]})

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            audience(mailing)
        return len(asked)

    seat_in(group, "First")
    one = questions()
    for number in range(6):
        seat_in(group, f"N{number}")
    assert questions() == one


# --- sending --------------------------------------------------------------------------------


@pytest.mark.database
def test_it_waits_ten_minutes_and_is_stopped_whole(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    for name in ("Sam", "Ana", "Olu"):
        seat_in(group, name)
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send(mailing)
    mailing.refresh_from_db()
    assert not Message.objects.filter(kind="mailing").due(NOW + HELD_FOR - A_MINUTE).exists()
    assert Message.objects.filter(kind="mailing").due(NOW + HELD_FOR).count() == 3
    assert mailing.can_be_stopped(NOW + HELD_FOR - A_MINUTE)
    assert stop_mailing(mailing, by=make_account(), now=NOW + A_MINUTE) == 3
    assert not Message.objects.waiting().filter(kind="mailing").exists()
    mailing.refresh_from_db()
    assert mailing.is_draft
    with pytest.raises(CannotBeRecalled):
        stop_mailing(mailing, by=make_account(), now=NOW + A_MINUTE)
    send(mailing, now=NOW + 2 * A_MINUTE)  # and then it may be sent after all
    assert Message.objects.waiting().filter(kind="mailing").count() == 3


@pytest.mark.database
def test_after_ten_minutes_it_cannot_be_stopped(hub: Hub) -> None:
    mailing = make_mailing_to_one()
    send(mailing)
    with pytest.raises(CannotBeRecalled):
        stop_mailing(mailing, by=make_account(), now=NOW + HELD_FOR)
    assert Message.objects.waiting().filter(kind="mailing").count() == 1


@pytest.mark.database
def test_later_it_goes_to_those_alone_who_have_not_had_it(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    seat_in(group, "Sam")
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send(mailing)
    Message.objects.filter(kind="mailing").update(state=State.SENT)
    seat_in(group, "Late")
    later = NOW + timedelta(days=7)
    found = audience(mailing, now=later)
    assert [reader.names for reader in found.readers] == ["Late"]
    assert [reader.names for reader in found.have_had_it] == ["Sam"]
    send(mailing, now=later)
    assert [message.recipient for message in Message.objects.waiting().filter(kind="mailing")] == [
        "late@school.example"
    ]
    mailing.refresh_from_db()
    stop_mailing(mailing, by=make_account(), now=later)
    mailing.refresh_from_db()
    assert not mailing.is_draft  # Sam has read it
    assert names(mailing, now=later, also_who_had_it=True) == ["Late", "Sam"]


@pytest.mark.database
def test_who_is_left_out_gets_nothing_and_is_asked_about_again(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    for name in ("Sam", "Ana"):
        seat_in(group, name)
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    [ana] = [reader for reader in audience(mailing).readers if reader.names == "Ana"]
    send(mailing, left_out=[ana.print, "somebody else"])
    assert waiting() == ["sam@school.example"]
    mailing.refresh_from_db()
    assert mailing.left_out == [ana.print]
    assert [reader.names for reader in audience(mailing).left_out] == ["Ana"]
    send(mailing, left_out=[], now=NOW + HELD_FOR)
    assert waiting() == ["ana@school.example", "sam@school.example"]


@pytest.mark.database
def test_with_others_than_were_shown_nothing_is_sent(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    seat_in(group, "Sam")
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    shown = audience(mailing).as_of
    seat_in(group, "Late")
    with pytest.raises(OthersToWriteTo):
        send(mailing, as_of=shown)
    shown = audience(mailing).as_of
    text = replace(text_of(mailing), text="We meet in the hall.")
    write_mailing(text, mailing=mailing, by=make_account(), now=NOW + A_MINUTE)
    with pytest.raises(OthersToWriteTo):  # nor with words that the page did not show
        send(mailing, as_of=shown)
    everyone = [reader.print for reader in audience(mailing).readers]
    with pytest.raises(NobodyToWriteTo):
        send(mailing, left_out=everyone)
    assert waiting() == []


@pytest.mark.database
def test_while_a_round_waits_there_is_no_second_one(hub: Hub) -> None:
    group = make_work_group(capacity=9)
    seat_in(group, "Sam")
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send(mailing)
    seat_in(group, "Late")
    with pytest.raises(StillWaits):
        send(mailing, now=NOW + HELD_FOR - A_MINUTE)
    assert waiting() == ["sam@school.example"]
    send(mailing, now=NOW + HELD_FOR)
    assert waiting() == ["late@school.example", "sam@school.example"]


@pytest.mark.database
def test_two_pages_that_send_it_once_more_send_it_once(hub: Hub) -> None:
    mailing = make_mailing_to_one()
    send(mailing)
    later, again = NOW + timedelta(days=1), {"also_who_had_it": True}
    shown_twice = audience(mailing, now=later, **again).as_of
    mailing.refresh_from_db()
    assert audience(mailing, now=later, **again).as_of != shown_twice  # a page of before the send
    shown_twice = audience(mailing, now=later, **again).as_of
    send(mailing, now=later, as_of=shown_twice, **again)
    with pytest.raises(OthersToWriteTo):
        send(mailing, now=later + HELD_FOR, as_of=shown_twice, **again)
    assert waiting() == ["sam@school.example"] * 2


@pytest.mark.database
def test_what_waits_has_its_subject_already(hub: Hub) -> None:
    mailing = make_mailing_to_one()
    send(mailing)
    assert Message.objects.get(kind="mailing").subject == mailing.subject


def test_pressed_twice_at_once_it_goes_once(transactional_db: None, on_postgresql: None) -> None:
    hub = make_hub()
    with hub_scope(hub):
        mailing = make_mailing_to_one()
        as_of, by, barrier = audience(mailing).as_of, make_account(), Barrier(4)

    def press(_: int) -> bool:
        try:
            with hub_scope(hub):
                barrier.wait()
                send(mailing, as_of=as_of, by=by)
        except Refusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(press, range(4)))
    with hub_scope(hub):
        assert (sum(sent), Message.objects.filter(kind="mailing").count()) == (1, 1)


# --- writing and forgetting -----------------------------------------------------------------


@pytest.mark.database
def test_what_was_sent_keeps_its_words_and_what_was_stopped_can_be_changed(hub: Hub) -> None:
    mailing, by = make_mailing_to_one(), make_account()
    plan = ("plan.pdf", "application/pdf", b"%PDF-")
    text = replace(text_of(mailing), subject="Another", files=[plan])
    send(mailing)
    with pytest.raises(CannotBeEdited):
        write_mailing(text, mailing=mailing, by=by, now=NOW)
    stop_mailing(mailing, by=by, now=NOW)
    changed = write_mailing(text, mailing=mailing, by=by, now=NOW)
    assert (changed.subject, [file.name for file in changed.files.all()]) == (
        "Another",
        ["plan.pdf"],
    )


@pytest.mark.database
def test_files_go_after_a_month_and_mailings_after_a_year(hub: Hub) -> None:
    mailing = make_mailing_to_one()
    MailingFile.objects.create(
        mailing=mailing, name="plan.pdf", content_type="application/pdf", content=b"%PDF-"
    )
    send(mailing)
    left = NOW + HELD_FOR
    assert forget_mailings(left + Mailing.FILES_KEPT) == 0
    assert not mailing.has_lost_files
    assert forget_mailings(left + Mailing.FILES_KEPT + A_MINUTE) == 0
    assert (mailing.has_lost_files, MailingFile.objects.get().name) == (True, "plan.pdf")
    with pytest.raises(FilesForgotten):  # without its files it would say something else
        send(mailing, now=left + Mailing.FILES_KEPT + A_MINUTE, also_who_had_it=True)
    assert forget_mailings(left + Mailing.KEPT) == 0
    assert forget_mailings(left + Mailing.KEPT + A_MINUTE) == 1
    assert not Mailing.history.filter(id=mailing.pk).exists()


def text_of(mailing: Mailing) -> Text:
    return Text(
        to=To.PARTICIPANTS,
        filters=mailing.filters,
        subject=mailing.subject,
        text="Other words",
        replies_to=Mailing.Replies.HUB,
    )


def make_mailing_to_one() -> Mailing:
    group = make_work_group()
    seat_in(group, "Sam")
    return make_mailing(filters={"work_groups": [group.pk]})
