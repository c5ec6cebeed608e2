"""Fields for plain text: what can't be read, or would deceive the reader, is refused in words."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

# Controls of writing direction make text read other than it is; U+FFFD stands for bytes that were
# not UTF-8.
_DECEIVING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd"
)
_LAYOUT = frozenset("\t\n\r")
# Within a word they shape letters, as in Persian and in Hindi; on its edges they are nothing.
_JOINERS = "\u200c\u200d"
_EDGES = re.compile(rf"^[\s{_JOINERS}]+|[\s{_JOINERS}]+$")
_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
LONGEST_ADDRESS = 254  # characters, as RFC 5321 has it
LONGEST_MAILBOX = 64  # of these before the @, as the same has it
LONGEST_NAME = 120  # characters, as the models keep of a person


class PlainText(forms.CharField):
    """Text that a person can read; one line of it, unless the widget is a text area.

    An error names the field by ``called`` (its label unless told), because the summary on top of
    the page shows it away from the field. ``missing`` is what it says where nothing was typed;
    without it the field is optional. Without ``takes_links`` it holds no web address: it stands in
    letters, and anybody may name a stranger as their reader.
    """

    def __init__(
        self,
        *,
        label: str,
        max_length: int,
        missing: str = "",
        called: str = "",
        takes_links: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(label=label, max_length=max_length, required=bool(missing), **options)
        self.error_messages["required"] = missing
        self.called = called or label
        self.takes_links = takes_links

    def to_python(self, value: Any) -> str:
        """Without what nobody sees, so that nothing but that is nothing."""
        typed = super().to_python(value) or ""
        text = "".join(each for each in typed if not _is_invisible(each))
        return _EDGES.sub("", text)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return text if isinstance(self.widget, forms.Textarea) else " ".join(text.split())

    def run_validators(self, value: str) -> None:
        """Raise the first thing that is wrong, in our words instead of Django's."""
        if any(map(_is_unreadable, value)):
            raise ValidationError(
                f"{self.called}: take out the characters that can’t be shown. "
                "Typing it again, instead of pasting it, does that.",
                code="unreadable",
            )
        if self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(
                f"{self.called}: make it shorter. {self.max_length:,} characters fit, "
                f"{len(value):,} were typed.",
                code="too_long",
            )

        if not self.takes_links and _LINK.search(value):
            raise ValidationError(f"{self.called}: leave out the web address.", code="link")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: a browser would cut what is pasted without a word."""
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }


class PersonName(PlainText):
    """The name of somebody to whom a letter may go: nobody smuggles a web address into it."""

    def __init__(self, *, label: str, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(label=label, max_length=LONGEST_NAME, takes_links=False, **options)


class Address(PlainText):
    """An e-mail address."""

    def __init__(self, *, label: str, **options: Any) -> None:
        options.setdefault("widget", forms.EmailInput(attrs={"spellcheck": "false"}))
        super().__init__(label=label, max_length=LONGEST_ADDRESS, **options)

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        if not value:
            return
        EmailValidator(
            message=f"{self.called}: type it in full, for example office@school.example."
        )(value)
        mailbox = value.rpartition("@")[0]
        if len(mailbox) > LONGEST_MAILBOX:
            raise ValidationError(
                f"{self.called}: make what stands before the @ shorter. No address has more than "
                f"{LONGEST_MAILBOX} characters there, {len(mailbox)} were typed.",
                code="too_long",
            )


def _is_invisible(character: str) -> bool:
    """A mark of format, such as the space of no width; those that deceive are refused instead."""
    is_kept = character in _DECEIVING or character in _JOINERS
    return unicodedata.category(character) == "Cf" and not is_kept


def _is_unreadable(character: str) -> bool:
    if character in _LAYOUT:
        return False
    return character in _DECEIVING or unicodedata.category(character) in ("Cc", "Cs")
