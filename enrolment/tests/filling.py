"""Forms of interest filled in as a school would, for tests that send them."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from enrolment.forms.interest import Page, Way
from enrolment.forms.tokens import make_form_token
from enrolment.models import InterestDraft, Question
from enrolment.tests.factories import NOW, make_question
from mathshub.links import make_token
from workgroups.models import Offering, Programme, School
from workgroups.tests.factories import make_offering, make_programme, make_work_group

ADDRESS = "grace@school.example"
PAGES: dict[str, dict[str, Any]] = {
    "appetite": {"appetite": "yes"},
    "you": {"role": "headteacher", "full_name": "Grace Obi", "email": ADDRESS},
    "headteacher": {"full_name": "Grace Obi", "email": ADDRESS},
    "maths-lead": {"full_name": "Sam Okafor", "email": "sam@school.example"},
    "participants": {
        "person_1_name": "Sam Okafor",
        "person_1_email": "sam@school.example",
        "person_1_role": "maths_lead",
        "person_1_year_group": "year_4",
    },
    "preferences": {"days": ["monday", "thursday"], "modes": ["virtual"]},
    "barriers": {"barriers": "Two new teachers"},
    "commitment": {"release": "on", "attendance": "on", "visits": "on"},
    "questions": {},
    "anything-else": {},
    "privacy": {"privacy": "on"},
}
"""What is typed on each page that is asked."""


def form_url(offering: Offering) -> str:
    return reverse("enrolment:express_interest", args=[offering.pk])


def offering_that_asks_all() -> Offering:
    """An offering whose form has every page and every kind of field, where the office sends it."""
    offering = make_offering(programme=make_programme(asks_for_barriers=True, has_visits=True))
    for name in ("East", "West"):
        make_work_group(offering=offering, name=name, state="forming")
    for kind in Question.Kind.values:
        make_question(kind=kind, choices="One\nTwo" if kind == "choice" else "")
    return offering


def page_token(offering: Offering, *, age: timedelta = timedelta(minutes=5)) -> str:
    """The token of a first page that was shown so long before NOW."""
    return make_form_token(f"interest-{offering.pk}", now=NOW - age)


def new_page_token(offering: Offering) -> str:
    """The token of a page that was shown just now, for portals whose clock is the machine's."""
    return make_form_token(f"interest-{offering.pk}", now=timezone.now())


def hearing_token(programme: Programme, *, age: timedelta = timedelta(minutes=5)) -> str:
    """The token of “Tell me when it reopens” as it was shown so long before NOW."""
    return make_form_token(f"opening-{programme.pk}", now=NOW - age)


def first_page(offering: Offering, school: School | None, **changes: Any) -> dict[str, Any]:
    """The first page, filled in; None takes a field away."""
    fields = {
        "form_token": page_token(offering),
        "school_typed": school.name if school else "",
        "urn": school.urn if school else "",
        "leave_empty": "",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def posted(fields: dict[str, Any]) -> QueryDict:
    """The fields as a browser sends them."""
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def make_draft(
    *, offering: Offering, school: School | None = None, now: datetime = NOW, **fields: Any
) -> InterestDraft:
    """A draft of a school (typed, where none is given) that has answered the first page only."""
    if school is None:
        fields = {"school_as_typed": "Marsh Gate School"} | fields
    return InterestDraft.objects.create(
        offering=offering,
        school=school,
        started_at=now - timedelta(minutes=5),
        changed_at=now,
        **fields,
    )


def fill_in(draft: InterestDraft, **pages: dict[str, Any]) -> InterestDraft:
    """Answer every page that is asked; ``pages`` are answers in place of the usual ones.

    Names of pages have an underscore for the hyphen.
    """
    instead = {name.replace("_", "-"): fields for name, fields in pages.items()}
    answers = {**PAGES, "programme": {"offering": str(draft.offering_id)}} | instead
    while name := Way(draft).first_open:
        [kind] = [page for page in Way(draft).pages if page.name == name]
        draft.answers[name] = kept(kind, draft, answers[name])
    draft.save()
    return draft


def kept(kind: type[Page], draft: InterestDraft, fields: dict[str, Any]) -> dict[str, Any]:
    """What the draft keeps of the page."""
    page = kind(posted(fields), draft=draft)
    assert page.is_valid(), (kind.name, page.errors)
    return page.kept()


def ready_draft(
    *,
    offering: Offering,
    school: School | None = None,
    address: str = ADDRESS,
    now: datetime = NOW,
    **pages: dict[str, Any],
) -> InterestDraft:
    """A draft that only has to be sent, by a headteacher at ``address``."""
    you = PAGES["you"] | {"email": address}
    return fill_in(make_draft(offering=offering, school=school, now=now), **{"you": you} | pages)


def ready_drafts(
    *, offering: Offering, senders: list[tuple[School, str]], now: datetime
) -> list[InterestDraft]:
    """Many such drafts at once, each of a school and an address of its own."""
    first_school, first_address = senders[0]
    model = ready_draft(offering=offering, school=first_school, address=first_address, now=now)
    drafts = [model, *(_like(model, school, address) for school, address in senders[1:])]
    InterestDraft.objects.bulk_create(drafts[1:], batch_size=1_000)
    return drafts


def _like(model: InterestDraft, school: School, address: str) -> InterestDraft:
    answers = deepcopy(model.answers)
    answers["you"]["typed"]["email"] = [address]
    answers["you"]["clean"]["email"] = address
    return InterestDraft(
        offering=model.offering,
        school=school,
        answers=answers,
        started_at=model.started_at,
        changed_at=model.changed_at,
    )


def token_of(draft: InterestDraft) -> str:
    return make_token("draft", draft.pk, draft.link_generation)


def page_url(draft: InterestDraft, page: str) -> str:
    return reverse("enrolment:fill_interest", args=[token_of(draft), page])


def check_url(draft: InterestDraft) -> str:
    return reverse("enrolment:check_interest", args=[token_of(draft)])
