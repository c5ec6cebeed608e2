"""Who is asking."""

from typing import cast

from django.http import HttpRequest

from mathshub.accounts.models import Account


def account_of(request: HttpRequest) -> Account:
    """The account that is signed in; for views that nobody else reaches."""
    return cast(Account, request.user)
