"""`make drill`: every fault in full size on a PostgreSQL of its own, one after the other.

    python -m mathshub.testing.drill [--only WORDS] [--seed N] [pytest's arguments]

Prints the table, writes docs/drills.md (not when only some were run), and ends with 1 when a
promise was broken. The same seed (SEED=, or DRILL_SEED) plays the same faults.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from mathshub.processes import PROJECT_ROOT
from mathshub.testing.drill.report import Report
from mathshub.testing.drill.results import RESULTS, Result, read_results
from mathshub.testing.machine import this_machine
from mathshub.testing.postgres import running_postgres

DOCUMENT = PROJECT_ROOT / "docs" / "drills.md"
PYTEST = [sys.executable, "-m", "pytest", "-m", "drill", "-p", "no:xdist", "-qq", "--no-header"]
NEVER_STUCK = ["--timeout", "600"]  # seconds, of one drill


def main() -> int:
    """Run them; 0 when every promise was kept."""
    options, arguments = _read_options()
    started_at, start, machine = datetime.now(UTC), time.monotonic(), this_machine()
    with running_postgres() as env, tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
        postgres = _version_of(env)
        results, exit_code = run_drills(options, arguments, env, Path(folder) / "results.jsonl")
    seconds = time.monotonic() - start
    report = Report(results, options.seed, started_at, seconds, postgres, machine)
    print(report.screen(), flush=True)
    if not options.only and not arguments:
        DOCUMENT.write_text(report.markdown())
        print(f"Written: {DOCUMENT.relative_to(PROJECT_ROOT)}")
    return 1 if report.broken or exit_code or not results else 0


def run_drills(
    options: argparse.Namespace, arguments: list[str], env: dict[str, str], file: Path
) -> tuple[list[Result], int]:
    """Run pytest on the drills; gives their results in order, and its exit code."""
    env = (
        os.environ
        | env
        | {
            "DRILL_SIZE": "full",
            "DRILL_SEED": options.seed,
            "DRILL_ONLY": options.only,
            RESULTS: str(file),
        }
    )
    paths = (
        [] if any(each.startswith("mathshub") for each in arguments) else ["mathshub/tests/drills"]
    )
    command = [*PYTEST, *NEVER_STUCK, *paths, *arguments]
    exit_code = subprocess.run(command, env=env, cwd=PROJECT_ROOT, check=False).returncode
    return read_results(file), exit_code


def _read_options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m mathshub.testing.drill", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name has these words")
    parser.add_argument("--seed", default="", help="plays the same faults again")
    options, arguments = parser.parse_known_args()
    options.seed = options.seed or os.environ.get("DRILL_SEED") or str(secrets.randbelow(10_000))
    return options, arguments


def _version_of(env: dict[str, str]) -> str:
    with psycopg2.connect(dbname="postgres", host=env["PGHOST"], user=env["PGUSER"]) as connection:
        number: int = connection.info.server_version
    return f"{number // 10_000}.{number % 10_000}"


if __name__ == "__main__":
    sys.exit(main())
