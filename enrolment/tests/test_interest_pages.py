"""The form of interest as a school meets it."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from enrolment.forms.tokens import make_form_token
from enrolment.limits import MOST_POSTS, is_over_limit
from enrolment.models import ExpressionOfInterest
from enrolment.tests.factories import NOW, make_expression
from enrolment.tests.filling import filled_in, form_url, page_token
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from workgroups.models import Hub, Offering
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_offering,
    make_programme,
    make_school,
)

pytestmark = pytest.mark.usefixtures("on_the_day")


def nothing_is_stored() -> bool:
    return not ExpressionOfInterest.objects.exists() and not Message.objects.exists()


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_form_sent_leads_to_its_reference(hub: Hub, client: Client) -> None:
    offering, school = make_offering(decisions_by=date(2027, 1, 15)), make_school()
    response = client.post(form_url(offering), filled_in(offering, school), follow=True)
    expression = ExpressionOfInterest.objects.get()
    assert response.redirect_chain[0][1] == 302
    page = response.content.decode()
    assert expression.reference in page
    assert "You hear from us by Friday 15 January 2027" in page
    assert (expression.school, expression.school_as_typed) == (school, "")
    assert expression.answers == {
        "days": ["monday", "thursday"],
        "commitment": True,
        "privacy": True,
    }


def test_the_page_needs_no_cookie(hub: Hub) -> None:
    client = Client(enforce_csrf_checks=True)
    offering = make_offering()
    assert not client.get(form_url(offering)).cookies
    response = client.post(form_url(offering), filled_in(offering, make_school()))
    assert response.status_code == 302


def test_the_same_page_sent_twice_stores_once_and_shows_the_same_answer(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    form = filled_in(offering, make_school())
    answers = [client.post(form_url(offering), form)["Location"] for _ in range(2)]
    changed = form | {"headteacher_name": "Somebody Else"}
    answers.append(client.post(form_url(offering), changed)["Location"])
    assert len(set(answers)) == 1
    assert ExpressionOfInterest.objects.get().headteacher_name == "Grace Obi"
    assert Message.objects.count() == 1


def test_sending_takes_at_most_twelve_queries(
    hub: Hub, client: Client, django_assert_max_num_queries
) -> None:
    offering, school = make_offering(), make_school()
    make_expression(offering=offering)
    form = filled_in(offering, school, person_2_name="Ana Lima")
    with django_assert_max_num_queries(12):
        assert client.post(form_url(offering), form).status_code == 302


@pytest.mark.parametrize("token", [None, "", "forged~abc", "\x00", "of another form"])
def test_a_page_that_cannot_be_matched_keeps_what_was_typed(
    hub: Hub, client: Client, token: str | None
) -> None:
    offering = make_offering()
    if token == "of another form":
        token = page_token(make_offering())
    form = filled_in(offering, make_school(), form_token=token)
    page = client.post(form_url(offering), form).content.decode()
    assert "Nothing you typed is lost" in page
    assert 'value="grace@school.example"' in page
    assert nothing_is_stored()
    again = client.post(form_url(offering), form | {"form_token": token_in(page)})
    assert again.status_code == 302


def test_who_lets_the_browser_fill_the_form_in_may_send_it_at_once(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    token = page_token(offering, age=timedelta(0))
    form = filled_in(offering, make_school(), form_token=token)
    assert client.post(form_url(offering), form).status_code == 302


def test_the_field_that_must_stay_empty_catches_machines(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = filled_in(offering, make_school(), leave_empty="https://spam.example")
    page = client.post(form_url(offering), form).content.decode()
    assert "A field that must stay empty was filled in" in page
    assert "spam.example" not in page
    assert nothing_is_stored()


# --- the school ---------------------------------------------------------------------------


def test_without_javascript_the_school_is_found_by_a_button(hub: Hub, client: Client) -> None:
    offering = make_offering()
    school = make_school(name="St Joseph’s Catholic Primary School", postcode="IG11 7AR")
    form = filled_in(offering, None, school_typed="st josephs ig11", commitment=None, find="yes")
    page = client.post(form_url(offering), form).content.decode()
    assert f'value="{school.urn}"' in page
    assert school.whereabouts in page
    assert 'value="Grace Obi"' in page
    assert "error-summary" not in page
    assert nothing_is_stored()


def test_a_school_typed_but_not_chosen_is_asked_for(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school(name="Marsh Gate Primary School")
    form = filled_in(offering, None, school_typed="marsh gate")
    page = client.post(form_url(offering), form).content.decode()
    assert '<a href="#id_urn_0">Choose your school from those we found' in page
    assert f'value="{school.urn}"' in page
    assert nothing_is_stored()


def test_words_that_find_no_school_are_answered_by_what_to_try(hub: Hub, client: Client) -> None:
    offering = make_offering()
    closed = make_school(name="Old Mill School", status_code=2, postcode="E9 5AA")
    for typed in ("quite another name", "old mill"):
        form = filled_in(offering, None, school_typed=typed)
        page = client.post(form_url(offering), form).content.decode()
        assert '<a href="#id_urn_0">We found no school by what you typed' in page
    assert f"{closed.name}, {closed.whereabouts}: Closed" in page
    assert nothing_is_stored()


def test_a_choice_does_not_outlast_other_words(hub: Hub, client: Client) -> None:
    offering, first = make_offering(), make_school(name="Marsh Gate Primary School")
    second = make_school(name="Plainfields Primary School")
    form = filled_in(offering, first, school_typed="plainfields", searched_for="marsh gate")
    page = client.post(form_url(offering), form).content.decode()
    assert "You chose Marsh Gate Primary School, then typed something else" in page
    assert f'value="{second.urn}"' in page
    assert "checked" not in page.split('id="div_id_urn"')[1].split("</fieldset>")[0]
    assert nothing_is_stored()


def test_a_choice_from_what_was_searched_for_stands(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school(name="Marsh Gate Primary School")
    form = filled_in(offering, school, school_typed="e15 marsh", searched_for="e15 marsh")
    client.post(form_url(offering), form)
    assert ExpressionOfInterest.objects.get().school == school


def test_a_urn_is_enough(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    form = filled_in(offering, None, school_typed=school.urn)
    client.post(form_url(offering), form)
    assert ExpressionOfInterest.objects.get().school == school


def test_a_school_that_is_not_listed_is_kept_as_typed(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = filled_in(offering, None, school_typed="  Marsh  Gate ", urn="not-listed")
    client.post(form_url(offering), form)
    assert ExpressionOfInterest.objects.get().school_name == "Marsh Gate"


def test_who_cannot_find_the_school_may_say_so_at_once(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = filled_in(offering, None, school_typed="Marsh Gate", find="not-listed")
    page = client.post(form_url(offering), form).content.decode()
    choice = page.split('value="not-listed" checked')
    assert len(choice) == 2
    assert nothing_is_stored()


@pytest.mark.parametrize("urn", ["closed", "123456", "abc", "not-listed", "\x00", "١٢٣٤٥٦"])
def test_only_an_open_school_of_the_register_can_be_chosen(
    hub: Hub, client: Client, urn: str
) -> None:
    offering = make_offering()
    if urn == "closed":
        urn = make_school(status_code=2, status_name="Closed").urn
    page = client.post(form_url(offering), filled_in(offering, None, urn=urn)).content.decode()
    assert "Your school: type its name, town or postcode." in page
    assert nothing_is_stored()


def test_the_form_says_whether_the_school_can_take_part_and_refuses_none(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    school = make_school(type_code=11, type_name="Other independent school")
    form = filled_in(offering, school)
    page = client.post(form_url(offering), form | {"privacy": ""}).content.decode()
    assert "The register lists it as “Other independent school”" in page
    client.post(form_url(offering), form)
    assert ExpressionOfInterest.objects.get().school == school


def test_the_page_can_ask_about_the_chosen_school(hub: Hub, client: Client) -> None:
    offering, school = make_offering(), make_school()
    url = reverse("enrolment:explain_eligibility", args=[offering.pk])
    assert client.get(url, {"urn": school.urn}).json() == {
        "heading": "Good news: your school can take part.",
        "words": "It is a state-funded primary school, and open.",
        "tone": "leaf",
    }
    assert client.get(url, {"urn": "000000"}).status_code == 404


# --- what is typed wrong ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("headteacher_name", "", "Type the headteacher’s name."),
        ("headteacher_name", "Gr\x00ace", "Headteacher’s name: take out the characters"),
        ("headteacher_name", "Grace \u202eibO", "Headteacher’s name: take out the characters"),
        ("headteacher_name", "G" * 121, "Headteacher’s name: make it shorter"),
        ("headteacher_name", "See https://x.example", "Headteacher’s name: leave out the web"),
        ("person_1_name", "Win at WWW.x.example", "First person’s name: leave out the web"),
        ("school_typed", "http://x.example", "Your school: leave out the web address."),
        ("headteacher_email", "grace", "Headteacher’s e-mail address: type it in full"),
        ("headteacher_email", '"a\x01"@b.example', "Headteacher’s e-mail address: take out"),
        ("headteacher_email", "a@b.example\nBcc: c@d.example", "address: type it in full"),
        ("headteacher_email", "a" * 250 + "@b.example", "address: make it shorter"),
        ("school_typed", "\x00", "Your school: take out the characters"),
        ("anything_else", "a" * 1001, "Anything else that we should know?: make it shorter"),
        ("days", "someday", "Which days suit you: choose from the list."),
        ("person_1_name", "", "First person’s name: type it, or clear the e-mail address."),
        ("person_1_role", "wizard", "First person’s role: choose one of the list."),
        ("commitment", "", "Tick the box to say that the headteacher agrees"),
        ("privacy", "", "Tick the box to say that you have read the privacy notice."),
    ],
)
def test_the_error_summary_names_the_field_and_leads_to_it(
    hub: Hub, client: Client, field: str, typed: str, words: str
) -> None:
    offering = make_offering()
    form = filled_in(offering, make_school(), **{field: typed})
    response = client.post(form_url(offering), form)
    page = response.content.decode()
    summary = page.split("govuk-error-summary__list")[1].split("</ul>")[0]
    assert response.status_code == 200
    assert words in summary.replace("&quot;", '"')
    assert f'<a href="#id_{field}' in summary
    assert 'value="sam@school.example"' in page
    assert nothing_is_stored()


def test_a_maths_lead_who_takes_part_is_named(hub: Hub, client: Client) -> None:
    offering = make_offering()
    form = filled_in(offering, make_school(), maths_lead_takes_part="on")
    page = client.post(form_url(offering), form).content.decode()
    assert '<a href="#id_maths_lead_name">Maths lead’s name: type it' in page


def test_bytes_that_are_not_utf8_get_a_sentence(hub: Hub, client: Client) -> None:
    offering = make_offering()
    body = f"form_token={page_token(offering)}&headteacher_name=%FF%FE".encode()
    response = client.post(
        form_url(offering), body, content_type="application/x-www-form-urlencoded"
    )
    assert "Headteacher’s name: take out the characters" in response.content.decode()


def test_no_more_people_than_the_programme_has_seats(hub: Hub, client: Client) -> None:
    offering = make_offering(programme=make_programme(seats_per_school=2))
    form = filled_in(
        offering,
        make_school(),
        maths_lead_name="Jo Bell",
        maths_lead_takes_part="on",
        person_2_name="Ana Lima",
    )
    page = client.post(form_url(offering), form).content.decode()
    assert "you have named 3 people, and there are 2 seats" in page
    client.post(form_url(offering), form | {"person_2_name": "jo bell"})
    people = ExpressionOfInterest.objects.get().intended_participants.all()
    assert [person.name for person in people] == ["Jo Bell", "Sam Okafor"]


def test_what_is_typed_stays_text(hub: Hub, client: Client) -> None:
    offering = make_offering()
    script = "<script>alert(1)</script>{{ 7|add:7 }}"
    form = filled_in(offering, None, school_typed=script, urn="not-listed", privacy=None)
    page = client.post(form_url(offering), form).content.decode()
    assert "<script>alert" not in page
    response = client.post(form_url(offering), form | {"privacy": "on"}, follow=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in response.content.decode()


# --- when, who and how often --------------------------------------------------------------


def test_the_form_is_closed_outside_its_window(hub: Hub, client: Client) -> None:
    yesterday, tomorrow = NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)
    closed = make_offering(opens_on=yesterday, closes_on=yesterday)
    later = make_offering(opens_on=tomorrow, closes_on=tomorrow)
    assert "has closed" in client.get(form_url(closed)).content.decode()
    assert "is not open yet" in client.get(form_url(later)).content.decode()
    form = filled_in(closed, make_school(), form_token=page_token(closed, age=timedelta(days=2)))
    assert (
        "It closed on Sunday 15 November 2026"
        in client.post(form_url(closed), form).content.decode()
    )
    assert nothing_is_stored()


def test_who_opened_the_form_before_midnight_may_finish_it(hub: Hub, client: Client) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    offering = make_offering(closes_on=yesterday)
    token = page_token(offering, age=timedelta(hours=11))  # 23:30 the day before
    response = client.post(form_url(offering), filled_in(offering, make_school(), form_token=token))
    assert response.status_code == 302
    Offering.objects.update(closes_on=yesterday - timedelta(days=1))
    again = client.post(form_url(offering), filled_in(offering, make_school(), form_token=token))
    assert again["Location"] == response["Location"]


def test_another_hubs_form_is_not_found(hub: Hub, client: Client) -> None:
    with hub_scope(make_hub()):
        other = make_offering()
    assert client.get(form_url(other)).status_code == 404
    assert client.post(form_url(other), filled_in(other, make_school())).status_code == 404
    assert client.get("/interest/99999999999999999999/").status_code == 404


def test_a_flood_from_one_address_is_told_to_wait_and_loses_nothing(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    for _ in range(MOST_POSTS):
        is_over_limit(request, now=NOW)
    form = filled_in(offering, make_school())
    response = client.post(form_url(offering), form, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 429
    assert 'value="Grace Obi"' in response.content.decode()
    assert nothing_is_stored()
    elsewhere = client.post(form_url(offering), form, REMOTE_ADDR="192.0.2.8")
    assert elsewhere.status_code == 302


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


def test_a_received_page_needs_its_link(hub: Hub, client: Client) -> None:
    expression = make_expression()

    def status(purpose: str, generation: int) -> int:
        token = make_token(purpose, expression.pk, generation)
        return client.get(reverse("enrolment:interest_received", args=[token])).status_code

    assert status("received", 1) == 200
    assert status("received", 2) == 404
    assert status("manage", 1) == 404
    assert client.get("/interest/received/1-1~x/").status_code == 404


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
    assert "Good news: your school can take part." in shown


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
    filled = filled_in(offering, academy) | {"school_typed": "silver heron"}
    found = client.post(form_url(offering), filled | {"urn": "", "find": "yes"}).content.decode()
    assert "We found 1 school. Choose yours" in found
    assert "Was called Silver Heron Infants" in found
    sent = client.post(form_url(offering), filled | {"searched_for": "silver heron"})
    assert sent.status_code == 302
    assert ExpressionOfInterest.objects.get().school == academy
