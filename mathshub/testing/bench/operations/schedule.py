"""A Work Group's public page, beside one query and one template of the same rows."""

from collections.abc import Iterator

from django.urls import reverse

from mathshub.scope import hub_scope
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.pages import ONE_QUERY, Page, group_of_six, measure_pages
from mathshub.testing.bench.stage import Stage

TITLE = "Schedule page"


def measure(stage: Stage) -> Iterator[Row]:
    with hub_scope(stage.hub):
        group = group_of_six()
    schedule = Page(
        "Schedule page, 6 sessions",
        stage.get(reverse("sessions:show_work_group", args=[group])),
        f"/rows/{group}",
        ONE_QUERY,
        at_most(2, times_floor=True),
        most_queries=3,
    )
    return measure_pages(stage, [schedule])
