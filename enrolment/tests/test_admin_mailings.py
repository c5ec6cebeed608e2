"""Writing to many in the admin: names before anything is sent, and nothing that a lead may not."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from enrolment.models import Mailing, MailingFile, Seat
from enrolment.services.mailings import HELD_FOR
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_mailing,
    make_participant,
    make_seat,
)
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.sweep import SWEEP
from mathshub.scope import all_hubs
from workgroups.models import Hub, HubMember, WorkGroup
from workgroups.tests.factories import make_account, make_member, make_work_group
from workgroups.tests.staff import lead_client, staff_client

LIST = "/admin/enrolment/mailing/"
ADD = f"{LIST}add/"
PDF = b"%PDF-1.7\n%%EOF"

pytestmark = pytest.mark.usefixtures("on_the_day")


def seat_in(group: WorkGroup, name: str) -> Seat:
    expression = make_expression(offering=group.offering)
    place = make_accepted_place(work_group=group, expression=expression)
    address = f"{name.casefold()}@school.example"
    return make_seat(place=place, participant=make_participant(name=name, email=address))


@pytest.fixture
def group(hub: Hub) -> WorkGroup:
    """Hackney's, with Sam and Ana."""
    group = make_work_group(name="Hackney", capacity=9)
    for name in ("Sam", "Ana"):
        seat_in(group, name)
    return group


@pytest.fixture
def staff(hub: Hub) -> Client:
    return staff_client()


def typed(group: WorkGroup | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "to": "participants",
        "work_groups": [group.pk] if group else [],
        "subject": "The room",
        "text": "We meet in the library.",
        "replies_to": "leads",
    } | fields


def page_of(client: Client, address: str, **given: Any) -> str:
    return client.get(address, given, follow=True).content.decode()


def mailing_mails() -> list[str]:
    waiting = Message.objects.waiting().filter(kind="mailing")
    return sorted(waiting.values_list("recipient", flat=True))


def test_it_is_written_looked_at_sent_and_stopped(staff: Client, group: WorkGroup) -> None:
    page = staff.post(ADD, typed(group), follow=True).content.decode()
    mailing = Mailing.objects.get()
    assert "Kept. Nothing was sent." in page
    assert "Send it to 2 people …" in page
    assert mailing_mails() == []
    send = f"{LIST}{mailing.pk}/send/"
    page = page_of(staff, send)
    assert "2 people get it" in page
    assert "Send it, 2 e-mails" in page
    assert page.index("Ana") < page.index("Sam")
    assert "We meet in the library." in page
    as_of = page.split('name="as_of" value="')[1].split('"')[0]
    page = staff.post(send, {"as_of": as_of}, follow=True).content.decode()
    assert "2 e-mails on the way in ten minutes" in page
    assert "Nothing has left yet." in page
    assert "had it" not in page
    assert mailing_mails() == ["ana@school.example", "sam@school.example"]
    assert "Stop it, 2 e-mails less" in page_of(staff, f"{LIST}{mailing.pk}/stop/")
    page = staff.post(f"{LIST}{mailing.pk}/stop/", follow=True).content.decode()
    assert "Stopped: 2 e-mails less." in page
    assert mailing_mails() == []
    page = staff.post(f"{LIST}{mailing.pk}/stop/", follow=True).content.decode()
    assert "stopped any more" in page


