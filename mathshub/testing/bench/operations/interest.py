"""The form of interest: its pages, and the POSTs beside one validated form and INSERT."""

from collections.abc import Callable, Iterator
from itertools import count
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.tests.filling import PAGES, check_url, form_url, page_url, ready_drafts
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
from workgroups.models import Offering
from workgroups.tests.factories import make_school

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


ONE_POST = "(iii) one form validated, one INSERT"
AT_ONCE = 1_000  # forms that are filled in together


def measure(stage: Stage) -> Iterator[Row]:
    forms = FormsOfSchools(stage)
    with hub_scope(stage.hub):
        rows = f"/rows/{group_of_six()}"
    pages = {
        "EOI form, first page": forms.first_page,
        "EOI form, a question": page_url(forms.open_form, "you"),
        "EOI form, check": check_url(forms.open_form),
    }
    target = at_most(3, times_floor=True)
    yield from measure_pages(
        stage,
        [Page(name, stage.get(path), rows, ONE_QUERY, target) for name, path in pages.items()],
    )
    yield _measure_posts(stage, "EOI form, a question answered", forms.answer, most_queries=12)
    yield _measure_sending(stage, forms)


def _measure_sending(stage: Stage, forms: "FormsOfSchools") -> Row:
    with hub_scope(stage.hub):
        stored = ExpressionOfInterest.objects.count()
    samples: dict[str, Sample] = {}
    row = _measure_posts(stage, "EOI form, sent", forms.send, most_queries=12, samples=samples)
    check_all_stored(stage, stored, samples["ours"])
    return row


def _measure_posts(
    stage: Stage,
    name: str,
    next_post: Callable[[], Request],
    *,
    most_queries: int,
    samples: dict[str, Sample] | None = None,
) -> Row:
    """The POSTs in turns with the floor's; the samples are left in ``samples``."""
    found = compare(
        {
            "bare": Contender(stage.bare_floor, always(FLOOR)),
            "usual": Contender(stage.usual_floor, always(FLOOR)),
            "ours": Contender(stage.portal, lambda number: next_post()),
        }
    )
    if samples is not None:
        samples |= found
    return Row(
        name,
        ours=found["ours"].cpu_ms,
        unit="ms CPU",
        target=at_most(8, times_floor=True),
        floor=found["bare"].cpu_ms,
        floor_is=ONE_POST,
        queries=queries_of(next_post(), again=next_post()),
        most_queries=most_queries,
        details=details_of(found),
    )


def check_all_stored(stage: Stage, before: int, sample: Sample) -> None:
    """Raises ``NothingStored`` when a figure was measured that stored nothing."""
    with hub_scope(stage.hub):
        added = ExpressionOfInterest.objects.count() - before
    if added < len(sample.waits):
        raise NothingStored(f"{len(sample.waits)} forms were received, {added} are stored")


class FormsOfSchools:
    """Forms that only have to be sent, each of a school and an address of its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._numbers = count()
        self._ready: list[InterestDraft] = []
        with hub_scope(stage.hub):
            today = timezone.localdate()
            self._offering = Offering.objects.open_to_interest(today).order_by("pk")[0]
            self._fill_in()
        self.first_page = form_url(self._offering)
        self.open_form = self._ready.pop()
        connection.close()  # the stage's servers need none of ours meanwhile

    def answer(self) -> Request:
        """A question of a form that is open, answered once more."""
        number = next(self._numbers)
        fields = PAGES["you"] | {"full_name": f"Grace {number}"}
        return self._post(page_url(self.open_form, "you"), fields, number)

    def send(self) -> Request:
        """The last page of a form that nobody has sent yet."""
        if not self._ready:
            with hub_scope(self._stage.hub):
                self._fill_in()
            connection.close()
        return self._post(check_url(self._ready.pop()), {"leave_empty": ""}, next(self._numbers))

    def _fill_in(self) -> None:
        senders = [
            (make_school(), f"grace{number}@school.example")
            for number in (next(self._numbers) for _ in range(AT_ONCE))
        ]
        self._ready = ready_drafts(offering=self._offering, senders=senders, now=timezone.now())

    def _post(self, path: str, fields: dict[str, str], number: int) -> Request:
        """From one of 62,500 network addresses."""
        address = f"198.18.{number // 250 % 250}.{number % 250}"
        headers = self._stage.get(path).headers | FORM | {"X-Forwarded-For": address}
        return Request(path, "POST", headers, urlencode(fields).encode(), expected=302)
