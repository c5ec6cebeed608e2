"""Expressions of interest: what a school tells the hub by the web form, or by telephone."""

import secrets
import uuid
from typing import Any, ClassVar

from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import Offering, School

# Without the letters and figures that are misread or misheard on the telephone.
_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_reference() -> str:
    """A reference a person can read out: two groups of four."""
    letters = [secrets.choice(_REFERENCE_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


class ExpressionOfInterestQuerySet(models.QuerySet["ExpressionOfInterest"]):
    def new(self) -> "ExpressionOfInterestQuerySet":
        """Received, and nobody has decided yet."""
        return self.filter(state=ExpressionOfInterest.State.RECEIVED)


class ExpressionOfInterest(HubOwned):
    """A school's interest in an offering. It belongs to the school; contacts are roles."""

    class State(models.TextChoices):
        RECEIVED = "received", "received"
        OFFERED = "offered", "place offered"
        ACCEPTED = "accepted", "place accepted"
        DECLINED = "declined", "place declined"
        NOT_THIS_YEAR = "not_this_year", "not this year"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Source(models.TextChoices):
        WEB = "web", "web form"
        TELEPHONE = "telephone", "telephone"

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="expressions")
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    school_as_typed = models.CharField(
        max_length=200, blank=True, help_text="What was typed where no school was chosen."
    )
    form_token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=make_reference, editable=False)
    headteacher_name = models.CharField("headteacher's name", max_length=120)
    headteacher_email = models.EmailField("headteacher's e-mail address", max_length=254)
    maths_lead_name = models.CharField("maths lead's name", max_length=120, blank=True)
    maths_lead_email = models.EmailField("maths lead's e-mail address", max_length=254, blank=True)
    answers = models.JSONField(
        default=dict, blank=True, help_text="Further answers, by the question's name."
    )
    state = models.CharField(max_length=14, choices=State, default=State.RECEIVED)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB, editable=False)
    staff_note = models.TextField(blank=True, help_text="For the hub only; never sent.")
    link_generation = models.PositiveIntegerField(default=1, editable=False)
    submitted_at = models.DateTimeField(editable=False)

    objects: ClassVar[Any] = hub_manager(ExpressionOfInterestQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["-submitted_at"]
        verbose_name = "expression of interest"
        verbose_name_plural = "expressions of interest"
        constraints = [
            hub_key(),
            models.CheckConstraint(
                condition=models.Q(school__isnull=False) | ~models.Q(school_as_typed=""),
                name="expression_names_a_school",
                violation_error_message="Choose the school, or type its name.",
            ),
            SameHub("offering", name="expression_offering_same_hub"),
        ]
        indexes = [
            # In the order of the admin's list, which ends ties by id.
            models.Index(fields=["hub", "-submitted_at", "-id"], name="expression_hub_submitted"),
            models.Index(
                fields=["hub", "state", "-submitted_at", "-id"], name="expression_hub_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_name} ({self.reference})"

    @property
    def school_name(self) -> str:
        """The register's name of the school, or what was typed."""
        return self.school.name if self.school else self.school_as_typed

    @property
    def can_be_withdrawn(self) -> bool:
        return self.state in (self.State.RECEIVED, self.State.OFFERED)


class IntendedParticipant(HubOwned):
    """A teacher whom the school means to send; becomes a participant when the place is accepted."""

    class Role(models.TextChoices):
        MATHS_LEAD = "maths_lead", "maths lead"
        TEACHER = "teacher", "teacher"
        SENIOR_LEADER = "senior_leader", "senior leader"

    expression = models.ForeignKey(
        ExpressionOfInterest, on_delete=models.CASCADE, related_name="intended_participants"
    )
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    email = models.EmailField("work e-mail address", max_length=254, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.TEACHER)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["expression", "position"], name="intended_participant_position_once"
            ),
            SameHub("expression", name="intended_participant_same_hub"),
        ]

    def __str__(self) -> str:
        return self.name
