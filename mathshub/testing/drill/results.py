"""One line of the table for each drill, handed from pytest to the runner as JSON."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the runner reads results without Django
    from mathshub.testing.drill.ledger import Outcome

RESULTS = "DRILL_RESULTS"  # the file to write, one JSON object a line; none in `make test`

KEPT, BROKEN, FAILED = "kept", "BROKEN", "FAILED"


@dataclass
class Result:
    """How one drill ended. ``variant`` tells apart several drills of one fault."""

    fault: str
    variant: str
    group: str
    promises: list[int]
    verdict: str
    seconds: float
    told: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    lost: int = 0
    late: int = 0
    doubled: int = 0
    allowed: int = 0
    said: list[str] = field(default_factory=list)
    """Facts and notes, or why it failed."""

    @property
    def name(self) -> str:
        return f"{self.fault} [{self.variant}]" if self.variant else self.fault

    @property
    def is_kept(self) -> bool:
        return self.verdict == KEPT

    def line(self) -> str:
        """For the screen, as the drill ends."""
        figures = f"lost {self.lost}, late {self.late}, doubled {self.doubled} of {self.allowed}"
        said = f" · {'; '.join(self.said)}" if self.said else ""
        return f"{self.verdict:7} {self.name}: {figures}{said} ({self.seconds:.0f} s)"


def result_of(
    mark: Any, variant: str, *, outcome: "Outcome | None", problem: str, seconds: float
) -> Result:
    """From a test's mark and what its ledger says; ``problem`` is what else went wrong."""
    result = Result(
        fault=mark.args[0],
        variant=variant,
        group=mark.kwargs["group"],
        promises=list(mark.kwargs["promises"]),
        verdict=FAILED if problem else BROKEN if outcome and outcome.broken else KEPT,
        seconds=seconds,
    )
    if outcome:
        figures = asdict(outcome)
        for name in ("told", "rows", "taken", "lost", "late", "doubled", "allowed"):
            setattr(result, name, figures[name])
        result.said = [str(fact) for fact in outcome.facts] + outcome.notes
    if problem:
        result.said.append(problem)
    return result


def write_result(result: Result) -> None:
    """Append it to the runner's file, when a runner asked for one."""
    path = os.environ.get(RESULTS)
    if path:
        with Path(path).open("a") as results:
            results.write(json.dumps(asdict(result)) + "\n")


def read_results(path: Path) -> list[Result]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [Result(**json.loads(line)) for line in lines]
