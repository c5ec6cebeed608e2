"""Messages between the row and the mail server, while senders die, sleep, race and are replaced."""

import math
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from mathshub.outbox.models import Message
from mathshub.processes import Part, worker_part
from mathshub.scope import all_hubs
from mathshub.testing.drill.apps import READY
from mathshub.testing.drill.drill import Drill, count_waiting
from mathshub.testing.drill.kinds import DEADLY, UNWRITABLE
from mathshub.testing.portal import Clockwork, wait_until_ready
from mathshub.testing.smtp import Delivery
from mathshub.tests.drills.senders import Senders, acknowledge, kill, numbered
from workgroups.models import Hub

State = Message.State
LEASE_SECONDS = 61
WORKER_PROCESSES = 2
MOST_LAG, HOPELESS_SECONDS = 5, 10


# --- killed


@pytest.mark.database
@pytest.mark.drill("worker groups killed mid-batch", group="Message path", promises=(2, 3, 4))
def test_worker_groups_killed_mid_batch_lose_nothing(
    drill: Drill, expression: ExpressionOfInterest, celery: Clockwork, senders: Senders
) -> None:
    people = numbered(drill.size(short=100, full=4000))
    acknowledge(expression, people)
    drill.tell_all(people)
    kills = drill.size(short=1, full=44)
    lag = play_kills(drill, celery.worker, senders, kills)
    drill.count("seconds past its lease that work lay, at most", math.ceil(lag), allowed=MOST_LAG)
    drill.count("repeats that the row does not own up to", count_unowned_repeats(drill))
    drill.note(f"{kills} killed, every third a worker with {WORKER_PROCESSES} processes")


def play_kills(drill: Drill, first: Part, senders: Senders, kills: int, broken: str = "") -> float:
    """Kill one after the other while the next one works; returns the longest lag in seconds.

    Every third is a Celery worker with its processes, the others are single senders. In short the
    minute of the oldest lease is let pass, so that the lag counts from its end there too.
    """
    lags = [0.0]
    alive = [first]
    for number in range(1, kills + 1):
        alive.append(start_worker(senders) if number % 3 == 0 else start_sender(senders, broken))
        enough = len(drill.sink.deliveries) + drill.rng.randrange(1, 60)
        drill.wait_until_taken(enough, seconds=2)
        victim = alive.pop(0)
        drill.allow_doubles(WORKER_PROCESSES if victim.name == "worker" else 1)
        kill(victim)
        lags.append(seconds_past_lease())
    drill.fault_is_over()
    if not drill.is_full:
        drill.let_time_pass(seconds=max(0.0, -seconds_past_lease()))

    def is_through() -> bool:
        lags.append(seconds_past_lease())
        return not count_waiting() or lags[-1] > HOPELESS_SECONDS

    drill.wait_until(is_through, seconds=150)
    return max(lags)


def start_worker(senders: Senders) -> Part:
    worker = senders.start_part(make_worker)
    wait_until_ready(worker)
    return worker


def start_sender(senders: Senders, broken: str = "") -> Part:
    sender = senders.start(broken=broken)
    wait_until_loaded(sender)
    return sender


def wait_until_loaded(sender: Part) -> None:
    sender.wait_until(lambda: READY in sender.read_log(), seconds=60)


def make_worker(env: dict[str, str], log: Path) -> Part:
    return worker_part(log.with_suffix(""), env)


