"""The admin of the past: from a file to the record without JavaScript, and nobody but who may."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enrolment.models import HistoryImport, PastParticipation, UnmatchedLine
from enrolment.services.spreadsheets import load_spreadsheet
from enrolment.tests.factories import (
    NOW,
    make_history_import,
    make_past_participation,
    make_unmatched_line,
    make_waiting_spreadsheet,
)
from enrolment.tests.test_spreadsheet_read import xlsx_of
from mathshub.outbox.models import Message
from workgroups.models import Hub, HubMember, Programme, School
from workgroups.tests.factories import (
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_year,
)
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.usefixtures("on_the_day")
PAST = "/admin/enrolment/pastparticipation/"
SPREADSHEETS = "/admin/enrolment/historyimport/"
TRAY = "/admin/enrolment/unmatchedline/"
FILE = """School,Reference number,Work Group,When,Finished?,Lead teacher
Ferry Road Primary School,999001,TfM Dev,2021/22,Y,Sam Okafor
Marsh Gate Primary School,999002,TfM Dev,21/22,who knows,Ana Lima
Nowhere School,,TfM Dev,2022/23,Y,
Ferry Road Primary School,999001,Book club,2022/23,Y,
Ferry Road Primary School,999001,TfM Dev,long ago,Y,
"""


@pytest.fixture
def lead(hub: Hub) -> Client:
    hub.local_authorities.add(make_local_authority())
    return staff_client()


@pytest.fixture
def ferry(hub: Hub) -> School:
    return make_school(urn="999001", name="Ferry Road Primary School")


@pytest.fixture
def marsh(hub: Hub) -> School:
    return make_school(urn="999002", name="Marsh Gate Primary School")


@pytest.fixture
def dev(hub: Hub) -> Programme:
    return make_programme(name="Mastery Development")


def send(client: Client, content: bytes | str, name: str = "past.csv") -> Any:
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, content)
    return client.post(f"{SPREADSHEETS}add/", {"file": file})


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def errors(response: Any) -> list[str]:
    assert response.status_code == 200
    form = response.context["form"]
    return [str(error) for found in form.errors.values() for error in found]


def chosen(text: str) -> dict[str, str]:
    """What the page's selects would send as they are."""
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', text, re.DOTALL):
        value = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = value[1] if value else ""
    return found


