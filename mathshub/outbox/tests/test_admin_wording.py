"""The admin of wordings: what is whose, edited with a preview, refused, undone; nobody's work lost."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from enrolment.tests.factories import make_expression
from mathshub.outbox.models import Message, Wording
from mathshub.outbox.tests.factories import NOW, make_message, make_wording
from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember, Programme
from workgroups.tests.factories import make_hub, make_programme
from workgroups.tests.staff import staff_client

WORDINGS = "/admin/outbox/wording/"
KIND = "eoi-received"
WORDS = f"{WORDINGS}words/?kind={KIND}"
NOTHING = {"subject": "", "opening": "", "closing": ""}


@pytest.fixture
def here(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


@pytest.fixture
def lead(here: Hub) -> Client:
    return staff_client()


def typed_into(client: Client, address: str, **typed: str) -> dict[str, Any]:
    """All that a browser sends of the page's form, with this typed into it."""
    *_, shown = forms_sent_by(client.get(address).content.decode())
    return shown | typed


def save(client: Client, address: str, **typed: str) -> Any:
    return client.post(address, typed_into(client, address, **typed), follow=True)


def page_of(client: Client, address: str, **typed: str) -> str:
    answer = save(client, address, **typed) if typed else client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_list_says_whose_words_each_kind_has(lead: Client) -> None:
    make_wording()
    make_wording(kind="place-offered", programme=make_programme(name="Mastering Number"))
    groups = dict(lead.get(WORDINGS).context["groups"])
    assert list(groups) == ["Briefings", "Interest", "Places", "Sessions"]
    lines = {line.words: line for lines in groups.values() for line in lines}
    assert [words for words, line in lines.items() if line.is_worded] == [
        "Expression of interest received"
    ]
    offered = lines["Place offered, to the headteacher"]
    assert [name for name, _ in offered.programmes] == ["Mastering Number (own words)"]


def test_words_are_shown_before_they_are_saved(lead: Client) -> None:
    page = page_of(lead, WORDS, opening="Dear [school], {{ 7 }}", show="preview")
    assert "With an example" in page
    assert "Dear Plainfields Primary School, {{ 7 }}" in page
    assert not Wording.objects.exists()
    assert "Saved." in page_of(lead, WORDS, opening="Dear [school], {{ 7 }}")
    assert Wording.objects.get().opening == "Dear [school], {{ 7 }}"


def test_the_preview_has_a_real_row_where_there_is_one(lead: Client) -> None:
    expression = make_expression()
    make_message(kind=KIND, context={"expression": 987654})
    make_message(kind=KIND, recipient_name="", context={"expression": expression.pk})
    page = page_of(lead, WORDS, opening="[school], [reference]", show="preview")
    assert f"{expression.school.name}, {expression.reference}" in page
    assert "With an example" not in page
    make_message(kind=KIND, context={"expression": 987654})  # what it was about is gone
    assert "With an example" in page_of(lead, WORDS, opening="[school]", show="preview")


def test_the_e_mail_alone_is_framed_here_and_runs_and_fetches_nothing(lead: Client) -> None:
    answer = save(lead, WORDS, opening="<script>1</script>", show="as-email")
    assert "&lt;script&gt;1&lt;/script&gt;" in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    page = lead.get(WORDS)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("show", ["preview", "as-email", ""])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Dear [scool]", "Did you mean [school]?"),
        ("Dear [school", "A bracket stands alone"),
        ("Dear \0 you", "Null characters are not allowed."),
        ("Dear \x1b you", "a character in it that can’t be seen"),
        ("x" * 2001, "at most 2000 characters"),
    ],
)
def test_what_can_t_be_filled_in_is_refused(lead: Client, typed: str, said: str, show: str) -> None:
    assert said in page_of(lead, WORDS, opening=typed, show=show)
    assert not Wording.objects.exists()


def test_empty_boxes_say_what_stands_there(lead: Client) -> None:
    programme = make_programme(name="Mastering Number")
    assert "it says: “Thank you. This is what we have received.”" in page_of(lead, WORDS)
    make_wording(opening="Dear [school],")
    page = page_of(lead, f"{WORDS}&programme={programme.pk}")
    assert "it says: “Dear Plainfields Primary School,”" in page


def test_a_programme_has_words_of_its_own(lead: Client) -> None:
    programme = make_programme()
    save(lead, f"{WORDS}&programme={programme.pk}", subject="Own")
    assert list(Wording.objects.values_list("programme", "subject")) == [(programme.pk, "Own")]


def test_a_programme_can_go_back_to_the_portal_s_words_where_the_hub_has_its_own(
    lead: Client,
) -> None:
    programme = make_programme()
    own = f"{WORDS}&programme={programme.pk}"
    assert "Leave out your words for all" not in page_of(lead, own), "there are none"
    make_wording(opening="Dear [school],")
    assert "it says: “Dear Plainfields Primary School,”" in page_of(lead, own)
    page = page_of(lead, own, alone="on", show="preview")
    assert ("Dear Plainfields" in page.split("<iframe")[1].split("</details>")[0]) is False
    assert 'name="alone" value="on"' in page, "the frame has it, too"
    page_of(lead, own, alone="on")
    wording = Wording.objects.get(programme=programme)
    assert (wording.stands_alone, wording.texts) == (True, NOTHING)
    assert "it says: “Thank you. This is what we have received.”" in page_of(lead, own)
    assert f"{programme} (the portal’s words)" in page_of(lead, WORDINGS)
    told = page_of(lead, f"{WORDINGS}changes/?kind={KIND}&programme={programme.pk}")
    assert "Without the words for all programmes" in told
    *_, shown = forms_sent_by(page_of(lead, own))
    del shown["alone"]  # the box is cleared
    lead.post(own, shown)
    assert not Wording.objects.filter(programme=programme).exists()


