"""Accounts that can sign in with a second factor, for tests; keyword-only."""

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from mathshub.accounts.models import Account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of every authenticator made here; mathshub.testing.browser.totp_code makes its codes."""


def make_authenticator(*, account: Account, secret: str = SECRET) -> Authenticator:
    """The account's authenticator app, made once."""
    known = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    return known or TOTP.activate(account, secret).instance


def sign_in(client: Client, account: Account, *, second_factor: bool = True) -> Client:
    """``client`` signed in as ``account``, by both factors unless told otherwise."""
    client.force_login(account, backend="mathshub.accounts.backends.SignInBackend")
    now = time.time()
    records: list[dict[str, Any]] = [{"method": "password", "at": now, "email": account.email}]
    if second_factor:
        authenticator = make_authenticator(account=account)
        records.append({"method": "mfa", "at": now, "id": authenticator.pk, "type": "totp"})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(account)
    session.save()
    return client
