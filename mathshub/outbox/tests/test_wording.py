"""What hubs word: which words hold for a message, read once for a batch, and those of one message."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mathshub.accounts.models import Account
from mathshub.outbox.claim import claim_due
from mathshub.outbox.kinds import Kind, Letter, Worded
from mathshub.outbox.models import Message, Wording
from mathshub.outbox.retention import KEEP_TEXTS, purge
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message, make_wording
from mathshub.outbox.wording import NotWaiting, change_words, set_wording, wordings_of
from mathshub.outbox.wording_text import Placeholder
from mathshub.scope import all_hubs, hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_hub, make_programme

pytestmark = pytest.mark.database
NOTHING = {"subject": "", "opening": "", "closing": ""}
WORDED = Worded("Tests", (Placeholder("text", "the text", "text", "nothing"),), {})


def write_worded(message: Message, now: datetime) -> Letter:
    return Letter(template="outbox_test/worded", context={"text": "It is on Thursday."})


@pytest.fixture
def worded(register_kind: Callable[..., Kind], hub: Hub) -> Kind:
    """The kind "worded", which the hub may word."""
    return register_kind(name="worded", render=write_worded, worded=WORDED)


@pytest.fixture
def by(hub: Hub) -> Account:
    return make_account(name="Asha Patel")


def sent(message: Message, smtp_sink: SmtpSink) -> tuple[str, list[str]]:
    """The subject and the lines of what went to its address last."""
    sweep(clock=Clock())
    delivery = smtp_sink.to(message.recipient)[-1]
    return delivery.subject, [line for line in delivery.text.splitlines() if line]


def test_what_the_hub_has_worded_goes_in_place_of_ours(
    worded: Kind, by: Account, smtp_sink: SmtpSink
) -> None:
    said = {"subject": "[Text]", "opening": "{{ text }} <b>", "closing": "See you: [text]"}
    set_wording("worded", None, said, by=by)
    assert sent(make_message(kind="worded"), smtp_sink) == (
        "It is on Thursday.",
        ["{{ text }} <b>", "It is on Thursday.", "See you: It is on Thursday."],
    )
    assert "<p>{{ text }} &lt;b&gt;</p>" in smtp_sink.deliveries[-1].html


def test_back_at_the_default_it_is_ours_again_and_the_record_stays(
    worded: Kind, by: Account, smtp_sink: SmtpSink
) -> None:
    for _ in range(2):  # the second says nothing new
        set_wording("worded", None, {**NOTHING, "opening": "Theirs"}, by=by)
    set_wording("worded", None, NOTHING, by=by)
    assert sent(make_message(kind="worded"), smtp_sink)[1][0] == "Ours begins."
    assert not Wording.objects.exists()
    told = Wording.history.order_by("pk").values_list(
        "history_type", "opening", "history_user__name"
    )
    assert list(told) == [("+", "Theirs", "Asha Patel"), ("-", "Theirs", "Asha Patel")]


def test_a_kind_that_nobody_may_word_has_no_words_and_no_notice(
    hub: Hub, kind: Kind, by: Account, smtp_sink: SmtpSink
) -> None:
    make_wording(kind="test", subject="Theirs")
    Hub.objects.update(notice_text="Snow")
    subject, lines = sent(make_message(), smtp_sink)
    assert subject == "About your session"
    assert "Snow" not in lines


def test_what_the_hub_writes_altogether_has_its_notice(
    register_kind: Callable[..., Kind], hub: Hub, smtp_sink: SmtpSink
) -> None:
    register_kind(name="written", render=write_worded, has_notice=True)
    make_wording(kind="written", subject="Theirs")
    Hub.objects.update(notice_text="Snow")
    subject, lines = sent(make_message(kind="written"), smtp_sink)
    assert (subject, lines[0]) == ("Our subject", "Snow")


def test_the_notice_is_said_on_its_days(worded: Kind, smtp_sink: SmtpSink) -> None:
    Hub.objects.update(notice_text="Snow", notice_until=NOW.date())
    assert sent(make_message(kind="worded"), smtp_sink)[1][0] == "Snow"
    Hub.objects.update(notice_until=NOW.date() - timedelta(days=1))
    assert sent(make_message(kind="worded"), smtp_sink)[1][0] == "Ours begins."


def test_wordings_are_read_once_for_a_batch_whatever_hubs_and_kinds_are_in_it(
    worded: Kind, smtp_sink: SmtpSink
) -> None:
    make_wording(kind="worded", subject="Theirs")
    for hub in (make_hub(), make_hub()):
        with hub_scope(hub):
            make_wording(kind="worded", subject="Of another")
            make_message(kind="worded", recipient=f"x{hub.pk}@school.example")
    for number in range(3):
        make_message(kind="worded", recipient=f"own{number}@school.example")
    with CaptureQueriesContext(connection) as queries:
        sweep(clock=Clock())
    asked = [each for each in queries.captured_queries if 'FROM "outbox_wording"' in each["sql"]]
    assert len(asked) == 1
    said = {each.recipients[0][:3]: each.subject for each in smtp_sink.deliveries}
    assert said.pop("own") == "Theirs"
    assert set(said.values()) == {"Of another"}


def test_there_is_one_wording_for_each_kind_and_programme(hub: Hub) -> None:
    programme = make_programme()
    make_wording(programme=programme)
    make_wording()
    for again in (programme, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_wording(programme=again)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_wording(kind="other", opening="")


def test_a_programme_that_stands_alone_leaves_the_hub_s_words_out(
    worded: Kind, by: Account
) -> None:
    own, other = make_programme(), make_programme()
    message = make_message(kind="worded")
    set_wording("worded", None, {**NOTHING, "subject": "S", "opening": "The hub's"}, by=by)
    set_wording("worded", own.pk, {**NOTHING, "subject": "Own"}, stands_alone=True, by=by)
    words = wordings_of([message])
    said = words.words_for(message, own.pk, NOW)
    assert (said.subject, said.opening) == ("Own", "")
    assert words.words_for(message, other.pk, NOW).opening == "The hub's"
    set_wording("worded", own.pk, NOTHING, stands_alone=True, by=by)
    assert wordings_of([message]).words_for(message, own.pk, NOW).subject == ""
    set_wording("worded", own.pk, NOTHING, by=by)
    assert wordings_of([message]).words_for(message, own.pk, NOW).subject == "S"


def test_the_words_for_all_programmes_leave_nothing_out(hub: Hub) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_wording(kind="worded", opening="x", stands_alone=True)


# --- the words of one message ---


def test_one_message_says_what_was_changed_by_hand_and_the_rest_as_all_others(
    worded: Kind, by: Account, smtp_sink: SmtpSink
) -> None:
    set_wording("worded", None, {**NOTHING, "subject": "S", "opening": "The hub's"}, by=by)
    message, other = make_message(kind="worded"), make_message(kind="worded")
    change_words(message, {**NOTHING, "opening": "By hand: [text]"}, by="Asha", now=NOW)
    assert sent(message, smtp_sink) == (
        "S",
        ["By hand: It is on Thursday.", "It is on Thursday."],
    )
    assert "The hub's" in smtp_sink.to(other.recipient)[-1].text


def test_who_changed_the_words_stays_with_them(worded: Kind) -> None:
    message = make_message(kind="worded")
    for name in ("Asha", "Ben"):
        change_words(message, {**NOTHING, "opening": name}, by=name, now=NOW)
        message.refresh_from_db()
    assert message.words["opening"] == "Ben"
    assert [each["by"] for each in message.words["changes"]] == ["Asha", "Ben"]


def test_what_a_sender_has_in_hand_is_not_changed(worded: Kind) -> None:
    message = make_message(kind="worded")
    with all_hubs("as the sweep does"):
        claim_due(1, now=NOW)
    with pytest.raises(NotWaiting):
        change_words(message, {**NOTHING, "opening": "Late"}, by="Asha", now=NOW)
    message.refresh_from_db()
    assert message.words == {}


def test_the_words_of_a_message_go_with_its_text(worded: Kind, smtp_sink: SmtpSink) -> None:
    message = make_message(kind="worded")
    change_words(message, {**NOTHING, "opening": "By hand"}, by="Asha", now=NOW)
    sweep(clock=Clock())
    purge(NOW + KEEP_TEXTS)
    message.refresh_from_db()
    assert message.words["opening"] == "By hand"
    purge(NOW + KEEP_TEXTS + timedelta(seconds=1))
    message.refresh_from_db()
    assert (message.words, message.text_body) == ({}, "")


def test_the_words_of_a_message_that_never_went_go_too(worded: Kind) -> None:
    message = make_message(kind="worded", state=Message.State.CANCELLED, words={"opening": "x"})
    purge(NOW + KEEP_TEXTS + timedelta(seconds=1))
    message.refresh_from_db()
    assert message.words == {}
