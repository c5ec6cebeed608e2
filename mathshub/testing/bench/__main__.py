"""`make bench`: measure, print the table, write docs/performance.md and its picture.

    python -m mathshub.testing.bench [--only NAME]

NAME is one of the operations; with --only nothing is written. The exit code is 1 when a target is
missed.
"""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from mathshub.testing.bench import report
from mathshub.testing.bench.figures import Row
from mathshub.testing.bench.stage import Stage, set_up
from mathshub.testing.machine import this_machine
from mathshub.testing.postgres import running_postgres

# Modules of mathshub.testing.bench.operations, in the order of the table.
OPERATIONS = (
    *("schedule", "programme", "feed", "interest", "weight", "mail"),
    *("admin_list", "search", "register", "start"),
)


def main() -> int:
    """Measure what is asked for; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=OPERATIONS, help="one operation; nothing is written")
    only = parser.parse_args().only
    begun, machine_before = time.monotonic(), this_machine()
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
        running_postgres(is_durable=True) as database,
        set_up(Path(folder), database) as stage,
    ):
        rows = list(measure_all([only] if only else OPERATIONS, stage))
        machine = this_machine(database=stage.database_version)
    print(f"\n{report.table(rows)}\n")
    if not only:
        machine = replace(machine, load=machine_before.load)
        seconds = time.monotonic() - begun
        path = report.write(rows, machine=machine, seconds=seconds, on=datetime.now(UTC).date())
        print(f"Written to {path.relative_to(Path.cwd())}.")
    missed = [row.operation for row in rows if not row.is_met]
    print(f"Targets missed: {', '.join(missed) or 'none'}.")
    return 1 if missed else 0


def measure_all(names: Sequence[str], stage: Stage) -> Iterator[Row]:
    """The rows of these operations, each said as soon as it is known."""
    with tqdm(names, disable=None, leave=False) as progress:
        for name in progress:
            operation = importlib.import_module(f"mathshub.testing.bench.operations.{name}")
            progress.set_description(operation.TITLE)
            for row in operation.measure(stage):
                tqdm.write(f"{row.operation}: {row.ours:.3g} {row.unit}")
                yield row


if __name__ == "__main__":
    sys.exit(main())
