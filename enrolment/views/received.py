"""What stands behind a form that has arrived: its reference, and confirming the address."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrolment.errors import Refusal
from enrolment.forms.confirming import CodeForm, ConfirmForm, TakeOverForm
from enrolment.limits import is_over_limit
from enrolment.models import ExpressionOfInterest, FurtherForm
from enrolment.services.confirming import confirm, confirm_by_code, disown, refuse_link
from enrolment.services.sending_again import send_code_again
from enrolment.views.drafts import TOO_MANY
from enrolment.views.links import expression_of, sent_form_of
from mathshub.links import BadLink, read_token

Form = ExpressionOfInterest | FurtherForm


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def interest_received(request: HttpRequest, token: str) -> HttpResponse:
    """What was received, its reference, what happens next; a POST confirms the address by code, or
    asks for the e-mail once more.

    The same words for a first form and for one that is joined to it.
    """
    form = sent_form_of(token, purpose="received")
    if form is None:
        raise Http404
    if request.method != "POST" or form.confirmed_at or _is_withdrawn(form):
        return _show_received(request, form, CodeForm())
    now = timezone.now()
    code_form = CodeForm(request.POST)
    if is_over_limit(request, now=now):
        code_form.add_error("code", TOO_MANY)
    elif "again" in request.POST:
        send_code_again(form, now=now)
        return redirect(asked_again_url(token))
    elif code_form.is_valid():
        try:
            confirm_by_code(form, code=code_form.cleaned_data["code"], now=now)
            return redirect("enrolment:interest_received", token)
        except Refusal as refusal:
            code_form.add_error("code", str(refusal))
    return _show_received(request, form, code_form)


def asked_again_url(token: str) -> str:
    """The page that says that another e-mail comes; no cookie has to remember it."""
    return f"{reverse('enrolment:interest_received', args=[token])}?asked=again"


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
    if form is None:
        done = ConfirmForm.NO  # the second click
    elif _is_withdrawn(form):
        done = "withdrawn"
    elif form.confirmed_at:
        done = ConfirmForm.YES
    elif request.method == "POST" and answer.is_valid():
        done = answer.cleaned_data["answer"]
        act = confirm if done == ConfirmForm.YES else refuse
        act(form, now=timezone.now())
    context = {
        "page_title": (_TAKING_OVER if takes_over else _TITLES)[done],
        "sent": form,
        "subject": form and _subject_of(form),
        "form": answer,
        "done": done,
        "takes_over": takes_over,
    }
    return render(request, "enrolment/confirm_address.html", context)


_TITLES = {
    "": "Did you send this expression of interest?",
    ConfirmForm.YES: "Thank you: your address is confirmed",
    ConfirmForm.NO: "Thank you: we have taken it back",
    "withdrawn": "This form was taken back or withdrawn",
}


_TAKING_OVER = {
    "": "Do you follow this expression of interest from now on?",
    ConfirmForm.YES: "Thank you: your address is confirmed",
    ConfirmForm.NO: "Thank you: the link no longer works",
    "withdrawn": _TITLES["withdrawn"],
}


def _asked_about(token: str) -> tuple[Form | None, Any]:
    """The form, and what a no does to it."""
    try:
        read_token("take-over", token)
    except BadLink:
        return sent_form_of(token, purpose="confirm"), disown
    return expression_of(token, purpose="take-over"), refuse_link


def _show_received(request: HttpRequest, form: Form, code_form: CodeForm) -> HttpResponse:
    title = "We have your expression of interest"
    if _is_withdrawn(form):
        title = "This expression of interest is withdrawn"
    elif form.is_lead:
        title = "Thank you for telling us"
    context = {
        "page_title": title,
        "sent": form,
        "subject": _subject_of(form),
        "form": code_form,
        "is_withdrawn": _is_withdrawn(form),
        "asked_again": request.GET.get("asked") == "again",
    }
    return render(request, "enrolment/interest_received.html", context)


def _subject_of(form: Form) -> ExpressionOfInterest:
    """The expression that says which school and programme it is about."""
    return form.expression if isinstance(form, FurtherForm) else form


def _is_withdrawn(form: Form) -> bool:
    """Of a further form it is never said: that the first one is withdrawn is its sender's affair."""
    if isinstance(form, FurtherForm):
        return False
    return form.state == ExpressionOfInterest.State.WITHDRAWN