def test_from_a_file_to_the_record_and_back(
    lead: Client, ferry: School, marsh: School, dev: Programme, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = send(lead, FILE)
    spreadsheet = HistoryImport.objects.get()
    base = f"{SPREADSHEETS}{spreadsheet.pk}"
    assert response.url == f"{base}/columns/"

    text = page(lead, response.url)
    assert "Sam Okafor" in text  # shown, to tell the columns apart
    columns = chosen(text)
    assert columns == {
        "column_0": "name",
        "column_1": "urn",
        "column_2": "programme",
        "column_3": "year",
        "column_4": "outcome",
        "column_5": "",
    }
    response = lead.post(response.url, columns)
    assert response.url == f"{base}/words/"

    words = chosen(page(lead, response.url))
    assert words == {
        "programme_0": str(dev.pk),
        "programme_1": "",
        "outcome_0": "completed",
        "outcome_1": "",
    }
    assert errors(lead.post(response.url, words)) == [
        "Say what “Book club” means, or leave these rows out.",
        "Say what “who knows” means.",
    ]
    words |= {"programme_1": "leave-out", "outcome_1": "not_known"}
    response = lead.post(response.url, words)
    assert response.url == f"{base}/preview/"

    text = page(lead, response.url)
    assert "<h1>2 participations will be recorded</h1>" in text
    for said in (
        "Record 2 participations, no e-mail",
        "Nowhere School",
        "No school of our area has just this name: say which one is meant.",
        "“long ago” can’t be read as a year such as 2023/24.",
    ):
        assert said in text
    assert PastParticipation.objects.count() == 0
    shown = re.search(r'name="print" value="([^"]+)"', text)
    assert shown

    response = lead.post(response.url, {"print": shown[1]}, follow=True)
    text = response.content.decode()
    assert "2 participations recorded. No e-mail was sent." in text
    for figure in (
        "<b>2</b> on record from it",
        "<b>1</b> line without a school",
        "<b>1</b> left out",
    ):
        assert figure in text
    assert "Row 6" in text
    assert set(PastParticipation.objects.values_list("school__urn", "outcome")) == {
        ("999001", "completed"),
        ("999002", "not_known"),
    }

    text = page(lead, f"{base}/undo/")
    assert "Undo it, 2 participations" in text
    lead.post(f"{base}/undo/")
    assert (PastParticipation.objects.count(), UnmatchedLine.objects.count()) == (0, 0)
    response = lead.post(f"{base}/undo/", follow=True)
    assert "There was nothing to do: this spreadsheet is undone." in response.content.decode()
    assert Message.objects.count() == 0
    assert not [each for each in caplog.messages if "Ferry" in each or "Okafor" in each]


def test_the_preview_shows_what_was_typed_beside_the_school_that_it_found(
    lead: Client, ferry: School, dev: Programme
) -> None:
    rows = [f"{ferry.urn},{ferry.name},Dev,2021/22,Y", f"{ferry.urn},Ferry Rd,Dev,2022/23,Y"]
    mistyped = f"{ferry.urn}x,Ferry Rd {ferry.postcode},Dev,2023/24,Y"
    waiting = make_waiting_spreadsheet(
        content="\n".join(["URN,School,Programme,Year,Completed?", *rows, mistyped]), programme=dev
    )
    shown = page(lead, f"{SPREADSHEETS}{waiting.pk}/preview/")
    assert re.findall(r"In the spreadsheet: ([^<]*)<", shown) == [
        "Ferry Rd",
        f"Ferry Rd, {ferry.postcode}",
    ]
    assert f"URN “{ferry.urn}x” can’t be right; matched by name and postcode." in shown


def test_words_that_were_explained_once_are_chosen_the_next_time(
    lead: Client, ferry: School, dev: Programme
) -> None:
    def words_of(line: str) -> str:
        columns = send(lead, f"URN,WG,AY,Completed Y/N\n{line}\n").url
        return lead.post(columns, chosen(page(lead, columns))).url

    words = words_of("999001,SP,19-20,part")
    assert chosen(page(lead, words)) == {"programme_0": "", "outcome_0": ""}
    lead.post(lead.post(words, {"programme_0": dev.pk, "outcome_0": "not_completed"}).url)

    words = words_of("999001,sp,2020/2021,Part")
    text = page(lead, words)
    assert chosen(text) == {"programme_0": str(dev.pk), "outcome_0": "not_completed"}
    assert text.count("as you said before") == 2


def test_what_comes_next_is_the_first_button(
    lead: Client, ferry: School, marsh: School, dev: Programme
) -> None:
    loaded = load_spreadsheet(
        make_waiting_spreadsheet(
            content="School,Programme,Year\nNowhere,Dev,2021\n", programme=dev
        ),
        by=None,
        now=NOW,
    )

    def buttons() -> list[str]:
        context = lead.get(f"{SPREADSHEETS}{loaded.pk}/change/").context
        return [each["words"] for each in context["buttons"]]

    assert buttons() == ["Say which school is meant, 1 line", "Undo it …"]
    UnmatchedLine.objects.update(state="left_out")
    assert buttons() == ["Load another spreadsheet", "Undo it …"]


def test_what_no_column_was_found_for_is_said_before_it_is_asked(
    lead: Client, dev: Programme
) -> None:
    columns = send(lead, "URN,Thing\n999001,SP\n").url
    assert "No column was found for the programme and the year." in page(lead, columns)


def test_a_project_code_of_any_year_names_its_programme(
    lead: Client, ferry: School, dev: Programme
) -> None:
    make_offering(programme=dev, project_code="NCP20-08", academic_year=make_year(start_year=2020))
    spreadsheet = send(lead, "URN,Programme,Year\n999001,NCP20-08 Primary,2020/21\n").url
    response = lead.post(spreadsheet, chosen(page(lead, spreadsheet)))
    assert chosen(page(lead, response.url))["programme_0"] == str(dev.pk)


def test_what_no_column_says_is_asked_for_all_rows(
    lead: Client, ferry: School, dev: Programme
) -> None:
    columns = send(lead, "URN,School\n999001,Ferry Road Primary School\n").url
    words = lead.post(columns, {"column_0": "urn", "column_1": "name"}).url
    assert errors(lead.post(words, {})) == [
        "Choose the programme of these rows.",
        "Choose the academic year of these rows.",
        "Say what a row means.",
    ]
    preview = lead.post(words, {"programme": dev.pk, "year": "2023", "outcome": "completed"}).url
    lead.post(preview)
    row = PastParticipation.objects.get()
    assert (row.school, str(row), row.outcome) == (ferry, f"{dev} 2023/24", "completed")


def test_another_sheet_of_the_workbook_can_be_read(lead: Client, dev: Programme) -> None:
    old, new = [["URN", "Year"], [999001, "2021"]], [["URN", "When it was"], [999002, "2022"]]
    columns = send(lead, xlsx_of(Old=old, New=new), "past.xlsx").url
    assert "999001" in page(lead, columns)
    assert lead.post(columns, {"sheet": "1"}).url == columns
    text = page(lead, columns)
    assert "999002" in text
    assert "999001" not in text
    response = lead.post(columns, {"sheet": "7"}, follow=True)
    assert "can’t be opened" in response.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty. Look into it, and choose it again."),
        (b"<html></html>", "The file is a web page, not a spreadsheet."),
        (b"URN,Year\n" + b"1,2\n" * 600_000, "The file is bigger than 2 MB."),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_in_words(
    lead: Client, content: bytes, words: str
) -> None:
    [error] = errors(send(lead, content))
    assert error.startswith(words)
    assert HistoryImport.objects.count() == 0


def test_columns_that_can_not_be_are_refused_in_words(lead: Client) -> None:
    many = "\n".join(f"{each},x,2023" for each in range(70))
    columns = send(lead, f"Thing,School,Year\n{many}\n").url
    assert errors(lead.post(columns, {"column_0": "year", "column_2": "year"})) == [
        "Two columns can’t both be “academic year”: choose one.",
        "Say which column has the school’s URN or its name.",
    ]
    assert errors(lead.post(columns, {"column_0": "programme", "column_1": "name"})) == [
        "70 different things stand in this column, too many to be “programme”."
    ]


def test_a_page_that_is_behind_the_record_shows_it_anew(
    lead: Client, ferry: School, dev: Programme
) -> None:
    waiting = make_waiting_spreadsheet(
        content="URN,Programme,Year\n999001,Dev,2021/22\n", programme=dev
    )
    make_past_participation(school=ferry, programme=dev, academic_year=make_year(start_year=2021))
    response = lead.post(f"{SPREADSHEETS}{waiting.pk}/preview/", {"print": "1-0-0-0-0-0"})
    text = response.content.decode()
    assert "The record has changed since this page was opened" in text
    assert "There is nothing new to record" in text


def test_the_steps_lead_on_to_each_other_and_end_with_the_file(
    lead: Client, dev: Programme
) -> None:
    columns = send(lead, "URN,Programme,Year\n999001,Dev,2021\n").url
    base = columns.removesuffix("columns/")
    assert lead.get(f"{base}preview/").url == f"{base}words/"
    assert lead.get(f"{base}words/").url == columns
    HistoryImport.objects.update(content=b"")
    for step in ("columns", "words", "preview"):
        response = lead.get(f"{base}{step}/", follow=True)
        assert "no longer kept, choose it again" in response.content.decode()


def test_one_that_waits_can_be_removed_and_one_that_was_loaded_can_not(lead: Client) -> None:
    waiting, loaded = make_waiting_spreadsheet(), make_history_import()
    assert lead.post(f"{SPREADSHEETS}{loaded.pk}/delete/", {"post": "yes"}).status_code == 403
    lead.post(f"{SPREADSHEETS}{waiting.pk}/delete/", {"post": "yes"})
    assert HistoryImport.objects.get() == loaded


def test_a_hub_without_an_area_is_told_what_comes_first(hub: Hub) -> None:
    assert "Say first which boroughs are the hub’s area" in page(
        staff_client(), f"{SPREADSHEETS}add/"
    )


def test_lines_of_an_undone_spreadsheet_ask_for_nothing_any_more(lead: Client) -> None:
    kept = make_history_import(mapping={"year": 2021}, faults=[[6, "no year"]])
    address = f"{SPREADSHEETS}{kept.pk}/change/"
    assert "load it again" in page(lead, address)
    HistoryImport.objects.update(state=HistoryImport.State.UNDONE, undone_at=NOW)
    assert "load it again" not in page(lead, address)
    assert "The spreadsheet was undone, so nothing needs to be put right." in page(lead, address)


def test_an_emptied_spreadsheet_does_not_say_that_all_was_read(lead: Client) -> None:
    kept = make_history_import(created=7, mapping={"year": 2021}, faults=[[6, "“Sam Okafor”"]])
    address = f"{SPREADSHEETS}{kept.pk}/change/"
    assert "could not be read" in page(lead, address)
    HistoryImport.objects.update(mapping={}, faults=[])
    text = page(lead, address)
    assert "on record from it" in text
    assert "could not be read" not in text


# --- the list, and one by hand ---


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        ("year=2021", {"Ferry Road Primary School"}),
        ("outcome=not_known", {"Marsh Gate Primary School"}),
        ("source=by_hand", {"Marsh Gate Primary School"}),
        ("source=spreadsheet", {"Ferry Road Primary School"}),
        ("borough=204", {"Ferry Road Primary School", "Marsh Gate Primary School"}),
        ("borough=outside", set()),
        ("q=ferry", {"Ferry Road Primary School"}),
        ("q=999002", {"Marsh Gate Primary School"}),
    ],
)
def test_chips_and_search_narrow_the_list(
    lead: Client, ferry: School, marsh: School, chip: str, found: set[str]
) -> None:
    loaded = make_history_import()
    year = make_year(start_year=2021)
    make_past_participation(
        school=ferry, academic_year=year, source="spreadsheet", history_import=loaded
    )
    make_past_participation(school=marsh, outcome="not_known")
    rows = lead.get(f"{PAST}?{chip}").context["cl"].result_list
    assert {str(row.school) for row in rows} == found
    rows = lead.get(f"{PAST}?source={loaded.pk}").context["cl"].result_list
    assert [row.school for row in rows] == [ferry]


