"""A flyer that the hub has made itself: a PDF by what is in it, and not too large to send on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LARGEST = 2 * 1024 * 1024  # bytes
BEGINS, ENDS = b"%PDF-", b"%%EOF"
TAIL = 2048  # bytes in which the end mark stands: some programs write a little after it


class FlyerForm(forms.Form):
    """One file. Its name and what the browser says of it are not looked at."""

    file = forms.FileField(
        label="PDF, up to 2 MB",
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": "Choose the PDF of the flyer.",
            "empty": "This file is empty: choose the PDF of the flyer.",
        },
    )

    def clean_file(self) -> bytes:
        """The content."""
        file: Any = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(
                "This file is larger than 2 MB. Save it for the screen instead of for print, and "
                "choose it again."
            )
        content: bytes = file.read()
        if not content.startswith(BEGINS) or ENDS not in content[-TAIL:]:
            raise ValidationError(
                "This file is not a whole PDF, whatever its name says. Save the flyer as a PDF, "
                "and choose it again."
            )
        return content
