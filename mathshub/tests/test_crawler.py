"""One hub never sees another's data, nor whether it exists: every address, as everybody."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import FurtherForm
from mathshub.links import make_token
from mathshub.outbox.sweep import sweep
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.addresses import named_addresses
from mathshub.tests.crawler import Finding
from mathshub.tests.crawling import Role, TwoHubs, crawl
from mathshub.tests.probes import TOKENS, probes
from mathshub.tests.two_hubs import PlantedHub

EVERYBODY = [
    "stranger",
    *(role for role in Role.values if role != Role.ADMINISTRATOR),
    "other hub",
    "superuser",
]
# What an administrator asks for in vain: other pages of the same rows do it, or nobody may.
NOT_OFFERED = {
    "outbox:hear_of_bounces",
    "site:metrics",
    "admin:accounts_account_add",
    "admin:accounts_account_change",
    "admin:accounts_account_changelist",
    "admin:accounts_account_delete",
    "admin:accounts_account_history",
    "admin:accounts_account_reset",
    "admin:enrolment_briefingbooking_add",
    "admin:enrolment_briefingbooking_delete",
    "admin:enrolment_expressionofinterest_delete",
    "admin:enrolment_openingnotice_add",
    "admin:enrolment_participant_add",
    "admin:enrolment_participant_delete",
    "admin:enrolment_place_add",
    "admin:enrolment_place_delete",
    "admin:enrolment_unmatchedline_add",
    "admin:enrolment_unmatchedline_delete",
    "admin:login",
    "admin:logout",
    "admin:outbox_hold_add",
    "admin:outbox_hold_delete",
    "admin:outbox_message_add",
    "admin:outbox_message_delete",
    "admin:outbox_message_let_go",  # leads back: neither message that is asked for was stopped
    "admin:outbox_message_write",  # leads back: all of its line is written
    "admin:outbox_optout_add",
    "admin:outbox_optout_delete",
    "admin:outbox_suppression_add",
    "admin:outbox_suppression_delete",
    "admin:outbox_wording_add",
    "admin:outbox_wording_change",
    "admin:outbox_wording_delete",
    "admin:password_change",
    "admin:workgroup_sessions_session_add",
    "admin:workgroups_hub_add",
    "admin:workgroups_hub_changelist",
    "admin:workgroups_hub_delete",
    "admin:workgroups_offering_delete",
    "admin:workgroups_registerimport_add",
    "admin:workgroups_registerimport_delete",
    "admin:workgroups_school_add",
    "admin:workgroups_school_delete",
    "admin:workgroups_schoollink_add",
    "admin:workgroups_schoollink_delete",
    "admin:workgroups_successiondecision_add",
    "admin:workgroups_successiondecision_delete",
    "enrolment:resume_interest",  # leads on to the page where the form was left
}
# Pages without any text of a hub's: of the machine, of the register, or forms not filled in yet.
TELL_NOTHING = {
    "admin:app_list",
    "admin:enrolment_briefing_add",
    "admin:enrolment_briefing_book",
    "admin:enrolment_briefing_cancel",
    "admin:enrolment_briefing_delete",
    "admin:enrolment_briefing_flyer",
    "admin:enrolment_briefing_remove_flyer",
    "admin:enrolment_expressionofinterest_add",
    "admin:enrolment_historyimport_add",
    "admin:enrolment_mailing_file",
    "admin:enrolment_pastparticipation_add",
    "admin:enrolment_place_seat",
    "admin:outbox_message_figures",
    "admin:outbox_message_figures_csv",
    "admin:outbox_message_figures_xlsx",
    "admin:outbox_message_stop",
    "admin:outbox_suppression_history",
    "admin:password_change_done",
    "admin:workgroups_daytoavoid_add",
    "admin:workgroups_hubmember_add",
    "admin:workgroups_registerimport_change",
    "admin:workgroups_registerimport_changelist",
    "admin:workgroups_registerimport_history",
    "admin:workgroups_school_changelist",
    "admin:workgroups_school_history",
    "admin:workgroups_schoollink_changelist",
    "admin:workgroups_successiondecision_changelist",
    "admin:workgroups_termdate_add",
    "admin:workgroups_termdate_delete",
    "admin:workgroups_termdate_import",
    "enrolment:flyer_pdf",
    "site:healthz",
    "site:readyz",
    "site:robots_txt",
    "site:security_txt",
    "workgroups:search_schools",
}


def fail_with(findings: list[Finding]) -> None:
    """All of them: pytest would cut a comparison short."""
    if findings:
        pytest.fail("\n".join(sorted({str(each) for each in findings})), pytrace=False)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_learns_anything_of_the_other_hub(
    two_hubs: TwoHubs, who: str, record_property: Callable[[str, object], None]
):
    crawler = crawl(who, two_hubs)

    record_property("how_many", crawler.asked)
    fail_with(crawler.findings)


def test_nor_does_an_administrator_of_both_to_whom_all_else_is_open(
    two_hubs: TwoHubs, record_property: Callable[[str, object], None]
):
    """Whose role in the other hub counts for nothing on this one's pages."""
    crawler = crawl("both hubs", two_hubs)

    record_property("how_many", crawler.asked)
    fail_with(crawler.findings)
    closed = {each.name for each in named_addresses()} - crawler.opened
    assert {name for name in closed if not name.startswith(("account_", "mfa_"))} == NOT_OFFERED
    # The control: wherever something of a hub is shown, the crawler saw the own hub's.
    assert crawler.opened - crawler.told == TELL_NOTHING


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_a_signed_link_opens_on_its_own_host_and_on_no_other(two_hubs: TwoHubs, name: str):
    own, other = two_hubs
    [address] = [each for each in named_addresses() if each.name == name]
    [path, *_] = [probe.own for probe in probes(address, own, other)]

    # One of them leads on to the page where its form was left.
    assert Client().get(path, SERVER_NAME=own.hub.host, follow=True).status_code == 200
    assert Client().get(path, SERVER_NAME=other.hub.host).status_code == 404


def test_so_does_the_link_of_a_form_that_was_joined_to_another(two_hubs: TwoHubs):
    own, other = two_hubs
    token = make_token("received", own.rows[FurtherForm][0].form_token, 1)
    path = reverse("enrolment:interest_received", args=[token])

    assert Client().get(path, SERVER_NAME=own.hub.host).status_code == 200
    assert Client().get(path, SERVER_NAME=other.hub.host).status_code == 404


def ask_for_lost_link(planted: PlantedHub, address: str) -> str:
    """The page that answers, without the address."""
    response = Client().post("/my/", {"email": address}, SERVER_NAME=planted.hub.host)
    return response.content.decode().replace(address, "")


def test_a_lost_link_is_sent_by_the_hub_that_knows_the_address_and_by_no_other(
    two_hubs: TwoHubs, smtp_sink: SmtpSink
):
    own, other = two_hubs

    answers = {
        ask_for_lost_link(own, address)
        for address in (own.own_address, other.own_address, "nobody@school.example")
    }
    sweep()

    assert len(answers) == 1
    assert [mail.recipients for mail in smtp_sink.deliveries] == [(own.own_address,)]
