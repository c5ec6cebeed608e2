"""The reader's answer, whether optional mail goes on; the hub's words for its e-mails."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from mathshub.outbox.wording_text import Placeholder, problems_of
from mathshub.scope_admin import SeenForm


class StopForm(forms.Form):
    """Stop or go on, with no default: programs that scan mail send forms as they find them."""

    STOP, GO_ON = "stop", "go-on"

    answer = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, is_stopped: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["answer"]
        if is_stopped:
            field.label = "Shall they go to this mailbox again?"
            field.choices = [(self.GO_ON, "Yes, send them again"), (self.STOP, "No, leave it")]
        else:
            field.label = "Shall we stop them for this mailbox?"
            field.choices = [(self.STOP, "Yes, stop them"), (self.GO_ON, "No, keep sending them")]
        words = "Choose whether we send these e-mails."
        field.error_messages |= {"required": words, "invalid_choice": words}

    @property
    def stops(self) -> bool:
        """Whether the valid form says that they stop."""
        return bool(self.cleaned_data["answer"] == self.STOP)


class WordingForm(SeenForm, forms.Form):
    """The parts of an e-mail that a hub may word; an empty one is said as elsewhere.

    ``alone`` is asked of a programme alone, where the hub has words for all of them.
    """

    subject = forms.CharField(max_length=150, required=False)
    opening = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    closing = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    alone = forms.BooleanField(
        label="Leave out your words for all programmes",
        required=False,
        help_text="What is left empty is then said in the portal’s words.",
    )

    def __init__(
        self,
        *args: Any,
        placeholders: Sequence[Placeholder],
        otherwise: Mapping[str, str],
        asks_alone: bool,
        **options: Any,
    ) -> None:
        """``otherwise`` is what stands in a part while its box is empty."""
        super().__init__(*args, **options)
        self._placeholders = placeholders
        if not asks_alone:
            del self.fields["alone"]
        labels = {"subject": "Subject", "opening": "Opening", "closing": "Closing"}
        where = {"subject": "", "opening": "Under the heading. ", "closing": "Near the end. "}
        for part in labels:
            field = self.fields[part]
            field.label = labels[part]
            now = otherwise.get(part)
            field.help_text = where[part] + (
                f"Left empty, it says: “{now}”" if now else "Left empty, nothing stands there."
            )

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_opening(self) -> str:
        return self._checked("opening")

    def clean_closing(self) -> str:
        return self._checked("closing")

    def _checked(self, part: str) -> str:
        text = self.cleaned_data[part].replace("\r\n", "\n")
        if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
            raise forms.ValidationError(
                "There is a character in it that can’t be seen. Please type the words anew."
            )
        if problems := problems_of(text, self._placeholders):
            raise forms.ValidationError(problems)
        return str(text)

    @property
    def texts(self) -> dict[str, str]:
        """The parts of the valid form, by name."""
        return {part: self.cleaned_data[part] for part in ("subject", "opening", "closing")}

    @property
    def stands_alone(self) -> bool:
        """Whether the valid form leaves out what the hub says for all programmes."""
        return bool(self.cleaned_data.get("alone"))
