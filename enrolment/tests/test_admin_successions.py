"""Mergers and splits in the admin: which are listed, how they are decided, and by whom."""

import re

import pytest
from django.test import Client

from enrolment.services.successions import mergers_and_splits
from enrolment.tests.factories import NOW, make_expression, make_past_participation, make_place
from mathshub.scope import hub_scope
from workgroups.errors import StillOpen
from workgroups.models import Hub, HubMember, School, SchoolLink, SuccessionDecision
from workgroups.services.succession import decide_succession, forerunners_of, withdraw_decision
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_link,
    make_local_authority,
    make_member,
    make_school,
    make_succession_decision,
    make_work_group,
)
from workgroups.tests.staff import lead_client, staff_client

LIST = "/admin/workgroups/schoollink/"
DECISIONS = "/admin/workgroups/successiondecision/"
REASON = "The head and the staff went over"

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def area(hub: Hub) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney"))


@pytest.fixture
def merger(area: None) -> SchoolLink:
    return make_link(
        make_closed_school(name="Marsh Infants"),
        make_school(name="Marsh Primary"),
        kind=SchoolLink.Kind.MERGER,
    )


def school_of(urn: str) -> School:
    return School.objects.get(urn=urn)


def listed() -> list[tuple[str, str, bool, bool | None]]:
    return [
        (each.predecessor_name, each.successor_name, each.has_records, each.counts)
        for each in mergers_and_splits()
    ]


def test_the_pairs_of_the_area_are_listed_by_what_matters_most(area: None) -> None:
    elsewhere = make_local_authority(name="Leeds", code="383")
    primary = make_school(name="Primary")
    pairs = {
        name: make_closed_school(name=name, **fields)
        for name, fields in {
            "Decided for": {},
            "Decided against": {},
            "Without records": {},
            "With past": {},
            "With place": {"local_authority": elsewhere},
        }.items()
    }
    for school in pairs.values():
        make_link(school, primary, kind=SchoolLink.Kind.AMALGAMATION)
    # Not of ours: an academy, a pair of another area, one that is open, one we do not know.
    make_link(make_closed_school(name="Academy"), make_school())
    far = {"local_authority": elsewhere}
    make_link(make_closed_school(**far), make_school(**far), kind=SchoolLink.Kind.SPLIT)
    make_link(make_school(), primary, kind=SchoolLink.Kind.SPLIT)
    SchoolLink.objects.create(
        predecessor_urn=pairs["With past"].urn, successor_urn="100100", kind=SchoolLink.Kind.SPLIT
    )
    make_past_participation(school=pairs["With past"])
    asked = make_expression(school=pairs["With place"])
    make_place(work_group=make_work_group(offering=asked.offering), expression=asked)
    make_succession_decision(predecessor=pairs["Decided for"], successor=primary)
    make_succession_decision(predecessor=pairs["Decided against"], successor=primary, counts=False)
    assert listed() == [
        ("With past", "Primary", True, None),
        ("With place", "Primary", True, None),
        ("Without records", "Primary", False, None),
        ("Decided against", "Primary", False, False),
        ("Decided for", "Primary", False, True),
    ]


def test_a_pair_that_was_decided_stays_when_the_register_calls_it_simple(
    merger: SchoolLink,
) -> None:
    make_succession_decision(
        predecessor=school_of(merger.predecessor_urn), successor=school_of(merger.successor_urn)
    )
    SchoolLink.objects.update(kind=SchoolLink.Kind.SUCCESSION)
    assert [name for name, *_ in listed()] == ["Marsh Infants"]


def test_another_hubs_records_and_decisions_show_nothing_here(merger: SchoolLink, hub: Hub) -> None:
    closed, open_one = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    with hub_scope(make_hub()):
        make_past_participation(school=closed)
        make_succession_decision(predecessor=closed, successor=open_one)
    assert listed() == [("Marsh Infants", "Marsh Primary", False, None)]


def text(client: Client, path: str) -> str:
    """The page's words, without its tags."""
    page = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return " ".join(page.split())


def test_the_list_is_kind_while_there_is_nothing(hub: Hub) -> None:
    assert "Schools that only became academies need no decision." in text(staff_client(), LIST)


def test_the_page_says_what_the_hub_has_on_record(merger: SchoolLink) -> None:
    make_past_participation(school=school_of(merger.predecessor_urn))
    page = text(staff_client(), f"{LIST}{merger.pk}/change/")
    assert "Our records of Marsh Infants" in page
    assert "completed" in page
    assert "counts for no other school" in page


