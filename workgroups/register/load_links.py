"""Loading the links between schools: the table becomes what the file says, by the rows that differ."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from workgroups.models import School, SchoolLink
from workgroups.models.schools import CLOSED_STATUS
from workgroups.register.guards import refuse_bad_lines, refuse_lost_links
from workgroups.register.links import LinksRead, read_links
from workgroups.register.read import Progress, RegisterFile, TableRefused
from workgroups.register.rows import Complaint
from workgroups.succession import Link, Pair, judged

BATCH = 2_000  # rows written in one statement


@dataclass
class LinksOutcome:
    """What the import of a file of links did."""

    rows: int = 0
    pairs: int = 0
    """Pairs of schools of which one followed the other, as the file says."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    skipped: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def has_changes(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def import_links(
    file: RegisterFile, *, is_forced: bool = False, progress: Progress | None = None
) -> LinksOutcome:
    """Make the links what the file says: it is the whole of them, whatever was said before.

    Raises ``TableRefused`` for what is no file of links, for more than one bad line in a
    hundred, and when more than one link in twenty would go (unless forced). To be called in the
    transaction of an import.
    """
    read = read_links(file, closed_on=_closings(), progress=progress)
    if not read.rows:
        raise TableRefused(f"{file.name} has a header and no links.")
    refuse_bad_lines(file.name, rows=read.rows, skipped=read.skipped, complaints=read.complaints)
    outcome = _replace(judged(read.links), read)
    if not is_forced:
        before = outcome.pairs - outcome.added + outcome.removed
        refuse_lost_links(file.name, removed=outcome.removed, before=before)
    return outcome


def _closings() -> dict[str, date]:
    """By URN of every closed school its last day; one without a date closed long ago."""
    closed = School.objects.filter(status_code=CLOSED_STATUS).order_by()
    rows = closed.values_list("urn", "closed_on")
    return {urn: closed_on or date.min for urn, closed_on in rows}


def _replace(wanted: dict[Pair, Link], read: LinksRead) -> LinksOutcome:
    stored = {(row.predecessor_urn, row.successor_urn): row for row in SchoolLink.objects.all()}
    gone = [row.pk for pair, row in stored.items() if pair not in wanted]
    new = [_row(link) for pair, link in wanted.items() if pair not in stored]
    changed = []
    for pair, row in stored.items():
        link = wanted.get(pair)
        if link and (row.kind, row.established_on) != (link.kind, link.on):
            row.kind, row.established_on = link.kind, link.on
            changed.append(row)
    SchoolLink.objects.filter(pk__in=gone).delete()
    SchoolLink.objects.bulk_create(new, batch_size=BATCH)
    SchoolLink.objects.bulk_update(changed, ["kind", "established_on"], batch_size=BATCH)
    return LinksOutcome(
        rows=read.rows,
        pairs=len(wanted),
        added=len(new),
        changed=len(changed),
        removed=len(gone),
        skipped=read.skipped,
        complaints=read.complaints,
        passed_over=read.passed_over,
    )


def _row(link: Link) -> SchoolLink:
    return SchoolLink(
        predecessor_urn=link.predecessor,
        successor_urn=link.successor,
        kind=link.kind,
        established_on=link.on,
    )
