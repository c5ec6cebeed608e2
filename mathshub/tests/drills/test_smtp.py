"""Mail servers that refuse, put off, hang, cut and fall silent.

In short the sweep runs in this process, in full `send_outbox --loop` does it.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from mathshub.outbox.bounces import BounceKind, record_bounce
from mathshub.outbox.health import health
from mathshub.outbox.models import MailAccount, Message, Suppression
from mathshub.outbox.sweep import sweep
from mathshub.scope import all_hubs
from mathshub.testing.drill.drill import Drill
from mathshub.testing.smtp import Delivery, SmtpSink
from mathshub.tests.drills.reminding import remind, seat_people
from mathshub.tests.drills.senders import Senders, acknowledge, numbered
from mathshub.tests.drills.test_message_path import count_claimed, is_quiet

State = Message.State
Send = Callable[[], None]


@pytest.fixture
def send(drill: Drill, senders: Senders) -> Send:
    """Let go what can go at this moment; returns when no more can."""

    def send_here() -> None:
        while sweep():
            pass

    def send_there() -> None:
        if not senders.parts:
            senders.start()
        for _ in range(3):  # a sender that has just begun may not have claimed yet
            assert drill.wait_until(is_at_rest, seconds=120), senders.parts[0].tail()

    return send_there if drill.is_full else send_here


def is_at_rest() -> bool:
    """Nobody has a message in hand, and none is due, or the mail server is left alone."""
    resting = MailAccount.objects.filter(rests_until__gt=timezone.now()).exists()
    return not count_claimed() if resting else is_quiet()


def mixed(drill: Drill, *faults: str) -> dict[str, list[str]]:
    """Addresses in three equal parts, faults spread among them; "" are those of nobody special."""
    count = drill.size(short=3, full=60)
    return {fault: numbered(count, fault or "head") for fault in ("", *faults)}


def queue(drill: Drill, expression: ExpressionOfInterest, people: dict[str, list[str]]) -> None:
    everybody = [address for addresses in people.values() for address in addresses]
    drill.rng.shuffle(everybody)
    acknowledge(expression, everybody)


# --- refusals


@pytest.mark.drill("some addresses refused for good (550)", group="SMTP", promises=(2, 12))
def test_addresses_refused_for_good_get_nothing_more_and_the_others_everything(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    people = mixed(drill, "rcpt-550")
    queue(drill, expression, people)
    drill.tell_all(people[""])
    drill.tell_all(people["rcpt-550"], end=State.DEAD)
    send()
    queue(drill, expression, {"": people["rcpt-550"]})
    drill.tell_all(people["rcpt-550"], end=State.SUPPRESSED)
    send()
    again = smtp_sink.faults.total() - len(people["rcpt-550"])
    drill.count("tries after the refusal", again)


@pytest.mark.drill("put off twice, then taken (450)", group="SMTP", promises=(2, 3))
def test_messages_that_are_put_off_twice_go_within_minutes(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    people = mixed(drill, "rcpt-450-2", "data-450-2")
    queue(drill, expression, people)
    for addresses in people.values():
        drill.tell_all(addresses)
    send()
    for minutes in (1.3, 6.1, 5):
        drill.let_time_pass(minutes=minutes)
        send()


@pytest.mark.drill("account throttled (452)", group="SMTP", promises=(2, 3, 12))
def test_a_throttled_account_delays_and_suppresses_nobody(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    people = mixed(drill)
    queue(drill, expression, people)
    drill.tell_all(people[""])
    smtp_sink.throttle = "452 4.5.3 Too many messages, try again later"
    for _ in range(6):
        send()
        drill.let_time_pass(minutes=20)
    smtp_sink.throttle = ""
    drill.fault_is_over()
    drill.late_after(timedelta(minutes=75))  # tries come hourly by now, and scattered
    for _ in range(4):
        drill.let_time_pass(minutes=20)
        send()
    drill.count("addresses suppressed", Suppression.objects.count())
    drill.note(f"{smtp_sink.refusals['452']} refusals")


@pytest.mark.drill("mailbox full or message too big (552)", group="SMTP", promises=(2, 12))
def test_neither_a_full_mailbox_nor_a_big_message_ends_an_address(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    play_refusals(drill, expression, send, "rcpt-552", "data-552")
    drill.count("addresses suppressed for a message's sake", Suppression.objects.count())


@pytest.mark.drill("message refused (554)", group="SMTP", promises=(2, 12))
def test_a_refused_message_says_nothing_against_its_address(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    people = play_refusals(drill, expression, send, "rcpt-554", "data-554")
    wrong = Suppression.objects.count() - len(people["rcpt-554"])
    drill.count("addresses suppressed for a message's sake", wrong)


def play_refusals(
    drill: Drill, expression: ExpressionOfInterest, send: Send, address_fault: str, text_fault: str
) -> dict[str, list[str]]:
    """Some are refused at the address, some at the text once: those get the next message."""
    people = mixed(drill, address_fault, f"{text_fault}-1")
    queue(drill, expression, people)
    drill.tell_all(people[""])
    drill.tell_all(people[address_fault], end=State.DEAD)
    drill.tell_all(people[f"{text_fault}-1"], end=State.DEAD)
    send()
    queue(drill, expression, {"": people[f"{text_fault}-1"]})
    drill.tell_all(people[f"{text_fault}-1"])
    send()
    without_reason = Message.objects.filter(state=State.DEAD, state_reason="").count()
    drill.count("dead without a reason for staff", without_reason)
    return people


# --- connections


@pytest.mark.drill("server closes mid-batch (421)", group="SMTP", promises=(2, 3))
def test_a_server_that_closes_costs_a_rest_and_no_attempt(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    closing = numbered(drill.size(short=2, full=10), "rcpt-421-1")
    people = mixed(drill) | {"rcpt-421-1": closing}
    queue(drill, expression, people)
    for addresses in people.values():
        drill.tell_all(addresses)
    smtp_sink.greeting = "421 4.3.2 Too busy"
    send()
    smtp_sink.greeting = ""
    for _ in range(len(closing) + 4):
        drill.let_time_pass(minutes=1)
        send()
    drill.count("attempts that count", Message.objects.filter(attempts__gt=1).count())


@pytest.mark.drill("server hangs in the text", group="SMTP", promises=(2, 3))
def test_a_text_at_which_the_server_hangs_holds_up_nobody_for_long(
    drill: Drill, expression: ExpressionOfInterest, send: Send, settings: LazySettings
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    play_breaks(drill, expression, send, "hang-1", count=drill.size(short=1, full=3))


@pytest.mark.drill("connection cut in the text", group="SMTP", promises=(2, 3))
def test_connections_cut_in_the_text_delay_their_messages(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    count = drill.size(short=1, full=5)
    play_breaks(drill, expression, send, "cut-in-text-1", "cut-1", count=count)


@pytest.mark.drill("taken, but the reply is lost", group="SMTP", promises=(2, 3))
def test_a_lost_reply_makes_one_duplicate_under_the_same_id(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    count = drill.size(short=2, full=10)
    play_breaks(drill, expression, send, "lost-reply-1", count=count)
    drill.allow_doubles(count)
    unflagged = Message.objects.filter(recipient__startswith="lost", maybe_duplicate=False)
    drill.count("repeats that the row does not own up to", unflagged.count())


def play_breaks(
    drill: Drill, expression: ExpressionOfInterest, send: Send, *faults: str, count: int
) -> None:
    """At some messages the connection breaks once; all of them and all others arrive in time."""
    people = mixed(drill) | {fault: numbered(count, fault) for fault in faults}
    queue(drill, expression, people)
    for addresses in people.values():
        drill.tell_all(addresses)
    for _ in range(count * len(faults) + 3):
        send()
        drill.let_time_pass(seconds=70)
        allow_another_connection()
    send()


def allow_another_connection() -> None:
    """Here it is always another message's fault: the rests in between are not what is drilled."""
    MailAccount.objects.update(failures=0, rests_until=None)