def test_a_spreadsheet_that_is_not_among_the_latest_can_be_chosen_too(
    lead: Client, ferry: School
) -> None:
    oldest = make_history_import()
    row = make_past_participation(school=ferry, source="spreadsheet", history_import=oldest)
    for _ in range(8):
        make_history_import(uploaded_at=NOW + timedelta(days=1))
    assert list(lead.get(f"{PAST}?source={oldest.pk}").context["cl"].result_list) == [row]


def test_an_empty_list_says_how_it_comes_about(lead: Client) -> None:
    text = page(lead, PAST)
    assert "Load the spreadsheets that the hub has kept" in text
    assert f'href="{SPREADSHEETS}add/"' in text


def test_one_is_entered_changed_and_removed_by_hand(
    lead: Client, ferry: School, dev: Programme
) -> None:
    assert "Ferry Road" in page(lead, f"{PAST}add/?q=ferry")
    add = f"{PAST}add/?urn={ferry.urn}"
    assert errors(lead.post(add, {})) == [
        "Choose the programme.", "Choose the academic year.", "Say what became of it.",
    ]  # fmt: skip
    said = {"programme": dev.pk, "year": "2015", "outcome": "completed", "note": "by telephone"}
    response = lead.post(add, said)
    assert response.url == f"/admin/workgroups/school/{ferry.pk}/change/"
    row = PastParticipation.objects.get()
    assert (row.school, str(row), row.note) == (ferry, f"{dev} 2015/16", "by telephone")
    assert errors(lead.post(add, said)) == [
        "Mastery Development 2015/16 is on record for this school already: change it there."
    ]
    lead.post(f"{PAST}{row.pk}/change/", said | {"outcome": "not_completed"})
    row.refresh_from_db()
    assert row.outcome == "not_completed"
    lead.post(f"{PAST}{row.pk}/delete/", {"post": "yes"})
    changes = PastParticipation.history.values_list("history_change_reason", flat=True)
    assert list(changes) == ["Removed by hand", "Changed by hand", "Entered by hand"]


