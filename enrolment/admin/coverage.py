"""Coverage: each state-funded school of the hub's area, and how far it has come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from enrolment.admin.words import page_of
from enrolment.eligibility import Took
from enrolment.models import PastParticipation
from enrolment.reach import (
    Bar,
    Choice,
    NoStage,
    PhaseGroup,
    Reach,
    Rung,
    Standing,
    bars,
    count_by,
    rungs_of,
    total_of,
)
from enrolment.services.reach import journey, reach_in_area
from mathshub.exports import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from mathshub.scope_admin import PortalAdmin, is_key
from mathshub.scope_admin.cells import count
from workgroups.models.years import school_year_of

Outcome = PastParticipation.Outcome
PER_PAGE = 50
ALL, NONE = "all", "none"
COLUMNS = (
    *("URN", "School", "Borough", "Town", "Postcode", "Phase", "Type", "Trust"),
    *("Stage reached", "Year", "Outcome", "Begun, not finished", "Last took part in", "Last year"),
    "Standing",
)
# Of the bar's picture, in units of its own: it is drawn as wide as there is room.
WIDTH, HEIGHT = 1000, 24


@dataclass(frozen=True)
class Segment:
    """A piece of a borough's bar; ``tone`` is how it is drawn."""

    x: float
    width: float
    tone: str


class CoveragePages(PortalAdmin):
    """The page and its two downloads, all of the same choice."""

    def coverage_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("coverage/", self.coverage, "coverage"),
            ("coverage.csv", self.coverage_csv, "coverage_csv"),
            ("coverage.xlsx", self.coverage_xlsx, "coverage_xlsx"),
        ]

    def coverage(self, request: HttpRequest) -> HttpResponse:
        """Figures by borough, and the schools one by one."""
        reaches = self._reaches(request)
        rungs = rungs_of(reaches, journey())
        choice = choice_of(request.GET)
        chosen = [reach for reach in reaches if choice.takes(reach)]
        by_borough = bars(chosen, rungs)
        total = total_of(by_borough, rungs)
        tones = tones_of(rungs)
        page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("p"))
        return self.page(
            request,
            "admin/enrolment/coverage.html",
            title=_title(total, has_area=bool(reaches)),
            has_area=bool(reaches),
            filters=filters_of(request.GET, reaches, choice, rungs),
            trusts=trusts_of(reaches, choice),
            kept=[(n, v) for n, v in request.GET.items() if n not in ("trust", "p")],
            key=list(zip(tones, rungs.values(), strict=True)),
            bars=[
                {
                    "bar": bar,
                    "segments": segments_of(bar, by_borough, tones),
                    "words": words_of(bar, rungs.values()),
                    "numbers": list(zip(rungs.values(), bar.counts, strict=True)),
                }
                for bar in by_borough
            ],
            total={"bar": total, "numbers": list(zip(rungs.values(), total.counts, strict=True))},
            rows=[_row(reach) for reach in page],
            pages=page,
            page_query=_without(request.GET, "p"),
            query=request.GET.urlencode(),
            back=self.url("changelist"),
        )

    def coverage_csv(self, request: HttpRequest) -> HttpResponse:
        content = csv_file(COLUMNS, map(_cells, self._chosen(request)))
        return _download(content, CSV_TYPE, "coverage.csv")

    def coverage_xlsx(self, request: HttpRequest) -> HttpResponse:
        content = xlsx_file("Coverage", COLUMNS, map(_cells, self._chosen(request)))
        return _download(content, XLSX_TYPE, "coverage.xlsx")

    def _chosen(self, request: HttpRequest) -> list[Reach]:
        choice = choice_of(request.GET)
        return [reach for reach in self._reaches(request) if choice.takes(reach)]

    def _reaches(self, request: HttpRequest) -> list[Reach]:
        """Those of the area, for who may see schools' records."""
        if not request.user.has_perm("enrolment.view_pastparticipation"):
            raise PermissionDenied
        return reach_in_area(this_year=school_year_of(timezone.localdate()))


def choice_of(given: QueryDict) -> Choice:
    """What the address asks for: primary schools unless it says otherwise.

    An unknown stage means no school, an unknown phase or standing as if none had been said.
    """
    phase, standing, trust = given.get("phase"), given.get("standing"), given.get("trust")
    return Choice(
        borough=given.get("borough"),
        phase=None
        if phase == ALL
        else PhaseGroup(phase)
        if phase in list(PhaseGroup)
        else PhaseGroup.PRIMARY,
        stage=_rung_of(given.get("stage")),
        standing=Standing(standing) if standing in list(Standing) else None,
        trust="" if trust == NONE else trust or None,
    )


def _rung_of(stage: str | None) -> Rung:
    """The rung by its words in the address; that of no school where they mean none."""
    if stage in list(NoStage):
        return NoStage(str(stage))
    if stage is None:
        return None
    return int(stage) if is_key(stage) else 0


