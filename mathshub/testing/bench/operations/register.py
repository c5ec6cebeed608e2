"""The import of the register, beside COPY, a bulk upsert and the reading of the file alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.db import connection

from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.national import PAIRS, ROWS, write_links, write_register
from mathshub.testing.bench.stage import Stage

TITLE = "The register's import"
DATABASE = "bench_register"
STEPS = ("read", "copy", "upsert", "first", "unchanged", "linked", "linked_again")
OURS = ("first", "unchanged", "linked", "linked_again")
ROUNDS = 3

Figures = dict[str, float]
Steps = dict[str, Figures]  # by the name of the step


class WroteSomething(Exception):
    """An import of what is there already wrote to the database."""


def measure(stage: Stage) -> Iterator[Row]:
    """All steps in turns, some rounds of them, each in a process of its own."""
    path = write_register(stage.var_dir / "register.csv")
    write_links(stage.var_dir / "links.csv")
    env = make_database(stage)
    rounds = [{step: run(step, path, env) for step in STEPS} for _ in range(ROUNDS)]
    steps = {name: _medians([each[name] for each in rounds]) for name in STEPS}
    for name in ("unchanged", "linked_again"):
        if steps[name]["writes"]:
            raise WroteSomething(steps[name])
    yield new_rows(steps, path.stat().st_size)
    yield nothing_changed(steps)
    yield with_links(steps)
    yield memory(rounds)


def new_rows(steps: Steps, size: int) -> Row:
    """A register of ``size`` bytes into an empty database."""
    first, floor = steps["first"], steps["upsert"]
    return Row(
        f"Register import, {ROWS:,} new rows",
        ours=first["wall"],
        unit="s",
        target=at_most(1.5, times_floor=True),
        floor=floor["wall"],
        floor_is="bulk_create(update_conflicts) of the same rows, parsed already",
        details={
            "CPU": f"{first['cpu']:.2f} s",
            "CPU of the floor": f"{floor['cpu']:.2f} s",
            "(v) COPY": f"{steps['copy']['wall']:.2f} s",
            "file": f"{size / 1e6:.0f} MB",
        },
    )


def nothing_changed(steps: Steps) -> Row:
    """The same file once more."""
    ours, floor = steps["unchanged"], steps["read"]
    return Row(
        "Register import, nothing changed",
        ours=ours["cpu"],
        unit="s CPU",
        target=at_most(2, times_floor=True),
        floor=floor["cpu"],
        floor_is="csv.reader over the same file",
        details={
            "wall": f"{ours['wall']:.2f} s",
            "wall of the floor": f"{floor['wall']:.2f} s",
            "writes": "0",
        },
    )


def with_links(steps: Steps) -> Row:
    """The file of links as well, new and once more."""
    new, again = steps["linked"], steps["linked_again"]
    return Row(
        f"Register import with {2 * PAIRS:,} lines of links",
        ours=new["wall"],
        unit="s",
        details={
            "CPU": f"{new['cpu']:.2f} s",
            "nothing changed": f"{again['wall']:.2f} s",
            "CPU, nothing changed": f"{again['cpu']:.2f} s",
            "writes, nothing changed": "0",
        },
    )


def memory(rounds: list[Steps]) -> Row:
    """The most that an import of ours took in any round."""
    most = max(each[name]["memory"] for each in rounds for name in OURS)
    return Row("Register import, memory", ours=most, unit="MB", target=at_most(150))


def make_database(stage: Stage) -> dict[str, str]:
    """An empty portal's database beside the stage's; gives the environment that leads there."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    address, _, _ = stage.database["DATABASE_URL"].rpartition("/")
    env = stage.portal_env(DATABASE_URL=f"{address}/{DATABASE}")
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=env, check=True)
    return env | {"DJANGO_SETTINGS_MODULE": "mathshub.settings"}


def run(step: str, path: Path, env: dict[str, str]) -> Figures:
    command = [sys.executable, "-m", "mathshub.testing.bench.importing", step, str(path)]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def _medians(rounds: list[Figures]) -> Figures:
    return {name: median(each[name] for each in rounds) for name in rounds[0]}