def seconds_past_lease() -> float:
    """How long the oldest claim has outlived its lease; less than 0 while it has not."""
    with all_hubs("a drill looks at every lease"):
        left = Message.objects.filter(lease_until__isnull=False).order_by("lease_until")
        oldest = left.values_list("lease_until", flat=True).first()
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def count_unowned_repeats(drill: Drill) -> int:
    """Messages that arrived more than once, while their row does not say that this may be."""
    drill.wait_until_ended(seconds=120)
    arrived = Counter(each.recipients[0] for each in drill.sink.deliveries)
    repeated = [address for address, times in arrived.items() if times > 1]
    return Message.objects.filter(recipient__in=repeated, maybe_duplicate=False).count()


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.drill(
    "killed between the server's yes and its record", group="Message path", promises=(2, 3)
)
def test_a_sender_killed_before_it_could_record_the_yes_repeats_that_one_message(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_kill_before_record(drill, expression, senders)


def play_kill_before_record(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders, broken: str = ""
) -> None:
    """Each of the chosen messages is taken, and its sender killed before that is written down."""
    people = numbered(drill.size(short=20, full=300))
    victims = drill.rng.sample(people, drill.size(short=1, full=10))
    acknowledge(expression, people)
    drill.tell_all(people)
    drill.allow_doubles(len(victims))
    alive: list[Part] = []
    killers: list[Thread] = []

    def hold_the_row(delivery: Delivery) -> None:
        [address] = delivery.recipients
        if address in victims:
            victims.remove(address)
            held = Event()
            killer = Thread(target=kill_while_it_waits, args=(address, held, alive[-1]))
            killers.append(killer)
            killer.start()
            held.wait(5)

    drill.sink.before_answer = hold_the_row
    for _ in range(len(victims) + 1):
        alive.append(senders.start(broken=broken))
        drill.wait_until(lambda: has_died(alive[-1]) or not count_waiting())
        drill.let_time_pass(seconds=LEASE_SECONDS)
    for killer in killers:
        killer.join(10)
    drill.count("senders that were not killed", sum(not has_died(each) for each in alive[:-1]))
    drill.count("repeats that the row does not own up to", count_unowned_repeats(drill))


def kill_while_it_waits(address: str, held: Event, sender: Part) -> None:
    """Hold the message's row until the sender, who has its yes, waits for it; kill the sender."""
    try:
        with all_hubs("a drill holds one row"), transaction.atomic():
            Message.objects.select_for_update().get(recipient=address)
            held.set()
            deadline = time.monotonic() + 2.5
            while time.monotonic() < deadline and not somebody_waits_for_a_lock():
                time.sleep(0.01)
            sender.signal(signal.SIGKILL)
            end_who_waits()
    finally:
        connection.close()


WAITING = "datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {WAITING}")
        return cursor.fetchone()[0] > 0