def test_a_closed_school_has_a_past_too(lead: Client, ferry: School) -> None:
    School.objects.update(status_code=2, status_name="Closed")
    assert f'href="?urn={ferry.urn}"' in page(lead, f"{PAST}add/?q=ferry")
    assert "What did Ferry Road Primary School take part in?" in page(
        lead, f"{PAST}add/?urn={ferry.urn}"
    )


def test_what_a_colleague_changed_meanwhile_is_not_written_over(
    lead: Client, ferry: School, dev: Programme
) -> None:
    row = make_past_participation(school=ferry, programme=dev, note="mine")
    as_of = lead.get(f"{PAST}{row.pk}/change/").context["form"].as_of
    PastParticipation.objects.update(note="theirs")
    said = {"programme": dev.pk, "year": "2023", "outcome": "completed", "note": "mine again"}
    response = lead.post(f"{PAST}{row.pk}/change/", said | {"as_of": as_of})
    [error] = errors(response)
    assert "somebody has changed it to “theirs”" in error


# --- the tray ---


def test_a_line_is_matched_by_a_button_and_the_next_one_comes(
    lead: Client, ferry: School, marsh: School
) -> None:
    first = make_unmatched_line(school_as_typed="Ferry Road, London")
    second = make_unmatched_line(school_as_typed="Marsh")
    text = page(lead, f"{TRAY}{first.pk}/change/")
    assert "Three schools have a name like this." in text
    assert 'name="urn" value="999001"' in text
    assert "Marsh Gate" in page(lead, f"{TRAY}{first.pk}/change/?q=marsh")
    response = lead.post(f"{TRAY}{first.pk}/change/", {"urn": "999001"}, follow=True)
    text = response.content.decode()
    assert "1 line matched with Ferry Road Primary School." in text
    assert "Which school is “Marsh”?" in text
    response = lead.post(f"{TRAY}{second.pk}/leave-out/", follow=True)
    assert "1 line left out. No line waits any more." in response.content.decode()
    assert PastParticipation.objects.get().school == ferry


