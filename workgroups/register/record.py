"""One import from its start to its end, with the row that tells of it in the admin."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from workgroups.models import RegisterImport
from workgroups.register.alone import ImportRunning
from workgroups.register.load import Outcome, import_register
from workgroups.register.read import Progress, TableRefused

State = RegisterImport.State
STOPPED = "Somebody stopped it. Nothing was changed."
CUT_OFF = "It was cut off: the machine or the process ended before it did. Nothing was changed."


def import_and_record(
    path: Path,
    *,
    links: Path | None = None,
    links_missing: str = "",
    forced_because: str = "",
    source: RegisterImport.Source = RegisterImport.Source.COMMAND,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> Outcome:
    """As ``import_register``, forced where there is a reason; what it did or why it did not is kept.

    ``links_missing`` says why links that should be there are not. The row stands outside the
    import's transaction, so that a refusal leaves it. An import that only found another one at work
    leaves none, nor does one whose file is not there.
    """
    row = RegisterImport.objects.create(
        source=source,
        file_name=path.name[:200],
        links_file_name=links.name[:200] if links else "",
        links_missing=links_missing,
        forced_because=forced_because,
        started_at=clock(),
    )
    outcome = Outcome()
    with _recorded(row, outcome, clock):
        import_register(
            path, links=links, is_forced=bool(forced_because), progress=progress, outcome=outcome
        )
    return outcome


@contextmanager
def _recorded(
    row: RegisterImport, outcome: Outcome, clock: Callable[[], datetime]
) -> Iterator[None]:
    """However what is done inside ends, the row says so, or goes."""
    try:
        yield
    except (ImportRunning, FileNotFoundError, IsADirectoryError, PermissionError):
        row.delete()
        raise
    except TableRefused as refused:
        _end(row, State.REFUSED, outcome, clock=clock, refusal=str(refused))
        raise
    except KeyboardInterrupt:
        _end(row, State.FAILED, outcome, clock=clock, refusal=STOPPED)
        raise
    except BaseException as error:
        said = f"It stopped at a fault ({type(error).__name__}). Nothing was changed."
        _end(row, State.FAILED, outcome, clock=clock, refusal=said)
        raise
    _end(row, State.DONE, outcome, clock=clock)


def record_failure(
    *,
    file_name: str,
    why: str,
    source: RegisterImport.Source,
    clock: Callable[[], datetime],
) -> None:
    """An import that did not come to pass, because there was no file to be had."""
    RegisterImport.objects.create(
        state=State.FAILED,
        source=source,
        file_name=file_name[:200],
        started_at=clock(),
        ended_at=clock(),
        refusal=why,
    )


def _end(
    row: RegisterImport,
    state: RegisterImport.State,
    outcome: Outcome,
    *,
    clock: Callable[[], datetime],
    refusal: str = "",
) -> None:
    """What the import did; of a refused one, how far it had come."""
    row.state, row.refusal, row.ended_at = state, refusal, clock()
    row.dated_on = outcome.dated_on
    row.created, row.updated, row.unchanged = outcome.created, outcome.updated, outcome.unchanged
    row.closed, row.skipped = outcome.closed, outcome.skipped
    row.complaints = _complaints(outcome)
    row.blanked = outcome.blanked
    row.blanks = [{"line": each.line, "reason": each.reason} for each in outcome.blanks]
    if outcome.links:
        row.links = outcome.links.pairs
        row.links_added, row.links_removed = outcome.links.added, outcome.links.removed
        row.links_changed, row.links_skipped = outcome.links.changed, outcome.links.skipped
        row.links_passed_over = outcome.links.passed_over.total()
    row.save()
    # Only one import runs at a time: an earlier one that says so was cut off.
    RegisterImport.objects.filter(state=State.RUNNING, pk__lt=row.pk).update(
        state=State.FAILED, refusal=CUT_OFF
    )


def _complaints(outcome: Outcome) -> list[dict[str, Any]]:
    of_links = outcome.links.complaints if outcome.links else []
    return [
        {"of": of, "line": each.line, "reason": each.reason}
        for of, complaints in (("schools", outcome.complaints), ("links", of_links))
        for each in complaints
    ]
