"""Behind the link in the acknowledgement: where the interest stands; changing it, handing it over,
withdrawing it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrolment.errors import CannotBeChanged, CannotBeWithdrawn, Refusal
from enrolment.forms.handing_over import HandOverForm
from enrolment.forms.interest import sent_rows
from enrolment.forms.withdrawal import WithdrawalForm
from enrolment.limits import is_over_limit
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.changing import begin_changes, hand_over
from enrolment.services.interest import withdraw_expression
from enrolment.services.sending_again import send_code_again
from enrolment.views.drafts import TOO_MANY, to_page
from enrolment.views.links import expression_of
from enrolment.views.received import asked_again_url
from mathshub.links import make_token


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage_interest(request: HttpRequest, token: str) -> HttpResponse:
    """Status and answers; ``?ask=withdraw`` asks whether to withdraw, which a POST then does.

    A POST of ``change`` begins a draft with what was sent; of ``code``, asks for a new code.
    """
    expression = expression_of(token, purpose="manage")
    if request.method == "POST" and "change" in request.POST:
        return _change(request, expression, token)
    if request.method == "POST" and "code" in request.POST:
        return _mail_code(request, expression, token)
    if request.method == "POST":
        return _withdraw(request, expression, token)
    if request.GET.get("ask") == "withdraw" and expression.can_be_withdrawn:
        return _ask_whether_to_withdraw(request, expression, token, WithdrawalForm())
    return _show(request, expression, token)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_contact(request: HttpRequest, token: str) -> HttpResponse:
    """Put somebody else in a contact's role; the link goes to them, and this one ends."""
    expression = expression_of(token, purpose="manage")
    if expression.state == State.WITHDRAWN:
        return redirect("enrolment:manage_interest", token)
    form = HandOverForm(request.POST if request.method == "POST" else None, expression=expression)
    problem = ""
    if form.is_valid():
        try:
            hand_over(expression, **form.cleaned_data, now=timezone.now())
            context = {"page_title": "It is handed over", "email": form.cleaned_data["email"]}
            return render(request, "enrolment/handed_over.html", context)
        except Refusal as refusal:
            problem = str(refusal)
    context = {
        "page_title": "Hand it over to somebody else",
        "expression": expression,
        "token": token,
        "form": form,
        "problem": problem,
    }
    return render(request, "enrolment/hand_over.html", context)


State = ExpressionOfInterest.State
_OF_LEADS = {
    State.RECEIVED: "Thank you for telling us",
    State.NOT_THIS_YEAR: "We ask your school again another year",
}
_TITLES = {
    State.RECEIVED: "We have your expression of interest",
    State.OFFERED: "We have offered your school a place",
    State.ACCEPTED: "Your school has its place",
    State.DECLINED: "Your school declined its place",
    State.NOT_THIS_YEAR: "We could not offer your school a place this year",
    State.WITHDRAWN: "You have withdrawn your interest",
}


def _change(request: HttpRequest, expression: ExpressionOfInterest, token: str) -> HttpResponse:
    try:
        draft = begin_changes(expression, now=timezone.now())
    except CannotBeChanged:
        return redirect("enrolment:manage_interest", token)  # which says so
    return to_page(draft, "")


def _mail_code(request: HttpRequest, expression: ExpressionOfInterest, token: str) -> HttpResponse:
    """The code is typed on the page that was shown when the form was sent."""
    if not _asks_to_confirm(expression):
        return redirect("enrolment:manage_interest", token)
    if is_over_limit(request, now=timezone.now()):
        return _show(request, expression, token, problem=TOO_MANY, status=429)
    send_code_again(expression, now=timezone.now())
    return redirect(asked_again_url(_received_token(expression)))


def _asks_to_confirm(expression: ExpressionOfInterest) -> bool:
    return expression.stands and not expression.has_real_sender


def _received_token(expression: ExpressionOfInterest) -> str:
    return make_token("received", expression.form_token, expression.link_generation)


def _title(expression: ExpressionOfInterest) -> str:
    state = State(expression.state)
    return _OF_LEADS[state] if expression.is_lead and state in _OF_LEADS else _TITLES[state]


def _show(
    request: HttpRequest,
    expression: ExpressionOfInterest,
    token: str,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    place = Place.objects.held().filter(expression=expression).select_related("work_group").first()
    context = {
        "page_title": _title(expression),
        "expression": expression,
        "place": place,
        "place_token": place and make_token("place", place.pk, place.link_generation),
        "people": list(expression.intended_participants.all()),
        "rows": sent_rows(expression),
        "can_be_changed": expression.can_be_changed(timezone.localdate()),
        "token": token,
        "code_token": _asks_to_confirm(expression) and _received_token(expression),
        "problem": problem,
    }
    return render(request, "enrolment/manage_interest.html", context, status=status)


def _ask_whether_to_withdraw(
    request: HttpRequest,
    expression: ExpressionOfInterest,
    token: str,
    form: WithdrawalForm,
    problem: str = "",
) -> HttpResponse:
    context = {
        "page_title": f"Withdraw your interest in {expression.offering.programme}?",
        "expression": expression,
        "token": token,
        "form": form,
        "problem": problem,
    }
    return render(request, "enrolment/withdraw_interest.html", context)


def _withdraw(request: HttpRequest, expression: ExpressionOfInterest, token: str) -> HttpResponse:
    if not expression.can_be_withdrawn:
        return redirect("enrolment:manage_interest", token)  # the second click
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _ask_whether_to_withdraw(request, expression, token, form)
    if not form.withdraws:
        return redirect("enrolment:manage_interest", token)
    try:
        withdraw_expression(expression, by=None, now=timezone.now())
    except CannotBeWithdrawn:
        pass  # withdrawn a moment ago, or decided meanwhile: the page says which
    except Refusal as refusal:
        return _ask_whether_to_withdraw(request, expression, token, form, problem=str(refusal))
    return redirect("enrolment:manage_interest", token)
