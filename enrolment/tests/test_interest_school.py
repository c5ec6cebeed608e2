"""The form's way in: choosing a programme, and the page that asks for the school."""

import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from enrolment.forms.tokens import make_form_token
from enrolment.limits import MOST_DRAFTS, MOST_POSTS, is_over_limit
from enrolment.models import InterestDraft
from enrolment.tests.factories import NOW
from enrolment.tests.filling import first_page, form_url, page_token
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_offering,
    make_programme,
    make_school,
)

pytestmark = pytest.mark.usefixtures("on_the_day")


def nothing_is_kept() -> bool:
    return not InterestDraft.objects.exists()


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_first_answer_is_kept_and_leads_on_by_a_link_of_its_own(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school()
    response = client.post(form_url(offering), first_page(offering, school))
    draft = InterestDraft.objects.get()
    assert (draft.offering, draft.school, draft.started_at) == (offering, school, NOW)
    assert re.fullmatch(r"/interest/form/[^/]+/programme/", response["Location"])


def test_the_page_needs_no_cookie(hub: Hub) -> None:
    client = Client(enforce_csrf_checks=True)
    offering = make_offering()
    assert not client.get(form_url(offering)).cookies
    assert client.post(form_url(offering), first_page(offering, make_school())).status_code == 302


def test_the_same_page_sent_twice_goes_on_with_one_draft(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = first_page(offering, make_school())
    answers = {client.post(form_url(offering), form)["Location"] for _ in range(2)}
    assert len(answers) == InterestDraft.objects.count() == 1


def test_each_reader_gets_a_page_of_their_own(hub: Hub, client: Client) -> None:
    offering = make_offering()
    tokens = {token_in(client.get(form_url(offering)).content.decode()) for _ in range(2)}
    assert len(tokens) == 2


@pytest.mark.parametrize("token", [None, "", "forged~abc", "\x00", "of another form"])
def test_a_page_that_cannot_be_matched_keeps_what_was_typed(
    hub: Hub, client: Client, token: str | None
) -> None:
    offering, school = make_offering(), make_school(name="Silver Heron Primary School")
    if token == "of another form":
        token = page_token(make_offering())
    form = first_page(offering, school, form_token=token)
    page = client.post(form_url(offering), form).content.decode()
    assert "Nothing you typed is lost" in page
    assert 'value="Silver Heron Primary School"' in page
    assert nothing_is_kept()
    again = client.post(form_url(offering), form | {"form_token": token_in(page)})
    assert again.status_code == 302


def test_the_field_that_must_stay_empty_catches_machines(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = first_page(offering, make_school(), leave_empty="https://spam.example")
    page = client.post(form_url(offering), form).content.decode()
    assert "A field that must stay empty was filled in" in page
    assert "spam.example" not in page
    assert nothing_is_kept()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("\x00", "Your school: take out the characters"),
        ("http://x.example", "Your school: leave out the web address."),
        ("a" * 201, "Your school: make it shorter"),
    ],
)
def test_what_can_be_no_school_is_refused_in_words(
    hub: Hub, client: Client, typed: str, words: str
) -> None:
    offering = make_offering()
    form = first_page(offering, None, school_typed=typed)
    page = client.post(form_url(offering), form).content.decode()
    assert f'<a href="#id_school_typed">{words}' in page
    assert nothing_is_kept()


def test_bytes_that_are_not_utf8_get_a_sentence(hub: Hub, client: Client) -> None:
    offering = make_offering()
    body = f"form_token={page_token(offering)}&school_typed=%FF%FE".encode()
    response = client.post(
        form_url(offering), body, content_type="application/x-www-form-urlencoded"
    )
    assert "Your school: take out the characters" in response.content.decode()


# --- the school ---------------------------------------------------------------------------


def test_without_javascript_the_school_is_found_by_a_button(hub: Hub, client: Client) -> None:
    offering = make_offering()
    school = make_school(name="St Joseph’s Catholic Primary School", postcode="IG11 7AR")
    form = first_page(offering, None, school_typed="st josephs ig11", find="yes")
    page = client.post(form_url(offering), form).content.decode()
    assert f'value="{school.urn}"' in page
    assert school.whereabouts in page
    assert "error-summary" not in page
    assert nothing_is_kept()


def test_a_school_typed_but_not_chosen_is_asked_for(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school(name="Marsh Gate Primary School")
    form = first_page(offering, None, school_typed="marsh gate")
    page = client.post(form_url(offering), form).content.decode()
    assert '<a href="#id_urn_0">Choose your school from those we found' in page
    assert f'value="{school.urn}"' in page
    assert nothing_is_kept()


def test_words_that_find_no_school_are_answered_by_what_to_try(hub: Hub, client: Client) -> None:
    offering = make_offering()
    closed = make_school(name="Old Mill School", status_code=2, postcode="E9 5AA")
    for typed in ("quite another name", "old mill"):
        form = first_page(offering, None, school_typed=typed)
        page = client.post(form_url(offering), form).content.decode()
        assert '<a href="#id_urn_0">We found no school by what you typed' in page
    assert f"{closed.name}, {closed.whereabouts}: Closed" in page
    assert nothing_is_kept()


def test_a_choice_does_not_outlast_other_words(hub: Hub, client: Client) -> None:
    offering, first = make_offering(), make_school(name="Marsh Gate Primary School")
    second = make_school(name="Plainfields Primary School")
    form = first_page(offering, first, school_typed="plainfields", searched_for="marsh gate")
    page = client.post(form_url(offering), form).content.decode()
    assert "You chose Marsh Gate Primary School, then typed something else" in page
    assert f'value="{second.urn}"' in page
    assert "checked" not in page.split('id="div_id_urn"')[1].split("</fieldset>")[0]
    assert nothing_is_kept()


def test_a_choice_from_what_was_searched_for_stands(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school(name="Marsh Gate Primary School")
    form = first_page(offering, school, school_typed="e15 marsh", searched_for="e15 marsh")
    client.post(form_url(offering), form)
    assert InterestDraft.objects.get().school == school


def test_a_urn_is_enough(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    form = first_page(offering, None, school_typed=school.urn)
    client.post(form_url(offering), form)
    assert InterestDraft.objects.get().school == school


def test_a_school_that_is_not_listed_is_kept_as_typed(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = first_page(offering, None, school_typed="  Marsh  Gate ", urn="not-listed")
    client.post(form_url(offering), form)
    assert InterestDraft.objects.get().school_name == "Marsh Gate"


def test_who_cannot_find_the_school_may_say_so_at_once(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = first_page(offering, None, school_typed="Marsh Gate", find="not-listed")
    page = client.post(form_url(offering), form).content.decode()
    choice = page.split('value="not-listed" checked')
    assert len(choice) == 2
    assert nothing_is_kept()


@pytest.mark.parametrize("urn", ["closed", "123456", "abc", "not-listed", "\x00", "١٢٣٤٥٦"])
def test_only_an_open_school_of_the_register_can_be_chosen(
    hub: Hub, client: Client, urn: str
) -> None:
    offering = make_offering()
    if urn == "closed":
        urn = make_school(status_code=2, status_name="Closed").urn
    page = client.post(form_url(offering), first_page(offering, None, urn=urn)).content.decode()
    assert "Your school: type its name, town or postcode." in page
    assert nothing_is_kept()


def test_the_page_can_ask_about_the_chosen_school(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    url = reverse("enrolment:explain_eligibility", args=[offering.pk])
    assert client.get(url, {"urn": school.urn}).json() == {
        "heading": "Good news: your school can take part.",
        "words": "It is a state-funded primary school, and open.",
        "tone": "leaf",
    }
    assert client.get(url, {"urn": "000000"}).status_code == 404


# --- when, who and how often --------------------------------------------------------------


def test_the_form_is_closed_outside_its_window(hub: Hub, client: Client) -> None:
    yesterday, tomorrow = NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)
    closed = make_offering(opens_on=yesterday, closes_on=yesterday)
    later = make_offering(opens_on=tomorrow, closes_on=tomorrow)
    assert "has closed" in client.get(form_url(closed)).content.decode()
    assert "is not open yet" in client.get(form_url(later)).content.decode()
    page = client.post(form_url(closed), first_page(closed, make_school())).content.decode()
    assert "It closed on Sunday 15 November 2026" in page
    assert nothing_is_kept()


def test_another_hubs_form_is_not_found(hub: Hub, client: Client) -> None:
    with hub_scope(make_hub()):
        other = make_offering()
    assert client.get(form_url(other)).status_code == 404
    assert client.post(form_url(other), first_page(other, make_school())).status_code == 404
    assert client.get("/interest/99999999999999999999/").status_code == 404


def test_a_flood_from_one_address_is_told_to_wait_and_loses_nothing(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    for _ in range(MOST_POSTS):
        is_over_limit(request, now=NOW)
    form = first_page(offering, make_school(name="Silver Heron Primary School"))
    response = client.post(form_url(offering), form, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 429
    assert 'value="Silver Heron Primary School"' in response.content.decode()
    assert nothing_is_kept()
    assert client.post(form_url(offering), form, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_forms_without_end_from_one_network_are_told_to_wait(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()

    def begin() -> int:
        form = first_page(offering, school, form_token=page_token(offering))
        return client.post(form_url(offering), form, REMOTE_ADDR="192.0.2.9").status_code

    assert {begin() for _ in range(MOST_DRAFTS)} == {302}
    assert begin() == 429
    assert InterestDraft.objects.count() == MOST_DRAFTS


def test_programmes_are_listed_by_their_windows(hub: Hub, client: Client) -> None:
    today = NOW.date()
    day = timedelta(days=1)
    make_offering(programme=make_programme(name="Development"))
    make_offering(
        programme=make_programme(name="Embedding"), opens_on=today + day, closes_on=today + day
    )
    make_offering(
        programme=make_programme(name="Sustaining"), opens_on=today - day, closes_on=today - day
    )
    page = client.get(reverse("enrolment:choose_offering")).content.decode()
    order = [page.index(words) for words in ("Development", "Embedding", "Sustaining")]
    assert order == sorted(order)
    assert "opens on Tuesday 17 November 2026" in page
    assert "closed on Sunday 15 November 2026" in page


def test_a_form_token_is_of_one_form(hub: Hub) -> None:
    assert make_form_token("a", now=NOW) != make_form_token("a", now=NOW)


def test_the_page_of_schools_leads_to_the_form_with_the_school_chosen(
    hub: Hub, client: Client
) -> None:
    offering, school = make_offering(), make_school(name="Silver Heron Primary School")
    listed = client.get("/interest/", {"urn": school.urn}).content.decode()
    assert "Silver Heron Primary School" in listed
    assert f'href="{form_url(offering)}?urn={school.urn}"' in listed
    shown = client.get(form_url(offering), {"urn": school.urn}).content.decode()
    assert f'value="{school.urn}" checked' in shown


def test_or_with_what_was_typed_where_the_school_was_not_found(hub: Hub, client: Client) -> None:
    offering = make_offering()
    listed = client.get("/interest/", {"school": "Heron & Co"}).content.decode()
    assert f'href="{form_url(offering)}?school=Heron%20%26%20Co"' in listed
    shown = client.get(form_url(offering), {"school": "Heron & Co"}).content.decode()
    assert 'value="not-listed" checked' in shown
    assert 'name="school_typed" id="id_school_typed" value="Heron &amp; Co"' in shown


@pytest.mark.parametrize("query", ["urn=", "urn=x", "urn=123456", "school=%20", "urn=%00"])
def test_nonsense_in_the_address_leaves_the_form_blank(
    hub: Hub, client: Client, query: str
) -> None:
    shown = client.get(f"{form_url(make_offering())}?{query}").content.decode()
    assert "checked" not in shown


def test_a_closed_school_is_offered_as_what_it_has_become_and_sent_as_that(
    hub: Hub, client: Client
) -> None:
    offering, academy = make_offering(), make_school(name="River Academy")
    make_closed_school(name="Silver Heron Infants", succeeded_by=academy)
    filled = first_page(offering, academy) | {"school_typed": "silver heron"}
    found = client.post(form_url(offering), filled | {"urn": "", "find": "yes"}).content.decode()
    assert "We found 1 school. Choose yours" in found
    assert "Was called Silver Heron Infants" in found
    sent = client.post(form_url(offering), filled | {"searched_for": "silver heron"})
    assert sent.status_code == 302
    assert InterestDraft.objects.get().school == academy
