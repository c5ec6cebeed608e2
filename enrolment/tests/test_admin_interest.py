"""The admin of interest: the list decides, the telephone counts as the form, nothing leaks."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import ExpressionOfInterest, InterestDraft, Question
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import NOW, make_expression, make_further_form, make_question
from enrolment.tests.filling import PAGES, check_url, page_url
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from mathshub.scope_admin import filters
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember, Offering
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_year,
)
from workgroups.tests.staff import staff_client

LIST = "/admin/enrolment/expressionofinterest/"
State = ExpressionOfInterest.State

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def query_count(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        get()
    return len(queries)


def names_in(client: Client, address: str) -> list[str]:
    return [row.school_name for row in client.get(address).context["cl"].result_list]


def test_the_list_costs_as_many_queries_for_three_rows_as_for_one(lead: Client) -> None:
    make_expression()
    lead.get(LIST)
    one = query_count(lambda: lead.get(LIST))
    make_expression(people=(NamedSeat("Sam Okafor"),))
    make_expression(school_as_typed="A new school")
    # Each further offering adds a chip, not a query.
    assert query_count(lambda: lead.get(LIST)) == one


def test_the_list_shows_what_decides(lead: Client, hub: Hub) -> None:
    hub.local_authorities.add(make_local_authority())
    offering = make_offering(programme=make_programme(name="Development"))
    make_expression(
        offering=offering,
        school=make_school(name="Plainfields Primary School"),
        submitted_at=NOW - timedelta(days=9),
    )
    outside = make_local_authority(name="Essex")
    make_expression(
        offering=offering,
        school=make_school(name="Old Mill", local_authority=outside, phase_code=7),
        state=State.WITHDRAWN,
    )
    page = lead.get(LIST).content.decode()
    for words in ("Hackney ·", "Essex, outside our area", ">yes<", ">check<", ">9<", "Grace Obi"):
        assert words in page


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        ("state=received", {"Ferry Road", "A new school"}),
        ("state=withdrawn", {"Marsh Gate"}),
        ("borough=outside", {"Marsh Gate"}),
        ("borough=unmatched", {"A new school"}),
        ("borough=204", {"Ferry Road"}),
        ("source=telephone", {"Marsh Gate"}),
        ("q=ferry", {"Ferry Road"}),
        ("q=nobody-of-that-name", set()),
        ("state=no-such-state", set()),
    ],
)
def test_chips_and_search_narrow_the_list(
    lead: Client, hub: Hub, chip: str, found: set[str]
) -> None:
    hub.local_authorities.add(make_local_authority())
    offering = make_offering()
    make_expression(offering=offering, school=make_school(name="Ferry Road"))
    make_expression(
        offering=offering,
        school=make_school(name="Marsh Gate", local_authority=make_local_authority(name="Essex")),
        state=State.WITHDRAWN,
        source=ExpressionOfInterest.Source.TELEPHONE,
    )
    make_expression(offering=offering, school_as_typed="A new school")
    assert set(names_in(lead, f"{LIST}?{chip}")) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [("olu", {"Ferry Road"}), ("ABCD-2345", {"Ferry Road"}), ("ferry olu@", {"Ferry Road"})],
)
def test_a_search_finds_further_forms_and_shows_each_row_once(
    lead: Client, words: str, found: set[str]
) -> None:
    first = make_expression(school=make_school(name="Ferry Road"))
    make_expression(school=make_school(name="Marsh Gate"))
    make_further_form(expression=first, reference="ABCD-2345")
    make_further_form(expression=first)
    assert names_in(lead, f"{LIST}?q={words}") == list(found)
    # Also where the numbers of the chips are counted without the chip in use.
    address = f"{LIST}?q={words}&state=received"
    assert chips(lead, address, "state") == [("all", None), ("received", 1)]


def test_the_list_marks_what_has_further_forms_without_a_query_a_row(lead: Client) -> None:
    first = make_expression()
    make_further_form(expression=first)
    make_further_form(expression=first)
    assert lead.get(LIST).content.decode().count("2 further forms") == 1
    one = query_count(lambda: lead.get(f"{LIST}?q=school.example"))
    for _ in range(3):
        make_further_form(expression=make_expression())
    page = lead.get(LIST).content.decode()
    assert page.count("1 further form<") == 3
    assert query_count(lambda: lead.get(f"{LIST}?q=school.example")) == one


def test_a_lead_that_has_become_a_yes_in_a_further_form_stands_out(lead: Client) -> None:
    maybe = make_expression(appetite="maybe")
    make_further_form(expression=maybe, appetite="maybe")
    assert "says yes" not in lead.get(LIST).content.decode()
    make_further_form(expression=maybe, appetite="yes")
    assert "2 further forms, says yes" in lead.get(LIST).content.decode()


def test_a_chip_leaves_those_whose_address_nobody_confirmed_within_the_hour(lead: Client) -> None:
    long_ago = NOW - timedelta(hours=2)
    waits = make_expression(submitted_at=long_ago)
    others = [
        make_expression(submitted_at=long_ago, confirmed_at=long_ago),
        make_expression(submitted_at=long_ago, source="telephone"),
        make_expression(),
    ]
    found = lead.get(f"{LIST}?address=unconfirmed").context["cl"].result_list
    assert [row.pk for row in found] == [waits.pk]
    assert [each for each in (waits, *others) if each.is_unconfirmed(NOW)] == [waits]
    counted = [("all", None), ("confirmed", 1), ("not confirmed", 1)]
    assert chips(lead, LIST, "address") == counted


def test_leads_are_one_chip(lead: Client) -> None:
    for appetite in ("yes", "maybe", "not_this_year"):
        make_expression(school=make_school(name=appetite), appetite=appetite)
    assert set(names_in(lead, f"{LIST}?appetite=lead")) == {"maybe", "not_this_year"}


def test_chips_say_how_many_rows_each_leaves(lead: Client) -> None:
    for state in (State.RECEIVED, State.RECEIVED, State.WITHDRAWN):
        make_expression(state=state)
    counted = [("all", None), ("received", 2), ("withdrawn", 1)]
    assert chips(lead, LIST, "state") == counted
    # A chip in use leaves its own filter's numbers as they were, and narrows the others'.
    assert chips(lead, f"{LIST}?state=withdrawn", "state") == counted
    assert chips(lead, f"{LIST}?state=withdrawn", "received by") == [("all", None), ("web form", 1)]


def test_where_there_are_very_many_rows_chips_go_without_numbers(
    lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "COUNTED_UP_TO", 1)
    make_expression(state=State.WITHDRAWN)
    make_expression()
    words = [str(state.label) for state in State]
    words.insert(1, "in review")
    everything = [("all", None), *((each, None) for each in words)]
    assert chips(lead, LIST, "state") == everything
    assert chips(lead, f"{LIST}?state=withdrawn", "state") == everything
    assert chips(lead, f"{LIST}?state=withdrawn", "received by") == [("all", None), ("web form", 1)]


@pytest.mark.parametrize("order", ["", "1", "-1", "2", "4", "5.6"])
def test_a_very_long_list_has_its_rows_in_the_same_order(
    lead: Client, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    for number in range(5):
        make_expression(
            school=make_school(name=f"School {number % 3}"),
            state=State.WITHDRAWN if number % 2 else State.RECEIVED,
            submitted_at=NOW - timedelta(days=number % 2),
        )
    monkeypatch.setattr("enrolment.admin.expressions.ExpressionAdmin.list_per_page", 3)

    def pages() -> list[list[str]]:
        lists = [lead.get(f"{LIST}?o={order}&p={page}").context["cl"] for page in (1, 2)]
        return [[row.reference for row in each.result_list] for each in lists]

    short = pages()
    monkeypatch.setattr(filters, "COUNTED_UP_TO", 1)
    assert pages() == short
    assert [len(page) for page in short] == [3, 2]


def chips(client: Client, address: str, title: str) -> list[tuple[str, int | None]]:
    changelist = client.get(address).context["cl"]
    spec = next(spec for spec in changelist.filter_specs if spec.title == title)
    return [(choice["display"], choice["count"]) for choice in spec.choices(changelist)]


@pytest.mark.parametrize(
    "lookup",
    [
        "headteacher_email__startswith=a",
        "hub__contact_email__startswith=a",
        "offering__hub=1",
        "school__name=x",
    ],
)
def test_no_lookup_but_the_chips_is_answered(lead: Client, lookup: str) -> None:
    assert lead.get(f"{LIST}?{lookup}").status_code in (302, 400)


def test_names_that_hold_commas_stand_one_on_a_line(lead: Client) -> None:
    groups = ["East (Newham, Tower Hamlets)", "West"]
    expression = make_expression(answers={"groups": groups})
    page = lead.get(f"{LIST}{expression.pk}/change/").content.decode()
    assert "<dd>East (Newham, Tower Hamlets)<br>West</dd>" in page


def test_a_question_takes_each_of_its_answers_once(lead: Client) -> None:
    fields = {"wording": "Which days?", "kind": "choice", "position": "1"}
    twice = fields | {"choices": "Monday\nFriday\n monday "}
    refused = lead.post("/admin/enrolment/question/add/", twice)
    assert "“monday” stands there twice: take one of the two out." in refused.content.decode()
    assert not Question.objects.exists()
    lead.post("/admin/enrolment/question/add/", fields | {"choices": "Monday\nFriday"})
    assert Question.objects.get().choice_list == ["Monday", "Friday"]


def ask_question(lead: Client, **fields: object) -> str:
    """What the page says of a question that was added; nothing where it is taken."""
    form = {"wording": "Why?", "kind": "text", "position": "1", "is_asked": "on"} | fields
    answer = lead.post("/admin/enrolment/question/add/", form)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_form_of_ten_questions_takes_no_eleventh(lead: Client) -> None:
    full, other = make_programme(name="Readiness"), make_programme(name="Embedding")
    for _ in range(6):
        make_question()
    for _ in range(4):
        make_question(programme=full)
    make_question(programme=other)
    too_many = "The form for Readiness asks 10 questions of your own already"
    assert too_many in ask_question(lead, programme=full.pk)
    assert too_many in ask_question(lead), "for every programme, which is for that one as well"
    assert ask_question(lead, programme=other.pk) == ""
    assert Question.objects.count() == 12
    form = {"wording": "Why?", "kind": "text", "position": "1", "programme": full.pk}
    lead.post("/admin/enrolment/question/add/", form)
    off = Question.objects.latest("pk")
    page = f"/admin/enrolment/question/{off.pk}/change/"
    assert too_many in lead.post(page, form | {"is_asked": "on"}).content.decode()
    off.refresh_from_db()
    assert not off.is_asked


def test_ten_questions_for_every_programme_leave_room_for_none(lead: Client) -> None:
    questions = [make_question() for _ in range(10)]
    assert "Every form asks 10 questions of your own already" in ask_question(lead)
    assert "Every form asks" in ask_question(lead, programme=make_programme().pk)
    page = f"/admin/enrolment/question/{questions[0].pk}/change/"
    form = {"wording": "Why so?", "kind": "text", "position": "1", "is_asked": "on"}
    make_question()  # from before there was a limit
    assert lead.post(page, form).status_code == 302, "what is asked already may be reworded"


def test_another_hubs_questions_take_no_room(lead: Client) -> None:
    with hub_scope(make_hub(slug="other")):
        for _ in range(10):
            make_question()
    assert ask_question(lead) == ""


def test_a_new_question_stands_last(lead: Client) -> None:
    add = "/admin/enrolment/question/add/"
    assert lead.get(add).context["adminform"].form["position"].value() == 1
    make_question(position=7)
    assert lead.get(add).context["adminform"].form["position"].value() == 8
    make_question(position=999)
    assert lead.get(add).context["adminform"].form["position"].value() == 999


def test_further_forms_of_one_day_have_headings_of_their_own(lead: Client) -> None:
    expression = make_expression()
    references = [make_further_form(expression=expression).reference for _ in range(2)]
    page = lead.get(f"{LIST}{expression.pk}/change/").content.decode()
    headings = re.findall(r"<h2 id=\"form-[0-9]+\">(.*?)</h2>", page)
    assert len(set(headings)) == 2
    assert all(any(each in heading for heading in headings) for each in references)


def test_the_page_shows_every_answer_and_every_message(lead: Client) -> None:
    expression = make_expression(
        school=make_school(name="Ferry Road Primary School"),
        people=(NamedSeat("Ana Lima", "ana@school.example"),),
        maths_lead_name="Ben Cole",
        answers={
            "days": ["monday", "friday"],
            "modes": ["twilight", "face_to_face"],
            "anything_else": "We share a <hall>.",
        },
        staff_note="Rang on Monday.",
    )
    Message.objects.create(
        key="one",
        kind="eoi-received",
        recipient=expression.headteacher_email,
        subject="We have your interest",
        due_at=NOW,
        expires_at=NOW + timedelta(days=3),
    )
    page = lead.get(f"{LIST}{expression.pk}/change/").content.decode()
    for words in (
        "Ana Lima",
        "Ben Cole",
        "Monday, Friday",
        "Twilight, after school<br>Face to face, a half or a full day",
        "We share a &lt;hall&gt;.",
        "Rang on Monday.",
        "We have your interest",
        expression.reference,
        "It is a state-funded primary school, and open.",
    ):
        assert words in page


def test_another_hub_s_expression_looks_as_if_it_were_missing(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_expression()
    for page in ("change", "match", "set-aside", "withdraw", "history"):
        assert lead.get(f"{LIST}{theirs.pk}/{page}/").status_code == 404
        assert lead.get(f"{LIST}999999/{page}/").status_code == 404
    assert lead.get(f"{LIST}offer/?chosen={theirs.pk}").status_code == 302


@pytest.mark.database
@pytest.mark.parametrize("nonsense", ["²", "9" * 40, "-1", "%00", "1%00"])
def test_numbers_that_nobody_has_find_nothing(lead: Client, nonsense: str) -> None:
    expression = make_expression()
    school = expression.school
    assert lead.get(f"{LIST}offer/?chosen={nonsense}").status_code == 302
    assert lead.get(f"{LIST}add/?urn={nonsense}").status_code == 200
    match = f"{LIST}{expression.pk}/match/"
    assert lead.post(match, {"urn": unquote(nonsense)}).status_code == 302
    expression.refresh_from_db()
    assert expression.school == school


def test_what_a_school_sent_can_not_be_deleted(lead: Client) -> None:
    expression = make_expression()
    assert lead.get(f"{LIST}{expression.pk}/delete/").status_code == 403


# --- by telephone ---


def telephone_answers(offering_pk: int, **changes: str) -> dict[str, str]:
    return {
        "token": str(uuid4()),
        "offering": str(offering_pk),
        "headteacher_name": "Grace Obi",
        "headteacher_email": "head@school.example",
        "person_1_name": "Ana Lima",
        "person_1_email": "ana@school.example",
        "note": "Prefers Thursdays.",
    } | changes


def test_a_school_that_telephones_is_entered_once_and_acknowledged(lead: Client) -> None:
    school = make_school(name="Silver Heron Primary School")
    offering = make_offering()
    page = lead.get(f"{LIST}add/?q=heron").content.decode()
    assert f"?urn={school.urn}" in page
    answers = telephone_answers(offering.pk)
    for _ in range(2):
        assert lead.post(f"{LIST}add/?urn={school.urn}", answers).status_code == 302
    expression = ExpressionOfInterest.objects.get()
    assert (expression.school, expression.source, expression.staff_note) == (
        school,
        ExpressionOfInterest.Source.TELEPHONE,
        "Prefers Thursdays.",
    )
    assert [person.name for person in expression.intended_participants.all()] == ["Ana Lima"]
    assert [message.recipient for message in Message.objects.all()] == ["head@school.example"]


def test_what_was_said_on_the_telephone_is_changed_and_completed_by_the_school_s_link(
    lead: Client, client: Client
) -> None:
    school, offering = make_school(), make_offering()
    lead.post(f"{LIST}add/?urn={school.urn}", telephone_answers(offering.pk))
    expression = ExpressionOfInterest.objects.get()
    manage = reverse(
        "enrolment:manage_interest",
        args=[make_token("manage", expression.pk, expression.link_generation)],
    )
    page = client.get(manage).content.decode()
    assert "Grace Obi" in page
    assert "Ana Lima, maths lead" in page
    assert "You told us this on the telephone" in page

    client.post(manage, {"change": "yes"})
    draft = InterestDraft.objects.get(changes=expression)
    first = client.get(check_url(draft))["Location"]
    assert first == page_url(draft, "maths-lead"), "the first that was not asked"
    for name in ("maths-lead", "preferences", "commitment", "anything-else", "privacy"):
        client.post(page_url(draft, name), PAGES[name])
    headteacher = {"full_name": "Grace Obi-Hart", "email": "head@school.example"}
    client.post(page_url(draft, "headteacher"), headteacher)
    assert client.post(check_url(draft))["Location"] == manage
    expression.refresh_from_db()
    assert (expression.headteacher_name, expression.maths_lead_name, expression.source) == (
        *("Grace Obi-Hart", "Sam Okafor"),
        ExpressionOfInterest.Source.TELEPHONE,
    )
    assert [person.name for person in expression.intended_participants.all()] == ["Ana Lima"]
    assert expression.answers["privacy"] is True
    kinds = Message.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["eoi-received", "eoi-changed"]


@pytest.mark.parametrize(
    ("typed", "not_kept"),
    [
        ({"maths_lead_email": "lead@school.example"}, "maths-lead"),
        ({"headteacher_name": "Grace www.obi.example"}, "headteacher"),
        ({"person_1_name": "", "person_1_email": ""}, "participants"),
        ({"person_2_name": "Ana Lima", "person_2_email": "ana@school.example"}, "participants"),
    ],
)
def test_what_does_not_fit_the_form_is_asked_by_it(
    lead: Client, typed: dict[str, str], not_kept: str
) -> None:
    school, offering = make_school(), make_offering()
    lead.post(f"{LIST}add/?urn={school.urn}", telephone_answers(offering.pk, **typed))
    expression = ExpressionOfInterest.objects.get()
    assert "appetite" in expression.pages
    assert not_kept not in expression.pages


def test_what_is_missing_is_said_and_what_was_typed_is_kept(lead: Client) -> None:
    school, offering = make_school(), make_offering()
    answers = telephone_answers(offering.pk, headteacher_email="not an address")
    page = lead.post(f"{LIST}add/?urn={school.urn}", answers).content.decode()
    assert "There is something to put right" in page
    assert "Prefers Thursdays." in page
    assert not ExpressionOfInterest.objects.exists()


def test_an_address_without_a_name_is_asked_for_its_name_not_dropped(lead: Client) -> None:
    school, offering = make_school(), make_offering()
    answers = telephone_answers(offering.pk, person_2_email="sam@school.example")
    page = lead.post(f"{LIST}add/?urn={school.urn}", answers).content.decode()
    assert "Type the name of teacher 2, whose address you gave." in page
    assert not ExpressionOfInterest.objects.exists()


def test_a_closed_school_can_not_be_entered(lead: Client) -> None:
    school = make_school(status_code=2)
    page = lead.get(f"{LIST}add/?urn={school.urn}").content.decode()
    assert "Which school is on the telephone?" in page


def test_this_hub_s_offerings_of_this_year_and_later_are_offered(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_offering(programme=make_programme(name="Their Programme"))
    years_ago = make_programme(name="Of Years Ago")
    make_offering(programme=years_ago, academic_year=make_year(start_year=2024))
    late = make_offering(programme=make_programme(name="Closed Early"), closes_on=NOW.date())
    Offering.objects.filter(pk=late.pk).update(closes_on=NOW.date() - timedelta(days=1))
    school = make_school()
    page = lead.get(f"{LIST}add/?urn={school.urn}").content.decode()
    assert "Their Programme" not in page
    assert "Of Years Ago" not in page
    assert "Closed Early" in page, "a school may ring a day late"
    lead.post(f"{LIST}add/?urn={school.urn}", telephone_answers(theirs.pk))
    assert not ExpressionOfInterest.objects.exists()


# --- decisions ---


def test_a_typed_school_is_matched_with_the_register(lead: Client) -> None:
    expression = make_expression(school_as_typed="Heron")
    school = make_school(name="Silver Heron Primary School")
    page = lead.get(f"{LIST}{expression.pk}/match/").content.decode()
    assert "Silver Heron Primary School" in page
    done = lead.post(f"{LIST}{expression.pk}/match/", {"urn": school.urn}, follow=True)
    assert (
        f"Matched with Silver Heron Primary School (URN {school.urn}). "
        "It is a state-funded primary school, and open."
    ) in done.content.decode()
    expression.refresh_from_db()
    assert (expression.school, expression.school_as_typed) == (school, "Heron")


def test_likely_schools_are_offered_at_once_and_a_closed_one_as_what_it_is_now(
    lead: Client,
) -> None:
    academy = make_school(urn="999003", name="River Academy")
    make_closed_school(name="Silver Heron Juniors", succeeded_by=academy)
    make_closed_school(name="Silver Heron Infants", urn="999004")
    make_school(name="Marsh Lane School")
    typed = "Silver Heron Infant School, 12 High Street, Clapton"
    expression = make_expression(school_as_typed=typed)
    page = lead.get(f"{LIST}{expression.pk}/match/").content.decode()
    assert f"Typed in the form: “{typed}”" in page
    assert re.findall(r'name="urn" value="(\d+)"', page) == ["999003"]
    assert "Was called Silver Heron Juniors" in page
    nearest = page.index("Fits best, but closed or not open yet")
    assert nearest < page.index("999004") < page.index("999003")
    searched = lead.get(f"{LIST}{expression.pk}/match/?q=999004").content.decode()
    assert 'name="urn"' not in searched
    assert "Closed in August 2021. It may have a new name or number" in searched


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("set-aside", State.RECEIVED, State.NOT_THIS_YEAR),
        ("take-up", State.NOT_THIS_YEAR, State.RECEIVED),
        ("withdraw", State.RECEIVED, State.WITHDRAWN),
        ("set-aside", State.ACCEPTED, State.ACCEPTED),
        ("take-up", State.WITHDRAWN, State.WITHDRAWN),
        ("withdraw", State.ACCEPTED, State.ACCEPTED),
    ],
)
def test_a_decision_is_asked_for_then_taken_and_tells_nobody(
    lead: Client, page: str, before: str, after: str
) -> None:
    expression = make_expression(state=before)
    address = f"{LIST}{expression.pk}/{page}/"
    assert "No e-mail is sent" in lead.get(address).content.decode()
    expression.refresh_from_db()
    assert expression.state == before, "asking changes nothing"
    lead.post(address)
    expression.refresh_from_db()
    assert expression.state == after
    assert not Message.objects.exists()


def reviewed(lead: Client, page: str, *chosen: ExpressionOfInterest) -> tuple[str, str]:
    """What the page in between says, and what is said once its button is pressed."""
    data = {"action": page, "index": "0", "_selected_action": [str(each.pk) for each in chosen]}
    between = lead.post(LIST, data)["Location"]
    asked = lead.get(between).content.decode()
    [form] = [form for form in forms_sent_by(asked) if "chosen" in form] or [{}]
    done = lead.post(between.partition("?")[0], form, follow=True).content.decode()
    return text(asked), text(done)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_review_is_asked_for_with_whom_it_concerns_and_seen_afterwards(lead: Client) -> None:
    first, second, offered = (
        make_expression(school=make_school(name=name), state=state)
        for name, state in (
            ("Ash Primary", State.RECEIVED),
            ("Beech Primary", State.RECEIVED),
            ("Cedar Primary", State.OFFERED),
        )
    )
    url = f"{LIST}review/?chosen={first.pk}&chosen={second.pk}&chosen={offered.pk}"
    assert "Begin the review of 2 schools?" in text(lead.get(url).content.decode())
    first.refresh_from_db()
    assert first.review_began_at is None, "asking changes nothing"

    asked, done = reviewed(lead, "review_chosen", first, second, offered)
    concerned, _, others = asked.partition("Not concerned")
    assert "Ash Primary" in concerned
    assert "Beech Primary" in concerned
    assert "Cedar Primary place offered" in others
    assert "can’t change its answers by its link" in others
    assert "Begin the review of 2 schools, no e-mail" in others
    assert "The review of 2 schools has begun. No e-mail was sent." in done
    assert not Message.objects.exists()
    assert lead.get(f"{LIST}?state=in-review").context["cl"].result_count == 2
    assert lead.get(f"{LIST}?state=received").context["cl"].result_count == 2
    page = lead.get(f"{LIST}{first.pk}/change/").content.decode()
    assert '<span class="tag sun">in review</span>' in page
    assert f"{LIST}review/end/?chosen={first.pk}" in page


def test_a_review_is_ended_again_and_a_second_press_says_that_there_is_none(lead: Client) -> None:
    expression = make_expression(review_began_at=NOW)
    asked, done = reviewed(lead, "end_review_chosen", expression)
    assert "can change its answers by its link again" in asked
    assert "The review of 1 school has ended. No e-mail was sent." in done
    expression.refresh_from_db()
    assert expression.review_began_at is None
    assert expression.history.first().history_change_reason == "The review ended"
    second = lead.post(f"{LIST}review/end/", {"chosen": str(expression.pk)}, follow=True)
    assert "There is no review to end here." in text(second.content.decode())
    assert "There is no review to end here" in text(
        lead.get(f"{LIST}review/end/?chosen={expression.pk}").content.decode()
    )


@pytest.mark.parametrize("page", ["review", "review/end"])
@pytest.mark.parametrize(
    "chosen", ["", "?chosen=x", "?chosen=999999", "?chosen=9999999999999999999"]
)
def test_a_review_of_nobody_says_what_to_do(lead: Client, page: str, chosen: str) -> None:
    answer = lead.get(f"{LIST}{page}/{chosen}", follow=True).content.decode()
    assert "Tick the expressions of interest first." in answer


def test_the_history_names_who_decided(lead: Client) -> None:
    expression = make_expression()
    lead.post(f"{LIST}{expression.pk}/set-aside/")
    page = lead.get(f"{LIST}{expression.pk}/history/").content.decode()
    assert "Not this year" in page
    assert "Asha Patel" in page
    assert "State: received → not this year" in page


def test_the_history_tells_each_answer_that_became_another_and_no_others(lead: Client) -> None:
    own = {"question": "How many classes?", "answer": "4"}
    expression = make_expression(
        answers={"days": ["monday"], "release": True, "barriers": "Staff", "questions": [own]}
    )
    expression.answers = {
        "days": ["monday", "friday"],
        "release": True,
        "anything_else": "We share a <hall>.",
        "questions": [own | {"answer": "6"}],
    }
    expression.save()
    page = text(lead.get(f"{LIST}{expression.pk}/history/").content.decode())
    for words in (
        "Days that suit: Monday → Monday, Friday",
        "What stands in the way: Staff → nothing",
        "Anything else: nothing → We share a &lt;hall&gt;.",
        "How many classes?: 4 → 6",
    ):
        assert words in page
    assert "release" not in page
    assert "{" not in page


def test_a_viewer_reads_and_changes_nothing(hub: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    expression = make_expression()
    assert viewer.get(f"{LIST}{expression.pk}/change/").status_code == 200
    for page in ("add", f"{expression.pk}/match", f"{expression.pk}/withdraw", "offer", "review"):
        assert viewer.get(f"{LIST}{page}/").status_code == 403
    assert viewer.post(f"{LIST}{expression.pk}/withdraw/").status_code == 403
    lead_only = {"staff_note": "x", "headteacher_name": "Y", "headteacher_email": "y@y.example"}
    assert viewer.post(f"{LIST}{expression.pk}/change/", lead_only).status_code == 403
