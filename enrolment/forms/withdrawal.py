"""The school's last word on withdrawing its interest."""

from django import forms

WITHDRAW, KEEP = "withdraw", "keep"


class WithdrawalForm(forms.Form):
    """Withdraw or keep, with no default: programs that scan mail send forms as they find them."""

    answer = forms.ChoiceField(
        label="Do you withdraw?",
        widget=forms.RadioSelect,
        choices=[(WITHDRAW, "Yes, we withdraw our interest"), (KEEP, "No, keep it as it is")],
        error_messages={
            "required": "Choose whether you withdraw.",
            "invalid_choice": "Choose whether you withdraw.",
        },
    )

    @property
    def withdraws(self) -> bool:
        """Whether the valid form says that the interest is withdrawn."""
        return self.cleaned_data["answer"] == WITHDRAW
