"""Every kind of e-mail that a hub may word: its names have values, and nothing it must say is lost."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from enrolment.tests.factories import make_accepted_place, make_expression
from mathshub.outbox.admin.preview import preview_of
from mathshub.outbox.again import email_now
from mathshub.outbox.kinds import Kind, all_kinds, kind_named, worded_kinds
from mathshub.outbox.letters import Words
from mathshub.outbox.models import Message
from mathshub.outbox.wording import set_wording, wordings_of
from mathshub.outbox.wording_preview import Sample, sample_of, write_as_it_would_go
from mathshub.scope import hub_scope
from sessions.reminders import plan_reminders
from sessions.tests.factories import make_running_group, make_seat_in, make_session
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_hub, make_school

NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
NOTHING = {"subject": "", "opening": "", "closing": ""}
TO_STAFF_OR_SECRET = {"eoi-digest", "weekly-digest", "staff-invited", "sign-in"}
KINDS = [pytest.param(kind, id=kind.name) for kind in worded_kinds()]


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub(contact_email="hello@hub.example.org")


def example_of(kind: Kind, hub: Hub) -> Sample:
    with hub_scope(hub):
        sample = sample_of(kind, hub, None, NOW)
    assert sample.reader == "", "there is no such message yet"
    return sample


def said_in(kind: Kind) -> dict[str, str]:
    """All its names, in each part."""
    assert kind.worded
    names = ", ".join(f"[{each.name}]" for each in kind.worded.placeholders)
    return {part: f"{part.upper()} with {names}." for part in NOTHING}


def heading_of(words: Words) -> str:
    return re.findall(r"<h1[^>]*>(.*?)</h1>", words.html, re.DOTALL)[0]


def links_of(words: Words) -> list[str]:
    return re.findall(r'href="([^"]*)"', words.html)


def facts_of(words: Words) -> list[str]:
    return re.findall(r'<table class="facts".*?</table>', words.html, re.DOTALL)


def test_all_mail_but_that_to_staff_and_with_secrets_has_the_hub_s_words_or_its_notice() -> None:
    others = {kind.name: kind.has_notice for kind in all_kinds() if not kind.worded}
    assert others == dict.fromkeys(TO_STAFF_OR_SECRET, False) | {"mailing": True}
    assert not any(kind.keeps_no_text for kind in worded_kinds())


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_is_said_with_its_names_filled_in(kind: Kind, hub: Hub) -> None:
    assert kind.worded
    sample = example_of(kind, hub)
    words = sample.words(said_in(kind))
    assert "[" not in words.subject
    for part in ("OPENING", "CLOSING"):
        in_text = re.findall(rf"{part} with .*\.", words.text)
        in_html = re.findall(rf"{part} with .*\.", unescape(words.html))
        assert len(in_text) == len(in_html) == 1
        assert in_text[0] in in_html[0]
    assert words.subject.startswith("SUBJECT with ")
    values = [
        each.value_in(sample.letter.context | sample.own) for each in kind.worded.placeholders
    ]
    assert not set(values) & {each.otherwise for each in kind.worded.placeholders}


@pytest.mark.parametrize("kind", KINDS)
def test_no_wording_loses_heading_facts_or_links(kind: Kind, hub: Hub) -> None:
    sample = example_of(kind, hub)
    before = sample.words(NOTHING)
    after = sample.words(dict.fromkeys(NOTHING, "Nothing of note."))
    assert heading_of(after) == heading_of(before)
    assert (links_of(after), facts_of(after)) == (links_of(before), facts_of(before))


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_part_paragraphs_alike(kind: Kind, hub: Hub) -> None:
    words = example_of(kind, hub).words(dict.fromkeys(NOTHING, "HUB SAYS."))
    assert words.text.count("\n\nHUB SAYS.\n\n") == 2
    assert words.html.count("HUB SAYS.</p>") == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_notice_of_the_day_stands_on_top(kind: Kind, hub: Hub) -> None:
    Hub.objects.update(notice_text="Snow: <b>online</b> today", notice_until=NOW.date())
    hub.refresh_from_db()
    sample = example_of(kind, hub)
    words = sample.words(NOTHING)
    assert words.text.startswith("Notice: Snow: <b>online</b> today\n\n")
    before, _, after = words.html.partition("Snow: &lt;b&gt;online&lt;/b&gt; today")
    assert "<h1" in after
    assert "<h1" not in before
    assert "Snow" not in replace(sample, at=NOW + timedelta(days=1)).words(NOTHING).text


# --- the reminder, which is rendered once for many ---


@pytest.fixture
def reminders(hub: Hub) -> list[Message]:
    with hub_scope(hub):
        group = make_running_group()
        session = make_session(work_group=group, starts_at=NOW + timedelta(days=2))
        school = make_school(name="St Ode’s & <b>All</b> Saints")
        expression = make_expression(offering=group.offering, school=school)
        make_seat_in(group, place=make_accepted_place(work_group=group, expression=expression))
        make_seat_in(group)
        assert session.starts_at
        plan_reminders(session.starts_at - timedelta(days=2))
        return list(Message.objects.filter(kind="session-reminder").select_related("hub"))


def body_of(message: Message, now: datetime = NOW) -> str:
    message = Message.objects.select_related("hub").get(pk=message.pk)
    letter = kind_named(message.kind).render(message, now)
    email = write_as_it_would_go(message, letter, now)
    return f"{email.subject}\n{email.body}\n{email.alternatives[0][0]}"


def test_each_reader_of_a_letter_that_is_kept_reads_the_own_names(
    hub: Hub, reminders: list[Message]
) -> None:
    by = make_account()
    with hub_scope(hub):
        Message.objects.filter(pk=reminders[0].pk).update(recipient_name="")
        set_wording(
            "session-reminder", None, NOTHING | {"opening": "Dear [name] of [school]!"}, by=by
        )
        said = {re.findall(r"Dear .*!", body_of(message))[0] for message in reminders}
        assert any(each.startswith("Dear colleague of ") for each in said)
        assert len(said) == len(reminders) == 2
        html = body_of(reminders[1]) + body_of(reminders[0])
        assert "St Ode’s &amp; &lt;b&gt;All&lt;/b&gt; Saints!" in html


def test_a_wording_and_a_notice_are_in_the_next_letter_and_gone_from_the_one_after(
    hub: Hub, reminders: list[Message]
) -> None:
    by, [message, _] = make_account(), reminders
    with hub_scope(hub):
        body_of(message)
        set_wording("session-reminder", None, NOTHING | {"closing": "See you!"}, by=by)
        Hub.objects.update(notice_text="Snow", notice_from=date(2027, 1, 12))
        assert ("See you!" in body_of(message), "Snow" in body_of(message)) == (True, False)
        set_wording("session-reminder", None, NOTHING, by=by)
        tomorrow = body_of(message, NOW + timedelta(days=1))
        assert ("See you!" in tomorrow, "Snow" in tomorrow) == (False, True)


def test_the_programme_s_words_come_before_the_hub_s(hub: Hub, reminders: list[Message]) -> None:
    by, [message, _] = make_account(), reminders
    with hub_scope(hub):
        programme = kind_named(message.kind).render(message, NOW).programme
        set_wording(message.kind, None, {**NOTHING, "subject": "S1", "closing": "C1"}, by=by)
        set_wording(message.kind, programme, {**NOTHING, "closing": "C2"}, by=by)
        words = wordings_of([message]).words_for(message, programme, NOW)
        assert (words.subject, words.opening, words.closing) == ("S1", "", "C2")
        other = wordings_of([message]).words_for(message, None, NOW)
        assert other.closing == "C1"


# --- wherever staff look beforehand, they read the hub's words ---


def test_what_staff_see_beforehand_has_the_hubs_words(reminders: list[Message], hub: Hub) -> None:
    told = "Bring your gap task to our session."
    with hub_scope(hub):
        set_wording("session-reminder", None, NOTHING | {"opening": told}, by=None)
        message = reminders[0]
        assert told in preview_of(message).text
        again = email_now(message, now=message.due_at)
        assert not isinstance(again, str)
        assert told in str(again.body)
