"""The reader's answer: whether optional mail goes on."""

from typing import Any

from django import forms


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
            field.choices = [(self.STOP, "Yes, stop them"), (self.GO_ON, "No, go on")]
        words = "Choose whether we send these e-mails."
        field.error_messages |= {"required": words, "invalid_choice": words}

    @property
    def stops(self) -> bool:
        """Whether the valid form says that they stop."""
        return bool(self.cleaned_data["answer"] == self.STOP)
