"""Whatever is typed or sent, the form answers with a page, and stores only what can be read."""

import unicodedata
from ipaddress import IPv4Address
from itertools import count
from urllib.parse import quote_from_bytes

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrolment.forms.interest import InterestForm
from enrolment.forms.tokens import BadFormToken, read_form_token
from enrolment.models import ExpressionOfInterest
from enrolment.tests.filling import filled_in, form_url, page_token
from mathshub.testing.sizes import size
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_offering, make_programme, make_school

pytestmark = pytest.mark.usefixtures("on_the_day")
within_one_test = settings(
    max_examples=size(short=60, soak=3_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

FIELDS = (
    "form_token",
    "school_typed",
    "searched_for",
    "urn",
    "headteacher_name",
    "headteacher_email",
    "maths_lead_name",
    "maths_lead_email",
    "maths_lead_takes_part",
    "person_1_name",
    "person_1_email",
    "person_1_role",
    "person_2_name",
    "barriers",
    "days",
    "modes",
    "anything_else",
    "commitment",
    "privacy",
    "leave_empty",
    "find",
)
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
typed = st.one_of(awkward, st.text(max_size=300))
changes = st.dictionaries(st.sampled_from(FIELDS), typed, max_size=6)
raw_bodies = st.dictionaries(st.sampled_from(FIELDS), st.binary(max_size=60), max_size=6)

# Each post from another one: they are not what the limit is about.
networks = (str(IPv4Address("10.0.0.0") + number) for number in count(1))


@pytest.fixture
def offering(hub: Hub) -> Offering:
    return make_offering(programme=make_programme(asks_for_barriers=True))


@pytest.fixture
def school(hub: Hub) -> School:
    return make_school()


@within_one_test
@given(changes=changes)
def test_a_form_with_anything_in_it_gets_a_page(
    hub: Hub, offering: Offering, school: School, changes: dict[str, str]
) -> None:
    form = filled_in(offering, school, **changes)
    url = form_url(offering)
    response = Client(REMOTE_ADDR=next(networks)).post(url, form)
    assert response.status_code in (200, 302)


@within_one_test
@given(fields=raw_bodies)
def test_any_bytes_get_a_page(hub: Hub, offering: Offering, fields: dict[str, bytes]) -> None:
    body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items())
    url = form_url(offering)
    response = Client(REMOTE_ADDR=next(networks)).post(
        url,
        f"{body}&form_token={page_token(offering)}",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code in (200, 302)


@within_one_test
@given(name=typed, school=typed, words=typed)
def test_what_a_form_accepts_can_be_read_and_stored(
    hub: Hub, offering: Offering, name: str, school: str, words: str
) -> None:
    data = QueryDict(mutable=True)
    data.update(
        filled_in(
            offering,
            None,
            school_typed=school,
            urn="not-listed",
            headteacher_name=name,
            barriers=words,
        )
    )
    form = InterestForm(data, offering=offering)
    if not form.is_valid():
        assert all(str(error).strip() for errors in form.errors.values() for error in errors)
        return
    answers = form.answers()
    for text in (answers.headteacher_name, answers.school_as_typed):
        assert text == text.strip() != ""
        assert all(unicodedata.category(character) not in ("Cc", "Cs") for character in text)
    ExpressionOfInterest.objects.create(
        offering=offering,
        school_as_typed=answers.school_as_typed,
        headteacher_name=answers.headteacher_name,
        headteacher_email=answers.headteacher_email,
        answers=answers.further,
        submitted_at="2026-11-16T10:30Z",
    )


@given(token=st.text(max_size=200))
@settings(max_examples=size(short=200, soak=10_000), deadline=None)
def test_no_invented_token_is_read(token: str) -> None:
    with pytest.raises(BadFormToken):
        read_form_token("interest-1", token)
