"""Celery's timetable kept without Celery: what is due runs here, in one of the processes that ask.

When each entry ran last stands in the database, so that any number of processes may keep the same
timetable, and one that starts again goes on where the last one ended.
"""

import copy
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import Celery
from celery.schedules import BaseSchedule, crontab, maybe_schedule

from mathshub.outbox.deliver import never
from mathshub.outbox.models import Heartbeat

log = logging.getLogger(__name__)

SWEEP = "sweep"  # has a loop of its own


def run_what_is_due(
    app: Celery, now: datetime, *, should_stop: Callable[[], bool] = never
) -> list[str]:
    """Run those of the application's tasks whose hour has come at ``now``; returns their entries.

    The sweep is not among them. The modules of the tasks must have been imported. What comes every
    so often runs also when it is asked for the first time; what has an hour waits for that. A task
    that fails is logged, and stops none of the others.
    """
    ran = []
    for name, entry in app.conf.beat_schedule.items():
        if name == SWEEP or should_stop():
            continue
        if _is_ours(name, _as_of(app, now, entry["schedule"]), now):
            ran.append(name)
            _run(app, entry["task"])
    return ran


def _as_of(app: Celery, now: datetime, schedule: Any) -> BaseSchedule:
    """Celery's schedule with its clock set to ``now``; its hours are those of the wall."""
    found = copy.copy(maybe_schedule(schedule, app=app))
    found.nowfun = lambda: now.astimezone(app.timezone)
    return found


def _is_ours(name: str, schedule: BaseSchedule, now: datetime) -> bool:
    """Whether it is due, and no other process has just taken it."""
    beat, is_first = Heartbeat.objects.get_or_create(
        name=f"timetable: {name}", defaults={"at": now}
    )
    if is_first:
        return not isinstance(schedule, crontab)
    if not schedule.is_due(beat.at.astimezone(schedule.now().tzinfo)).is_due:
        return False
    return Heartbeat.objects.filter(name=beat.name, at=beat.at).update(at=now) == 1


def _run(app: Celery, task: str) -> None:
    try:
        app.tasks[task]()
    except Exception:
        log.exception("The task %s failed; it comes again at its next hour.", task)