def end_who_waits() -> None:
    """The server would finish the statement of a client that is gone; one that dies too does not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {WAITING}")


# --- asleep, racing, replaced


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.drill(
    "sender stopped past its lease, then continued", group="Message path", promises=(2, 3, 4)
)
def test_a_sender_that_slept_past_its_lease_leaves_the_others_work_alone(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    for number in range(drill.size(short=1, full=5)):
        play_sleep(drill, expression, senders, numbered(50, f"round{number}"))


def play_sleep(
    drill: Drill,
    expression: ExpressionOfInterest,
    senders: Senders,
    people: list[str],
    broken: str = "",
) -> None:
    """One sender is stopped mid-batch, another takes over, the first one goes on."""
    before = len(drill.sink.deliveries)
    acknowledge(expression, people)
    drill.tell_all(people)
    sleeper = senders.start(broken=broken)
    drill.wait_until_taken(before + drill.rng.randrange(2, 12), seconds=30)
    sleeper.signal(signal.SIGSTOP)
    assert count_waiting(), "it was stopped too late"
    drill.allow_doubles(1)
    drill.let_time_pass(seconds=LEASE_SECONDS)
    drill.fault_is_over()
    other = senders.start(broken=broken)
    drill.wait_until_taken(before + len(people), seconds=30)
    sleeper.signal(signal.SIGCONT)
    drill.wait_until_ended(seconds=30)
    drill.wait_until_still()
    for part in (sleeper, other):
        part.stop(grace=30)


@pytest.mark.database
@pytest.mark.drill("four senders claim at once", group="Message path", promises=(2, 3))
def test_four_senders_at_once_send_each_message_once(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_race(drill, expression, senders, drill.size(short=100, full=2000))


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.drill("four senders claim at once", group="Message path", promises=(2, 3))
def test_four_loops_beside_four_processes_of_workers_send_each_message_once(
    drill: Drill, expression: ExpressionOfInterest, celery: Clockwork, senders: Senders
) -> None:
    """As several machines over one database and one broker, of both kinds at once."""
    workers = [celery.worker, start_worker(senders)]
    play_race(drill, expression, senders, drill.size(short=200, full=2000))
    drill.wait_until(lambda: min(map(count_tasks, workers)), seconds=20)
    idle = sum(not count_tasks(worker) for worker in workers)
    drill.count("workers that did nothing", idle)


def count_tasks(worker: Part) -> int:
    """Sweeps or plans: beat sends both at once, so two idle workers may take turns for ever."""
    return worker.read_log().count("] received")


def play_race(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders, count: int, broken: str = ""
) -> None:
    """Four senders that are there already fall upon the messages together."""
    people = numbered(count)
    racers = [senders.start(broken=broken) for _ in range(4)]
    for racer in racers:
        wait_until_loaded(racer)
    acknowledge(expression, people)
    drill.tell_all(people)
    drill.wait_until_ended(seconds=180)
    for racer in racers:
        racer.ask_to_stop()


@pytest.mark.database
@pytest.mark.drill("senders told to end by a deploy", group="Message path", promises=(2, 3))
def test_a_deploy_repeats_nothing_and_leaves_nothing_claimed(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    people = numbered(drill.size(short=80, full=1000))
    acknowledge(expression, people)
    drill.tell_all(people)
    old = senders.start()
    badly_ended = left_claimed = 0
    for _ in range(drill.size(short=1, full=10)):
        enough = len(drill.sink.deliveries) + drill.rng.randrange(5, 40)
        drill.wait_until_taken(enough, seconds=30)
        old.ask_to_stop()
        badly_ended += old.wait(20) != 0
        left_claimed += count_claimed()
        old = senders.start()
    drill.wait_until_ended(seconds=120)
    drill.count("senders that ended with an error", badly_ended)
    drill.count("messages left claimed", left_claimed)


def count_claimed() -> int:
    with all_hubs("a drill looks at every claim"):
        return Message.objects.filter(claim__isnull=False).count()


# --- poison


@pytest.mark.drill("poison message", group="Message path", promises=(2, 3))
def test_a_message_that_kills_its_senders_dies_and_the_others_go(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_poison(drill, expression, senders, drill.size(short=5, full=200))


def play_poison(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders, count: int, broken: str = ""
) -> None:
    """Senders die at one message and can't write another; somebody starts them again each time."""
    queue_poison(expression.hub, "deadly@school.example", DEADLY)
    queue_poison(expression.hub, "unwritable@school.example", UNWRITABLE)
    people = numbered(count)
    acknowledge(expression, people)
    drill.tell_all(people)
    for address in ("deadly@school.example", "unwritable@school.example"):
        drill.tell(address, end=State.DEAD)
    deaths = 0
    for _ in range(7):
        sender = senders.start(broken=broken)
        drill.wait_until(lambda sender=sender: has_died(sender) or is_quiet(), seconds=30)
        deaths += has_died(sender)
        drill.let_time_pass(seconds=LEASE_SECONDS)
    for hours in (0.1, 0.3, 1.5, 8, 25):  # each longer than the wait for the next try
        drill.wait_until(lambda: has_died(sender) or is_quiet(), seconds=30)
        drill.let_time_pass(hours=hours)
    drill.wait_until(lambda: has_died(sender) or is_quiet(), seconds=30)
    drill.count("senders that one message killed", deaths, allowed=6)


def queue_poison(hub: Hub, address: str, kind: str) -> None:
    """It is due before all others."""
    now = timezone.now()
    Message.objects.create(
        hub=hub,
        key=f"{kind}:1",
        kind=kind,
        recipient=address,
        due_at=now - timedelta(minutes=1),
        expires_at=now + timedelta(hours=72),
    )


def has_died(sender: Part) -> bool:
    return sender.exit_code is not None


def is_quiet() -> bool:
    """Nothing is due, and nobody has anything in hand; asked at once, or a claim slips between."""
    is_due = Q(state=State.QUEUED, due_at__lte=timezone.now())
    with all_hubs("a drill waits for every row"):
        return not Message.objects.filter(is_due | Q(claim__isnull=False)).exists()
