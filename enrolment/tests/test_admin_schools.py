"""The school's page in the admin: what it took part in, what it can take part in, who decides."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.eligibility import check_eligibility
from enrolment.models import EligibilityOverride, KnownSchool
from enrolment.services.records import record_of, step_of
from enrolment.tests.factories import (
    make_accepted_place,
    make_expression,
    make_known_school,
    make_override,
    make_past_participation,
)
from mathshub.scope import hub_scope
from mathshub.scope_admin.seen import CHANGED
from workgroups.models import Hub, HubMember, Offering, School
from workgroups.tests.factories import (
    make_account,
    make_closed_school,
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_year,
)
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.usefixtures("hub", "on_the_day")


@pytest.fixture
def lead() -> Client:
    return staff_client()


def page_of(school: School) -> str:
    return f"/admin/workgroups/school/{school.pk}/change/"


def answer_url(school: School, offering: Offering) -> str:
    return f"/admin/workgroups/school/{school.pk}/answer/{offering.pk}/"


def text_of(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def changed_to(label: str, now: str) -> str:
    return CHANGED.format(label=label, now=now)


def test_the_page_says_what_the_school_took_part_in_and_under_which_name(lead: Client) -> None:
    academy = make_school(name="New Hall Academy")
    old = make_closed_school(name="Old Hall", succeeded_by=academy)
    development = make_programme(name="Development")
    make_past_participation(school=old, programme=development)
    page = text_of(lead, page_of(academy))
    assert 'Development 2023/24 <span class="tag leaf">completed</span>' in page
    assert "as Old Hall" in page
    assert "Went before it:" in page
    assert "Now called" in text_of(lead, page_of(old))


def test_the_same_year_under_two_urns_stands_once(lead: Client) -> None:
    academy = make_school(name="New Hall Academy")
    old = make_closed_school(name="Old Hall", succeeded_by=academy)
    development, year = make_programme(name="Development"), make_year(start_year=2023)
    for school, outcome in ((academy, "not_known"), (old, "completed")):
        make_past_participation(
            school=school, programme=development, academic_year=year, outcome=outcome
        )
    page = text_of(lead, page_of(academy))
    assert page.count("Development 2023/24") == 1
    assert "on record as Old Hall, too" in page
    assert '<span class="tag leaf">completed</span>' in page


def test_what_still_runs_is_not_said_to_be_of_unknown_outcome(lead: Client) -> None:
    place = make_accepted_place()  # of the academic year that runs
    page = text_of(lead, page_of(place.school))
    assert "takes part this year" in page
    assert "completion not known" not in page


def test_a_school_without_a_past_says_how_one_comes_about(lead: Client) -> None:
    school = make_school()
    page = text_of(lead, page_of(school))
    assert "comes from your spreadsheets" in page
    assert f"/admin/enrolment/pastparticipation/add/?urn={school.urn}" in page


def test_what_was_typed_in_leads_to_the_page_that_changes_it(lead: Client) -> None:
    past = make_past_participation()
    page = text_of(lead, page_of(past.school))
    assert f"/admin/enrolment/pastparticipation/{past.pk}/change/" in page


def test_the_page_answers_for_each_programme_of_this_year_and_later(lead: Client) -> None:
    development = make_programme(name="Development")
    make_offering(programme=make_programme(name="Sustaining", needs=[development]))
    page = text_of(lead, page_of(make_school()))
    assert "Sustaining follows Development: the hub has no record" in page


def test_that_a_school_is_outside_is_said_once_not_with_each_programme(
    lead: Client, hub: Hub
) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney"))
    school = make_school(local_authority=make_local_authority(name="Essex"))
    for _ in range(2):
        make_offering()
    page = text_of(lead, page_of(school))
    assert page.count("It is in Essex, outside our area") == 1


def test_staff_decide_otherwise_with_a_reason_and_take_it_back(lead: Client) -> None:
    school, offering = make_school(phase_code=4), make_offering()
    url = answer_url(school, offering)
    assert "By the rules: The register lists it as secondary" in text_of(lead, url)

    refused = lead.post(url, {"answer": "yes", "reason": ""})
    assert "a colleague will want to know it" in refused.content.decode()
    lead.post(url, {"answer": "yes", "reason": "Its primary part opens in January"})
    override = EligibilityOverride.objects.get()
    assert (override.school, override.offering, override.answer) == (school, offering, "yes")
    assert override.decided_by is not None
    page = text_of(lead, page_of(school))
    assert "Its primary part opens in January" in page
    assert "Change our answer" in page
    assert "The hub’s own answer, that it can take part, was given on" in text_of(lead, url)

    lead.post(url, {"answer": "not_here", "reason": "It does not open"})
    assert EligibilityOverride.objects.get().answer == "not_here"
    lead.post(url, {"answer": "rules"})
    assert not EligibilityOverride.objects.exists()
    kept = EligibilityOverride.history.order_by("history_id")
    assert [(each.history_type, each.answer) for each in kept] == [
        ("+", "yes"),
        ("~", "not_here"),
        ("-", "not_here"),
    ]
    assert {each.history_user_id for each in kept} == {override.decided_by_id}


def test_staff_see_what_the_school_reads_for_each_answer(lead: Client) -> None:
    """Word for word: a “not here” of the hub's is shown to the school as something to talk about."""
    school, offering = make_school(phase_code=4), make_offering()
    url = answer_url(school, offering)
    will = lead.get(url).context["will"]
    assert len(will) == 4

    def reads() -> str:
        shown = check_eligibility(school, step_of(offering), record_of(school, with_asked=False))
        return f"“{shown.heading} {shown.words}”"

    assert reads() in will[2]
    for answer, sentence in (("yes", will[0]), ("not_here", will[1])):
        lead.post(url, {"answer": answer, "reason": "Agreed on the telephone"})
        assert reads() in sentence
    assert "we will check with you" in will[1]
    assert "Agreed on the telephone" not in " ".join(lead.get(url).context["will"])


