"""The form of interest, page by page, behind the draft's own link; the last page sends it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.errors import AlreadySent, AskedAlready, ChangedMeanwhile, Refusal
from enrolment.forms.interest import Page, Part, Row, SchoolPage, Way, answers_of
from enrolment.forms.interest.later import LaterForm
from enrolment.forms.interest.questions import asked_of
from enrolment.forms.school_question import NOT_LISTED
from enrolment.limits import is_over_limit, too_many_drafts
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.changing import change_expression
from enrolment.services.drafts import mail_draft_link
from enrolment.services.further_forms import join_form
from enrolment.services.interest import submit_expression
from enrolment.views.keeping import begin_again, keep, keep_unfinished, read_orphan, token_of
from mathshub.links import BadLink, make_token, read_token
from mathshub.prepared import prepared
from workgroups.models import Offering

P = ParamSpec("P")

# Nobody reads and answers thirteen pages so fast; who does is asked to press once more.
QUICKEST = timedelta(seconds=4)

UNKNOWN_PAGE = (
    "This page could not be matched to the one that you opened, perhaps because it was open for "
    "very long. Nothing you typed is lost: please check it and send the page again."
)
TOO_MANY = (
    "Very many forms have come from your network within a few minutes. Nothing you typed is lost: "
    "please wait ten minutes and send the page again."
)
TOO_QUICK = "That was very quick. Please look at your answers once more, then send them."
BAITED = (
    "A field that must stay empty was filled in, perhaps by your browser. We have emptied it: "
    "please send the page again."
)


def of_draft(
    view: Callable[Concatenate[HttpRequest, InterestDraft, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Open the draft that the link is for; one that is gone or was sent is answered here."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        draft = _draft(token)
        if draft is None:
            return _show_gone(request, token, str(kwargs.get("page_name", "")))
        if draft.is_sent:
            return to_received(draft)
        return view(request, draft, *args, **kwargs)

    return answer


def of_open_draft(
    view: Callable[Concatenate[HttpRequest, InterestDraft, datetime, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """As ``of_draft``, for pages that show nothing once it is too late to send; gives the time."""

    @of_draft
    @wraps(view)
    def answer(
        request: HttpRequest, draft: InterestDraft, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        now = timezone.now()
        if not draft.may_still_be_sent(now):
            return _show_closed(request, draft, now, page_name=str(kwargs.get("page_name", "")))
        return view(request, draft, now, *args, **kwargs)

    return answer


@login_not_required
@require_safe
@of_draft
def resume_interest(request: HttpRequest, draft: InterestDraft) -> HttpResponse:
    """Go on where the draft was left."""
    return to_page(draft, Way(draft).first_open)


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@of_open_draft
def fill_page(
    request: HttpRequest, draft: InterestDraft, now: datetime, page_name: str
) -> HttpResponse:
    """One page of the form; answered, it leads to the next that waits, or to the check."""
    way = Way(draft)
    kind = way.page(page_name)
    if kind is None or not _may_open(way, kind):
        return to_page(draft, way.first_open)
    if request.method == "POST":
        return _take_page(request, way, kind, now)
    return _show_page(request, way, kind.of(draft))


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@of_open_draft
def check_interest(request: HttpRequest, draft: InterestDraft, now: datetime) -> HttpResponse:
    """All answers with a link to change each; the button sends them."""
    way = Way(draft)
    if way.first_open:
        return to_page(draft, way.first_open)
    if request.method != "POST":
        return _show_check(request, way)
    if "later" in request.POST:
        return redirect("enrolment:keep_interest", token_of(draft))
    if is_over_limit(request, now=now):
        return _show_check(request, way, problem=TOO_MANY, status=429)
    if request.POST.get("leave_empty"):
        return _show_check(request, way, problem=BAITED)
    if request.POST.get("as_of", _as_of(draft)) != _as_of(draft):
        return _show_check(request, way, problem=str(ChangedMeanwhile()))
    if draft.changes_id is None and now - draft.started_at < QUICKEST:
        return _show_check(request, way, problem=TOO_QUICK)
    return _send(request, way, now)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@of_open_draft
def keep_for_later(request: HttpRequest, draft: InterestDraft, now: datetime) -> HttpResponse:
    """Mail the draft's link, to go on with another time or on another device."""
    address = draft.link_email or draft.said("you", "email")
    form = LaterForm(request.POST if request.method == "POST" else None, address=address)
    problem = ""
    if request.method == "POST" and is_over_limit(request, now=now):
        problem = TOO_MANY
    elif form.is_valid():
        try:
            mail_draft_link(draft, address=form.cleaned_data["email"], now=now)
        except AlreadySent:
            return to_received(InterestDraft.objects.get(pk=draft.pk))
        except Refusal as refusal:
            problem = str(refusal)
        else:
            messages.success(
                request,
                f"The link is on its way to {form.cleaned_data['email']}, unless that address has "
                "had three e-mails from us today. It works for 30 days.",
            )
            return redirect("enrolment:keep_interest", token_of(draft))
    context = _frame(draft) | {
        "page_title": "Go on another time",
        "form": form,
        "problem": problem,
        "back": Way(draft).first_open,
    }
    status = 429 if problem == TOO_MANY else 200
    return render(request, "enrolment/interest/later.html", context, status=status)


