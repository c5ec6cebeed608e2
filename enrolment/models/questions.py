"""Questions that a hub adds to the form of interest."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history
from workgroups.models import Programme

MOST_QUESTIONS = 10  # on one form


class Question(HubOwned):
    """One question of the hub's own. Answers keep the wording that they were given to."""

    class Kind(models.TextChoices):
        TEXT = "text", "words"
        CHOICE = "choice", "one of several answers"
        NUMBER = "number", "a number"
        DATE = "date", "a date"
        YES_NO = "yes_no", "yes or no"

    programme = models.ForeignKey(
        Programme,
        on_delete=models.CASCADE,
        related_name="questions",
        null=True,
        blank=True,
        help_text="Blank: asked for every programme.",
    )
    wording = models.CharField("question", max_length=200)
    hint = models.CharField(max_length=200, blank=True, help_text="Stands under the question.")
    kind = models.CharField("answered by", max_length=8, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(
        "answers to choose from", blank=True, help_text="One on each line, for “one of several”."
    )
    is_required = models.BooleanField("must be answered", default=False)
    is_asked = models.BooleanField("asked", default=True)
    position = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(999)],
        help_text="Questions stand in this order.",
    )

    history = hub_history()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="choice") | ~models.Q(choices=""),
                name="question_of_choice_has_answers",
                violation_error_message="Give the answers to choose from, one on each line.",
            ),
            SameHub("programme", name="question_programme_same_hub"),
        ]

    def __str__(self) -> str:
        return self.wording

    @property
    def choice_list(self) -> list[str]:
        """The answers to choose from, in order, each once."""
        return list(dict.fromkeys(self._choice_lines))

    @property
    def _choice_lines(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.choices.splitlines())
        return list(filter(None, lines))

    def clean(self) -> None:
        """Each answer once: of two that read the same nobody would know which was meant."""
        if self.kind != self.Kind.CHOICE:
            return
        seen: set[str] = set()
        for line in self._choice_lines:
            if line.casefold() in seen:
                raise ValidationError(
                    {"choices": f"“{line}” stands there twice: take one of the two out."}
                )
            seen.add(line.casefold())
