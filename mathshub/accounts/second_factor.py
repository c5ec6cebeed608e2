"""Whether a session was opened with the second factor, as the admin demands."""

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.http import HttpRequest


def has_used_second_factor(request: HttpRequest) -> bool:
    """Whether this session gave a code of an authenticator that the account still has.

    A session opened before the factor was set up, or whose factor was taken away since, has not.
    Asked of the database once per request.
    """
    known = request.__dict__
    if "_used_second_factor" not in known:
        known["_used_second_factor"] = _is_still_good(request)
    return known["_used_second_factor"]


def _is_still_good(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    used = [record["id"] for record in records if record["method"] == "mfa"]
    return bool(used) and Authenticator.objects.filter(user=request.user, pk__in=used).exists()


def note_second_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Record that this session gave a good code: setting the factor up takes one."""
    record_authentication(
        request, authenticator.user, "mfa", id=authenticator.pk, type=authenticator.type
    )
    request.__dict__.pop("_used_second_factor", None)
