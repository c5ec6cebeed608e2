"""Expressions of interest: what a school tells the hub by the web form, or by telephone."""

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import Offering, School

# Without the letters and figures that are misread or misheard on the telephone.
_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

CONFIRMED_WITHIN = timedelta(hours=1)  # after that the hub sees that nobody has


def make_reference() -> str:
    """A reference a person can read out: two groups of four."""
    letters = [secrets.choice(_REFERENCE_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


class ExpressionOfInterestQuerySet(models.QuerySet["ExpressionOfInterest"]):
    def new(self) -> "ExpressionOfInterestQuerySet":
        """Received, and nobody has decided yet; leads wait for no decision."""
        return self.filter(
            state=ExpressionOfInterest.State.RECEIVED, appetite=ExpressionOfInterest.Appetite.YES
        )

    def standing(self) -> "ExpressionOfInterestQuerySet":
        """Those that keep their school from asking once more: the constraint below."""
        ended = (ExpressionOfInterest.State.WITHDRAWN, ExpressionOfInterest.State.DECLINED)
        return self.exclude(state__in=ended)

    def to_review(self) -> "ExpressionOfInterestQuerySet":
        """Those that wait, and whose schools may still change their answers."""
        return self.new().filter(review_began_at=None)

    def in_review(self) -> "ExpressionOfInterestQuerySet":
        return self.new().filter(review_began_at__isnull=False)


class SentForm(HubOwned):
    """What every form that arrives has: its token and reference, who sent it, and how keen it is."""

    class Appetite(models.TextChoices):
        YES = "yes", "yes"
        MAYBE = "maybe", "maybe"
        NOT_THIS_YEAR = "not_this_year", "not this year"

    class SenderRole(models.TextChoices):
        HEADTEACHER = "headteacher", "the headteacher"
        MATHS_LEAD = "maths_lead", "the maths lead"
        OFFICE = "office", "somebody else at the school"

    form_token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=make_reference, editable=False)
    sender_role = models.CharField(
        "sent by", max_length=12, choices=SenderRole, default=SenderRole.HEADTEACHER
    )
    sender_name = models.CharField("sender's name", max_length=120, blank=True)
    sender_email = models.EmailField("sender's e-mail address", max_length=254, blank=True)
    appetite = models.CharField(max_length=14, choices=Appetite, default=Appetite.YES)
    appetite_reason = models.TextField("what would have to change", blank=True)
    submitted_at = models.DateTimeField(editable=False)
    confirmed_at = models.DateTimeField("address confirmed", null=True, blank=True, editable=False)
    codes_tried = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def is_lead(self) -> bool:
        """Whether the school would rather wait: a lead for the hub, not yet an application."""
        return self.appetite != self.Appetite.YES

    def is_unconfirmed(self, now: datetime) -> bool:
        """Whether nobody has confirmed the sender's address within the hour."""
        return self.confirmed_at is None and self.submitted_at < now - CONFIRMED_WITHIN


class ExpressionOfInterest(SentForm):
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
    headteacher_name = models.CharField("headteacher's name", max_length=120)
    headteacher_email = models.EmailField("headteacher's e-mail address", max_length=254)
    maths_lead_name = models.CharField("maths lead's name", max_length=120, blank=True)
    maths_lead_email = models.EmailField("maths lead's e-mail address", max_length=254, blank=True)
    answers = models.JSONField(
        default=dict, blank=True, help_text="Further answers, by the question's name."
    )
    pages = models.JSONField(
        default=dict, blank=True, editable=False, help_text="The web form, page by page."
    )
    review_began_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(max_length=14, choices=State, default=State.RECEIVED)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB, editable=False)
    staff_note = models.TextField(blank=True, help_text="For the hub only; never sent.")
    link_generation = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = hub_manager(ExpressionOfInterestQuerySet)
    history = hub_history(excluded_fields=["pages"])

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
            models.UniqueConstraint(
                fields=["offering", "school"],
                condition=~models.Q(state__in=["withdrawn", "declined"]),
                name="expression_once_per_school_and_offering",
                violation_error_message="This school has already asked for this programme.",
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

    @property
    def is_in_review(self) -> bool:
        """Whether staff have begun to look at its answers, and nobody has decided yet."""
        return self.review_began_at is not None and self.state == self.State.RECEIVED

    def can_be_changed(self, today: date) -> bool:
        """Whether the school may change its answers: until the review begins, by the last day."""
        is_reviewed = self.review_began_at is not None or self.state != self.State.RECEIVED
        return bool(self.pages) and not is_reviewed and self.offering.is_open_to_interest(today)

    def is_unconfirmed(self, now: datetime) -> bool:
        """Whether it came by web and nobody has confirmed the address within the hour."""
        return self.source == self.Source.WEB and super().is_unconfirmed(now)

    @property
    def stands(self) -> bool:
        """Whether it is the one of its school for the offering: the constraint above."""
        return self.state not in (self.State.WITHDRAWN, self.State.DECLINED)

    @property
    def has_real_sender(self) -> bool:
        """Whether nothing is to be confirmed: it is done, or the hub entered it."""
        return self.confirmed_at is not None or self.source != self.Source.WEB

    @property
    def contact_email(self) -> str:
        """The mailbox that sent it; the headteacher's where the hub entered it."""
        return self.sender_email or self.headteacher_email

    @property
    def contact_name(self) -> str:
        return self.sender_name or self.headteacher_name

    def addresses(self) -> set[str]:
        """The mailboxes that know of it, folded."""
        every = (self.sender_email, self.headteacher_email, self.maths_lead_email)
        return {address.casefold() for address in every if address}


class FurtherForm(SentForm):
    """A form of a school that had asked for the offering before: joined to the first one.

    It takes that one's place when whose address was given there knows nothing of it.
    """

    expression = models.ForeignKey(
        ExpressionOfInterest, on_delete=models.CASCADE, related_name="further_forms"
    )
    answers = models.JSONField(default=list, help_text="What was answered, as (question, answer).")
    said = models.JSONField(
        default=dict, editable=False, help_text="The same as the service takes it."
    )
    pages = models.JSONField(default=dict, editable=False, help_text="The web form, page by page.")
    is_from_known_mailbox = models.BooleanField(default=False)

    history = hub_history(excluded_fields=["said", "pages"])

    class Meta:
        ordering = ["submitted_at"]
        constraints = [hub_key(), SameHub("expression", name="further_form_same_hub")]

    def __str__(self) -> str:
        return f"{self.sender_name} ({self.reference})"


class IntendedParticipant(HubOwned):
    """A teacher whom the school means to send; becomes a participant when the place is accepted."""

    class YearGroup(models.TextChoices):
        NURSERY = "nursery", "Nursery"
        RECEPTION = "reception", "Reception"
        YEAR_1 = "year_1", "Year 1"
        YEAR_2 = "year_2", "Year 2"
        YEAR_3 = "year_3", "Year 3"
        YEAR_4 = "year_4", "Year 4"
        YEAR_5 = "year_5", "Year 5"
        YEAR_6 = "year_6", "Year 6"
        SEVERAL = "several", "several or none"

    class Role(models.TextChoices):
        MATHS_LEAD = "maths_lead", "maths lead"
        TEACHER = "teacher", "teacher"
        SENIOR_LEADER = "senior_leader", "senior leader"

    expression = models.ForeignKey(
        ExpressionOfInterest, on_delete=models.CASCADE, related_name="intended_participants"
    )
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120, blank=True, help_text="May follow later.")
    email = models.EmailField("work e-mail address", max_length=254, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.TEACHER)
    year_group = models.CharField(max_length=10, choices=YearGroup, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["expression", "position"], name="intended_participant_position_once"
            ),
            SameHub("expression", name="intended_participant_same_hub"),
        ]

    def __str__(self) -> str:
        return self.name or "name to follow"
