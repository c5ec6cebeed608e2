"""What a signed link opens: the row, if its generation is still the link's; else not found."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from enrolment.models import ExpressionOfInterest, FurtherForm, OpeningNotice, Place
from mathshub.links import BadLink, Link, read_token


def expression_of(token: str, *, purpose: str) -> ExpressionOfInterest:
    """The expression that the link is for; raises ``Http404``."""
    link = _read(token, purpose)
    return get_object_or_404(
        ExpressionOfInterest.objects.select_related(
            "school__local_authority", "offering__programme", "offering__academic_year"
        ),
        pk=link.pk,
        link_generation=link.generation,
    )


def further_form_of(token: str, *, purpose: str) -> FurtherForm | None:
    """The form that was joined to another, behind the link; raises ``Http404`` for a bad one."""
    link = _read(token, purpose)
    found: FurtherForm | None = (
        FurtherForm.objects.select_related(
            "expression__school__local_authority",
            "expression__offering__programme",
            "expression__offering__academic_year",
        )
        .filter(pk=link.pk)
        .first()
    )
    return found


def place_of(token: str) -> Place:
    """The place that the link is for; raises ``Http404``."""
    link = _read(token, "place")
    return get_object_or_404(
        Place.objects.select_related(
            "school",
            "expression",
            "work_group__offering__programme",
            "work_group__offering__academic_year",
        ),
        pk=link.pk,
        link_generation=link.generation,
    )


def notice_of(token: str) -> OpeningNotice | None:
    """The address that the link is for; None once it is deleted. Raises ``Http404`` if forged."""
    link = _read(token, "opening")
    notices = OpeningNotice.objects.select_related("programme")
    return notices.filter(pk=link.pk, link_generation=link.generation).first()


def _read(token: str, purpose: str) -> Link:
    try:
        return read_token(purpose, token)
    except BadLink as error:
        raise Http404 from error
