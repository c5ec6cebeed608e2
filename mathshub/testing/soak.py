"""`make soak`: the tests that live by their number, in very large numbers, one after the other.

    python -m mathshub.testing.soak [--only NAME] [pytest's arguments]

On a PostgreSQL of its own: races for places with and without the locks, made-up forms over HTTP,
every property of Hypothesis with a large budget, and the crawler over every row of everything.
They are tests of `make test`, which runs them short. Ends with 1 when one of them failed.
"""

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from mathshub.processes import PROJECT_ROOT
from mathshub.testing.postgres import running_postgres
from mathshub.testing.tables import in_columns

PARTS = {
    "races": ["mathshub/tests/soak/test_racing_for_places.py", "enrolment/tests/test_races.py"],
    "forms": ["mathshub/tests/soak/test_made_up_forms.py"],
    "properties": ["-m", "hypothesis"],
    "crawler": ["mathshub/tests/test_crawler.py", "mathshub/tests/test_sown_leaks.py"],
}
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-q", "-s", "--no-header"]
NEVER_STUCK = ["--timeout", "7200"]  # seconds, of one test
_TRIED = re.compile(r"(\d+) passing")


@dataclass(frozen=True)
class Row:
    """A test as the table shows it. ``how_many`` is empty where it is one of its kind."""

    what: str
    how_many: str
    found: str
    is_good: bool
    seconds: float


def main() -> int:
    """Run what is asked for; 0 when all of it held."""
    parser = argparse.ArgumentParser(prog="python -m mathshub.testing.soak", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part only")
    options, arguments = parser.parse_known_args()
    start, rows, exit_codes = time.monotonic(), [], []
    with running_postgres() as env:
        for part in [options.only] if options.only else PARTS:
            print(f"\n{part.capitalize()}:", flush=True)
            found, exit_code = run_part(part, arguments, env)
            rows += found
            exit_codes.append(exit_code)
    print(f"\n{table(rows)}\n\n{time.monotonic() - start:.0f} s in all", flush=True)
    return int(any(exit_codes) or not rows)


def run_part(part: str, arguments: list[str], env: dict[str, str]) -> tuple[list[Row], int]:
    """Run pytest on a part in its full size; gives its rows and its exit code."""
    with tempfile.TemporaryDirectory(prefix="portal-soak-") as folder:
        report = Path(folder) / "report.xml"
        command = [*PYTEST, *NEVER_STUCK, f"--junitxml={report}", *PARTS[part], *arguments]
        result = subprocess.run(
            command, env=os.environ | env | {"SOAK": "1"}, cwd=PROJECT_ROOT, check=False
        )
        rows = list(read_rows(report)) if report.exists() else []
    return rows, result.returncode


def read_rows(report: Path) -> Iterator[Row]:
    """The tests of pytest's report, which pytest wrote a moment ago, but for those left out."""
    tree = ElementTree.parse(report)
    tried = _examples(tree)
    for case in tree.iter("testcase"):
        if case.find("skipped") is not None:
            continue
        said = {each.get("name"): each.get("value", "") for each in case.iter("property")}
        failed = [each for each in case if each.tag in ("failure", "error")]
        name = case.get("name", "")
        yield Row(
            what=name.removeprefix("test_").replace("_", " "),
            how_many=said.get("how_many") or tried.get(name, ""),
            found=said.get("found") or ("see above" if failed else "nothing"),
            is_good=not failed,
            seconds=float(case.get("time", 0)),
        )


def _examples(tree: "ElementTree.ElementTree[ElementTree.Element]") -> dict[str, str]:
    """By test, how many examples Hypothesis tried while it made them up."""
    found = {}
    for each in tree.iter("property"):
        name = each.get("name", "")
        if name.startswith("hypothesis-statistics-"):
            words = base64.b64decode(each.get("value", "")).decode()
            numbers = [int(number) for number in _TRIED.findall(words)]
            found[name.rpartition("::")[2]] = str(sum(numbers))
    return found


def table(rows: list[Row]) -> str:
    """What | how many | found | verdict | seconds, in columns."""
    lines = [("what", "how many", "found", "verdict", "seconds")]
    lines += [
        (
            row.what,
            f"{int(row.how_many):,}" if row.how_many else "",
            row.found,
            "holds" if row.is_good else "BROKEN",
            f"{row.seconds:.0f}",
        )
        for row in rows
    ]
    return "\n".join(in_columns(lines, between=" | "))


if __name__ == "__main__":
    sys.exit(main())
