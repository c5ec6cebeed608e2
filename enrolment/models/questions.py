"""Questions that a hub adds to the form of interest."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Q

from mathshub.scope import HubOwned, SameHub, hub_history
from workgroups.models import Programme

MOST_QUESTIONS = 10  # on one form
LAST_POSITION = 999


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
        validators=[MaxValueValidator(LAST_POSITION)],
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

    @classmethod
    def next_position(cls) -> int:
        """After all that are there."""
        last = cls.objects.aggregate(last=models.Max("position"))["last"] or 0
        return min(last + 1, LAST_POSITION)

    def clean(self) -> None:
        """Answers that can be told apart, on a form that has room for the question."""
        self._refuse_answers_alike()
        if self.is_asked and self._is_new_to_a_form():
            self._refuse_one_too_many()

    def _refuse_answers_alike(self) -> None:
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

    def _is_new_to_a_form(self) -> bool:
        """Whether saving it asks it where it was not asked before: its words may change any time."""
        already = Q(programme=None) | Q(programme=self.programme_id)
        return not Question.objects.filter(already, pk=self.pk, is_asked=True).exists()

    def _refuse_one_too_many(self) -> None:
        """Every form has at most ten: those of every programme, and those of its own."""
        others = Question.objects.filter(is_asked=True).exclude(pk=self.pk)
        own = others.exclude(programme=None)
        if self.programme_id:
            own = own.filter(programme=self.programme_id)
        fullest = (
            own.values("programme__name").annotate(number=Count("pk")).order_by("-number").first()
        )
        number = others.filter(programme=None).count() + (fullest["number"] if fullest else 0)
        if number < MOST_QUESTIONS:
            return
        form = f"The form for {fullest['programme__name']}" if fullest else "Every form"
        raise ValidationError(
            {
                "is_asked": f"{form} asks {number} questions of your own already, and more than "
                f"{MOST_QUESTIONS} tire who fills it in. Save this one without the tick, or first "
                "take the tick off a question that you need less."
            }
        )
