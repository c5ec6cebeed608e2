"""Term dates in the admin: the year's table, a borough's page, a table imported."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember, TermDate
from workgroups.tests.factories import (
    make_days_to_avoid,
    make_hub,
    make_local_authority,
    make_term_dates,
)
from workgroups.tests.staff import staff_client

TERMS = "/admin/workgroups/termdate/"
IMPORT = f"{TERMS}import/"
TODAY = date(2026, 11, 27)
BOROUGHS = ("Hackney", "Newham", "Redbridge")


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    boroughs = [make_local_authority(name=name) for name in BOROUGHS]
    hub = make_hub(slug="lea-valley", local_authorities=boroughs)
    with hub_scope(hub), time_machine.travel(TODAY, tick=False):
        yield hub


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def page_of(client: Client, address: str = TERMS) -> str:
    return " ".join(client.get(address).content.decode().split())


def borough_page(name: str, **more: str) -> str:
    query = {"borough": make_local_authority(name=name).code, "year": "2026"} | more
    return f"{TERMS}borough/?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def form_on(page: str) -> dict[str, list[str]]:
    [form] = [each for each in forms_sent_by(page) if "autumn_starts_on" in each]
    return form


# --- the year ---


@pytest.mark.parametrize(
    "year", ["", "1999", "2100", "02026", "0202612345", "9" * 30, "20 26", "２０２６", "-2026"]
)
@pytest.mark.parametrize("page", [f"{TERMS}?", f"{TERMS}borough/?borough=315&"])
def test_what_is_no_year_of_four_digits_has_no_page(lead: Client, page: str, year: str):
    assert lead.get(f"{page}year={year}").status_code == 404


def test_a_year_says_what_is_missing_and_leads_to_adding_it(lead: Client) -> None:
    make_term_dates()
    make_term_dates(local_authority=make_local_authority(name="Newham"))
    TermDate.objects.filter(local_authority__name="Newham", term="summer").delete()
    page = page_of(lead)
    assert (
        "4 of 9 terms are missing. Until they are added, no sessions can be planned for Work "
        "Groups in Newham and Redbridge." in page
    )
    assert page.count("Add<span") == 4
    assert f"{TERMS}borough/?borough=316&amp;year=2026" in page


def test_a_year_of_which_nothing_is_known_says_so(lead: Client) -> None:
    assert "No terms are known yet." in page_of(lead, f"{TERMS}?year=2027")


def test_a_complete_year_has_nothing_to_do(lead: Client) -> None:
    for name in BOROUGHS:
        make_term_dates(local_authority=make_local_authority(name=name))
    page = page_of(lead)
    assert "missing" not in page
    assert "Half-terms that differ" not in page
    assert "2 Sep to 18 Dec" in page
    assert "half-term 26 to 30 Oct" in page
    assert "invented for tests" in page
    assert "not checked yet" in page


def test_half_terms_that_differ_are_pointed_out(lead: Client) -> None:
    for name in BOROUGHS:
        week = timedelta(weeks=name == "Newham")
        make_term_dates(local_authority=make_local_authority(name=name), half_term_shift=week)
    assert (
        "Autumn: 26 to 30 October 2026 in Hackney and Redbridge; "
        "2 to 6 November 2026 in Newham" in page_of(lead)
    )
    assert page_of(lead).count("tag sun") == 3


def test_bank_holidays_within_term_and_days_to_avoid_stand_below(lead: Client) -> None:
    make_term_dates()
    make_days_to_avoid()
    page = page_of(lead)
    holidays = page[page.index("Bank holidays in term") : page.index("Days to avoid")]
    assert "<li>Monday 3 May 2027: May Day</li>" in holidays
    assert holidays.count("<li>") == 1  # 31 May lies in the half-term, the others in the holidays
    assert "Monday 10 to Thursday 13 May 2027: Key stage 2 tests" in page


def test_a_borough_that_has_left_the_area_keeps_its_terms_in_sight(lead: Client, hub: Hub) -> None:
    make_term_dates()
    hub.local_authorities.remove(make_local_authority(name="Hackney"))
    assert "Hackney" in page_of(lead)


@pytest.mark.parametrize("year", ["", "x", "1", "99999", "²"])
def test_a_year_that_is_none_is_not_found(lead: Client, year: str) -> None:
    assert lead.get(f"{TERMS}?year={year}").status_code == 404


def test_a_hub_without_an_area_is_sent_to_its_settings(lead: Client, hub: Hub) -> None:
    hub.local_authorities.clear()
    assert "Say first which boroughs are the hub’s area" in page_of(lead)


def test_the_year_costs_the_same_for_one_borough_as_for_three(lead: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lead.get(TERMS)
        return len(captured)

    make_term_dates()
    lead.get(TERMS)
    one = queries()
    for name in BOROUGHS[1:]:
        make_term_dates(local_authority=make_local_authority(name=name))
    assert queries() == one


def test_a_viewer_sees_the_year_and_adds_nothing(hub: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    make_term_dates()
    page = page_of(viewer)
    assert "missing" in page
    assert "Add<span" not in page
    assert viewer.get(borough_page("Hackney")).status_code == 403
    assert viewer.get(IMPORT).status_code == 403


# --- a borough ---


def typed(**changes: str) -> dict[str, str]:
    return {
        "autumn_starts_on": "2026-09-02",
        "autumn_ends_on": "2026-12-18",
        "autumn_half_term_starts_on": "2026-10-26",
        "autumn_half_term_ends_on": "2026-10-30",
        "autumn_source": "hackney.gov.uk",
        "spring_starts_on": "2027-01-04",
        "spring_ends_on": "2027-03-25",
        "is_checked": "on",
    } | changes


def test_a_boroughs_terms_are_given_on_one_page_with_one_source(lead: Client) -> None:
    response = lead.post(borough_page("Hackney"), typed(), follow=True)
    assert response.redirect_chain[-1][0] == f"{TERMS}?year=2026"
    assert "Hackney: 2 terms saved." in response.content.decode()
    rows = TermDate.objects.values_list("term", "ends_on", "source", "checked_on")
    assert list(rows) == [
        ("autumn", date(2026, 12, 18), "hackney.gov.uk", TODAY),
        ("spring", date(2027, 3, 25), "hackney.gov.uk", TODAY),
    ]
    author = TermDate.history.first().history_user
    assert author is not None


def test_saving_again_changes_only_what_differs(lead: Client) -> None:
    lead.post(borough_page("Hackney"), typed())
    lead.post(borough_page("Hackney"), typed(spring_ends_on="2027-03-24"))
    assert TermDate.history.count() == 3


def test_what_has_changed_without_being_compared_is_unchecked(lead: Client) -> None:
    lead.post(borough_page("Hackney"), typed())
    lead.post(borough_page("Hackney"), typed(spring_ends_on="2027-03-24", is_checked=""))
    checked = TermDate.objects.values_list("term", "checked_on")
    assert list(checked) == [("autumn", TODAY), ("spring", None)]
    assert "not all checked yet" in page_of(lead)


def test_another_boroughs_dates_are_filled_in_and_saved_only_when_one_says_so(
    lead: Client,
) -> None:
    make_term_dates()
    page = page_of(lead, borough_page("Newham"))
    assert "Start from the dates of another borough" in page
    page = page_of(lead, borough_page("Newham", copy="204"))
    assert "What was missing is filled in as in Hackney. Nothing is saved yet" in page
    assert TermDate.objects.filter(local_authority__name="Newham").count() == 0
    form = form_on(page) | {"autumn_half_term_starts_on": ["2026-10-19"]}
    form |= {"autumn_half_term_ends_on": ["2026-10-23"]}
    lead.post(borough_page("Newham", copy="204"), form)
    rows = TermDate.objects.filter(local_authority__name="Newham")
    assert list(rows.values_list("term", "half_term_starts_on", "source", "checked_on")) == [
        ("autumn", date(2026, 10, 19), "As in Hackney", None),
        ("spring", date(2027, 2, 15), "As in Hackney", None),
        ("summer", date(2027, 5, 31), "As in Hackney", None),
    ]


def test_what_a_borough_has_is_not_copied_over(lead: Client) -> None:
    make_term_dates()
    lead.post(borough_page("Newham"), typed(autumn_ends_on="2026-12-21"))
    form = form_on(page_of(lead, borough_page("Newham", copy="204")))
    assert form["autumn_ends_on"] == ["2026-12-21"]
    assert form["summer_ends_on"] == ["2027-07-21"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spring_starts_on": "2026-12-14"}, "before the autumn term has ended on 18 December"),
        ({"autumn_ends_on": ""}, "Give the last day of the autumn term."),
        ({"autumn_starts_on": "2025-09-02"}, "2 September 2025 does not lie in the academic year"),
        ({"autumn_half_term_ends_on": ""}, "The half-term needs its first and its last day"),
        ({"autumn_half_term_ends_on": "2026-12-18"}, "does not lie within the autumn term."),
        (dict.fromkeys(typed(), ""), "Give the dates of one term at least."),
    ],
)
def test_dates_that_can_not_be_are_refused_in_words_and_nothing_is_saved(
    lead: Client, changes: dict[str, str], words: str
) -> None:
    page = lead.post(borough_page("Hackney"), typed(**changes)).content.decode()
    assert words in page
    assert not TermDate.objects.exists()


def test_a_term_is_not_taken_away_by_emptying_its_fields(lead: Client) -> None:
    lead.post(borough_page("Hackney"), typed())
    emptied = {name: "" for name in typed() if name.startswith("spring")}
    page = lead.post(borough_page("Hackney"), typed(**emptied)).content.decode()
    assert "To take the term away, open it from the table" in page
    assert TermDate.objects.count() == 2


def test_a_borough_that_is_not_the_hubs_is_not_found(lead: Client) -> None:
    assert lead.get(borough_page("Wandsworth")).status_code == 404


def test_a_single_term_must_fit_beside_the_boroughs_others(lead: Client) -> None:
    [autumn, *_] = make_term_dates()
    data = {
        "local_authority": str(autumn.local_authority_id),
        "academic_year": "2026",
        "term": "autumn",
        "starts_on": "2026-09-02",
        "ends_on": "2027-01-05",
    }
    page = lead.post(f"{TERMS}{autumn.pk}/change/", data).content.decode()
    assert "The spring term starts on 4 January 2027, before the autumn term has ended" in page


# --- a table ---

HEADER = "borough,year,term,starts,ends,half-term starts,half-term ends,source"
HACKNEY = "Hackney,2026/27,autumn,02/09/2026,18/12/2026,26/10/2026,30/10/2026,council"


def upload(client: Client, *lines: str, name: str = "terms.csv") -> str:
    content = "\n".join([HEADER, *lines]).encode()
    response = client.post(IMPORT, {"table": SimpleUploadedFile(name, content)})
    return " ".join(response.content.decode().split())


def send_back(client: Client, page: str, **more: str) -> str:
    [form] = [each for each in forms_sent_by(page) if "contents" in each]
    response = client.post(IMPORT, form | more, follow=True)
    return " ".join(response.content.decode().split())


@pytest.mark.database
def test_a_table_is_shown_and_then_recorded(lead: Client) -> None:
    page = upload(lead, HACKNEY, "Nowhere,2026/27,autumn,02/09/2026,18/12/2026,,,")
    assert "1 new, 0 changed, 0 as they are, 1 left out." in page
    assert "Line 3: “Nowhere” is none of the hub’s local authorities" in page
    assert "Record 1 term" in page
    assert not TermDate.objects.exists()
    assert "terms.csv: 1 new, 0 changed, 0 as they were, 1 left out." in send_back(
        lead, page, record="yes"
    )
    row = TermDate.objects.get()
    assert (str(row), row.source) == ("Hackney, autumn 2026/27", "council")
    assert (row.imported_from, row.imported_on, row.checked_on) == ("terms.csv", TODAY, None)
    again = upload(lead, HACKNEY)
    assert "0 new, 0 changed, 1 as they are, 0 left out." in again
    assert "There is nothing to record in this table" in again


def test_imported_dates_are_checked_by_who_compares_them_and_typed_ones_are_not_imported(
    lead: Client,
) -> None:
    imported = "imported from terms.csv on 27 November 2026"
    send_back(lead, upload(lead, HACKNEY), record="yes")
    page = page_of(lead)
    assert (imported in page, "not checked yet" in page) == (True, True)
    form = form_on(page_of(lead, borough_page("Hackney")))
    assert not any(form["is_checked"])  # nobody says so by merely saving
    lead.post(borough_page("Hackney"), form | {"is_checked": "on"})
    row = TermDate.objects.get()
    checked = f"checked 27 November 2026 by {row.checked_by}"
    assert row.checked_by is not None
    assert (imported in page_of(lead), checked in page_of(lead)) == (True, True)
    one = f"{TERMS}{row.pk}/change/"
    assert f"Imported from terms.csv on 27 November 2026; {checked}." in page_of(lead, one)
    [form] = [each for each in forms_sent_by(page_of(lead, one)) if "ends_on" in each]
    lead.post(one, form | {"ends_on": ["2026-12-17"]})
    page = page_of(lead)
    assert (imported in page, "not checked yet" in page) == (False, True)


def test_a_table_leaves_checked_dates_that_it_bears_out_as_they_are(lead: Client) -> None:
    send_back(lead, upload(lead, HACKNEY), record="yes")
    form = form_on(page_of(lead, borough_page("Hackney")))
    lead.post(borough_page("Hackney"), form | {"is_checked": "on"})
    send_back(lead, upload(lead, HACKNEY.replace("council", "the council")), record="yes")
    assert TermDate.objects.get().checked_on == TODAY
    send_back(lead, upload(lead, HACKNEY.replace("18/12/2026", "17/12/2026")), record="yes")
    row = TermDate.objects.get()
    assert (row.checked_on, row.checked_by, row.imported_on) == (None, None, TODAY)


def test_who_has_imported_a_table_goes_on_at_its_year(lead: Client) -> None:
    page = upload(lead, "Hackney,2027/28,autumn,02/09/2027,17/12/2027,,,council")
    assert "Term dates of 2027/28" in send_back(lead, page, record="yes")


def test_days_to_avoid_of_several_boroughs_stand_once_in_the_year(lead: Client) -> None:
    for name in ("Newham", "Hackney"):
        borough = make_local_authority(name=name)
        make_days_to_avoid(name="Eid", local_authority=borough, starts_on=TODAY, ends_on=TODAY)
    assert page_of(lead).count("Friday 27 November 2026: Eid, in Hackney and Newham") == 1


def test_a_change_is_shown_beside_what_it_was(lead: Client) -> None:
    make_term_dates()
    page = upload(lead, HACKNEY.replace("18/12/2026", "21/12/2026"))
    assert "was 2 September to 18 December 2026, half-term 26 to 30 October 2026" in page


def test_whose_word_to_take_is_chosen_before_anything_is_recorded(lead: Client) -> None:
    one, other = (HACKNEY.replace("Hackney", f"Hackney ({name})", 1) for name in ("Abbey", "Mill"))
    page = upload(lead, one, other.replace("18/12/2026", "21/12/2026"))
    assert "Whose dates for Hackney, 2026/27?" in page
    assert "Record" not in page
    page = send_back(lead, page, again="yes", **{"choice-204-2026": "=Mill"})
    assert "Record 1 term" in page
    send_back(lead, page, record="yes")
    assert TermDate.objects.get().ends_on == date(2026, 12, 21)


def test_a_choice_that_was_not_shown_yet_is_shown_first(lead: Client) -> None:
    one, other = (HACKNEY.replace("Hackney", f"Hackney ({name})", 1) for name in ("Abbey", "Mill"))
    page = upload(lead, one, other.replace("18/12/2026", "21/12/2026"), HACKNEY.replace("204", ""))
    page = send_back(lead, page, record="yes", **{"choice-204-2026": "=Mill"})
    assert "Nothing was recorded: look at it again." in page
    assert not TermDate.objects.exists()


def test_a_table_is_not_recorded_over_what_somebody_changed_meanwhile(lead: Client) -> None:
    page = upload(lead, HACKNEY)
    make_term_dates()
    assert "Nothing was recorded: look at it again." in send_back(lead, page, record="yes")
    assert TermDate.objects.get(term="autumn").source == "invented for tests"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty: choose another one."),
        (b"<html></html>", "is a web page, not a table of term dates"),
        (b"borough\nHackney", "lacks these columns: year, term, starts, ends"),
        (b"x" * 300_001, "The file is too large for a table of term dates."),
    ],
)
def test_what_is_no_table_is_refused_in_words(lead: Client, content: bytes, words: str) -> None:
    response = lead.post(IMPORT, {"table": SimpleUploadedFile("terms.csv", content)})
    assert words in response.content.decode()


def test_without_a_file_it_is_asked_for(lead: Client) -> None:
    assert "Choose the file." in lead.post(IMPORT, {}).content.decode()


@pytest.mark.parametrize("contents", ["", "no base64!", "aGVsbG8="])
def test_what_comes_back_broken_asks_for_the_table_again(lead: Client, contents: str) -> None:
    sent = {"contents": contents, "name": "terms.csv", "print": "x", "record": "yes"}
    response = lead.post(IMPORT, sent)
    assert response.status_code == 200
    assert "Choose the file." in response.content.decode()


def test_the_real_table_is_taken_as_it_is(lead: Client, hub: Hub) -> None:
    hub.local_authorities.add(make_local_authority(name="Merton", code="315"))
    content = (Path(__file__).parent / "data" / "calendar" / "term_dates_real.csv").read_bytes()
    response = lead.post(IMPORT, {"table": SimpleUploadedFile("real.csv", content)})
    assert "6 new, 0 changed, 0 as they are, 11 left out." in response.content.decode()
