"""The form of interest page by page, as a school meets it, until it is sent."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from enrolment.forms.interest import PAGES as KINDS
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.tests.factories import (
    NOW,
    make_expression,
    make_past_participation,
    make_question,
)
from enrolment.tests.filling import (
    PAGES,
    check_url,
    make_draft,
    page_url,
    ready_draft,
    token_of,
)
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from workgroups.models import Hub, Offering
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_work_group,
    make_year,
)

pytestmark = pytest.mark.usefixtures("on_the_day")


def nothing_is_stored() -> bool:
    return not ExpressionOfInterest.objects.exists() and not Message.objects.exists()


def send(client: Client, draft: InterestDraft, **fields: str) -> str:
    """Where the last page leads once its button is pressed."""
    response = client.post(check_url(draft), fields)
    assert response.status_code == 302, response.content.decode()
    location: str = response["Location"]
    return location


def test_the_way_through_asks_one_thing_a_page(hub: Hub, client: Client) -> None:
    offering = make_offering(programme=make_programme(asks_for_barriers=True, has_visits=True))
    make_question(wording="How many classes have you?")
    draft = make_draft(offering=offering, school=make_school())
    answers = PAGES | {"programme": {"offering": str(offering.pk)}, "you": YOU}
    url, asked = page_url(draft, "programme"), []
    while not url.endswith("/check/"):
        name = url.rstrip("/").rpartition("/")[2]
        asked.append(name)
        assert client.get(url).status_code == 200
        response = client.post(url, answers[name])
        assert response.status_code == 302, response.content.decode()
        url = response["Location"]
    assert asked == [
        "programme",
        "appetite",
        "you",
        "headteacher",
        "maths-lead",
        "participants",
        "preferences",
        "barriers",
        "commitment",
        "questions",
        "anything-else",
        "privacy",
    ]
    page = client.get(url).content.decode()
    assert "Olu Ade, somebody else at the school" in page
    assert "Sam Okafor, maths lead, Year 4" in page
    sent = client.post(url, follow=True).content.decode()
    assert ExpressionOfInterest.objects.get().reference in sent


YOU = {"role": "office", "full_name": "Olu Ade", "email": "office@school.example"}


def test_what_is_sent_is_stored_whole(hub: Hub, client: Client) -> None:
    offering, school = make_offering(decisions_by=date(2027, 1, 15)), make_school()
    draft = ready_draft(offering=offering, school=school)
    page = client.get(send(client, draft)).content.decode()
    expression = ExpressionOfInterest.objects.get()
    assert expression.reference in page
    assert "You hear from us by Friday 15 January 2027" in page
    assert (expression.school, expression.school_as_typed) == (school, "")
    assert (expression.sender_role, expression.sender_email) == (
        "headteacher",
        "grace@school.example",
    )
    assert (expression.headteacher_name, expression.maths_lead_name) == ("Grace Obi", "Sam Okafor")
    assert expression.answers == {
        "days": ["monday", "thursday"],
        "modes": ["virtual"],
        "release": True,
        "attendance": True,
        "privacy": True,
    }
    [person] = expression.intended_participants.all()
    assert (person.name, person.role, person.year_group) == ("Sam Okafor", "maths_lead", "year_4")


def test_a_draft_that_was_sent_keeps_no_answers_and_leads_to_what_it_became(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    received = send(client, draft)
    draft.refresh_from_db()
    assert (draft.answers, draft.link_email) == ({}, "")
    for url in (check_url(draft), page_url(draft, "you"), f"/interest/form/{token_of(draft)}/"):
        assert client.get(url)["Location"] == received
        assert client.post(check_url(draft))["Location"] == received
    assert ExpressionOfInterest.objects.count() == Message.objects.count() == 1


def test_sending_takes_at_most_twelve_queries(
    hub: Hub, client: Client, django_assert_max_num_queries: Any
) -> None:
    offering = make_offering()
    make_expression(offering=offering)
    make_question()
    draft = ready_draft(offering=offering, school=make_school())
    with django_assert_max_num_queries(12):
        send(client, draft)


def test_nobody_skips_a_question_unseen(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    for page in ("you", "privacy", "no-such-page", "commitment"):
        assert client.get(page_url(draft, page))["Location"] == page_url(draft, "programme")
        assert client.post(page_url(draft, page))["Location"] == page_url(draft, "programme")
    assert client.post(check_url(draft))["Location"] == page_url(draft, "programme")
    assert nothing_is_stored()


def test_an_answer_can_be_changed_and_leads_back_to_the_check(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    shown = client.get(page_url(draft, "you")).content.decode()
    assert 'value="Grace Obi"' in shown
    changed = PAGES["you"] | {"full_name": "Grace Adeyemi"}
    assert client.post(page_url(draft, "you"), changed)["Location"] == check_url(draft)
    assert "Grace Adeyemi" in client.get(check_url(draft)).content.decode()


def test_another_programme_asks_its_own_pages_again(hub: Hub, client: Client) -> None:
    offering = make_offering(programme=make_programme(asks_for_barriers=True))
    other = make_offering(programme=make_programme())
    draft = ready_draft(offering=offering, school=make_school())
    response = client.post(page_url(draft, "programme"), {"offering": str(other.pk)})
    assert response["Location"] == page_url(draft, "participants")
    draft.refresh_from_db()
    assert draft.offering == other
    assert sorted(draft.answers) == [
        "anything-else",
        "appetite",
        "maths-lead",
        "privacy",
        "programme",
        "you",
    ]


@pytest.mark.parametrize("appetite", ["maybe", "not_this_year"])
def test_who_would_rather_wait_is_asked_little_and_kept_as_a_lead(
    hub: Hub, client: Client, appetite: str
) -> None:
    said = {"appetite": appetite, "appetite_reason": "Two teachers are away"}
    draft = ready_draft(offering=make_offering(), school=make_school(), appetite=said)
    assert sorted(draft.answers) == [
        "anything-else",
        "appetite",
        "maths-lead",
        "privacy",
        "programme",
        "you",
    ]
    send(client, draft)
    expression = ExpressionOfInterest.objects.get()
    assert expression.is_lead
    assert expression.appetite_reason == "Two teachers are away"
    assert expression.answers == {"privacy": True}


def test_each_programme_says_whether_the_school_can_take_part_and_none_refuses(
    hub: Hub, client: Client
) -> None:
    offering = make_offering()
    school = make_school(type_code=11, type_name="Other independent school")
    draft = make_draft(offering=offering, school=school)
    page = client.get(page_url(draft, "programme")).content.decode()
    assert "The register lists it as “Other independent school”" in page
    posted = client.post(page_url(draft, "programme"), {"offering": str(offering.pk)})
    assert posted.status_code == 302


def test_work_groups_that_take_schools_can_be_ranked(hub: Hub, client: Client) -> None:
    offering = make_offering()
    groups = [
        make_work_group(offering=offering, name=name, state="forming") for name in ("East", "West")
    ]
    draft = ready_draft(offering=offering, school=make_school())
    url = page_url(draft, "preferences")
    first, second = (str(group.pk) for group in groups)
    twice = client.post(url, {"group_1": first, "group_2": first}).content.decode()
    assert '<a href="#id_group_2">Choose each Work Group once.' in twice
    assert client.post(url, {"group_1": second, "group_2": first}).status_code == 302
    send(client, draft)
    assert ExpressionOfInterest.objects.get().answers["groups"] == ["West", "East"]


def test_a_hubs_own_answers_keep_the_wording_that_they_were_given_to(
    hub: Hub, client: Client
) -> None:
    question = make_question(wording="How many classes have you?", kind="number")
    draft = ready_draft(
        offering=make_offering(), school=make_school(), questions={f"question_{question.pk}": "14"}
    )
    question.wording = "How many forms of entry?"
    question.save()
    send(client, draft)
    assert ExpressionOfInterest.objects.get().answers["questions"] == [
        {"question": "How many classes have you?", "answer": "14"}
    ]


def test_the_page_of_programmes_says_where_the_school_is_whether_it_can_take_part_or_not(
    hub: Hub, client: Client
) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney", code="204"))
    kent = make_local_authority(name="Kent", code="886")
    school = make_school(name="Marsh Gate Primary School", local_authority=kent)
    draft = make_draft(offering=make_offering(), school=school)
    make_offering(programme=make_programme(name="Sustaining"))
    page = client.get(page_url(draft, "programme")).content.decode()
    assert page.count("It is in Kent, outside our area") == 1
    assert page.count("Good news: your school can take part.") == 2
    assert page.count("It is a state-funded primary school, and open.") == 2


def test_a_school_that_is_past_a_programme_is_led_to_the_one_that_fits(
    hub: Hub, client: Client
) -> None:
    stone = make_programme(name="Readiness", is_starting_point=True, position=1)
    begin = make_programme(name="Development", is_starting_point=True, position=2)
    onwards = make_programme(name="Embedding", needs=[begin], position=3)
    school = make_school()
    make_past_participation(
        school=school, programme=begin, academic_year=make_year(start_year=2023)
    )
    draft = make_draft(offering=make_offering(programme=stone), school=school)
    reason = "It took part in Development in 2023/24, which comes after Readiness. Embedding is"
    alone = client.get(page_url(draft, "programme")).content.decode()
    assert reason in alone
    assert f'value="{draft.offering_id}" checked' in alone
    make_offering(programme=onwards)
    beside = client.get(page_url(draft, "programme")).content.decode()
    assert reason in beside
    assert " checked" not in beside


def test_ways_that_hold_commas_stand_one_on_a_line(hub: Hub, client: Client) -> None:
    wishes = {"days": ["monday", "friday"], "modes": ["twilight", "virtual"]}
    draft = ready_draft(offering=make_offering(), school=make_school(), preferences=wishes)
    page = client.get(check_url(draft)).content.decode()
    assert "<dd>Monday, Friday</dd>" in page
    assert "<dd>Twilight, after school\nVirtual, live online</dd>" in page


def test_who_says_yes_after_all_keeps_no_reason_against(hub: Hub, client: Client) -> None:
    maybe = {"appetite": "maybe", "appetite_reason": "More staff"}
    draft = ready_draft(offering=make_offering(), school=make_school(), appetite=maybe)
    url = page_url(draft, "appetite")
    assert client.post(url, maybe | {"appetite": "yes"}).status_code == 302
    draft.refresh_from_db()
    assert draft.said("appetite", "appetite_reason") == ""
    assert "More staff" not in client.get(url).content.decode()


def test_the_part_of_the_form_is_named_and_never_jumps(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    for page, part in {
        "school": "part 1 of 4: your school",
        "programme": "part 1 of 4: your school",
        "participants": "part 2 of 4: people",
        "anything-else": "part 3 of 4: what suits you",
        "privacy": "part 4 of 4: privacy and sending",
    }.items():
        assert (
            f"Expression of interest · {part}</p>"
            in client.get(page_url(draft, page)).content.decode()
        )
    assert "part 4 of 4" in client.get(check_url(draft)).content.decode()


def test_what_nobody_sees_is_taken_out_of_a_name_and_what_shapes_letters_stays(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    name = "\ufeffGr\u200bace \u0646\u06cc\u200c\u06a9 \u0915\u094d\u200d\u0937\u00ad\u200d"
    form = PAGES["you"] | {"full_name": name, "email": "grace\u200b@school.example"}
    assert client.post(page_url(draft, "you"), form).status_code == 302
    draft.refresh_from_db()
    kept = "Grace \u0646\u06cc\u200c\u06a9 \u0915\u094d\u200d\u0937"
    assert draft.said("you", "full_name") == kept
    assert draft.said("you", "email") == "grace@school.example"


def test_an_address_may_have_sixty_four_characters_before_the_at(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    form = PAGES["you"] | {"email": "a" * 64 + "@school.example"}
    assert client.post(page_url(draft, "you"), form).status_code == 302


# --- what is typed wrong ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "field", "typed", "words"),
    [
        ("programme", "offering", "", "Choose the programme that your school is interested in."),
        ("programme", "offering", "0", "That programme takes no interest at the moment"),
        ("appetite", "appetite", "", "Choose yes, maybe or not this year."),
        ("you", "role", "wizard", "Choose what you are at the school."),
        ("you", "full_name", "", "Type your name."),
        ("you", "full_name", "\u200b", "Type your name."),
        ("you", "full_name", " \u200d\ufeff \u200c", "Type your name."),
        ("you", "full_name", "Gr\x00ace", "Your name: take out the characters"),
        ("you", "full_name", "Grace \u202eibO", "Your name: take out the characters"),
        ("you", "full_name", "G" * 121, "Your name: make it shorter"),
        ("you", "full_name", "See https://x.example", "Your name: leave out the web"),
        ("you", "email", "grace", "Your work e-mail address: type it in full"),
        ("you", "email", '"a\x01"@b.example', "Your work e-mail address: take out"),
        ("you", "email", "a@b.example\nBcc: c@d.example", "address: type it in full"),
        ("you", "email", "a" * 65 + "@b.example", "address: make what stands before the @ shorter"),
        ("you", "email", "a" * 250 + "@b.example", "address: make it shorter"),
        ("you", "email", "grace@gmial.com", "Did you mean grace@gmail.com?"),
        ("maths-lead", "full_name", "", "Maths lead’s name: type it, or clear the e-mail"),
        ("participants", "person_1_name", "Win at WWW.x.example", "First person’s name: leave out"),
        ("participants", "person_1_role", "wizard", "First person’s role: choose one of the list."),
        ("participants", "person_1_year_group", "year_9", "First person’s year group: choose one"),
        ("preferences", "days", "someday", "Which days suit you: choose from the list."),
        ("commitment", "release", "", "Tick the box to say that the headteacher agrees"),
        ("anything-else", "anything_else", "a" * 1001, "Anything else: make it shorter"),
        ("privacy", "privacy", "", "Tick the box to say that you have read the privacy notice."),
    ],
)
def test_the_error_summary_names_the_field_and_leads_to_it(
    hub: Hub, client: Client, page: str, field: str, typed: str, words: str
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    before = draft.answers
    form = PAGES.get(page, {}) | {field: typed}
    response = client.post(page_url(draft, page), form)
    shown = response.content.decode()
    summary = shown.split("govuk-error-summary__list")[1].split("</ul>")[0]
    assert response.status_code == 200
    assert words in summary.replace("&quot;", '"')
    assert f'<a href="#id_{field}' in summary
    draft.refresh_from_db()
    assert draft.answers == before


def test_an_address_that_looks_mistyped_stands_when_it_is_sent_again(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    form = PAGES["you"] | {"email": "grace@gmial.com"}
    page = client.post(page_url(draft, "you"), form).content.decode()
    assert '<input type="hidden" name="email_is_right" value="grace@gmial.com">' in page
    again = form | {"email_is_right": "grace@gmial.com"}
    assert client.post(page_url(draft, "you"), again).status_code == 302
    assert client.post(page_url(draft, "you"), form).status_code == 302, "it is kept by now"


def test_what_is_typed_stays_text(hub: Hub, client: Client) -> None:
    script = "<script>alert(1)</script>{{ 7|add:7 }}"
    draft = ready_draft(
        offering=make_offering(), school=make_school(), anything_else={"anything_else": script}
    )
    page = client.get(check_url(draft)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


# --- when, and who ------------------------------------------------------------------------


def test_what_is_sent_within_seconds_is_asked_for_once_more(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    InterestDraft.objects.update(started_at=NOW - timedelta(seconds=3))
    assert "That was very quick" in client.post(check_url(draft)).content.decode()
    assert nothing_is_stored()
    InterestDraft.objects.update(started_at=NOW - timedelta(seconds=5))
    send(client, draft)


def test_the_field_that_must_stay_empty_catches_machines(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    page = client.post(check_url(draft), {"leave_empty": "https://spam.example"}).content.decode()
    assert "A field that must stay empty was filled in" in page
    assert nothing_is_stored()


def test_who_began_before_midnight_may_finish(hub: Hub, client: Client) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    offering = make_offering()
    drafts = [ready_draft(offering=offering, school=make_school()) for _ in range(2)]
    Offering.objects.update(closes_on=yesterday)
    for draft, hours in zip(drafts, (11, 13), strict=True):  # 23:30 and 21:30 the day before
        InterestDraft.objects.filter(pk=draft.pk).update(started_at=NOW - timedelta(hours=hours))
    assert "/received/" in send(client, drafts[0])
    assert "has closed" in client.get(check_url(drafts[1])).content.decode()
    assert "has closed" in client.post(check_url(drafts[1])).content.decode()


def test_a_draft_opens_by_its_link_alone(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    good = f"/interest/form/{token_of(draft)}/"
    assert client.get(good)["Location"] == check_url(draft)
    for bad in (f"{good[:-2]}/", "/interest/form/1-1~x/", "/interest/form/9-1~x/you/"):
        response = client.get(bad)
        assert response.status_code == 404
        assert "This form is no longer here" in response.content.decode()
    with hub_scope(other := make_hub()):
        foreign = ready_draft(offering=make_offering(), school=make_school())
    assert other != hub
    assert client.get(check_url(foreign)).status_code == 404


def test_a_page_of_a_draft_is_kept_by_nobody_else(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    response = client.get(check_url(draft))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_two_tabs_keep_both_pages(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    programme = {"offering": str(draft.offering_id)}
    client.post(page_url(draft, "programme"), programme)
    client.post(page_url(draft, "appetite"), PAGES["appetite"])
    for page in ("appetite", "programme"):  # the older tab is sent last
        client.post(page_url(draft, page), PAGES.get(page, programme))
    draft.refresh_from_db()
    assert sorted(draft.answers) == ["appetite", "programme"]


def test_every_kind_of_page_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
