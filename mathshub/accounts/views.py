"""Sign-in pages where the portal asks more of allauth than its own views do."""

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from django.http import HttpResponse
from django.urls import reverse

from mathshub.accounts.second_factor import note_second_factor


class ActivateTOTPView(totp.ActivateTOTPView):
    """Sets the authenticator app up. The code that this takes counts as used in this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        note_second_factor(
            self.request,
            Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP),
        )
        return response


class DeactivateTOTPView(totp.DeactivateTOTPView):
    """Takes the authenticator app away, to set up another: the admin is shut until then."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        records = self.request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        self.request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            record for record in records if record["method"] != "mfa"
        ]
        return response

    def get_success_url(self) -> str:
        return reverse("mfa_activate_totp")
