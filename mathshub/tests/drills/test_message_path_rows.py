"""What stands in the queue: very much at once, no longer wanted, or never committed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from signal import SIGCONT, SIGSTOP

import pytest
from django.db import connection
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from mathshub.outbox.claim import BATCH
from mathshub.outbox.models import Message
from mathshub.processes import PROJECT_ROOT
from mathshub.testing.drill.drill import Drill
from mathshub.testing.smtp import Delivery
from mathshub.tests.drills.posting import Schools
from mathshub.tests.drills.reminding import remind, seat_people
from mathshub.tests.drills.senders import Senders, acknowledge, numbered
from sessions.models import Session
from sessions.reminders import KIND
from sessions.services.changes import cancel_session, move_session
from workgroups.models import Hub

SENDERS = 4
State = Message.State


# --- very much at once


@pytest.mark.drill("20,000 reminders due in one minute", group="Message path", promises=(2, 3, 5))
def test_confirmations_overtake_twenty_thousand_reminders(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    people = numbered(drill.size(short=300, full=20_000), "reminded")
    seat_people(people, starts_in=timedelta(days=1))
    start = time.monotonic()
    plan_as_a_process(senders)
    drill.note(f"planned in {time.monotonic() - start:.0f} s")
    drill.tell_all(people)
    count_of_senders = drill.size(short=2, full=SENDERS)
    for _ in range(count_of_senders):
        senders.start()
    confirmed = numbered(drill.size(short=3, full=30), "confirmed")
    ahead = [go_ahead_of(drill, expression, address) for address in confirmed]
    limit = BATCH * count_of_senders
    drill.count("reminders that went before a confirmation, at most", max(ahead), allowed=limit)
    left = timezone.now()
    drill.wait_until_ended(seconds=500)
    drill.note(f"all sent {(timezone.now() - left).total_seconds():.0f} s after the last of them")


def plan_as_a_process(senders: Senders) -> None:
    command = [sys.executable, "manage.py", "plan_messages"]
    subprocess.run(command, cwd=PROJECT_ROOT, env=senders.env(), check=True, capture_output=True)
    # At night they would wait for the day.
    Message.objects.filter(kind=KIND, due_at__gt=timezone.now()).update(due_at=timezone.now())


def go_ahead_of(drill: Drill, expression: ExpressionOfInterest, address: str) -> int:
    """Queue one confirmation; how many reminders arrived before it did."""
    drill.wait_until_taken(len(drill.sink.deliveries) + drill.rng.randrange(5, 60), seconds=30)
    before = len(drill.sink.deliveries)
    acknowledge(expression, [address])
    drill.tell(address)
    drill.wait_until(lambda: drill.sink.to(address), seconds=60)
    after = [each.recipients[0] for each in drill.sink.deliveries[before:]]
    return after.index(address) if address in after else len(after)


# --- no longer wanted


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.drill(
    "session moved or cancelled after queueing", group="Message path", promises=(2, 3, 5)
)
def test_reminders_of_a_moved_session_go_with_the_new_time_those_of_a_cancelled_one_not(
    drill: Drill, hub: Hub, senders: Senders
) -> None:
    """Their sender is stopped when it has some of them in hand; then the sessions change."""
    count = drill.size(short=30, full=500)
    moved_people, cancelled_people = numbered(count, "moved"), numbered(count, "cancelled")
    moved = seat_people(moved_people, starts_in=timedelta(hours=20))
    cancelled = seat_people(cancelled_people, starts_in=timedelta(hours=20))
    remind(timezone.now())
    shuffle_queue(drill)
    sender = senders.start()
    drill.wait_until_taken(drill.rng.randrange(5, 20), seconds=30)
    sender.signal(SIGSTOP)
    gone = gone_addresses()
    change(moved, cancelled)
    for address in moved_people:
        drill.tell(address, count=2 if address in gone else 1)
    for address in cancelled_people:
        drill.tell(address) if address in gone else drill.tell(address, end=State.CANCELLED)
    sender.signal(SIGCONT)
    drill.wait_until_ended(seconds=120)
    stale = [each for each in drill.sink.deliveries if each.recipients[0] not in gone]
    drill.count("reminders with the old time", sum(is_of_old_time(each, moved) for each in stale))


def shuffle_queue(drill: Drill) -> None:
    """Reminders of both sessions come in turns."""
    now = timezone.now()
    for message in list(Message.objects.filter(kind=KIND)):
        due_at = now - timedelta(seconds=drill.rng.randrange(1, 60))
        Message.objects.filter(pk=message.pk).update(due_at=due_at)


def gone_addresses() -> set[str]:
    """Those whose reminder has left, or is on its way and can't be called back."""
    gone = Message.objects.filter(state__in=[State.SENT, State.INFLIGHT])
    return set(gone.values_list("recipient", flat=True))


def change(moved: Session, cancelled: Session) -> None:
    now = timezone.now()
    later = moved.starts_at + timedelta(hours=3)
    move_session(
        moved, starts_at=later, ends_at=later + timedelta(hours=1), by=None, now=now, tells=False
    )
    cancel_session(cancelled, reason="The venue is closed", by=None, now=now, tells=False)
    remind(now)


def is_of_old_time(delivery: Delivery, moved: Session) -> bool:
    old = timezone.localtime(moved.starts_at)
    return f"{old:%H:%M} to " in delivery.text


# --- never committed


@pytest.mark.drill(
    "transaction rolled back after the row", group="Message path", promises=(1, 2, 7)
)
@pytest.mark.usefixtures("on_postgresql")
def test_what_is_rolled_back_after_the_row_never_goes_and_the_form_can_be_sent_again(
    drill: Drill, schools: Schools, senders: Senders
) -> None:
    senders.start()
    count = drill.size(short=6, full=100)
    names = [drill.rng.choice(["fails", "head"]) for _ in range(count)]
    with commits_refused_for("fails+%"):
        for number, name in enumerate(names):
            schools.post(f"{name}+{number}@school.example")
        drill.wait_until_still()
        failed = list(schools.refused)
        early = sum(len(drill.sink.to(address)) for address in failed)
    for address in failed:
        schools.post(address)
    drill.wait_until_ended(seconds=60)
    wrongly_failed = [each for each in failed if not each.startswith("fails")]
    drill.count("messages of what was rolled back", early)
    drill.count("posts that failed", len(wrongly_failed) + len(schools.refused) - len(failed))
    drill.count("expressions too many", ExpressionOfInterest.objects.count() - count)
    drill.note(f"{len(failed)} posts rolled back")


@contextmanager
def commits_refused_for(pattern: str) -> Iterator[None]:
    """What has written a message to such an address fails when it commits, in any process."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSE, [pattern])
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse_commit CASCADE")


REFUSE = """
    CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room left'; END $$;
    CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON outbox_message
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.recipient LIKE %s) EXECUTE FUNCTION refuse_commit()
"""
