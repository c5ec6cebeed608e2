"""Forms filled in as a school would, for tests that send them."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from enrolment.forms.tokens import make_form_token
from enrolment.tests.factories import NOW
from workgroups.models import Offering, School


def form_url(offering: Offering) -> str:
    return reverse("enrolment:express_interest", args=[offering.pk])


def page_token(offering: Offering, *, age: timedelta = timedelta(minutes=5)) -> str:
    """The token of a page that was shown so long before NOW."""
    return make_form_token(f"interest-{offering.pk}", now=NOW - age)


def filled_in(offering: Offering, school: School | None, **changes: Any) -> dict[str, Any]:
    """A form that can be sent; None takes a field away."""
    fields = {
        "form_token": page_token(offering),
        "school_typed": school.name if school else "",
        "urn": school.urn if school else "",
        "headteacher_name": "Grace Obi",
        "headteacher_email": "grace@school.example",
        "person_1_name": "Sam Okafor",
        "person_1_email": "sam@school.example",
        "person_1_role": "maths_lead",
        "days": ["monday", "thursday"],
        "commitment": "on",
        "privacy": "on",
        "leave_empty": "",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def new_page_token(offering: Offering) -> str:
    """The token of a page that was shown just now, for portals whose clock is the machine's."""
    return make_form_token(f"interest-{offering.pk}", now=timezone.now())


def filled_in_now(offering: Offering, school: School | None, **changes: Any) -> dict[str, Any]:
    """The same form, of such a page."""
    return filled_in(offering, school, **{"form_token": new_page_token(offering)} | changes)
