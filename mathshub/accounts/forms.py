"""allauth's forms in our words: labels say what to type, nothing is explained in a placeholder."""

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms

LENGTH_HINT = "12 characters or more; three random words do well."
CODE_HINT = "Six digits from the app, or one of your recovery codes."


class InOurWords:
    """Labels and hints by field name, in place of allauth's placeholders."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class LoginForm(InOurWords, account_forms.LoginForm):
    labels: ClassVar = {"login": "E-mail address", "password": "Password"}


class ReauthenticateForm(InOurWords, account_forms.ReauthenticateForm):
    labels: ClassVar = {"password": "Password"}


class ResetPasswordForm(InOurWords, account_forms.ResetPasswordForm):
    labels: ClassVar = {"email": "E-mail address"}


class NewPasswordForm(InOurWords, account_forms.ResetPasswordKeyForm):
    labels: ClassVar = {"password1": "New password", "password2": "The new password again"}
    hints: ClassVar = {"password1": LENGTH_HINT}


class ChangePasswordForm(InOurWords, account_forms.ChangePasswordForm):
    labels: ClassVar = {
        "oldpassword": "Your password now",
        "password1": "New password",
        "password2": "The new password again",
    }
    hints: ClassVar = {"password1": LENGTH_HINT}


class _CodeForm(InOurWords):
    labels: ClassVar = {"code": "Code"}
    hints: ClassVar = {"code": CODE_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not inputmode=numeric: a recovery code may be typed with its spaces.
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "size": "12"}  # type: ignore[attr-defined]


class AuthenticateForm(_CodeForm, mfa_forms.AuthenticateForm):
    pass


class ConfirmByCodeForm(_CodeForm, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(_CodeForm, totp_forms.ActivateTOTPForm):
    labels: ClassVar = {"code": "Code that the app shows"}
    hints: ClassVar = {"code": "Six digits; they change every 30 seconds."}
