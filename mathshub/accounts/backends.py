"""Signing in by e-mail address and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):
    """allauth's, and it grants nothing: what an account may do follows from its role in the hub."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Django's tables of permissions are asked by nobody here; that saves two queries a page."""
        return set()
