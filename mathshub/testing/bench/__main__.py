"""`make bench`: measure, print the table, write docs/performance.md and its picture.

    python -m mathshub.testing.bench [--only NAME]

NAME is the name of a module in mathshub/testing/bench/operations. With --only nothing is written.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from tqdm import tqdm

from mathshub.testing.bench.figures import Row
from mathshub.testing.bench.stage import Stage, set_up
from mathshub.testing.postgres import running_postgres

# In the order of the table.
OPERATIONS = ("pages",)


def main() -> int:
    """Measure what is asked for; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=OPERATIONS, help="one operation; nothing is written")
    options = parser.parse_args()
    names = [options.only] if options.only else list(OPERATIONS)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        with running_postgres(is_durable=True) as database, set_up(Path(folder), database) as stage:
            rows = measure_all(names, stage)
    print(rows, time.monotonic() - begun)
    return 0 if all(row.is_met for row in rows) else 1


def measure_all(names: list[str], stage: Stage) -> list[Row]:
    rows: list[Row] = []
    for name in tqdm(names, disable=None, leave=False):
        operation = importlib.import_module(f"mathshub.testing.bench.operations.{name}")
        for row in operation.measure(stage):
            tqdm.write(
                f"{row.operation}: {row.ours:.2f} {row.unit}, floor {row.floor}, {row.ratio}, {row.queries} q, {row.details}"
            )
            rows.append(row)
    return rows


if __name__ == "__main__":
    sys.exit(main())
