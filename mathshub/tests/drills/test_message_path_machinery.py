"""What stands around the senders: the broker, beat and the database, away, frozen, empty or doubled."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
import redis
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from mathshub import broker
from mathshub.outbox.health import health
from mathshub.processes import Part, answers, beat_part, web_part
from mathshub.scope import all_hubs
from mathshub.testing.drill.drill import Drill
from mathshub.testing.plugin import VAR_DIR
from mathshub.testing.portal import Clockwork, LivePortal
from mathshub.testing.ports import free_port
from mathshub.testing.smtp import Delivery
from mathshub.tests.drills.posting import Schools
from mathshub.tests.drills.reminding import seat_people
from mathshub.tests.drills.restarting import RestartingDatabase, copied_database
from mathshub.tests.drills.senders import Senders, acknowledge, kill, numbered
from workgroups.models import Hub

WITHIN = timedelta(seconds=65)
FAULT_SECONDS = 15  # at least
FORMS = 2_000  # more than can be sent while the database restarts six times


# --- the broker


@pytest.mark.full_size
@pytest.mark.drill("broker stopped", group="Message path", promises=(1, 2, 4))
def test_messages_wait_while_the_broker_is_stopped_and_go_afterwards(
    drill: Drill, schools: Schools, celery: Clockwork
) -> None:
    """It stops while a sweep is under way: a worker with a task in hand must outlive that too."""

    is_sending = threading.Event()

    def answer_slowly(delivery: Delivery) -> None:
        if delivery.recipients == ("slow@school.example",):
            is_sending.set()
            time.sleep(4)

    def stop_mid_task() -> None:
        schools.post("slow@school.example")
        is_sending.wait(30)
        celery.broker.stop()

    drill.sink.before_answer = answer_slowly
    play_broker_fault(drill, schools, begin=stop_mid_task, end=celery.broker.start)
    ended = [part for part in (celery.worker, celery.beat) if part.exit_code is not None]
    drill.count("processes that did not outlive it", len(ended))


@pytest.mark.full_size
@pytest.mark.drill("broker frozen", group="Message path", promises=(1, 2, 4))
def test_messages_wait_while_the_broker_is_frozen_and_go_afterwards(
    drill: Drill, schools: Schools, celery: Clockwork
) -> None:
    play_broker_fault(
        drill,
        schools,
        begin=lambda: celery.broker.signal(SIGSTOP),
        end=lambda: celery.broker.signal(SIGCONT),
    )


@pytest.mark.full_size
@pytest.mark.drill("broker full", group="Message path", promises=(1, 2, 4))
def test_messages_wait_while_the_broker_is_full_and_go_afterwards(
    drill: Drill, schools: Schools, celery: Clockwork
) -> None:
    client = broker_client()
    play_broker_fault(
        drill,
        schools,
        begin=lambda: client.config_set("maxmemory", "1"),
        end=lambda: client.config_set("maxmemory", "0"),
    )


@pytest.mark.drill("broker flushed", group="Message path", promises=(1, 2, 4))
def test_a_broker_that_forgets_everything_loses_no_message(
    drill: Drill, schools: Schools, celery: Clockwork
) -> None:
    client = broker_client()
    for number in range(drill.size(short=10, full=150)):
        schools.post(f"head{number}@school.example")
        if drill.rng.random() < 0.3:
            client.flushall()
    drill.fault_is_over()
    drill.late_after(WITHIN)
    drill.wait_until_ended(seconds=90)
    drill.count("posts refused", len(schools.refused))


def play_broker_fault(
    drill: Drill,
    schools: Schools,
    *,
    begin: Callable[[], object],
    end: Callable[[], object],
) -> None:
    """Schools post before, during and after; nothing may be refused, all goes once it is over."""
    count = drill.size(short=5, full=50)
    for address in numbered(count, "before"):
        schools.post(address)
    begin()
    start = time.monotonic()
    for address in numbered(count, "during"):
        schools.post(address)
    time.sleep(max(0, FAULT_SECONDS - (time.monotonic() - start)))
    end()
    drill.fault_is_over()
    drill.late_after(WITHIN)
    for address in numbered(count, "after"):
        schools.post(address)
    drill.wait_until_ended(seconds=120)
    drill.count("posts refused", len(schools.refused))
    drill.note(f"95 of 100 posts within {schools.p95() * 1000:.0f} ms")


def broker_client() -> redis.Redis:
    return redis.Redis(unix_socket_path=str(broker.socket_path(VAR_DIR)))


# --- beat


@pytest.mark.drill("two beats", group="Message path", promises=(2, 3))
def test_two_beats_plan_and_send_each_reminder_once(
    drill: Drill, hub: Hub, celery: Clockwork, senders: Senders
) -> None:
    play_two_beats(drill, celery, senders)


def play_two_beats(drill: Drill, celery: Clockwork, senders: Senders) -> None:
    """Both plan and sweep every second, for some seconds."""
    other = senders.start_part(make_beat, env={"SWEEP_SECONDS": "1", "PLAN_SECONDS": "1"})
    people = numbered(drill.size(short=40, full=1000))
    seat_people(people, starts_in=timedelta(days=1))
    drill.tell_all(people)
    drill.wait_until_taken(len(people), seconds=60)
    celery.wait_for_beats(drill.size(short=2, full=15), "plan")
    other.wait_until(lambda: "Sending due task plan " in other.read_log(), seconds=30)
    for beat in (celery.beat, other):
        kill(beat)
    with suppress(TimeoutError):
        celery.wait_until_idle(seconds=5)
    drill.wait_until_ended(seconds=5)


def make_beat(env: dict[str, str], log: Path) -> Part:
    folder = log.with_suffix("")
    folder.mkdir()
    return beat_part(folder, env)


@pytest.mark.full_size
@pytest.mark.drill("no beat for an hour", group="Message path", promises=(2, 4, 10))
def test_an_hour_without_beat_is_noticed_and_made_up_for(
    drill: Drill, expression: ExpressionOfInterest, celery: Clockwork
) -> None:
    kill(celery.beat)
    celery.wait_until_idle()
    waiting = numbered(drill.size(short=20, full=300), "waiting")
    acknowledge(expression, waiting)
    reminded = numbered(drill.size(short=20, full=300), "reminded")
    seat_people(reminded, starts_in=timedelta(days=1))
    drill.let_time_pass(hours=1)
    with all_hubs("the health of the outbox"):
        now = health(timezone.now())
    drill.count("silences that nobody was told of", int(not now.is_sweep_late or not now.overdue))
    drill.tell_all([*waiting, *reminded])
    celery.beat.start()
    drill.fault_is_over()
    drill.late_after(WITHIN)
    drill.wait_until_taken(len(waiting) + len(reminded), seconds=90)
    drill.wait_until_ended(seconds=30)


# --- the database


@pytest.fixture
def restarting_database(
    make_schools: Callable[[LivePortal], Schools], on_postgresql: None
) -> Iterator[RestartingDatabase]:
    with copied_database() as database:
        yield database


@pytest.mark.full_size
@pytest.mark.drill(
    "database restarted at once during posts", group="Message path", promises=(1, 2, 3, 7)
)
def test_a_database_that_restarts_during_posts_loses_nothing_that_was_confirmed(
    drill: Drill,
    make_schools: Callable[[LivePortal], Schools],
    restarting_database: RestartingDatabase,
    senders: Senders,
) -> None:
    env = restarting_database.env
    schools = make_schools(start_portal(senders, env))
    senders.start(**env)
    restarts = drill.size(short=1, full=6)
    schools.fill_in([sender(number) for number in range(FORMS)])
    posts = threading.Thread(target=post_until, args=(schools, stop := threading.Event()))
    posts.start()
    for _ in range(restarts):
        time.sleep(drill.rng.uniform(0.5, 3))
        restarting_database.restart()
    drill.fault_is_over()
    time.sleep(3)
    stop.set()
    posts.join()
    drill.let_time_pass(seconds=61)
    drill.allow_doubles(restarts)
    drill.wait_until_ended(seconds=60)
    count_expressions(drill, schools)
    drill.count("runs in which nothing was confirmed", int(not schools.taken))
    drill.note(f"{restarts} restarts, {len(schools.refused)} posts answered with an error")


def start_portal(senders: Senders, env: dict[str, str]) -> LivePortal:
    port = free_port()
    part = senders.start_part(lambda env, log: web_part(log.with_suffix(""), port, env), env=env)
    part.wait_until(lambda: answers(port), seconds=30)
    return LivePortal(port, part)


def sender(number: int) -> str:
    return f"head{number}@school.example"


def post_until(schools: Schools, stop: threading.Event) -> None:
    for number in range(FORMS):
        if stop.is_set():
            return
        schools.post(sender(number))
        time.sleep(0.02)


def count_expressions(drill: Drill, schools: Schools) -> None:
    """Every page that was shown has its expression, and none has two."""
    with all_hubs("a drill counts every expression"):
        rows = ExpressionOfInterest.objects.values_list("headteacher_email", flat=True)
        stored = list(rows)
    drill.count("confirmed expressions that are not there", len(set(schools.taken) - set(stored)))
    drill.count("expressions too many", len(stored) - len(set(stored)))
    drill.note(f"{len(stored)} expressions")
