"""Pages that are left: for another time, or open until their form is gone. Nothing typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client

from enrolment.models import InterestDraft
from enrolment.tests.factories import NOW, make_expression, make_question
from enrolment.tests.filling import check_url, fill_in, make_draft, page_url, ready_draft, token_of
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_offering, make_programme, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")
HALF = {"full_name": "Grace <Obi>", "email": "grace@school"}


def forget(draft: InterestDraft) -> None:
    InterestDraft.objects.filter(pk=draft.pk).delete()


def left_open(draft: InterestDraft, fields: dict) -> dict:
    """What a page sends that was shown while the draft was there."""
    school: School | None = draft.school
    known = school.urn if school else draft.school_as_typed
    return fields | {"of_offering": str(draft.offering_id), "of_school": known}


def test_a_page_says_of_which_form_it_is(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    page = client.get(page_url(draft, "you")).content.decode()
    assert f'name="of_offering" value="{draft.offering_id}"' in page
    assert f'name="of_school" value="{draft.school.urn}"' in page  # type: ignore[union-attr]
    assert "of_change" not in page


def test_what_is_typed_when_the_form_is_gone_comes_back_in_a_new_one(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    forget(draft)
    page = client.post(page_url(draft, "you"), left_open(draft, HALF))
    shown = page.content.decode()
    assert page.status_code == 200
    assert "Nothing that you typed is lost" in shown
    assert "<dt>Your name</dt><dd>Grace &lt;Obi&gt;</dd>" in shown
    assert "<dd>grace@school</dd>" in shown
    begun = InterestDraft.objects.get()
    assert (begun.offering, begun.school) == (draft.offering, draft.school)
    assert f'href="/interest/form/{token_of(begun)}/"' in shown
    assert client.get(f"/interest/form/{token_of(begun)}/")["Location"] == page_url(
        begun, "programme"
    )


def test_it_is_there_when_its_page_is_reached_with_no_word_of_blame(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    forget(draft)
    client.post(page_url(draft, "you"), left_open(draft, HALF))
    begun = InterestDraft.objects.get()
    client.post(page_url(begun, "programme"), {"offering": begun.offering_id})
    reached = client.post(page_url(begun, "appetite"), {"appetite": "yes"}, follow=True)
    page = reached.content.decode()
    assert 'value="Grace &lt;Obi&gt;"' in page
    assert "govuk-error-summary" not in page


@pytest.mark.parametrize("typed", ["Marsh Gate School", ""])
def test_a_school_that_is_not_in_the_register_goes_along(
    hub: Hub, client: Client, typed: str
) -> None:
    draft = make_draft(offering=make_offering(), school_as_typed=typed)
    forget(draft)
    client.post(page_url(draft, "you"), left_open(draft, HALF))
    assert InterestDraft.objects.get().school_name == typed


def test_two_pages_of_one_form_that_is_gone_go_into_one_new_form(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    forget(draft)
    for _ in range(2):
        client.post(page_url(draft, "you"), left_open(draft, HALF))
    client.post(page_url(draft, "headteacher"), left_open(draft, HALF))
    assert sorted(InterestDraft.objects.get().answers) == ["headteacher", "you"]


def test_every_page_comes_back_with_what_was_typed(hub: Hub, client: Client) -> None:
    question = make_question(wording="How many classes have you?", kind="number")
    offering = make_offering(programme=make_programme(asks_for_barriers=True))
    draft = ready_draft(offering=offering, school=make_school())
    forget(draft)
    for page, fields, words in (
        ("school", {"school_typed": "Somewhere"}, "<dd>Somewhere</dd>"),
        ("programme", {"offering": str(offering.pk)}, f"<dd>{offering.programme}"),
        ("appetite", {"appetite": "maybe"}, "<dd>Maybe: we would like to talk first</dd>"),
        ("maths-lead", {"full_name": "Sam"}, "<dt>Maths lead’s name</dt><dd>Sam</dd>"),
        ("participants", {"person_1_name": "Sam"}, "<dt>First person’s name</dt><dd>Sam</dd>"),
        ("preferences", {"days": ["monday", "friday"]}, "<dd>Monday, Friday</dd>"),
        ("barriers", {"barriers": "Time"}, "<dd>Time</dd>"),
        ("commitment", {"release": "on"}, "<dd>Yes</dd>"),
        ("questions", {f"question_{question.pk}": "many"}, "<dd>many</dd>"),
        ("anything-else", {"anything_else": "x" * 1500}, "x" * 1500),
    ):
        shown = client.post(page_url(draft, page), left_open(draft, fields))
        assert shown.status_code == 200, page
        assert words in shown.content.decode(), page


def test_what_comes_too_late_is_shown_and_begins_nothing(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    Offering.objects.update(closes_on=NOW.date() - timedelta(days=1))
    InterestDraft.objects.update(started_at=NOW - timedelta(days=2))
    closed = client.post(page_url(draft, "you"), left_open(draft, HALF)).content.decode()
    assert "has closed" in closed
    assert "Grace &lt;Obi&gt;" in closed
    forget(draft)
    gone = client.post(page_url(draft, "you"), left_open(draft, HALF))
    assert (gone.status_code, "Grace &lt;Obi&gt;" in gone.content.decode()) == (404, True)
    assert not InterestDraft.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"of_offering": ""}, {"of_offering": "x"}, {"of_offering": "٣"}, {"of_change": "yes"}],
)
def test_nothing_is_begun_for_what_is_no_form_of_ours(
    hub: Hub, client: Client, changes: dict
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    forget(draft)
    for url in (page_url(draft, "you"), "/interest/form/1-1~forged/you/"):
        assert client.post(url, left_open(draft, HALF) | changes).status_code == 404
    assert client.post("/interest/form/1-1~x/you/", left_open(draft, HALF)).status_code == 404
    assert not InterestDraft.objects.exists()


def test_who_finishes_another_time_keeps_what_stands_on_the_page(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    draft = fill_in_until(draft, "you")
    left = client.post(page_url(draft, "you"), HALF | {"later": "yes"})
    assert left["Location"].endswith("/later/")
    draft.refresh_from_db()
    assert "you" not in draft.complete_answers
    page = client.get(f"/interest/form/{token_of(draft)}/", follow=True).content.decode()
    assert 'value="grace@school"' in page
    assert "govuk-error-summary" not in page
    finished = HALF | {"email": "grace@school.example", "role": "headteacher", "later": "yes"}
    client.post(page_url(draft, "you"), finished)
    draft.refresh_from_db()
    assert draft.said("you", "email") == "grace@school.example"


def test_leaving_the_last_page_for_another_time_sends_nothing(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    left = client.post(check_url(draft), {"later": "yes"})
    assert left["Location"].endswith("/later/")
    draft.refresh_from_db()
    assert not draft.is_sent


def test_a_page_half_typed_that_is_asked_no_more_is_not_sent(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    draft.answers["participants"] = {"typed": {"person_1_name": ["Sam"]}}
    fill_in(draft, appetite={"appetite": "maybe"})
    assert client.post(check_url(draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.expression is not None
    assert "participants" not in draft.expression.pages


def test_a_form_begun_again_and_sent_leads_to_what_was_sent(hub: Hub, client: Client) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    forget(draft)
    client.post(page_url(draft, "you"), left_open(draft, HALF))
    InterestDraft.objects.update(expression=make_expression(), answers={})
    again = client.post(page_url(draft, "you"), left_open(draft, HALF))
    assert "/received/" in again["Location"]


def fill_in_until(draft: InterestDraft, page: str) -> InterestDraft:
    """Answered as far as the page before that one."""
    fill_in(draft)
    names = list(draft.answers)
    draft.answers = {name: draft.answers[name] for name in names[: names.index(page)]}
    draft.save()
    return draft
