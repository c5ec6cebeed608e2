"""Whatever is typed or sent, the form answers with a page, and stores only what can be read."""

import json
import unicodedata
from ipaddress import IPv4Address
from itertools import count
from urllib.parse import quote_from_bytes
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrolment.forms.interest import PAGES as KINDS
from enrolment.forms.interest import Page
from enrolment.forms.tokens import BadFormToken, read_form_token
from enrolment.models import InterestDraft, OpeningNotice, Question
from enrolment.tests.factories import (
    NOW,
    make_booking,
    make_expression,
    make_place,
    make_question,
)
from enrolment.tests.filling import (
    PAGES,
    check_url,
    first_page,
    form_url,
    hearing_token,
    page_token,
    page_url,
    posted,
    ready_draft,
)
from mathshub.links import make_token
from mathshub.testing.sizes import size
from workgroups.models import Hub, Programme
from workgroups.tests.factories import (
    make_offering,
    make_programme,
    make_school,
    make_work_group,
)

pytestmark = pytest.mark.usefixtures("on_the_day")
within_one_test = settings(
    max_examples=size(short=60, soak=3_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

FIELDS = {
    "school": ("form_token", "school_typed", "searched_for", "urn", "leave_empty", "find"),
    "programme": ("offering",),
    "appetite": ("appetite", "appetite_reason"),
    "you": ("role", "full_name", "email", "email_is_right"),
    "headteacher": ("full_name", "email", "email_is_right"),
    "maths-lead": ("full_name", "email"),
    "participants": (
        "person_1_name",
        "person_1_email",
        "person_1_role",
        "person_1_year_group",
        "person_2_name",
        "person_3_name",
    ),
    "preferences": ("group_1", "group_2", "days", "modes"),
    "barriers": ("barriers",),
    "commitment": ("release", "attendance", "visits"),
    "questions": (),
    "anything-else": ("anything_else",),
    "privacy": ("privacy",),
    "check": ("leave_empty", "find"),
}
OF_ANY = ("later", "of_offering", "of_school", "of_change")
"""What any page may carry: the button beside its own, and what it says for when its form is gone."""
DOORS = {
    "later": ("email",),
    "received": ("code",),
    "confirm": ("answer",),
    "manage": ("change", "answer"),
    "hand_over": ("role", "name", "email"),
    "place": ("answer", "name", "person_1_name", "person_1_email", "person_1_role"),
    "briefing": ("form_token", "name", "role", "email", "school_typed", "urn", "find", "waits"),
    "booking": ("answer",),
    "hear": ("form_token", "email", "website"),
    "stop": ("answer",),
    "gone": ("full_name", "email", "role"),
}
"""What is asked around the form, and some of the names that are sent there."""
awkward = st.sampled_from(
    [
        "\x00",
        "\u202eevil",
        "\ufffd",
        "a" * 5_000,
        "<script>alert(1)</script>",
        "{{ settings }}{% include 'x' %}",
        "'; DROP TABLE enrolment_place; --",
        "Bcc: a@b.example\r\nX: y",
        "999999999999999999999999",
        "١٢٣٤٥٦",
        "O’Neil-Łukasiewicz 🧮",
        "not-listed",
    ]
)
chosen = st.sampled_from(
    ["yes", "no", "withdraw", "keep", "stop", "cancel", "take", "accept", "decline", "sender"]
)
typed = st.one_of(awkward, st.text(max_size=300))
pages = st.sampled_from(sorted(FIELDS))

# Each post from another one: they are not what the limit is about.
networks = (str(IPv4Address("10.0.0.0") + number) for number in count(1))


@pytest.fixture
def draft(hub: Hub) -> InterestDraft:
    """Answered to its last page, with all pages asked and a question of each kind."""
    offering = make_offering(programme=make_programme(asks_for_barriers=True, has_visits=True))
    for name in ("East", "West"):
        make_work_group(offering=offering, name=name, state="forming")
    for kind in Question.Kind.values:
        make_question(kind=kind, choices="One\nTwo" if kind == "choice" else "")
    you = {"role": "office", "full_name": "Olu Ade", "email": "office@school.example"}
    return ready_draft(offering=offering, school=make_school(), you=you)


def url_of(draft: InterestDraft, page: str) -> str:
    return check_url(draft) if page == "check" else page_url(draft, page)


def names_on(draft: InterestDraft, page: str) -> list[str]:
    if page != "questions":
        return [*FIELDS[page], *OF_ANY]
    numbers = Question.objects.values_list("pk", flat=True)
    return [f"question_{number}{part}" for number in numbers for part in ("", "_day", "_month")]


@within_one_test
@given(data=st.data(), page=pages)
def test_a_page_with_anything_in_it_gets_a_page(
    hub: Hub, draft: InterestDraft, data: st.DataObject, page: str
) -> None:
    names = st.sampled_from(names_on(draft, page))
    form = PAGES.get(page, {}) | data.draw(st.dictionaries(names, typed, max_size=4))
    response = Client(REMOTE_ADDR=next(networks)).post(url_of(draft, page), form)
    assert response.status_code in (200, 302)


@within_one_test
@given(data=st.data(), page=pages)
def test_any_bytes_get_a_page(
    hub: Hub, draft: InterestDraft, data: st.DataObject, page: str
) -> None:
    names = st.sampled_from(names_on(draft, page))
    fields = data.draw(st.dictionaries(names, st.binary(max_size=60), max_size=4))
    body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items())
    response = Client(REMOTE_ADDR=next(networks)).post(
        url_of(draft, page), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code in (200, 302)


@within_one_test
@given(changes=st.dictionaries(st.sampled_from(FIELDS["school"]), typed, max_size=4))
def test_a_first_page_with_anything_in_it_gets_a_page(
    hub: Hub, draft: InterestDraft, changes: dict[str, str]
) -> None:
    offering = draft.offering
    assert offering is not None
    form = first_page(offering, draft.school, **{"form_token": page_token(offering)} | changes)
    response = Client(REMOTE_ADDR=next(networks)).post(form_url(offering), form)
    assert response.status_code in (200, 302, 429)


@pytest.fixture
def doors(hub: Hub, draft: InterestDraft) -> dict[str, str]:
    """Where each of the doors is."""
    sent = make_expression(offering=draft.offering, sender_email="grace@school.example")
    place, booking = make_place(), make_booking()
    closed = make_programme(slug="closed")
    waits = OpeningNotice.objects.create(
        programme=closed, email="head@school.example", asked_at=NOW
    )

    def link(view: str, purpose: str, pk: int | UUID) -> str:
        return reverse(f"enrolment:{view}", args=[make_token(purpose, pk, 1)])

    return {
        "later": link("keep_interest", "draft", draft.pk),
        "received": link("interest_received", "received", sent.form_token),
        "confirm": link("confirm_address", "confirm", sent.form_token),
        "manage": link("manage_interest", "manage", sent.pk),
        "hand_over": link("hand_over", "manage", sent.pk),
        "place": link("answer_place", "place", place.pk),
        "briefing": reverse("enrolment:show_briefing", args=[booking.briefing_id]),
        "booking": link("manage_booking", "booking", booking.pk),
        "hear": "/programmes/closed/hear/",
        "stop": link("stop_hearing", "opening", waits.pk),
        "gone": reverse("enrolment:fill_interest", args=[make_token("draft", 10**8, 1), "you"]),
    }


@within_one_test
@given(data=st.data(), door=st.sampled_from(sorted(DOORS)))
def test_every_door_around_the_form_answers_whatever_is_sent(
    hub: Hub, draft: InterestDraft, doors: dict[str, str], data: st.DataObject, door: str
) -> None:
    usual = {"of_offering": str(draft.offering_id), "email": "grace@school.example"}
    names = st.sampled_from([*DOORS[door], *OF_ANY])
    if door == "hear":
        usual["form_token"] = hearing_token(Programme.objects.get(slug="closed"))
    form = usual | data.draw(st.dictionaries(names, chosen | typed, max_size=5))
    response = Client(REMOTE_ADDR=next(networks)).post(doors[door], form)
    assert response.status_code in (200, 302, 404, 429)


@within_one_test
@given(
    asked=st.dictionaries(
        st.sampled_from(["furthest", "ready", "spread", "specialist", "urn", "answered", "back"]),
        typed,
        max_size=5,
    )
)
def test_whatever_is_asked_of_the_next_step_gets_a_page(hub: Hub, asked: dict[str, str]) -> None:
    make_programme(is_starting_point=True)
    response = Client(REMOTE_ADDR=next(networks)).get("/journey/which-step/", asked)
    assert response.status_code in (200, 429)


@within_one_test
@given(data=st.data(), page=st.sampled_from([kind for kind in KINDS if kind.name != "school"]))
def test_what_a_page_accepts_can_be_read_and_kept(
    hub: Hub, draft: InterestDraft, data: st.DataObject, page: type[Page]
) -> None:
    names = st.sampled_from(names_on(draft, page.name))
    fields = PAGES.get(page.name, {}) | data.draw(st.dictionaries(names, typed, max_size=4))
    form = page(posted(fields), draft=draft)
    if not form.is_valid():
        assert all(str(error).strip() for errors in form.errors.values() for error in errors)
        return
    kept = form.kept()
    told = [words for row in kept["told"] for words in row]
    assert all(words.strip() for words in told)
    for words in told:
        assert not any(
            unicodedata.category(each) in ("Cc", "Cs") for each in words if each not in "\r\n\t"
        )
    InterestDraft.objects.filter(pk=draft.pk).update(answers=draft.answers | {page.name: kept})
    draft.refresh_from_db()
    assert draft.answers[page.name] == json.loads(json.dumps(kept))


@given(token=st.text(max_size=200))
@settings(max_examples=size(short=200, soak=10_000), deadline=None)
def test_no_invented_token_is_read(token: str) -> None:
    with pytest.raises(BadFormToken):
        read_form_token("interest-1", token)
