"""What a new hub does first, until schools can express their interest and groups can meet."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse

from mathshub.scope import current_hub
from workgroups.models import Hub, LocalAuthority, Offering, Programme, TermDate, WorkGroup


@dataclass(frozen=True)
class Step:
    """One thing to do, with where it is done."""

    words: str
    url: str
    is_done: bool


def first_steps(request: HttpRequest) -> list[Step]:
    """The steps in their order; an empty list once all are done, or for who may not do them.

    One query, however many steps.
    """
    if not request.user.has_perm("workgroups.add_offering"):
        return []
    done = (
        Hub.objects.filter(pk=current_hub().pk)
        .annotate(
            has_area=Exists(LocalAuthority.objects.filter(hubs=OuterRef("pk"))),
            has_programme=Exists(Programme.objects.all()),
            has_terms=Exists(TermDate.objects.all()),
            has_offering=Exists(Offering.objects.all()),
            has_group=Exists(WorkGroup.objects.all()),
        )
        .values_list("has_area", "has_programme", "has_terms", "has_offering", "has_group")
        .get()
    )
    steps = [
        ("Say which boroughs are the hub’s area", reverse("admin:workgroups_hub_changelist")),
        ("Add your programmes", reverse("admin:workgroups_programme_changelist")),
        ("Add the term dates of each borough", reverse("admin:workgroups_termdate_changelist")),
        (
            "Offer a programme in a year, and open its window for interest",
            reverse("admin:workgroups_offering_changelist"),
        ),
        ("Add the first Work Group", reverse("admin:workgroups_workgroup_changelist")),
    ]
    if all(done):
        return []
    return [Step(words, url, is_done) for (words, url), is_done in zip(steps, done, strict=True)]
