"""Addresses of the sign-in pages: those of allauth's that the portal uses, under allauth's names."""

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from django.http import HttpResponseBase
from django.urls import path, re_path
from django.views import View
from django.views.generic import RedirectView

from mathshub.accounts import views


def page(view: type[View], title: str) -> Callable[..., HttpResponseBase]:
    """The view with the words that stand in the page's title and heading."""
    return view.as_view(extra_context={"page_title": title})


urlpatterns = [
    path("login/", page(account.LoginView, "Sign in"), name="account_login"),
    path("logout/", page(account.LogoutView, "Sign out?"), name="account_logout"),
    path(
        "inactive/",
        page(account.AccountInactiveView, "This account can’t sign in"),
        name="account_inactive",
    ),
    path(
        "reauthenticate/",
        page(account.ReauthenticateView, "Confirm that it is you"),
        name="account_reauthenticate",
    ),
    path(
        "password/change/",
        page(account.PasswordChangeView, "Change your password"),
        name="account_change_password",
    ),
    # allauth sends accounts without a password here; ours get theirs by a link in an e-mail.
    path(
        "password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path(
        "password/reset/",
        page(account.PasswordResetView, "Set a new password"),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        page(account.PasswordResetDoneView, "Check your e-mail"),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        page(account.PasswordResetFromKeyView, "Choose your password"),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        page(account.PasswordResetFromKeyDoneView, "Your new password is set"),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", page(mfa.IndexView, "How you sign in"), name="mfa_index"),
    path(
        "2fa/authenticate/",
        page(mfa.AuthenticateView, "Enter the code from your app"),
        name="mfa_authenticate",
    ),
    path(
        "2fa/reauthenticate/",
        page(mfa.ReauthenticateView, "Enter the code from your app"),
        name="mfa_reauthenticate",
    ),
    path(
        "2fa/totp/activate/",
        page(views.ActivateTOTPView, "Set up your authenticator app"),
        name="mfa_activate_totp",
    ),
    path(
        "2fa/totp/deactivate/",
        page(views.DeactivateTOTPView, "Change to another phone?"),
        name="mfa_deactivate_totp",
    ),
    path(
        "2fa/recovery-codes/",
        page(recovery.ViewRecoveryCodesView, "Keep your recovery codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        page(recovery.GenerateRecoveryCodesView, "Make new recovery codes?"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        recovery.DownloadRecoveryCodesView.as_view(),
        name="mfa_download_recovery_codes",
    ),
]
