"""How allauth behaves here: nobody signs up alone, guessing is slow, nobody is locked out."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.utils import timezone

from mathshub.accounts.messages import queue_sign_in
from mathshub.client import client_address
from mathshub.links import absolute


class PortalAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by hub administrators; sign-in mail goes through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "too_many_login_attempts": "Too many wrong attempts from here. Wait five minutes, "
        "then try again.",
        "incorrect_password": "The password is not right.",
        "enter_current_password": "This is not your password now.",
        "incorrect_code": "This code is not right, or it was used already. Wait for the next one.",
        "rate_limited": "Too many attempts. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write it now and leave the sending to the outbox: an answer never waits for a server."""
        written = self.render_mail(template_prefix, email, context | {"email": email})
        queue_sign_in(email, subject=written.subject, text=written.body, now=timezone.now())

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the hub's own host, whatever the request's Host header says."""
        who, _, secret = key.partition("-")
        return absolute(self.request.hub, "account_reset_password_from_key", who, secret)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in lately is not asked again; with an app set up, only its codes count."""
        user = self.request.user
        records = get_authentication_records(self.request, user)
        if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            records = [record for record in records if record["method"] == "mfa"]
        newest = max((record["at"] for record in records), default=0)
        return time.time() - newest > app_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """The code from the app where there is one; the password would be the weaker proof."""
        methods = super().get_reauthentication_methods(user)
        return [way for way in methods if way["id"].startswith("mfa")] or methods

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count by the caller's network too: nobody can lock another person out.

        Not by the host, as allauth has it: the Host header may carry any port, each a new count.
        """
        login = credentials.get("email", "").lower()
        return f"{login}:{truncate_ip(self.get_client_ip(request))}"

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what happened."""
