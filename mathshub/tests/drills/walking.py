"""The whole way through the form of interest over HTTP: page after page, as the portal leads."""

from datetime import timedelta
from typing import Any

from django.db.models import F

from enrolment.models import InterestDraft
from enrolment.tests.filling import PAGES, first_page, form_url, new_page_token
from mathshub.tests.drills.browsing import Browser, Page
from workgroups.models import Offering, School

SEND = {"leave_empty": ""}
"""What the last page of the form sends."""


def fill_in_pages(
    browser: Browser, offering: Offering, school: School, address: str, *, token: str = ""
) -> str:
    """Answer what is asked, from the first page on; returns the address of the page that sends it.

    ``token`` is the first page's, where that has been shown already. Raises ``AssertionError`` where
    a page leads nowhere.
    """
    form = first_page(offering, school, form_token=token or new_page_token(offering))
    return go_on(browser, browser.post(form_url(offering), form), offering, address)


def go_on(browser: Browser, page: Page, offering: Offering, address: str) -> str:
    """Answer the pages after this answer; returns the address of the page that sends the form."""
    answers = answers_for(offering, address)
    for _ in range(len(answers) + 1):
        assert page.status == 302, page.text
        if page.location.endswith("/check/"):
            return page.location
        page = browser.post(page.location, answers[name_of(page.location)])
    raise AssertionError(f"it goes round in circles: {page.location}")


def answers_for(offering: Offering, address: str) -> dict[str, dict[str, Any]]:
    """What a headteacher at ``address`` types, by page."""
    you = PAGES["you"] | {"email": address}
    return PAGES | {"programme": {"offering": str(offering.pk)}, "you": you}


def name_of(location: str) -> str:
    """The name of the page in an address of the form."""
    return location.rstrip("/").rpartition("/")[2]


def let_readers_read() -> None:
    """Five minutes pass for every form that was begun: who is quicker than a person is asked to
    press again."""
    InterestDraft.objects.update(started_at=F("started_at") - timedelta(minutes=5))