def test_a_slip_is_put_back(lead: Client, ferry: School) -> None:
    line = make_unmatched_line()
    lead.post(f"{TRAY}{line.pk}/change/", {"urn": "999001"})
    assert "Put it back" in page(lead, f"{TRAY}{line.pk}/change/")
    response = lead.post(f"{TRAY}{line.pk}/put-back/", follow=True)
    assert "1 line put back: say which school." in response.content.decode()
    assert PastParticipation.objects.count() == 0


@pytest.mark.parametrize("urn", ["", "000000", "999001x"])
def test_a_school_that_is_none_is_not_matched(lead: Client, urn: str) -> None:
    line = make_unmatched_line()
    response = lead.post(f"{TRAY}{line.pk}/change/", {"urn": urn}, follow=True)
    assert "Choose the school." in response.content.decode()
    line.refresh_from_db()
    assert line.state == UnmatchedLine.State.WAITING


def test_two_who_match_the_same_line_get_a_sentence(lead: Client, ferry: School) -> None:
    line = make_unmatched_line()
    lead.post(f"{TRAY}{line.pk}/change/", {"urn": "999001"})
    response = lead.post(f"{TRAY}{line.pk}/change/", {"urn": "999001"}, follow=True)
    assert "This line no longer waits: it was matched." in response.content.decode()


# --- who may ---


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [
        (HubMember.Role.ADMINISTRATOR, 200, 302),
        (HubMember.Role.HUB_LEAD, 200, 302),
        (HubMember.Role.VIEWER, 200, 403),
        (HubMember.Role.WORK_GROUP_LEAD, 403, 403),
    ],
)
def test_who_sees_the_past_and_who_writes_it(
    hub: Hub, ferry: School, role: str, sees: int, acts: int
) -> None:
    client = staff_client(role)
    waiting = make_waiting_spreadsheet()
    line, row = make_unmatched_line(), make_past_participation()
    loaded = load_spreadsheet(make_waiting_spreadsheet(), by=None, now=NOW)
    for address in (
        PAST,
        SPREADSHEETS,
        TRAY,
        f"{PAST}{row.pk}/change/",
        f"{SPREADSHEETS}{waiting.pk}/change/",
        f"{TRAY}{line.pk}/change/",
    ):
        assert client.get(address).status_code == sees, address
    for address, sent in {
        f"{TRAY}{line.pk}/change/": {"urn": "999001"},
        f"{SPREADSHEETS}{waiting.pk}/preview/": {},
        f"{SPREADSHEETS}{loaded.pk}/undo/": {},
        f"{PAST}{row.pk}/delete/": {"post": "yes"},
    }.items():
        assert client.post(address, sent).status_code == acts, address