def told(client: Client, url: str) -> list[tuple[str, ...]]:
    """The rows of the page's table of changes: when, who, what."""
    rows = re.findall(r"<tr><td data-label=\"When\">.*?</tr>", text_of(client, url))
    return [
        tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row))
        for row in rows
    ]


def test_what_the_hub_decided_is_told_with_its_reason_also_once_it_is_taken_back() -> None:
    lead = staff_client(account=make_account(name="Ana"))
    school = make_school()
    offering, other = (
        make_offering(programme=make_programme(name=name)) for name in ("Development", "Sustaining")
    )
    url = answer_url(school, offering)
    assert "Our decisions" not in text_of(lead, page_of(school))
    assert "Our decisions" not in text_of(lead, url)
    lead.post(url, {"answer": "yes", "reason": "Opens a primary part"})
    lead.post(url, {"answer": "not_here", "reason": "Does not open it"})
    lead.post(url, {"answer": "rules", "reason": ""})
    lead.post(answer_url(school, other), {"answer": "yes", "reason": "Its head taught it"})
    make_override(school=make_school(), offering=offering, reason="Of another school")

    when = told(lead, url)[0][0]
    here = [
        (when, "Ana", f"Left to the rules: {offering}."),
        (when, "Ana", f"Not here: it can’t take part in {offering}. Does not open it"),
        (when, "Ana", f"Yes: it can take part in {offering}. Opens a primary part"),
    ]
    assert told(lead, url) == here
    everything = [(when, "Ana", f"Yes: it can take part in {other}. Its head taught it"), *here]
    assert told(lead, page_of(school)) == everything
    history = f"/admin/workgroups/school/{school.pk}/history/"
    assert told(lead, history)[: len(everything)] == everything
    assert "Our decisions" in text_of(lead, page_of(school))


def test_many_decisions_are_told_by_as_many_queries_as_one(lead: Client) -> None:
    school = make_school()
    offerings = [make_offering() for _ in range(3)]

    def asked() -> list[int]:
        numbers = []
        for url in (page_of(school), page_of(school).replace("change", "history")):
            with CaptureQueriesContext(connection) as queries:
                lead.get(url)
            numbers.append(len(queries))
        return numbers

    make_override(school=school, offering=offerings[0])
    asked()  # the session is touched once
    once = asked()
    for offering in offerings[1:]:
        make_override(school=school, offering=offering)
    assert asked() == once


def test_a_work_group_lead_reads_no_reason_of_the_hubs_answers() -> None:
    override = make_override(reason="Between the hub and the head")
    leads_group = staff_client(role=HubMember.Role.WORK_GROUP_LEAD)
    history = f"/admin/workgroups/school/{override.school_id}/history/"
    for url in (page_of(override.school), history):
        assert "Between the hub" not in text_of(leads_group, url)
        assert "Between the hub" in text_of(staff_client(), url)


def test_staff_read_the_same_word_as_the_page_on_eligibility(lead: Client) -> None:
    make_offering()
    assert '<span class="tag clay">not here</span>' in text_of(
        lead, page_of(make_school(phase_code=4))
    )


