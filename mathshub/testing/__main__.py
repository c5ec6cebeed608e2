"""`make test`: the whole suite on a real PostgreSQL, then what is marked `database` on SQLite.

    python -m mathshub.testing [--only postgres|sqlite] [pytest's arguments]

PostgreSQL is started before pytest, because Django reads its settings before any fixture runs. A
server named by DATABASE_URL is used instead of an embedded one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from mathshub.testing.postgres import running_postgres

NO_TESTS_RAN = 5  # pytest's exit code
PARALLEL = ["-n", "2", "--dist", "worksteal"]


def main() -> int:
    """Run what is asked for; gives pytest's exit code, the first that is not 0."""
    parser = argparse.ArgumentParser(prog="python -m mathshub.testing", description=__doc__)
    parser.add_argument("--only", choices=["postgres", "sqlite"], help="one database only")
    options, arguments = parser.parse_known_args()
    counts: Counter[str] = Counter()
    exit_codes = []
    if options.only != "sqlite":
        exit_codes.append(run_on_postgres(arguments, counts))
    if options.only != "postgres":
        exit_codes.append(run_on_sqlite(arguments, counts))
    failed = counts["failed"] + counts["error"]
    print(f"\n{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped", flush=True)
    return next(filter(None, exit_codes), 0)


def run_on_postgres(arguments: list[str], counts: Counter[str]) -> int:
    given = os.environ.get("DATABASE_URL", "").startswith("postgres")
    with ExitStack() as stack:
        env = {} if given else stack.enter_context(running_postgres())
        return run_pytest("PostgreSQL", arguments, env, counts)


def run_on_sqlite(arguments: list[str], counts: Counter[str]) -> int:
    return run_pytest("SQLite", ["-m", "database", *arguments], {"DATABASE_URL": ""}, counts)


def run_pytest(
    database: str, arguments: list[str], env: dict[str, str], counts: Counter[str]
) -> int:
    """Run pytest with this environment and add its results to `counts`; gives its exit code."""
    print(f"\nOn {database}:", flush=True)
    with tempfile.TemporaryDirectory(prefix="portal-counts-") as folder:
        report = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", "-q", *PARALLEL, *arguments]
        env = os.environ | env | {"TEST_COUNTS": str(report)}
        exit_code = subprocess.run(command, env=env, check=False).returncode
        if report.exists():
            counts.update(json.loads(report.read_text()))
    return 0 if exit_code == NO_TESTS_RAN else exit_code


if __name__ == "__main__":
    sys.exit(main())
