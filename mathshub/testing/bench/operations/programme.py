"""A programme's page with its Work Groups' dates, beside one query and one template of the same dates."""

from collections.abc import Iterator

from django.urls import reverse

from mathshub.scope import hub_scope
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.pages import ONE_QUERY, Page, group_of_six, measure_pages
from mathshub.testing.bench.stage import Stage
from workgroups.models import WorkGroup

TITLE = "Programme page"
NOTE = (
    "Ten short questions against the floor's one: the hub, its programmes and windows, how the steps "
    "follow each other, the groups with their boroughs and their sessions; and a page of many parts "
    "against a list. It is held to the target of a form's page, for want of one of its own."
)


def measure(stage: Stage) -> Iterator[Row]:
    with hub_scope(stage.hub):
        programme = WorkGroup.objects.get(pk=group_of_six()).offering.programme
        groups = WorkGroup.objects.public().filter(offering__programme=programme)
        numbers = ",".join(str(pk) for pk in groups.order_by("pk").values_list("pk", flat=True))
    page = Page(
        "Programme page",
        stage.get(reverse("site:show_programme", args=[programme.slug])),
        f"/rows/{numbers}",
        ONE_QUERY,
        at_most(3, times_floor=True),
        most_queries=10,
        note=NOTE,
    )
    return measure_pages(stage, [page])