def to_page(draft: InterestDraft, page: str) -> HttpResponse:
    """Lead to a page of the draft; to the check where none is named."""
    if page:
        return redirect("enrolment:fill_interest", token_of(draft), page)
    return redirect("enrolment:check_interest", token_of(draft))


def to_received(draft: InterestDraft) -> HttpResponse:
    """Lead to what a draft that was sent has become. The address does not tell which of the two."""
    if draft.changes is not None:
        expression = draft.changes
        token = make_token("manage", expression.pk, expression.link_generation)
        return redirect("enrolment:manage_interest", token)
    # Both kinds have the draft's key.
    generation = draft.expression.link_generation if draft.expression else 1
    token = make_token("received", draft.form_token, generation)
    return redirect("enrolment:interest_received", token)


def show_closed(
    request: HttpRequest, offering: Offering, now: datetime, *, typed: Sequence[Row] = ()
) -> HttpResponse:
    """Why the form can't be sent; with what was ``typed`` on the page that came too late."""
    opens_later = offering.opens_on is None or offering.opens_later(timezone.localdate(now))
    state = "is not open yet" if opens_later else "has closed"
    context = {
        "page_title": f"Interest in {offering.programme} {state}",
        "offering": offering,
        "opens_later": opens_later,
        "typed": typed,
    }
    return render(request, "enrolment/interest_closed.html", context)


def _take_page(request: HttpRequest, way: Way, kind: type[Page], now: datetime) -> HttpResponse:
    page = kind(request.POST, draft=way.draft)
    if is_over_limit(request, now=now):
        return _show_page(request, way, page, problem=TOO_MANY, status=429)
    if isinstance(page, SchoolPage) and "find" in request.POST:
        typed = request.POST.get("school_typed", "").strip()
        page.look_for(typed, is_not_listed=request.POST["find"] == NOT_LISTED)
        return _show_page(request, way, page, looked_for_school=True)
    if "later" in request.POST:
        return _leave_page(way, page, now)
    if not page.is_valid():
        return _show_page(request, way, page)
    try:
        draft = keep(way.draft, page, now)
    except AlreadySent:
        return to_received(InterestDraft.objects.get(pk=way.draft.pk))
    except Refusal as refusal:
        return _show_page(request, way, page, problem=str(refusal))
    return to_page(draft, _next(Way(draft), page))


def _leave_page(way: Way, page: Page, now: datetime) -> HttpResponse:
    """Finish another time: what stands on the page is kept as it is, finished or not."""
    try:
        draft = keep_unfinished(way.draft, page, now)
    except AlreadySent:
        return to_received(InterestDraft.objects.get(pk=way.draft.pk))
    return redirect("enrolment:keep_interest", token_of(draft))


def _next(way: Way, page: Page) -> str:
    """The first page after this one that waits; one before it only where that was never answered."""
    names = [kind.name for kind in way.pages]
    after = way.pages[names.index(page.name) + 1 :] if page.name in names else []
    waiting = [kind.name for kind in after if not way.is_answered(kind)]
    return waiting[0] if waiting else way.first_open


def _may_open(way: Way, kind: type[Page]) -> bool:
    """Any page that was answered, and the first that waits: nobody skips a question unseen."""
    return way.is_answered(kind) or kind.name == way.first_open


def _show_page(
    request: HttpRequest,
    way: Way,
    page: Page,
    *,
    problem: str = "",
    looked_for_school: bool = False,
    status: int = 200,
) -> HttpResponse:
    if isinstance(page, SchoolPage) and page.typed_school:
        page.show_schools()
    before = way.before(type(page))
    context = _frame(way.draft) | {
        "page_title": page.heading,
        "form": page,
        "problem": problem,
        "looked_for_school": looked_for_school,
        "part": page.part.words,
        "before": before,
    }
    return render(request, page.template, context, status=status)


