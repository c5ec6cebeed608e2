"""Setting a hub up in the admin: programmes, terms, settings, each within the hub."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember, Prerequisite, Programme, TermDate
from workgroups.models.years import school_year_of
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_term_dates,
    make_year,
)
from workgroups.tests.staff import staff_client

PROGRAMMES = "/admin/workgroups/programme/"
TERMS = "/admin/workgroups/termdate/"


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", local_authorities=[make_local_authority()])
    with hub_scope(hub):
        yield hub


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def programme_data(**changes: str) -> dict[str, str]:
    return {
        "name": "Mastery Development",
        "short_name": "Development",
        "slug": "",
        "position": "2",
        "phase": "primary",
        "seats_per_school": "2",
        "usual_sessions": "6",
        "years": "1",
        "reminder_twilight_first": "14",
        "reminder_twilight_second": "2",
        "reminder_virtual_first": "2",
        "reminder_virtual_second": "7",
        "reminder_virtual_morning": "on",
        "links-TOTAL_FORMS": "0",
        "links-INITIAL_FORMS": "0",
        "prerequisites-TOTAL_FORMS": "0",
        "prerequisites-INITIAL_FORMS": "0",
    } | changes


def test_a_programme_gets_its_address_from_its_name(lead: Client, hub: Hub) -> None:
    lead.post(f"{PROGRAMMES}add/", programme_data())
    programme = Programme.objects.get()
    assert (programme.slug, programme.hub, programme.reminder_days) == (
        "mastery-development",
        hub,
        {"twilight": [14, 2], "virtual": [7, 2, 0], "face_to_face": []},
    )


def test_a_name_that_the_hub_has_is_refused_in_words(lead: Client) -> None:
    lead.post(f"{PROGRAMMES}add/", programme_data())
    response = lead.post(f"{PROGRAMMES}add/", programme_data())
    assert response.status_code == 200
    assert "There is something to put right" in response.content.decode()


def test_two_hubs_may_use_the_same_name(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        make_programme(name="Mastery Development", slug="mastery-development")
    assert lead.post(f"{PROGRAMMES}add/", programme_data()).status_code == 302


def test_a_prerequisite_is_one_of_the_hub_s_own_programmes(lead: Client) -> None:
    readiness = make_programme(name="Readiness")
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_programme(name="Their Programme")
    row = {"prerequisites-TOTAL_FORMS": "1", "prerequisites-0-needs": str(theirs.pk)}
    page = lead.post(f"{PROGRAMMES}add/", programme_data(**row)).content.decode()
    assert "There is something to put right" in page
    assert "Their Programme" not in page
    row["prerequisites-0-needs"] = str(readiness.pk)
    lead.post(f"{PROGRAMMES}add/", programme_data(**row))
    assert Prerequisite.objects.get().needs == readiness


def test_a_programme_does_not_follow_itself(lead: Client) -> None:
    programme = make_programme()
    row = {"prerequisites-TOTAL_FORMS": "1", "prerequisites-0-needs": str(programme.pk)}
    data = programme_data(**row) | {"prerequisites-0-programme": str(programme.pk)}
    page = lead.post(f"{PROGRAMMES}{programme.pk}/change/", data).content.decode()
    assert "its own prerequisite" in page


@pytest.mark.parametrize("days", ["two", "0", "61", "-1", "²"])
def test_reminder_days_that_make_no_sense_are_refused(lead: Client, days: str) -> None:
    page = lead.post(
        f"{PROGRAMMES}add/", programme_data(reminder_virtual_first=days)
    ).content.decode()
    assert "Give a number of days from 1 to 60" in page


def test_a_term_that_ends_before_it_starts_is_refused(lead: Client) -> None:
    data = {
        "local_authority": str(make_local_authority().pk),
        "academic_year": str(school_year_of(timezone.localdate())),
        "term": "autumn",
        "starts_on": "2026-12-18",
        "ends_on": "2026-09-02",
    }
    page = lead.post(f"{TERMS}add/", data).content.decode()
    assert "A term must end after it starts." in page
    lead.post(f"{TERMS}add/", data | {"starts_on": "2026-09-02", "ends_on": "2026-12-18"})
    again = lead.post(f"{TERMS}add/", data | {"starts_on": "2026-09-02", "ends_on": "2026-12-18"})
    assert "This borough already has this term." in again.content.decode()
    assert TermDate.objects.count() == 1


def test_a_new_hub_can_offer_a_programme_in_a_year_that_nobody_has_used(lead: Client) -> None:
    programme = make_programme()
    this_year = school_year_of(timezone.localdate())
    address = "/admin/workgroups/offering/add/"
    data = {"programme": str(programme.pk), "academic_year": str(this_year + 1)}
    lead.post(address, data)
    offering = programme.offerings.get()
    assert offering.academic_year.start_year == this_year + 1
    assert "is already offered in this year" in lead.post(address, data).content.decode()


@pytest.mark.parametrize("year", ["²", "9" * 40, "1066"])
def test_a_year_that_is_not_on_offer_is_refused(lead: Client, year: str) -> None:
    data = {"programme": str(make_programme().pk), "academic_year": year}
    page = lead.post("/admin/workgroups/offering/add/", data).content.decode()
    assert "There is something to put right" in page


def test_a_row_keeps_a_year_that_is_long_past(lead: Client) -> None:
    [autumn, *_] = make_term_dates(academic_year=make_year(start_year=2019))
    page = lead.get(f"{TERMS}{autumn.pk}/change/").content.decode()
    assert '<option value="2019" selected>2019/20</option>' in page
    data = {
        "local_authority": str(autumn.local_authority_id),
        "academic_year": "2019",
        "term": "autumn",
        "starts_on": "2019-09-03",
        "ends_on": "2019-12-20",
    }
    lead.post(f"{TERMS}{autumn.pk}/change/", data)
    autumn.refresh_from_db()
    assert (autumn.academic_year.start_year, autumn.starts_on) == (2019, date(2019, 9, 3))


def test_terms_are_of_the_hub_s_own_boroughs(lead: Client) -> None:
    make_local_authority(name="Wandsworth")
    assert "Wandsworth" not in lead.get(f"{TERMS}add/").content.decode()


def test_settings_are_the_own_hub_s(lead: Client, hub: Hub) -> None:
    other = make_hub(slug="wandle")
    response = lead.get("/admin/workgroups/hub/", follow=True)
    assert response.redirect_chain[-1][0] == f"/admin/workgroups/hub/{hub.pk}/change/"
    assert lead.get(f"/admin/workgroups/hub/{other.pk}/change/").status_code == 404


def test_the_area_is_chosen_among_all_authorities_in_groups(lead: Client, hub: Hub) -> None:
    for name, code in (("Camden", "202"), ("Leeds", "383"), ("Kent", "886"), ("Cardiff", "681")):
        make_local_authority(name=name, code=code)
    camden = make_local_authority(name="Camden")
    make_hub(slug="wandle", local_authorities=[camden])
    address = f"/admin/workgroups/hub/{hub.pk}/change/"
    page = lead.get(address).content.decode()
    area = page[page.index('class="box-groups"') :]
    words = [
        "In the hub’s area",
        "Hackney",
        "London boroughs",
        "Camden",
        "Also listed by Wandle Maths Hub",
        "Metropolitan boroughs",
        "Leeds",
        "Counties, cities and districts",
        "Kent",
        "Wales and elsewhere",
        "Cardiff",
    ]
    assert sorted(words, key=area.index) == words
    [data] = [form for form in forms_sent_by(page) if "local_authorities" in form]
    data["local_authorities"].append(str(camden.pk))
    lead.post(address, data | {"welcome_text": "Welcome."})
    assert {each.name for each in hub.local_authorities.all()} == {"Camden", "Hackney"}


def test_an_offering_is_copied_by_a_page_that_says_what_it_does(lead: Client) -> None:
    offering = make_offering(programme=make_programme(name="Development"))
    address = f"/admin/workgroups/offering/{offering.pk}/copy/"
    page = lead.get(address).content.decode()
    assert "Its messages are off until you turn them on. No e-mail is sent." in page
    response = lead.post(address, follow=True)
    assert "Development 2027/28 is here, with its messages off." in response.content.decode()
    assert "is already offered in 2027/28" in lead.post(address).content.decode()


def test_a_viewer_sees_settings_and_changes_none(hub: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    make_term_dates()
    for address in (PROGRAMMES, TERMS, f"/admin/workgroups/hub/{hub.pk}/change/"):
        assert viewer.get(address).status_code == 200
    assert viewer.get(f"{PROGRAMMES}add/").status_code == 403
    assert viewer.post(f"/admin/workgroups/hub/{hub.pk}/change/", {"name": "x"}).status_code == 403
