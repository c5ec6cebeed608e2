"""How allauth behaves here: nobody signs up alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class PortalAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by hub administrators; sign-in mail goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
