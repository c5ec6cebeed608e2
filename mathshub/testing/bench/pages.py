"""Pages beside a floor that does the least for the same rows; for the operations that are pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count

from enrolment.models import Participant, Place
from mathshub.testing.bench.counting import queries_of
from mathshub.testing.bench.figures import Row, Target
from mathshub.testing.bench.load import Contender, Request, Sample, always, compare
from mathshub.testing.bench.stage import Stage
from workgroups.models import WorkGroup

ONE_QUERY = "(ii) one query, one template"
SESSIONS = 6


@dataclass(frozen=True)
class Page:
    """A page of the portal and what it is held against; ``floor`` is the floor's path."""

    name: str
    request: Request
    floor: str
    floor_is: str
    target: Target | None = None
    most_queries: int | None = None
    note: str = ""


def measure_pages(stage: Stage, pages: Iterable[Page]) -> Iterator[Row]:
    """Each page in turns with its floor, bare and behind Django's usual middleware."""
    for page in pages:
        floor = Request(page.floor)
        samples = compare(
            {
                "bare": Contender(stage.bare_floor, always(floor)),
                "usual": Contender(stage.usual_floor, always(floor)),
                "ours": Contender(stage.portal, always(page.request)),
            }
        )
        yield row_of(page, samples)


def row_of(page: Page, samples: dict[str, Sample]) -> Row:
    """The line of the table, with the waits, the rate and the size beside the ratio."""
    ours = samples["ours"]
    return Row(
        page.name,
        ours=ours.cpu_ms,
        unit="ms CPU",
        target=page.target,
        floor=samples["bare"].cpu_ms,
        floor_is=page.floor_is,
        queries=queries_of(page.request),
        most_queries=page.most_queries,
        note=page.note,
        details=details_of(samples),
    )


def details_of(samples: dict[str, Sample]) -> dict[str, str]:
    """What the table says beside the ratio."""
    ours = samples["ours"]
    return {
        "usual floor": f"{samples['usual'].cpu_ms:.2f} ms",
        "p50": f"{ours.wait_ms(50):.1f} ms",
        "p95": f"{ours.wait_ms(95):.1f} ms",
        "p99": f"{ours.wait_ms(99):.1f} ms",
        "rate": f"{ours.per_second:,.0f}/s",
        "bytes": f"{ours.size:,}",
    }


def group_of_six() -> int:
    """The id of a public Work Group of the hub in scope with six published sessions."""
    groups = WorkGroup.objects.public().annotate(dates=Count("sessions", distinct=True))
    return int(groups.filter(dates=SESSIONS).order_by("pk")[0].pk)


def participant_of_six() -> Participant:
    """A participant of the hub in scope with a seat in one such group."""
    people = Participant.objects.filter(seats__place__state=Place.State.ACCEPTED)
    found = people.annotate(dates=Count("seats__place__work_group__sessions", distinct=True))
    return found.filter(dates=SESSIONS).order_by("pk")[0]