def filters_of(
    given: QueryDict, reaches: Sequence[Reach], choice: Choice, rungs: Mapping[Rung, str]
) -> list[dict[str, Any]]:
    """The chips: for each part of the choice its values, with how many schools each leaves."""
    boroughs = {
        each.school.local_authority.code: each.school.local_authority.name
        for each in reaches
        if each.school.local_authority
    }
    wanted: list[tuple[str, str, Any, list[tuple[Any, str]]]] = [
        ("borough", "borough", choice.borough, sorted(boroughs.items(), key=lambda item: item[1])),
        ("phase", "phase", choice.phase, [(each, each.words) for each in PhaseGroup]),
        ("stage", "furthest stage", choice.stage, [item for item in rungs.items() if item[0]]),
        ("standing", "last took part", choice.standing, [(each, each.words) for each in Standing]),
    ]
    return [
        {
            "title": title,
            "choices": list(_choices(given, name, chosen, values, count_by(reaches, choice, name))),
        }
        for name, title, chosen, values in wanted
    ]


def _choices(
    given: QueryDict, name: str, chosen: Any, values: list[tuple[Any, str]], counts: Any
) -> list[dict[str, Any]]:
    everything = {
        "display": "all",
        "selected": chosen is None,
        "query_string": _with(given, name, ALL if name == "phase" else ""),
        "count": None,
    }
    return [everything] + [
        {
            "display": words,
            "selected": value == chosen,
            "query_string": _with(given, name, str(value)),
            "count": counts[value],
        }
        for value, words in values
        if counts[value] or value == chosen
    ]


def trusts_of(reaches: Sequence[Reach], choice: Choice) -> list[dict[str, Any]]:
    """The trusts of the schools that the rest of the choice leaves, and the chosen one, by name."""
    without = replace(choice, trust=None)
    names = {
        each.school.trust_code: each.school.trust_name
        for each in reaches
        if without.takes(each) or each.school.trust_code == choice.trust
    }
    counts = count_by(reaches, choice, "trust")
    return [
        {
            "value": code or NONE,
            "words": f"{names[code] or 'In no trust'} ({counts[code]})",
            "selected": code == choice.trust,
        }
        for code in sorted(names, key=lambda code: (bool(code), names[code]))
    ]


def _title(total: Bar, *, has_area: bool) -> str:
    if not has_area:
        return "How far the hub reaches"
    if not total.schools:
        return "No school fits this choice"
    return f"{total.took_part:,} of {count(total.schools, 'school')} have taken part"


def tones_of(rungs: Mapping[Rung, str]) -> list[str]:
    """How each rung is drawn: the steps of the journey by number, the others by name."""
    return [
        "none" if rung is None else str(rung) if isinstance(rung, NoStage) else str(step)
        for step, rung in enumerate(rungs, start=1)
    ]


def segments_of(bar: Bar, by_borough: Sequence[Bar], tones: Sequence[str]) -> list[Segment]:
    """The bar's pieces, to the scale of the longest; the stages first, none yet last."""
    longest = max(each.schools for each in by_borough)
    x, segments = 0.0, []
    for tone, number in zip(tones, bar.counts, strict=True):
        width = WIDTH * number / longest
        if number:
            segments.append(Segment(round(x, 1), round(width, 1), tone))
        x += width
    return segments


def words_of(bar: Bar, rungs: Iterable[str]) -> str:
    """The bar in words: “Hackney, 58 schools: 3 Readiness, 15 Development, 40 none yet”."""
    parts = [f"{number} {rung}" for number, rung in zip(bar.counts, rungs, strict=True) if number]
    return f"{bar.borough}, {count(bar.schools, 'school')}: {', '.join(parts)}"


def _row(reach: Reach) -> dict[str, Any]:
    school = reach.school
    return {
        "school": school,
        "url": page_of(school),
        "borough": school.local_authority.name if school.local_authority else "",
        "trust": school.trust_name,
        "stage": _in_words(reach.furthest),
        "broken_off": _in_words(reach.broken_off),
        "last": _in_words(reach.last),
        "standing": reach.standing.words,
        "tone": {"now": "leaf", "lapsed": "sun"}.get(reach.standing, "plain"),
    }


def _in_words(took: Took | None) -> str:
    if took is None:
        return ""
    words = f"{took.programme} {took.year}"
    return f"{words}, {Outcome.NOT_COMPLETED.label}" if took.is_completed is False else words


def _cells(reach: Reach) -> list[Any]:
    school, furthest, last = reach.school, reach.furthest, reach.last
    broken_off = reach.broken_off
    return [
        school.urn,
        school.name,
        school.local_authority.name if school.local_authority else "",
        school.town,
        school.postcode,
        school.phase_name,
        school.type_name,
        school.trust_name,
        furthest.programme if furthest else "",
        furthest.year if furthest else "",
        _outcome(reach),
        f"{broken_off.programme} {broken_off.year}" if broken_off else "",
        last.programme if last else "",
        last.year if last else "",
        reach.standing.words,
    ]


def _outcome(reach: Reach) -> str:
    """What became of the furthest stage; of one that still runs, that it does."""
    if reach.furthest is None:
        return ""
    return (
        reach.standing.words
        if reach.is_on_the_way
        else str(Outcome.of(reach.furthest.is_completed).label)
    )


def _with(given: QueryDict, name: str, value: str) -> str:
    """The address's query with one part changed, on the first page."""
    query = given.copy()
    query.pop("p", None)
    if value:
        query[name] = value
    else:
        query.pop(name, None)
    return f"?{query.urlencode()}"


def _without(given: QueryDict, name: str) -> str:
    query = given.copy()
    query.pop(name, None)
    return query.urlencode()


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