def _show_check(
    request: HttpRequest, way: Way, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = _frame(way.draft) | {
        "page_title": "Check your answers",
        "appetite": way.draft.said("appetite", "appetite"),
        "part": Part.SENDING.words,
        "summary": way.summary(),
        "as_of": _as_of(way.draft),
        "problem": problem,
        "before": way.pages[-1].name,
    }
    return render(request, "enrolment/interest/check.html", context, status=status)


def _as_of(draft: InterestDraft) -> str:
    """What the check shows is sent, and nothing that another tab has put in its place since."""
    return draft.changed_at.isoformat()


def _send(request: HttpRequest, way: Way, now: datetime) -> HttpResponse:
    try:
        _file(way, now)
    except ChangedMeanwhile as refusal:
        return _show_check(request, Way(_as_it_is_now(way.draft)), problem=str(refusal))
    except Refusal as refusal:
        return _show_check(request, way, problem=str(refusal))
    return to_received(way.draft)


def _as_it_is_now(draft: InterestDraft) -> InterestDraft:
    [found] = _drafts(pk=draft.pk, generation=draft.link_generation)
    return found


def _file(way: Way, now: datetime) -> None:
    """Store what the draft says, as what it is: a change, a first form, or one joined to that."""
    draft, answers = way.draft, answers_of(way)
    assert draft.offering is not None
    if draft.changes is not None:
        change_expression(draft.changes, answers=answers, draft=draft, now=now)
        return
    try:
        if draft.standing is not None:  # type: ignore[attr-defined]
            # Known beforehand, so that it takes no longer than a first form.
            raise AskedAlready(ExpressionOfInterest.objects.get(pk=draft.standing))  # type: ignore[attr-defined]
        draft.expression, _ = submit_expression(
            answers,
            offering=draft.offering,
            form_token=draft.form_token,
            source=ExpressionOfInterest.Source.WEB,
            by=None,
            now=now,
            draft=draft,
        )
    except AskedAlready as again:
        draft.further_form = join_form(again.expression, answers=answers, draft=draft, now=now)


def _frame(draft: InterestDraft) -> dict[str, Any]:
    """What each page of a draft shows around its question."""
    return {
        "draft": draft,
        "offering": draft.offering,
        "token": token_of(draft),
    }


def _show_closed(
    request: HttpRequest, draft: InterestDraft, now: datetime, *, page_name: str
) -> HttpResponse:
    if draft.changes is not None:
        return to_received(draft)
    assert draft.offering is not None
    kind = Way(draft).page(page_name)
    is_typed = kind is not None and request.method == "POST"
    typed = kind(request.POST, draft=draft).as_typed() if kind and is_typed else []
    return show_closed(request, draft.offering, now, typed=typed)


@prepared
def _drafts(pk: Any, generation: Any) -> QuerySet[InterestDraft]:
    return (
        InterestDraft.objects.filter(pk=pk, link_generation=generation)
        .select_related(
            "school__local_authority",
            "offering__programme",
            "offering__academic_year",
            "expression",
            "changes__offering",
        )
        .annotate(
            has_questions=Exists(asked_of(OuterRef("offering__programme"))),
            standing=Subquery(
                ExpressionOfInterest.objects.standing()
                .filter(school=OuterRef("school"), offering=OuterRef("offering"))
                .values("pk")[:1]
            ),
        )
    )


def _draft(token: str) -> InterestDraft | None:
    """The draft that the link is for; None where it is gone, or never was."""
    try:
        link = read_token("draft", token)
    except BadLink:
        return None
    found = _drafts(pk=link.pk, generation=link.generation)
    return found[0] if found else None


def _show_gone(request: HttpRequest, token: str, page_name: str) -> HttpResponse:
    """The draft is deleted; what was typed on a page left open comes back, in a new form."""
    orphan = read_orphan(request, page_name)
    if orphan is None:
        context: dict[str, Any] = {"page_title": "This form is no longer here"}
        return render(request, "enrolment/interest/gone.html", context, status=404)
    context = {"page_title": "Here is what you typed", "typed": orphan.rows, "orphan": orphan}
    if not orphan.can_begin_again:
        return render(request, "enrolment/interest/gone.html", context, status=404)
    now = timezone.now()
    if is_over_limit(request, now=now) or too_many_drafts(request, now=now):
        context["problem"] = TOO_MANY
        return render(request, "enrolment/interest/gone.html", context, status=429)
    draft = begin_again(token, orphan, now)
    if draft is None:
        return render(request, "enrolment/interest/gone.html", context, status=404)
    if draft.is_sent:
        return to_received(draft)
    context |= {"page_title": "Nothing that you typed is lost", "token": token_of(draft)}
    return render(request, "enrolment/interest/gone.html", context)
