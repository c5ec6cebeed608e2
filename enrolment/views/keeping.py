"""Keeps what a page of the form says; where its draft is gone, in a new one, so that nothing is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils import timezone

from enrolment.errors import AlreadySent
from enrolment.forms.interest import PAGES, Page, Row, SchoolPage
from enrolment.forms.interest.programme import ProgrammePage
from enrolment.forms.school_question import LONGEST_SCHOOL, pickable_school
from enrolment.models import InterestDraft
from enrolment.services.drafts import (
    keep_half,
    keep_offering,
    keep_page,
    keep_school,
    start_draft,
)
from mathshub.links import BadLink, make_token, read_token
from mathshub.scope import current_hub
from workgroups.models import Offering

BEGUN_AGAIN = UUID("5b1f0c1e-6d0c-4a7e-9a55-3f1d7f0c9b42")  # a namespace of ours


def token_of(draft: InterestDraft) -> str:
    return make_token("draft", draft.pk, draft.link_generation)


def keep(draft: InterestDraft, page: Page, now: datetime) -> InterestDraft:
    """Keep a valid page. Raises ``AlreadySent``."""
    if isinstance(page, SchoolPage):
        return keep_school(
            draft, school=page.chosen_school, school_as_typed=page.school_as_typed, now=now
        )
    if isinstance(page, ProgrammePage):
        return keep_offering(draft, offering=page.chosen, kept=page.kept(), now=now)
    return keep_page(draft, page=page.name, kept=page.kept(), now=now)


def keep_unfinished(draft: InterestDraft, page: Page, now: datetime) -> InterestDraft:
    """Keep a page that is left before it is finished. Raises ``AlreadySent``."""
    if page.is_valid():
        return keep(draft, page, now)
    if isinstance(page, SchoolPage | ProgrammePage):
        return draft  # nothing of them can be kept by halves
    return keep_half(draft, page=page.name, typed=page.half_kept(), now=now)


@dataclass(frozen=True)
class Orphan:
    """A page that was sent when its draft was gone, and what it says of the draft that it had."""

    page: Page
    rows: list[Row]
    is_change: bool

    @property
    def can_begin_again(self) -> bool:
        """Whether a new form can hold it: not a change of what was sent, nor once it is too late."""
        offering = self.page.draft.offering
        is_open = offering is not None and offering.is_open_to_interest(timezone.localdate())
        return is_open and not self.is_change


def read_orphan(request: HttpRequest, page_name: str) -> Orphan | None:
    """What was typed on a page whose draft is gone; None where nothing was, or it can't be told."""
    kind = next((each for each in PAGES if each.name == page_name), None)
    offering = _offering_of(request)
    if request.method != "POST" or kind is None or offering is None:
        return None
    typed = request.POST.get("of_school", "").replace("\x00", "").strip()[:LONGEST_SCHOOL]
    school = pickable_school(typed)
    draft = InterestDraft(offering=offering, school=school, school_as_typed="" if school else typed)
    page = kind(request.POST, draft=draft)
    rows = page.as_typed()
    return Orphan(page, rows, bool(request.POST.get("of_change"))) if rows else None


def begin_again(token: str, orphan: Orphan, now: datetime) -> InterestDraft | None:
    """A new draft with what was typed: one for each draft that is gone, however often it is sent.

    None where the link was none of ours. It may have been sent by now.
    """
    try:
        read_token("draft", token)
    except BadLink:
        return None
    gone = orphan.page.draft
    draft = start_draft(
        form_token=uuid5(BEGUN_AGAIN, f"{current_hub().pk}:{token}"),
        offering=gone.offering,
        school=gone.school,
        school_as_typed=gone.school_as_typed,
        now=now,
    )
    try:
        return keep_unfinished(draft, orphan.page, now)
    except AlreadySent:
        return InterestDraft.objects.get(pk=draft.pk)


def _offering_of(request: HttpRequest) -> Any:
    number = request.POST.get("of_offering", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Offering.objects.select_related("programme", "academic_year").filter(pk=number).first()
