"""Leaks sown on purpose: the crawler must find each of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern

from enrolment.admin.chips import WorkGroupChips
from enrolment.admin.expressions import ExpressionAdmin
from enrolment.admin.schools import SchoolAdmin
from enrolment.models import ExpressionOfInterest, Participant, Place
from enrolment.views import places as places_view
from mathshub.links import read_token
from mathshub.outbox.admin import MessageAdmin
from mathshub.outbox.models import Message
from mathshub.scope_admin import Chip
from mathshub.site.admin.programmes import PrerequisiteInline, ProgrammeAdmin
from mathshub.tests.addresses import named_addresses
from mathshub.tests.crawling import Role, TwoHubs, crawl
from sessions.admin.participants import ParticipantAdmin
from sessions.admin.work_groups import WorkGroupAdmin
from workgroups.models import Offering, Programme, School, WorkGroup


def unscoped(model: type[Model]) -> QuerySet:
    return model._base_manager.all()


def sow_list(patch: pytest.MonkeyPatch) -> None:
    """An admin whose rows go round the scope."""
    patch.setattr(ParticipantAdmin, "get_queryset", lambda self, request: unscoped(Participant))


def sow_search(patch: pytest.MonkeyPatch) -> None:
    """A search that goes round the scope, in a list that does not."""
    patch.setattr(
        ParticipantAdmin,
        "get_search_results",
        lambda self, request, rows, words: (
            unscoped(Participant).filter(name__startswith=words) if words else rows,
            False,
        ),
    )


def sow_public_page(patch: pytest.MonkeyPatch) -> None:
    """A public view that reads by the base manager."""

    @login_not_required
    def leaky(request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(get_object_or_404(unscoped(WorkGroup), pk=pk).name)

    patch.setattr(pattern_of("sessions:show_work_group"), "callback", leaky)


def sow_choice(patch: pytest.MonkeyPatch) -> None:
    """A form that offers another hub's rows."""
    scoped = WorkGroupAdmin.formfield_for_foreignkey

    def leaky(self: Any, column: Any, request: HttpRequest, **options: Any) -> Any:
        choice = scoped(self, column, request, **options)
        if column.name == "offering":
            choice.queryset = unscoped(Offering).select_related("programme", "academic_year")
        return choice

    patch.setattr(WorkGroupAdmin, "formfield_for_foreignkey", leaky)


def sow_inline_choice(patch: pytest.MonkeyPatch) -> None:
    """The same, in the rows below a form."""

    def leaky(self: Any, column: Any, request: HttpRequest, **options: Any) -> Any:
        return column.formfield(queryset=unscoped(column.remote_field.model))

    patch.setattr(PrerequisiteInline, "formfield_for_foreignkey", leaky)


def sow_link(patch: pytest.MonkeyPatch) -> None:
    """A signed link that opens on every host."""
    patch.setattr(
        places_view,
        "place_of",
        lambda token: get_object_or_404(unscoped(Place), pk=read_token("place", token).pk),
    )


def sow_existence(patch: pytest.MonkeyPatch) -> None:
    """“You may not” for another hub's row, where a missing one is not found."""
    scoped = ProgrammeAdmin.get_object

    def leaky(self: Any, request: HttpRequest, object_id: str, *rest: Any) -> Any:
        row = scoped(self, request, object_id, *rest)
        if row is None and unscoped(Programme).filter(pk=object_id).exists():
            raise PermissionDenied
        return row

    patch.setattr(ProgrammeAdmin, "get_object", leaky)


def sow_filter(patch: pytest.MonkeyPatch) -> None:
    """A filter with another hub's rows among its chips."""
    patch.setattr(
        WorkGroupChips,
        "chips",
        lambda self, request: [
            Chip(str(each.pk), each.name, Q(work_group=each)) for each in unscoped(WorkGroup)
        ],
    )


def sow_shared_page(patch: pytest.MonkeyPatch) -> None:
    """On the page of a school, which is everybody's, what other hubs do with it."""
    scoped = SchoolAdmin.facts

    def leaky(self: Any, request: HttpRequest, school: School) -> dict[str, Any]:
        contacts = unscoped(Place).filter(school=school).values_list("contact_name", flat=True)
        facts = scoped(self, request, school)
        return facts | {"facts": [*facts["facts"], ("Contacts", ", ".join(contacts))]}

    patch.setattr(SchoolAdmin, "facts", leaky)


def sow_action(patch: pytest.MonkeyPatch) -> None:
    """Rows named in a query, taken as they come."""
    patch.setattr(
        ExpressionAdmin,
        "chosen",
        lambda self, request: list(
            unscoped(ExpressionOfInterest).filter(pk__in=request.GET.getlist("chosen"))
        ),
    )


def sow_change(patch: pytest.MonkeyPatch) -> None:
    """A button that acts on any hub's row, though its page is not shown."""
    scoped = MessageAdmin.row_or_404

    def leaky(self: Any, request: HttpRequest, pk: int, **options: Any) -> Any:
        if request.method == "POST":
            unscoped(Message).filter(pk=pk).update(state=Message.State.CANCELLED)
        return scoped(self, request, pk, **options)

    patch.setattr(MessageAdmin, "row_or_404", leaky)


def sow_look_that_changes(patch: pytest.MonkeyPatch) -> None:
    """A GET that uses something up, as a mail scanner would."""
    look = places_view.place_of

    def leaky(token: str) -> Place:
        place = look(token)
        unscoped(Place).filter(pk=place.pk).update(contact_name="used up")
        return place

    patch.setattr(places_view, "place_of", leaky)


LEAD, STRANGER = Role.HUB_LEAD, "stranger"
LEAKS: list[tuple[Callable[[pytest.MonkeyPatch], None], str, str, str]] = [
    # what is sown, who comes, where, and what the crawler must say
    (sow_list, LEAD, "admin:enrolment_participant", "shows the other hub's mark"),
    (sow_search, LEAD, "admin:enrolment_participant", "differs from a missing row"),
    (sow_public_page, STRANGER, "sessions:show_work_group", "shows the other hub's mark"),
    (sow_choice, LEAD, "admin:workgroups_workgroup", "offers another hub's rows"),
    (sow_inline_choice, LEAD, "admin:workgroups_programme", "offers another hub's rows"),
    (sow_link, STRANGER, "enrolment:answer_place", "shows the other hub's mark"),
    (sow_existence, LEAD, "admin:workgroups_programme", "differs from a missing row"),
    (sow_filter, LEAD, "admin:enrolment_place", "differs from a missing row"),
    (sow_shared_page, LEAD, "admin:workgroups_school", "shows the other hub's mark"),
    (sow_action, LEAD, "admin:enrolment_expressionofinterest_offer", "differs from a missing row"),
    (sow_change, LEAD, "admin:outbox_message", "changed the other hub's rows"),
    (sow_look_that_changes, STRANGER, "enrolment:answer_place", "a look changes enrolment_place"),
]


@pytest.mark.parametrize(
    ("sow", "who", "names", "complaint"),
    [pytest.param(*leak, id=leak[0].__name__) for leak in LEAKS],
)
def test_the_crawler_finds_a_leak_that_was_sown(
    two_hubs: TwoHubs,
    monkeypatch: pytest.MonkeyPatch,
    sow: Callable[[pytest.MonkeyPatch], None],
    who: str,
    names: str,
    complaint: str,
):
    sow(monkeypatch)

    assert complaint in " ".join(each.what for each in crawl(who, two_hubs, names).findings)


def pattern_of(name: str) -> URLPattern:
    [address] = [each for each in named_addresses() if each.name == name]
    return address.pattern