def test_a_decision_is_asked_for_in_words_and_can_be_changed(merger: SchoolLink, hub: Hub) -> None:
    member = make_member(role=HubMember.Role.HUB_LEAD)
    client = lead_client(member)
    closed, other = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    decide = f"{LIST}{merger.pk}/decide/"
    refused = client.post(decide, {}).content.decode()
    assert "Say whether its history counts." in refused
    assert "Say why, in a few words" in refused
    assert not SuccessionDecision.objects.exists()

    page = client.post(decide, {"counts": "yes", "reason": REASON}, follow=True)
    assert "Noted: the history of Marsh Infants counts." in page.content.decode()
    assert forerunners_of([other]) == {other.pk: [closed]}

    client.post(decide, {"counts": "no", "reason": "It was another school after all"})
    decision = SuccessionDecision.objects.get()
    assert (decision.counts, decision.decided_by) == (False, member.account)
    assert forerunners_of([other]) == {other.pk: []}
    assert [row.history_change_reason for row in decision.history.order_by("history_id")] == [
        REASON,
        "It was another school after all",
    ]
    assert "It was another school after all" in text(client, f"{LIST}{merger.pk}/history/")


def test_a_decision_that_a_colleague_took_meanwhile_is_not_written_over(
    merger: SchoolLink,
) -> None:
    client, decide = staff_client(), f"{LIST}{merger.pk}/decide/"
    as_of = client.get(decide).context["form"].as_of
    closed, other = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    decide_succession(closed, other, counts=True, reason=REASON, by=None, now=NOW)
    mine = {"counts": "no", "reason": "It was another school"}
    told = client.post(decide, mine | {"as_of": as_of})
    assert set(told.context["form"].errors) == {"counts", "reason"}
    assert f"somebody has changed it to “{REASON}”" in told.content.decode()
    assert SuccessionDecision.objects.get().counts
    client.post(decide, mine | {"as_of": told.context["form"].as_of})
    assert not SuccessionDecision.objects.get().counts


@pytest.mark.parametrize("role", [HubMember.Role.VIEWER, HubMember.Role.WORK_GROUP_LEAD])
def test_who_may_not_decide_is_refused(merger: SchoolLink, role: str) -> None:
    client = staff_client(role)
    answer = client.post(f"{LIST}{merger.pk}/decide/", {"counts": "yes", "reason": "x"})
    assert answer.status_code == 403
    assert not SuccessionDecision.objects.exists()
    seen = client.get(f"{LIST}{merger.pk}/change/")
    assert seen.status_code == (200 if role == HubMember.Role.VIEWER else 403)
    assert b"/decide/" not in seen.content


def test_an_open_schools_history_is_its_own(hub: Hub) -> None:
    with pytest.raises(StillOpen, match="is open: what it took part in stays its own"):
        decide_succession(make_school(), make_school(), counts=True, reason="x", by=None, now=NOW)


def test_a_school_outside_the_area_has_no_page_here(hub: Hub) -> None:
    pair = make_link(make_closed_school(), make_school(), kind=SchoolLink.Kind.SPLIT)
    assert staff_client().get(f"{LIST}{pair.pk}/change/").status_code == 404
    assert staff_client().get(f"{LIST}{pair.pk}/decide/").status_code == 404


@pytest.fixture
def decision(merger: SchoolLink) -> SuccessionDecision:
    closed, other = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    make_past_participation(school=closed)
    return decide_succession(closed, other, counts=True, reason=REASON, by=None, now=NOW)


def doubtful(client: Client) -> list[str]:
    page = client.get(f"{DECISIONS}?register=differs")
    return [each.predecessor.name for each in page.context["cl"].result_list]


def test_a_decision_goes_on_counting_and_is_shown_when_the_register_drops_the_pair(
    decision: SuccessionDecision, merger: SchoolLink
) -> None:
    client = staff_client()
    assert doubtful(client) == []
    merger.delete()
    assert forerunners_of([decision.successor])[decision.successor_id] == [decision.predecessor]
    assert doubtful(client) == ["Marsh Infants"]
    assert "1 decision on mergers to look at again" in text(client, "/admin/")
    page = text(client, f"{DECISIONS}{decision.pk}/change/")
    assert "The register no longer links these two schools." in page
    assert REASON in page
    for school in (decision.predecessor, decision.successor):
        assert (
            f"{DECISIONS}{decision.pk}/change/"
            in client.get(f"/admin/workgroups/school/{school.pk}/change/").content.decode()
        )