def test_words_for_all_programmes_leave_nothing_out(lead: Client) -> None:
    make_wording()
    assert "Leave out your words for all" not in page_of(lead, WORDS)


def test_back_to_the_portal_s_words_is_asked_first_and_told_afterwards(lead: Client) -> None:
    save(lead, WORDS, opening="Dear head of [school],")
    portal = f"{WORDINGS}portal/?kind={KIND}"
    assert "Back to the portal’s words?" in page_of(lead, portal)
    assert Wording.objects.exists(), "asking removes nothing"
    lead.post(portal)
    assert not Wording.objects.exists()
    told = page_of(lead, f"{WORDINGS}changes/?kind={KIND}")
    assert told.index("Back to the words as elsewhere") < told.index("Dear head of [school],")


def test_a_row_leads_to_the_page_of_its_kind(lead: Client) -> None:
    wording = make_wording(programme=make_programme())
    answer = lead.get(f"{WORDINGS}{wording.pk}/change/")
    assert answer["Location"] == f"{WORDS}&programme={wording.programme_id}"


def test_nobody_s_words_are_written_over_unseen(lead: Client) -> None:
    mine = typed_into(lead, WORDS, opening="Mine")
    set_meanwhile = make_wording(opening="A colleague’s")
    page = unescape(lead.post(WORDS, mine).content.decode())
    assert "somebody has changed it to “A colleague’s”" in page
    set_meanwhile.refresh_from_db()
    assert set_meanwhile.opening == "A colleague’s"
    *_, again = forms_sent_by(page)
    lead.post(WORDS, again)
    set_meanwhile.refresh_from_db()
    assert set_meanwhile.opening == "Mine", "saved once more it is a decision"


@pytest.mark.parametrize(
    "asked", ["", "?kind=weekly-digest", "?kind=sign-in", "?kind=x", f"?kind={KIND}&programme=x"]
)
def test_what_may_not_be_worded_is_not_there(lead: Client, asked: str) -> None:
    for page in ("words", "portal", "changes"):
        assert lead.get(f"{WORDINGS}{page}/{asked}").status_code == 404


def test_briefings_have_no_words_by_programme(lead: Client) -> None:
    programme = make_programme()
    address = f"{WORDINGS}words/?kind=briefing-booked&programme={programme.pk}"
    assert lead.get(address).status_code == 404


def test_a_viewer_reads_the_list_and_changes_nothing(here: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    assert "words/?kind" not in page_of(viewer, WORDINGS)
    assert viewer.get(WORDS).status_code == 403
    assert viewer.post(WORDS, NOTHING | {"opening": "x"}).status_code == 403
    assert staff_client(HubMember.Role.WORK_GROUP_LEAD).get(WORDINGS).status_code == 403


def test_a_programme_with_words_can_be_deleted(lead: Client) -> None:
    programme = make_programme()
    make_wording(programme=programme)
    lead.post(f"/admin/workgroups/programme/{programme.pk}/delete/", {"post": "yes"})
    assert not Programme.objects.filter(pk=programme.pk).exists()
    assert not Wording.objects.exists()


# --- one message ---


@pytest.fixture
def letter(here: Hub) -> Message:
    return make_message(kind=KIND, context={"expression": make_expression().pk})


def words_of(message: Message) -> str:
    return f"/admin/outbox/message/{message.pk}/words/"


def test_the_words_of_one_that_waits_are_changed_by_hand(lead: Client, letter: Message) -> None:
    page = f"/admin/outbox/message/{letter.pk}/change/"
    assert "Change the words" in page_of(lead, page)
    assert "Dear head" in page_of(lead, words_of(letter), opening="Dear head", show="preview")
    assert "[scool] is not" in page_of(lead, words_of(letter), opening="[scool]")
    save(lead, words_of(letter), opening="Dear head")
    letter.refresh_from_db()
    assert letter.words["opening"] == "Dear head"
    assert letter.state == Message.State.QUEUED
    assert "Dear head" in page_of(lead, page)


@pytest.mark.parametrize(
    "fields",
    [{"state": "sent", "sent_at": NOW}, {"state": "claimed"}, {"kind": "weekly-digest"}],
)
def test_others_keep_their_words(lead: Client, letter: Message, fields: dict) -> None:
    Message.objects.filter(pk=letter.pk).update(**fields)
    lead.post(words_of(letter), NOTHING | {"opening": "Late"})
    assert "Change the words" not in page_of(lead, f"/admin/outbox/message/{letter.pk}/change/")
    letter.refresh_from_db()
    assert letter.words == {}


def test_one_whose_matter_is_gone_says_so(lead: Client) -> None:
    message = make_message(
        kind=KIND, context={"expression": 987654}, due_at=NOW + timedelta(days=1)
    )
    answer = lead.get(words_of(message), follow=True)
    assert "is gone" in answer.content.decode()
