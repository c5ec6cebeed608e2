"""System checks: every kind of message has its three templates; the mail provider is one we know."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from mathshub.outbox.kinds import Kind, all_kinds
from mathshub.outbox.provider import VIEWS

ENDINGS = (".subject.txt", ".txt", ".html")


@register()
def check_templates(**options: Any) -> list[CheckMessage]:
    """A file that is missing or broken shows here, not on the day the message is due.

    Warnings: the portal starts all the same, `make lint` does not pass.
    """
    return [warning for kind in all_kinds() for warning in _warnings(kind)]


def _warnings(kind: Kind) -> list[CheckMessage]:
    if not kind.template:
        return [CheckWarning(f"Message kind {kind.name!r} names no template.", id="outbox.W001")]
    warnings: list[CheckMessage] = []
    for ending in ENDINGS:
        try:
            get_template(kind.template + ending)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            text = f"Message kind {kind.name!r}: {kind.template}{ending}: {error!r}"
            warnings.append(CheckWarning(text, id="outbox.W002"))
    return warnings


@register()
def check_provider(**options: Any) -> list[CheckMessage]:
    """A name that is mistyped would answer each of the provider's calls with an error."""
    if settings.BOUNCE_PROVIDER in ("", *VIEWS):
        return []
    text = f"BOUNCE_PROVIDER is {settings.BOUNCE_PROVIDER!r}: it must be one of {', '.join(VIEWS)}."
    return [CheckError(text, id="outbox.E001")]
