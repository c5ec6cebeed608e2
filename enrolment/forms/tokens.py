"""The one-time token in a form's page: it makes the form count once, and tells when it was shown."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.core import signing

_SIGNER_SALT = "enrolment.forms.tokens"


class BadFormToken(Exception):
    """The token is missing, forged, damaged, or of another form."""


@dataclass(frozen=True)
class FormToken:
    """The page of one form, shown to one reader."""

    uuid: UUID
    shown_at: datetime

    def is_younger_than(self, least: timedelta, *, now: datetime) -> bool:
        """Whether the page was shown so lately that no person has read it and typed."""
        return now - self.shown_at < least


def make_form_token(form: str, *, now: datetime) -> str:
    """A new token for one showing of ``form`` (a name, such as “interest-12”)."""
    signer = signing.Signer(salt=_SIGNER_SALT, sep="~")
    return signer.sign(f"{form}.{uuid4().hex}.{int(now.timestamp() * 1000)}")


def read_form_token(form: str, token: str) -> FormToken:
    """The showing that ``token`` was made for. Raises ``BadFormToken``."""
    try:
        value = signing.Signer(salt=_SIGNER_SALT, sep="~").unsign(token)
        name, uuid, milliseconds = value.split(".")
        if name != form:
            raise BadFormToken(form)
        return FormToken(UUID(uuid), datetime.fromtimestamp(int(milliseconds) / 1000, UTC))
    except (signing.BadSignature, ValueError) as error:
        raise BadFormToken(form) from error