@pytest.mark.drill("server away for a day", group="SMTP", promises=(2, 5, 10))
def test_a_day_without_mail_costs_delay_only_and_no_reminder_comes_too_late(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    people = mixed(drill)[""]
    acknowledge(expression, people)
    reminded = numbered(len(people), "reminded")
    seat_people(reminded, starts_in=timedelta(hours=6))
    remind(timezone.now())
    drill.tell_all(people)
    drill.tell_all(reminded, end=State.CANCELLED)
    smtp_sink.stop()
    for _ in range(drill.size(short=8, full=24)):
        send()
        drill.let_time_pass(hours=24 / drill.size(short=8, full=24))
    count_silence(drill)
    smtp_sink.start()
    drill.fault_is_over()
    for _ in range(2):
        drill.let_time_pass(minutes=5)
        send()


@pytest.mark.drill("password refused (535)", group="SMTP", promises=(2, 10))
def test_a_password_that_is_refused_is_noticed_and_delays_only(
    drill: Drill,
    expression: ExpressionOfInterest,
    smtp_sink: SmtpSink,
    senders: Senders,
    send: Send,
    settings: LazySettings,
) -> None:
    senders.email_url = smtp_sink.url.replace("://", "://portal:old@")
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "old"
    smtp_sink.password = "new"
    people = mixed(drill)[""]
    acknowledge(expression, people)
    drill.tell_all(people)
    for _ in range(4):
        send()
        drill.let_time_pass(minutes=6)
    count_silence(drill)
    smtp_sink.password = "old"
    drill.fault_is_over()
    drill.let_time_pass(minutes=6)
    send()
    drill.count("attempts that count", Message.objects.filter(attempts__gt=1).count())
    drill.note(f"{smtp_sink.refusals['535']} logins refused")


def count_silence(drill: Drill) -> None:
    with all_hubs("the health of the outbox"):
        is_noticed = health(timezone.now()).failing_since is not None
    drill.count("failures that staff were not told of", int(not is_noticed))


# --- what is written


@pytest.mark.drill("letters that few servers take before the @", group="SMTP", promises=(2,))
def test_an_address_that_servers_cannot_take_ends_with_a_reason(
    drill: Drill, expression: ExpressionOfInterest, send: Send
) -> None:
    count = drill.size(short=2, full=20)
    people = numbered(count) + [f"asha+{number}@школа.example" for number in range(count)]
    odd = numbered(count, "šárka")
    acknowledge(expression, [*people, *odd])
    drill.tell_all(people)
    drill.tell_all(odd, end=State.DEAD)
    send()
    without_reason = Message.objects.filter(state=State.DEAD, state_reason="").count()
    drill.count("dead without a reason for staff", without_reason)


@pytest.mark.drill("line breaks in names", group="SMTP", promises=(2, 3))
def test_line_breaks_in_names_begin_no_header(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    breaks = ("\r\n", "\n", "\r", "\r\n\r\n", "\u2028", "\x85")
    names = [f"Grace{each}Bcc: eve@elsewhere.example" for each in breaks]
    people = numbered(len(names))
    for name, address in zip(names, people, strict=True):
        acknowledge(expression, [address], name=name)
        drill.tell(address)
    send()
    begun = [each for each in smtp_sink.deliveries if "Bcc" in each.message]
    drill.count("headers that a name began", len(begun))
    strangers = [each for each in smtp_sink.deliveries if len(each.recipients) > 1]
    drill.count("recipients that a name added", len(strangers))


# --- what comes back


@pytest.mark.drill("bounce before the row is marked", group="SMTP", promises=(2, 3, 12))
def test_a_bounce_that_overtakes_its_record_is_kept_and_ends_the_address(
    drill: Drill, expression: ExpressionOfInterest, smtp_sink: SmtpSink, send: Send
) -> None:
    """The report is there before the sender has the server's yes; for some, that never comes."""
    # Few: each ends a connection, and a server that does so all day is away, not up.
    unanswered = numbered(drill.size(short=3, full=5), "lost-reply-1")
    people = mixed(drill, "gone") | {"lost-reply-1": unanswered}
    gone = [*people["gone"], *unanswered]
    smtp_sink.before_answer = bounce_those(people["gone"])
    queue(drill, expression, people)
    drill.tell_all([*people[""], *people["gone"]])
    for address in unanswered:
        drill.leave_open(address)
    for _ in range(len(unanswered) + 3):
        send()
        for delivery in smtp_sink.deliveries:
            bounce_those(unanswered)(delivery)
        drill.let_time_pass(seconds=70)
        allow_another_connection()
    taken = len(smtp_sink.deliveries)
    queue(drill, expression, {"": gone})
    drill.tell_all(people["gone"], end=State.SUPPRESSED)
    send()
    drill.count("sent after the bounce", len(smtp_sink.deliveries) - taken)
    kept = Message.objects.filter(came_back_at__isnull=False, recipient__in=gone).count()
    drill.count("bounces that were lost", len(gone) - kept)
    ended = Message.objects.filter(recipient__in=unanswered, state=State.SUPPRESSED).count()
    drill.count("messages to a gone address that go on", 2 * len(unanswered) - ended)


def bounce_those(addresses: list[str]) -> Callable[[Delivery], None]:
    """Reports what is delivered to these as come back, from another thread as a provider does."""

    def report(delivery: Delivery) -> None:
        [address] = delivery.recipients
        if address not in addresses:
            return
        record_bounce(
            message_id=str(delivery.message["Message-ID"]),
            address=address,
            kind=BounceKind.PERMANENT,
            reason="550 5.1.1 no such user",
            now=timezone.now(),
        )

    return report