def test_who_saves_a_decision_once_more_is_not_asked_again(
    decision: SuccessionDecision, merger: SchoolLink
) -> None:
    client = staff_client()
    SchoolLink.objects.update(kind=SchoolLink.Kind.SUCCESSION)
    assert doubtful(client) == ["Marsh Infants"]
    assert "now calls this: succession" in text(client, f"{LIST}{merger.pk}/change/")
    still = {"counts": "yes", "reason": "Asked the head: it is so"}
    client.post(f"{DECISIONS}{decision.pk}/decide/", still)
    assert doubtful(client) == []
    assert "to look at again" not in text(client, "/admin/")


@pytest.mark.parametrize(
    ("counts", "is_simple", "becomes"),
    [
        (
            True,
            False,
            "will no longer count for Marsh Primary, nor for a school that came after it",
        ),
        (False, False, "does not count for Marsh Primary, as before; the question is open again"),
        (
            True,
            True,
            "goes on counting for Marsh Primary: the register calls it a plain succession",
        ),
        (False, True, "will count for Marsh Primary: the register calls it a plain succession"),
    ],
)
def test_withdrawing_says_what_becomes_of_the_history_and_does_it(
    decision: SuccessionDecision, *, counts: bool, is_simple: bool, becomes: str
) -> None:
    closed, other = decision.predecessor, decision.successor
    decide_succession(closed, other, counts=counts, reason=REASON, by=None, now=NOW)
    if is_simple:
        School.objects.filter(pk=closed.pk).update(succeeded_by=other)
    client = lead_client(make_member(role=HubMember.Role.HUB_LEAD))
    withdraw = f"{DECISIONS}{decision.pk}/withdraw/"
    assert f"What Marsh Infants took part in {becomes}." in text(client, withdraw)
    told = client.post(withdraw, follow=True).content.decode()
    assert "Withdrawn: the decision on Marsh Infants and Marsh Primary." in told
    assert not SuccessionDecision.objects.exists()
    assert forerunners_of([other]) == {other.pk: [closed] if is_simple else []}


def test_a_decision_that_was_withdrawn_stays_in_the_history(
    decision: SuccessionDecision, merger: SchoolLink
) -> None:
    withdraw_decision(decision, by=None, now=NOW)
    withdraw_decision(decision, by=None, now=NOW)  # by two at once: once
    history = f"{LIST}{merger.pk}/history/"
    pair = staff_client().get(f"{LIST}{merger.pk}/change/").content.decode()
    assert f'A decision was withdrawn: <a href="{history}">all that was decided</a>' in pair
    page = text(staff_client(), history)
    assert ("Withdrawn" in page, REASON in page, page.count("Withdrawn")) == (True, True, 1)


def test_an_undecided_merger_with_records_waits_on_the_front_page_and_at_both_schools(
    merger: SchoolLink,
) -> None:
    client = staff_client()
    assert "to decide" not in text(client, "/admin/")
    closed, other = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    make_past_participation(school=closed)
    assert "1 merger or split to decide" in text(client, "/admin/")
    for school, words in (
        (closed, f"Became part of Marsh Primary (URN {other.urn}). Nobody has said yet"),
        (other, f"Marsh Infants (URN {closed.urn}) became part of this school. Nobody has said"),
    ):
        assert words in text(client, f"/admin/workgroups/school/{school.pk}/change/")


def test_a_closed_school_says_that_its_history_was_decided_against(merger: SchoolLink) -> None:
    closed, other = school_of(merger.predecessor_urn), school_of(merger.successor_urn)
    School.objects.filter(pk=closed.pk).update(succeeded_by=other)
    page = f"/admin/workgroups/school/{closed.pk}/change/"
    assert "What this school took part in counts for it." in text(staff_client(), page)
    make_succession_decision(predecessor=closed, successor=other, counts=False)
    assert "decided that what this school took part in does not count" in text(staff_client(), page)


@pytest.mark.parametrize("role", [HubMember.Role.VIEWER, HubMember.Role.WORK_GROUP_LEAD])
def test_who_may_not_decide_withdraws_nothing(decision: SuccessionDecision, role: str) -> None:
    client = staff_client(role)
    assert client.post(f"{DECISIONS}{decision.pk}/withdraw/").status_code == 403
    assert client.post(f"{DECISIONS}{decision.pk}/decide/", {}).status_code == 403
    assert SuccessionDecision.objects.exists()
