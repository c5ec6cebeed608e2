"""Deciding whether a closed school's history counts for another one, from whichever page."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.admin.successions.two_schools import MAY_DECIDE
from mathshub.accounts.who import account_of
from mathshub.scope_admin import PortalAdmin, SeenForm, posted
from workgroups.errors import Refusal
from workgroups.models import School, SuccessionDecision
from workgroups.services.succession import decide_succession


class DecisionForm(SeenForm, forms.Form):
    counts = forms.TypedChoiceField(
        label="Does its history count?",
        choices=[
            ("yes", "Yes: what it took part in counts for the other school"),
            ("no", "No: the other school begins anew"),
        ],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether its history counts."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="For the hub’s record, for example “The head and most of the staff went over”.",
        error_messages={"required": "Say why, in a few words: others will ask in a year or two."},
    )


def decide_page(
    owner: PortalAdmin,
    request: HttpRequest,
    pk: int,
    closed: School,
    other: School,
    decision: SuccessionDecision | None,
    *,
    says: str,
) -> HttpResponse:
    """Ask whether a closed school's history counts for another one; ``pk`` is the owner's row."""
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    form = DecisionForm(posted(request), initial=_initial(decision))
    if form.is_valid() and _decide(request, closed, other, form):
        counts = "counts" if form.cleaned_data["counts"] else "does not count"
        words = f"Noted: the history of {closed} {counts}."
        return owner.done(request, words, to=owner.url("change", pk))
    return owner.form_page(
        request,
        title=f"{closed}: does its history count for {other}?",
        lead=f"{says} Nothing is moved: the records stay with the closed school, and count for "
        "the other one as well, or not.",
        form=form,
        button="Save the decision, no e-mail",
        back=owner.url("change", pk),
    )


def _decide(request: HttpRequest, closed: School, other: School, form: DecisionForm) -> bool:
    try:
        decide_succession(
            closed,
            other,
            counts=form.cleaned_data["counts"],
            reason=form.cleaned_data["reason"],
            by=account_of(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _initial(decision: SuccessionDecision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    return {"counts": "yes" if decision.counts else "no", "reason": decision.reason}
