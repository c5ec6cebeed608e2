"""The form of interest: its page, and the POST that files it beside one validated form and INSERT."""

from collections.abc import Iterator
from itertools import count
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from enrolment.tests.filling import filled_in_now, form_url
from mathshub.scope import hub_scope
from mathshub.testing.bench.counting import queries_of
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.load import Contender, Request, Sample, always, compare
from mathshub.testing.bench.pages import (
    ONE_QUERY,
    Page,
    details_of,
    group_of_six,
    measure_pages,
)
from mathshub.testing.bench.stage import Stage
from workgroups.models import Offering, School

TITLE = "The form of interest"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FLOOR = Request(
    "/post",
    "POST",
    FORM,
    urlencode(
        {
            "school": "Plainfields Primary School",
            "head_name": "Grace Obi",
            "head_email": "grace@school.example",
            "person_name": "Sam Okafor",
            "person_email": "sam@school.example",
            "role": "maths_lead",
            "note": "",
        }
    ).encode(),
)


class NothingStored(Exception):
    """Forms were answered as received, and there are fewer rows than answers."""


def measure(stage: Stage) -> Iterator[Row]:
    forms = FormsOfSchools(stage)
    with hub_scope(stage.hub):
        rows = f"/rows/{group_of_six()}"
    page = Page("EOI form", stage.get(forms.path), rows, ONE_QUERY, at_most(3, times_floor=True))
    yield from measure_pages(stage, [page])
    yield _measure_sending(stage, forms)


def _measure_sending(stage: Stage, forms: "FormsOfSchools") -> Row:
    with hub_scope(stage.hub):
        stored = ExpressionOfInterest.objects.count()
    samples = compare(
        {
            "bare": Contender(stage.bare_floor, always(FLOOR)),
            "usual": Contender(stage.usual_floor, always(FLOOR)),
            "ours": Contender(stage.portal, lambda number: forms.next()),
        }
    )
    queries = queries_of(forms.next(), again=forms.next())
    check_all_stored(stage, stored, samples["ours"])
    return Row(
        "EOI form, sent",
        ours=samples["ours"].cpu_ms,
        unit="ms CPU",
        target=at_most(8, times_floor=True),
        floor=samples["bare"].cpu_ms,
        floor_is="(iii) one form validated, one INSERT",
        queries=queries,
        most_queries=12,
        details=details_of(samples),
    )


def check_all_stored(stage: Stage, before: int, sample: Sample) -> None:
    """Raises ``NothingStored`` when a figure was measured that stored nothing."""
    with hub_scope(stage.hub):
        added = ExpressionOfInterest.objects.count() - before
    if added < len(sample.waits):
        raise NothingStored(f"{len(sample.waits)} forms were received, {added} are stored")


class FormsOfSchools:
    """Filled-in forms, each with a token of its own, from a school and an address of its own."""

    def __init__(self, stage: Stage) -> None:
        with hub_scope(stage.hub):
            today = timezone.localdate()
            self._offering = Offering.objects.open_to_interest(today).order_by("pk")[0]
            authorities = list(stage.hub.local_authorities.all())
        self._schools = list(
            School.objects.pickable().filter(local_authority__in=authorities)[:200]
        )
        self.path = form_url(self._offering)
        self._stage = stage
        self._numbers = count()
        connection.close()  # the stage's servers need none of ours meanwhile

    def next(self) -> Request:
        """A form that nobody has sent yet."""
        number = next(self._numbers)
        school = self._schools[number % len(self._schools)]
        fields = filled_in_now(
            self._offering,
            school,
            headteacher_email=f"grace{number}@school.example",
            person_1_email=f"sam{number}@school.example",
        )
        address = f"198.18.{number // 250 % 250}.{number % 250}"
        headers = self._stage.get(self.path).headers | FORM | {"X-Forwarded-For": address}
        body = urlencode(fields, doseq=True).encode()
        return Request(self.path, "POST", headers, body, expected=302)