def test_the_second_click_sends_nothing_more(staff: Client, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send = f"{LIST}{mailing.pk}/send/"
    as_of = page_of(staff, send).split('name="as_of" value="')[1].split('"')[0]
    staff.post(send, {"as_of": as_of})
    page = staff.post(send, {"as_of": as_of}, follow=True).content.decode()
    assert "It is on its way already" in page
    assert len(mailing_mails()) == 2
    assert "It is on its way already" in page_of(staff, send)  # nor is it asked about


def test_while_the_mail_account_is_slow_it_is_on_its_way_and_says_until_when(
    staff: Client, group: WorkGroup, settings: Settings
) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 0.1
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send, page = f"{LIST}{mailing.pk}/send/", f"{LIST}{mailing.pk}/change/"
    as_of = page_of(staff, send).split('name="as_of" value="')[1].split('"')[0]
    staff.post(send, {"as_of": as_of})
    with time_machine.travel(NOW + HELD_FOR, tick=False):
        with all_hubs("the sweep is of all hubs"):
            Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": NOW + HELD_FOR})
        shown = page_of(staff, page)
        assert "on its way" in shown
        assert "2 messages wait; the last will have left at about" in shown
        Message.objects.update(state=Message.State.SENT, sent_at=NOW + HELD_FOR)
        shown = page_of(staff, page)
    assert "on its way" not in shown
    assert "2 handed to the mail server" in shown


def test_whoever_is_ticked_is_left_out(staff: Client, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send = f"{LIST}{mailing.pk}/send/"
    page = page_of(staff, send)
    as_of = page.split('name="as_of" value="')[1].split('"')[0]
    boxes = [part.split('"')[0] for part in page.split('name="left_out" value="')[1:]]
    staff.post(send, {"as_of": as_of, "left_out": boxes[:1]})
    assert mailing_mails() == ["sam@school.example"]
    page = staff.post(send, {"as_of": as_of, "left_out": boxes})
    assert len(mailing_mails()) == 1


def test_nothing_ticked_is_said_and_nothing_typed_is_lost(staff: Client, group: WorkGroup) -> None:
    page = staff.post(ADD, typed(text="Typed for ten minutes")).content.decode()
    assert "with nothing ticked it goes to nobody" in page
    assert "Typed for ten minutes" in page
    assert not Mailing.objects.exists()


def test_the_page_says_who_is_left_out_and_who_gets_it_once_more(
    staff: Client, group: WorkGroup
) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send = f"{LIST}{mailing.pk}/send/"
    page = page_of(staff, send)
    assert "2 by name: tick" in page
    assert "once more" not in page
    boxes = [part.split('"')[0] for part in page.split('name="left_out" value="')[1:]]
    Mailing.objects.update(left_out=boxes[:1])
    assert "2 by name, 1 of them left out: tick" in page_of(staff, send)
    assert "Who has had it gets it once more." in page_of(staff, send, again="1")


def test_all_that_is_wrong_is_said_at_once_and_files_are_asked_for_again(
    staff: Client, group: WorkGroup
) -> None:
    given = typed(subject=" ", attachments=[SimpleUploadedFile("plan.pdf", PDF)])
    page = staff.post(ADD, given).content.decode()
    for words in ("Give it a subject.", "with nothing ticked", "Choose your files once more"):
        assert words in page


def test_a_file_alone_is_wrong_and_the_others_are_not_asked_for(
    staff: Client, group: WorkGroup
) -> None:
    given = typed(group, attachments=[SimpleUploadedFile("plan.pdf", b"")])
    page = staff.post(ADD, given).content.decode()
    assert "“plan.pdf” is empty." in page
    assert "Choose your files once more" not in page


def test_finished_groups_stand_apart_and_are_written_to_when_ticked(
    staff: Client, group: WorkGroup
) -> None:
    finished = make_work_group(name="Barnet", state=WorkGroup.State.RUNNING)
    seat_in(finished, "Old")
    assert "finished</summary>" not in page_of(staff, ADD)
    WorkGroup.objects.filter(pk=finished.pk).update(state=WorkGroup.State.FINISHED)
    page = page_of(staff, ADD)
    running, rest = page.split("<details>")
    assert ("Hackney" in running, "Barnet" in running, "Barnet" in rest) == (True, False, True)
    staff.post(ADD, typed(finished_groups=[finished.pk]))
    mailing = Mailing.objects.get()
    assert mailing.filters == {"work_groups": [finished.pk]}
    assert "Send it to 1 person …" in page_of(staff, f"{LIST}{mailing.pk}/change/")
    page = page_of(staff, ADD, like=mailing.pk)
    apart = page.split("<details open>")[1].split("</details>")[0]
    assert "checked" in apart.split(f'value="{finished.pk}"')[1].split(">")[0]


def test_where_nobody_fits_there_is_nothing_to_press_and_why(
    staff: Client, group: WorkGroup
) -> None:
    empty = make_work_group(name="Barnet")
    mailing = make_mailing(filters={"work_groups": [empty.pk]})
    page = page_of(staff, f"{LIST}{mailing.pk}/change/")
    assert "Nobody fits all that is ticked." in page
    assert "Send it" not in page
    assert f"Barnet, {empty.offering}" in page
    page = page_of(staff, f"{LIST}{mailing.pk}/send/")
    assert "Nobody fits all that is ticked." in page
    assert "No e-mail is sent." in page


def test_roles_of_contacts_are_refused_rather_than_ignored(staff: Client, group: WorkGroup) -> None:
    page = staff.post(ADD, typed(group, to="contacts", roles=["teacher"])).content.decode()
    assert "Only people with a seat have a role here" in page


def test_files_are_kept_shown_and_dropped(staff: Client, group: WorkGroup) -> None:
    given = typed(group, attachments=[SimpleUploadedFile("plan.pdf", PDF)])
    page = staff.post(ADD, given, follow=True).content.decode()
    mailing, file = Mailing.objects.get(), MailingFile.objects.get()
    address = f"{LIST}{mailing.pk}/file/{file.pk}/"
    assert address in page
    answer = staff.get(address)
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    other = make_mailing()
    assert staff.get(f"{LIST}{other.pk}/file/{file.pk}/").status_code == 404
    staff.post(f"{LIST}{mailing.pk}/edit/", typed(group, without=[file.pk]))
    assert not mailing.files.exists()


def test_another_like_it_begins_with_its_words_and_ticks(staff: Client, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]}, text="As last year")
    page = page_of(staff, ADD, like=mailing.pk)
    assert "As last year" in page
    box = page.split(f'value="{group.pk}"')[1].split(">")[0]
    assert "checked" in box
    assert "As last year" not in page_of(staff, ADD, like="no number")


