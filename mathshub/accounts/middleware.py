"""Who must sign in, and what a session must keep to: its time limits, the second factor."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from mathshub.accounts.second_factor import has_used_second_factor

IDLE_LIMIT = timedelta(minutes=30)
WHOLE_LIMIT = timedelta(hours=8)
# How exactly the last activity is known: more often would write the session at every request.
NOTED_EVERY = timedelta(minutes=1)

OPENED, ACTIVE = "signed_in_at", "last_active_at"


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, but for who asks for an open page nobody looks into the session.

    Looking makes the answer vary with the cookie, so that no cache could keep it for others.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class SessionLimitMiddleware:
    """Signs people out after 30 minutes without a request, and 8 hours after they signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie nobody is signed in, and the session need not be looked at.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            over = keep_time(request, timezone.now())
            if over:
                logout(request)
                messages.info(request, over)
        return self.get_response(request)


def keep_time(request: HttpRequest, now: datetime) -> str:
    """Why the session is over at ``now``, or an empty string, having noted the activity."""
    session = request.session
    opened = _time(session.get(OPENED)) or now
    active = _time(session.get(ACTIVE)) or now
    if now - active > IDLE_LIMIT:
        return "You were signed out because nothing happened here for 30 minutes."
    if now - opened > WHOLE_LIMIT:
        return "You were signed out because you signed in more than 8 hours ago."
    if OPENED not in session or now - active >= NOTED_EVERY:
        session[OPENED] = opened.isoformat()
        session[ACTIVE] = now.isoformat()
    return ""


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@cache
def _admin_path() -> str:
    return reverse("admin:index")


class SecondFactorMiddleware:
    """No admin page opens to someone signed in without the second factor: they are sent to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_admin_path()):
            return self.get_response(request)
        if not request.user.is_authenticated or has_used_second_factor(request):
            return self.get_response(request)
        asks = (
            "mfa_reauthenticate"
            if is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
            else "mfa_activate_totp"
        )
        return redirect(f"{reverse(asks)}?{urlencode({'next': request.get_full_path()})}")
