"""Forms filled in as a school would, for tests that send them."""

from datetime import timedelta
from typing import Any

from enrolment.forms.tokens import make_form_token
from enrolment.tests.factories import NOW
from workgroups.models import Offering, School


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