def test_a_colleagues_words_are_not_written_over(staff: Client, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    edit = f"{LIST}{mailing.pk}/edit/"
    as_of = page_of(staff, edit).split('name="as_of" value="')[1].split('"')[0]
    Mailing.objects.update(text="A colleague’s words")
    page = staff.post(edit, typed(group, text="Mine", as_of=as_of)).content.decode()
    assert "somebody has changed it to “A colleague’s words”" in page
    assert Mailing.objects.get().text == "A colleague’s words"


def test_what_was_sent_can_be_neither_changed_nor_deleted(staff: Client, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    send = f"{LIST}{mailing.pk}/send/"
    as_of = page_of(staff, send).split('name="as_of" value="')[1].split('"')[0]
    staff.post(send, {"as_of": as_of})
    page = staff.post(f"{LIST}{mailing.pk}/edit/", typed(group), follow=True).content.decode()
    assert "its words stay as people have read them" in page
    assert staff.post(f"{LIST}{mailing.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_lead_writes_to_own_groups_alone(hub: Hub, group: WorkGroup) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    mine = make_work_group(name="Newham", leads=[member])
    seat_in(mine, "Mine")
    lead = lead_client(member)
    page = page_of(lead, ADD)
    assert "Newham" in page
    assert "Hackney" not in page
    refused = lead.post(ADD, typed(group)).content.decode()
    assert "One of those that you ticked is not to be had any more." in refused
    assert "Tick the Work Groups" not in refused
    assert "Tick the Work Groups that you write to." in lead.post(ADD, typed()).content.decode()
    [heading] = [part for part in page.split("<legend")[1:] if "Work Groups" in part.split("</")[0]]
    assert "(optional)" not in heading.split("</legend>")[0]
    assert not Mailing.objects.exists()
    lead.post(ADD, typed(mine))
    mailing = Mailing.objects.get()
    others = make_mailing(filters={"work_groups": [mine.pk]}, subject="Of the hub", written_by=None)
    assert "Of the hub" not in page_of(lead, LIST)
    assert lead.get(f"{LIST}{others.pk}/change/").status_code == 404
    assert lead.post(f"{LIST}{others.pk}/send/").status_code == 404
    Mailing.objects.filter(pk=mailing.pk).update(filters={"work_groups": [mine.pk, group.pk]})
    send = f"{LIST}{mailing.pk}/send/"
    as_of = page_of(lead, send).split('name="as_of" value="')[1].split('"')[0]
    lead.post(send, {"as_of": as_of})
    assert mailing_mails() == ["mine@school.example"]


def test_a_viewer_reads_and_does_nothing(hub: Hub, group: WorkGroup) -> None:
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    viewer = staff_client(HubMember.Role.VIEWER)
    page = page_of(viewer, f"{LIST}{mailing.pk}/change/")
    assert "We meet in the library." in page
    assert "Send it" not in page
    for address in (ADD, f"{LIST}{mailing.pk}/send/", f"{LIST}{mailing.pk}/edit/"):
        assert viewer.get(address).status_code == 403
    assert viewer.post(f"{LIST}{mailing.pk}/stop/").status_code == 403


def test_the_list_says_who_wrote_and_how_it_stands(staff: Client, group: WorkGroup) -> None:
    make_mailing(written_by=make_account(name="Asha Patel"), subject="Of Asha")
    page = page_of(staff, LIST)
    for words in ("Of Asha", "Asha Patel", "people with a seat", "not sent"):
        assert words in page