def test_the_reason_is_asked_for_as_needed_and_not_missed_where_the_rules_answer(
    lead: Client,
) -> None:
    url = answer_url(make_school(), make_offering())
    assert "(optional)" not in text_of(lead, url)
    refused = lead.post(url, {"answer": "not_here", "reason": " "})
    assert refused.context["form"].errors == {
        "reason": ["Give the reason: a colleague will want to know it."]
    }
    assert lead.post(url, {"answer": "rules", "reason": ""}).status_code == 302


def test_the_answer_leads_back_to_the_expression_that_asked_for_it(lead: Client) -> None:
    expression = make_expression()
    page = f"/admin/enrolment/expressionofinterest/{expression.pk}/change/"
    url = f"{answer_url(expression.school, expression.offering)}?from={expression.pk}"
    assert url in lead.get(page).content.decode()
    assert "asked for this already" not in text_of(lead, url), "it is the one that asks"
    assert "asked for this already" in text_of(lead, url.partition("?")[0])
    response = lead.post(url, {"answer": "yes", "reason": "Agreed"})
    assert response["Location"] == page


def test_what_one_hub_decides_is_not_said_by_another(hub: Hub) -> None:
    school = make_school()
    with hub_scope(make_hub(slug="wandle")):
        make_override(school=school, reason="Known in Wandle only")
    assert "Known in Wandle only" not in text_of(staff_client(), page_of(school))


def test_staff_note_that_a_mastery_specialist_works_at_the_school(lead: Client) -> None:
    school = make_school()
    url = f"/admin/workgroups/school/{school.pk}/known/"
    lead.post(url, {"has_mastery_specialist": "on", "note": "Hosts gladly"})
    known = KnownSchool.objects.get()
    assert (known.school, known.has_mastery_specialist, known.note) == (
        *(school, True),
        "Hosts gladly",
    )
    assert "Hosts gladly" in text_of(lead, page_of(school))
    lead.post(url, {"note": ""})
    assert not KnownSchool.objects.get().has_mastery_specialist


def test_an_answer_that_a_colleague_gave_meanwhile_is_not_written_over(lead: Client) -> None:
    school, offering = make_school(), make_offering()
    url = answer_url(school, offering)
    as_of = lead.get(url).context["form"].as_of
    theirs = make_override(school=school, offering=offering, answer="yes", reason="Theirs")
    mine = {"answer": "not_here", "reason": "Mine"}
    told = lead.post(url, mine | {"as_of": as_of})
    assert told.context["form"].errors == {
        "answer": [changed_to("The hub’s answer", "Yes: it can take part")],
        "reason": [changed_to("Reason", "Theirs")],
    }
    theirs.refresh_from_db()
    assert (theirs.answer, theirs.reason) == ("yes", "Theirs")
    lead.post(url, mine | {"as_of": told.context["form"].as_of})
    theirs.refresh_from_db()
    assert (theirs.answer, theirs.reason) == ("not_here", "Mine")


def test_a_note_that_a_colleague_wrote_meanwhile_is_not_written_over(lead: Client) -> None:
    known = make_known_school(note="Before")
    url = f"/admin/workgroups/school/{known.school_id}/known/"
    as_of = lead.get(url).context["form"].as_of
    KnownSchool.objects.update(note="Theirs")
    mine = {"has_mastery_specialist": "on", "note": "Mine"}
    told = lead.post(url, mine | {"as_of": as_of})
    assert told.context["form"].errors == {"note": [changed_to("Note", "Theirs")]}
    assert KnownSchool.objects.get().note == "Theirs"
    lead.post(url, mine | {"as_of": told.context["form"].as_of})
    assert KnownSchool.objects.get().note == "Mine"


@pytest.mark.parametrize("role", [HubMember.Role.VIEWER, HubMember.Role.WORK_GROUP_LEAD])
def test_who_may_only_look_decides_nothing(role: str) -> None:
    school, offering = make_school(), make_offering()
    client = staff_client(role=role)
    for url in (answer_url(school, offering), f"/admin/workgroups/school/{school.pk}/known/"):
        assert client.post(url, {"answer": "yes", "reason": "So"}).status_code == 403
    assert not EligibilityOverride.objects.exists()
    assert not KnownSchool.objects.exists()


def test_an_offering_that_is_not_there_is_not_found(lead: Client) -> None:
    assert lead.get(f"/admin/workgroups/school/{make_school().pk}/answer/99999/").status_code == 404
