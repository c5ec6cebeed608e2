"""What stands behind a form that has arrived: its reference, and confirming the address."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrolment.errors import Refusal
from enrolment.forms.confirming import CodeForm, ConfirmForm, TakeOverForm
from enrolment.limits import is_over_limit
from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.confirming import confirm, confirm_by_code, disown, refuse_link
from enrolment.views.drafts import TOO_MANY
from enrolment.views.links import expression_of, further_form_of
from mathshub.links import BadLink, read_token


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def interest_received(request: HttpRequest, token: str) -> HttpResponse:
    """What was received, its reference, what happens next; a POST confirms the address by code.

    The same words for a first form and for one that is joined to it.
    """
    form = _form_of(token, "received", "joined")
    code_form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not form.confirmed_at:
        now = timezone.now()
        if is_over_limit(request, now=now):
            code_form.add_error("code", TOO_MANY)
        elif code_form.is_valid():
            try:
                confirm_by_code(form, code=code_form.cleaned_data["code"], now=now)
                return redirect("enrolment:interest_received", token)
            except Refusal as refusal:
                code_form.add_error("code", str(refusal))
    context = {
        "page_title": "We have your expression of interest",
        "sent": form,
        "subject": form.expression if isinstance(form, FurtherForm) else form,
        "form": code_form,
        "token": token,
    }
    return render(request, "enrolment/interest_received.html", context)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the e-mail: yes or no, with no default, since scanners open links."""
    form, refuse = _asked_about(token)
    takes_over = refuse is refuse_link
    asked = TakeOverForm if takes_over else ConfirmForm
    answer = asked(request.POST if request.method == "POST" else None)
    done = ""
    if form.confirmed_at:
        done = "yes"
    elif request.method == "POST" and answer.is_valid():
        done = answer.cleaned_data["answer"]
        act = confirm if done == ConfirmForm.YES else refuse
        act(form, now=timezone.now())
    context = {
        "page_title": (_TAKING_OVER if takes_over else _TITLES)[done],
        "sent": form,
        "subject": form.expression if isinstance(form, FurtherForm) else form,
        "form": answer,
        "done": done,
        "takes_over": takes_over,
    }
    return render(request, "enrolment/confirm_address.html", context)


_TITLES = {
    "": "Did you send this expression of interest?",
    ConfirmForm.YES: "Thank you: your address is confirmed",
    ConfirmForm.NO: "Thank you: we have taken it back",
}


_TAKING_OVER = {
    "": "Do you follow this expression of interest from now on?",
    ConfirmForm.YES: "Thank you: your address is confirmed",
    ConfirmForm.NO: "Thank you: the link no longer works",
}


def _asked_about(token: str) -> tuple[ExpressionOfInterest | FurtherForm, Any]:
    """The form, and what a no does to it."""
    try:
        read_token("take-over", token)
    except BadLink:
        return _form_of(token, "confirm", "confirm-joined"), disown
    return expression_of(token, purpose="take-over"), refuse_link


def _form_of(token: str, first: str, joined: str) -> ExpressionOfInterest | FurtherForm:
    """The form that the link is for, whichever of the two kinds it is; raises ``Http404``."""
    try:
        read_token(joined, token)
    except BadLink:
        return expression_of(token, purpose=first)
    found = further_form_of(token, purpose=joined)
    if found is None:
        raise Http404
    return found
