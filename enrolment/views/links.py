"""What a signed link opens: the row, if its generation is still the link's; else not found."""

from typing import cast

from django.http import Http404
from django.shortcuts import get_object_or_404

from enrolment.models import ExpressionOfInterest, FurtherForm, OpeningNotice, Place
from mathshub.links import BadLink, Link, read_key_token, read_token


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


def sent_form_of(token: str, *, purpose: str) -> ExpressionOfInterest | FurtherForm | None:
    """A form that was sent, the first of its school or one joined to that; None once it is gone.

    It is named by its key: a number would tell which of the two it is. Both tables are asked either
    way, so that time does not tell either. Raises ``Http404``.
    """
    try:
        link = read_key_token(purpose, token)
    except BadLink as error:
        raise Http404 from error
    further = FurtherForm.objects.select_related(
        "expression__school__local_authority",
        "expression__offering__programme",
        "expression__offering__academic_year",
    ).filter(form_token=link.key)
    first = ExpressionOfInterest.objects.select_related(
        "school__local_authority", "offering__programme", "offering__academic_year"
    ).filter(form_token=link.key)
    joined, expression = further.first(), first.first()
    if expression is not None:
        if expression.link_generation != link.generation:
            raise Http404
        return cast(ExpressionOfInterest, expression)
    if joined is None and not FurtherForm.history.filter(form_token=link.key).exists():
        raise Http404
    return cast(FurtherForm | None, joined)


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
