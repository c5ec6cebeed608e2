"""Sessions of a Work Group, and the apologies for them."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from enrolment.models import Seat
from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import WorkGroup


class SessionQuerySet(models.QuerySet["Session"]):
    def on_the_calendar(self) -> "SessionQuerySet":
        """Those that participants are told of: published, or cancelled after they were."""
        return self.filter(state__in=[Session.State.PUBLISHED, Session.State.CANCELLED])

    def to_come(self, now: datetime) -> "SessionQuerySet":
        """Published sessions that have a date and have not ended."""
        return self.filter(state=Session.State.PUBLISHED, ends_at__gt=now)

    def between(self, start: datetime, end: datetime) -> "SessionQuerySet":
        """Published sessions that start in the half-open span [start, end)."""
        return self.filter(state=Session.State.PUBLISHED, starts_at__gte=start, starts_at__lt=end)


class Session(HubOwned):
    """One session of a Work Group. Without times it is “to be confirmed”."""

    class Mode(models.TextChoices):
        TWILIGHT = "twilight", "twilight"
        VIRTUAL = "virtual", "virtual"
        FACE_TO_FACE = "face_to_face", "face to face"

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        PUBLISHED = "published", "published"
        CANCELLED = "cancelled", "cancelled"

    work_group = models.ForeignKey(WorkGroup, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True)
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.FACE_TO_FACE)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    venue = models.CharField(max_length=200, blank=True)
    join_link = models.URLField(max_length=500, blank=True)
    bring = models.CharField("what to bring", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised on each change that calendars must follow."
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = hub_manager(SessionQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["work_group", "number"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["work_group", "number"],
                name="session_number_once_per_work_group",
                violation_error_message="This Work Group already has a session of that number.",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="session_number_from_one"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                ),
                name="session_ends_after_it_starts",
                violation_error_message="Give both times, and let the session end after it starts.",
            ),
            SameHub("work_group", name="session_work_group_same_hub"),
        ]
        indexes = [
            models.Index(fields=["hub", "starts_at"], name="session_hub_starts"),
            models.Index(fields=["state", "starts_at"], name="session_state_starts"),
        ]

    def __str__(self) -> str:
        return f"Session {self.number} of {self.work_group}"

    @property
    def is_to_be_confirmed(self) -> bool:
        return self.starts_at is None

    def has_taken_place(self, now: datetime) -> bool:
        """Whether it ended before ``now``; a cancelled session never took place."""
        return (
            self.state == self.State.PUBLISHED and self.ends_at is not None and self.ends_at <= now
        )

    def takes_apology(self, now: datetime) -> bool:
        """Whether a participant may say that they can't come: until it ends, once it has a date."""
        return (
            self.state == self.State.PUBLISHED and self.ends_at is not None and now < self.ends_at
        )


class Apology(HubOwned):
    """A participant can't come to a session: since when we know, and why."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="apologies")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="apologies")
    reason = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField()

    history = hub_history()

    class Meta:
        ordering = ["given_at"]
        verbose_name_plural = "apologies"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "seat"], name="apology_once_per_session_and_seat"
            ),
            SameHub("session", name="apology_session_same_hub"),
            SameHub("seat", name="apology_seat_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.seat.participant} can't come to {self.session}"
