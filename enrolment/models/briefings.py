"""Headteacher briefings: a meeting per borough in spring, from which schools go on to the form."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import AcademicYear, LocalAuthority, School


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def upcoming(self, now: datetime) -> "BriefingQuerySet":
        """Published ones that have not ended and were not cancelled."""
        return self.filter(is_published=True, cancelled_at=None, ends_at__gte=now).order_by(
            "starts_at"
        )

    def with_booked(self) -> "BriefingQuerySet":
        """Each with ``booked_count``, the seats that are taken."""
        return self.annotate(booked_count=_number(BriefingBooking.objects.booked()))

    def with_counts(self) -> "BriefingQuerySet":
        """Each with the numbers of those who booked, wait, came, and have had the follow-up."""
        bookings = BriefingBooking.objects
        return self.annotate(
            booked_count=_number(bookings.booked()),
            waiting_count=_number(bookings.waiting()),
            came_count=_number(bookings.came()),
            followed_up_count=_number(bookings.filter(followed_up_at__isnull=False)),
        )


class Briefing(HubOwned):
    """A briefing for the headteachers of a borough about the coming year."""

    local_authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT)
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, help_text="The year that it is about."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_online = models.BooleanField(default=False)
    venue = models.CharField(max_length=200, blank=True)
    join_link = models.URLField(
        "link to join",
        max_length=500,
        blank=True,
        help_text="Told to those who have booked, and to nobody else.",
    )
    capacity = models.PositiveSmallIntegerField(
        "seats",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Leave empty where there is room for everyone.",
    )
    description = models.TextField(blank=True)
    is_published = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised on each change that calendars must follow."
    )
    changed_at = models.DateTimeField(auto_now=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    attendance_taken_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = hub_manager(BriefingQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            hub_key(),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="briefing_ends_after_it_starts",
                violation_error_message="A briefing must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"Briefing for {self.local_authority} headteachers"

    @property
    def day(self) -> str:
        """Such as “Thursday 14 January 2027”."""
        start = timezone.localtime(self.starts_at)
        return f"{start:%A} {start.day} {start:%B %Y}"

    @property
    def hours(self) -> str:
        """Such as “16:00 to 17:00”."""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{start:%H:%M} to {end:%H:%M}"

    @property
    def when(self) -> str:
        return f"{self.day}, {self.hours}"

    @property
    def where(self) -> str:
        """Without the link to join, which is not for everybody."""
        if self.is_online:
            return f"Online, {self.venue}" if self.venue else "Online"
        return self.venue or "Venue to be confirmed"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    def has_begun(self, now: datetime) -> bool:
        return self.starts_at <= now

    def has_ended(self, now: datetime) -> bool:
        return self.ends_at <= now

    def is_to_come(self, now: datetime) -> bool:
        """Whether it stands and has not begun: it can still be moved or called off."""
        return not (self.is_cancelled or self.has_begun(now))

    def takes_bookings(self, now: datetime) -> bool:
        """Whether anybody may still book, be it for a seat or for the list of those who wait."""
        return self.is_published and self.is_to_come(now)

    def seats_free(self, booked: int) -> int | None:
        """How many seats are left when so many are booked; None where there is room for all."""
        return None if self.capacity is None else max(0, self.capacity - booked)


class BriefingBookingQuerySet(models.QuerySet["BriefingBooking"]):
    def booked(self) -> "BriefingBookingQuerySet":
        """Those with a seat; also those who came without having booked."""
        return self.filter(state=BriefingBooking.State.BOOKED)

    def waiting(self) -> "BriefingBookingQuerySet":
        """Those who want to know when a seat comes free, first come first."""
        return self.filter(state=BriefingBooking.State.WAITING).order_by("booked_at", "pk")

    def active(self) -> "BriefingBookingQuerySet":
        """Those with a seat and those who wait for one: all but the cancelled."""
        return self.filter(state__in=[BriefingBooking.State.BOOKED, BriefingBooking.State.WAITING])

    def came(self) -> "BriefingBookingQuerySet":
        return self.booked().filter(has_come=True)

    def to_follow_up(self) -> "BriefingBookingQuerySet":
        """Those with a seat and an address who have not had the follow-up."""
        return self.booked().filter(followed_up_at=None).exclude(email="")


class BriefingBooking(HubOwned):
    """One person's seat at a briefing. The address is a mailbox, which several may share."""

    class State(models.TextChoices):
        BOOKED = "booked", "booked"
        WAITING = "waiting", "waits for a seat"
        CANCELLED = "cancelled", "cancelled"

    class Role(models.TextChoices):
        HEADTEACHER = "headteacher", "headteacher"
        SENIOR_LEADER = "senior_leader", "senior leader"
        MATHS_LEAD = "maths_lead", "maths lead"
        OTHER = "other", "another role"

    class Source(models.TextChoices):
        WEB = "web", "web form"
        STAFF = "staff", "booked by the hub"
        DOOR = "door", "came without booking"

    briefing = models.ForeignKey(Briefing, on_delete=models.PROTECT, related_name="bookings")
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    school_as_typed = models.CharField(
        max_length=200, blank=True, help_text="What was typed where no school was chosen."
    )
    name = models.CharField(max_length=120)
    email = models.EmailField("e-mail address", max_length=254, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.HEADTEACHER)
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED, editable=False)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB, editable=False)
    has_come = models.BooleanField(default=False, editable=False)
    form_token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    link_generation = models.PositiveIntegerField(default=1, editable=False)
    booked_at = models.DateTimeField(editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    followed_up_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = hub_manager(BriefingBookingQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "booking"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                "briefing",
                Lower("email"),
                Lower("name"),
                condition=Q(state__in=["booked", "waiting"]) & ~Q(email=""),
                name="briefing_booked_once_by_a_person",
                violation_error_message="This person has booked with this address already.",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="booking_cancelled_at_when_it_is",
            ),
            SameHub("briefing", name="booking_briefing_same_hub"),
        ]
        indexes = [models.Index(fields=["hub", "briefing", "state"], name="booking_hub_briefing")]

    def __str__(self) -> str:
        return f"{self.name}, {self.briefing}"

    @property
    def school_name(self) -> str:
        """The register's name of the school, or what was typed."""
        return self.school.name if self.school else self.school_as_typed

    @property
    def is_booked(self) -> bool:
        return self.state == self.State.BOOKED

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    def can_be_answered(self, now: datetime) -> bool:
        """Whether the seat may still be given up, or one that is free be taken."""
        return not self.is_cancelled and self.briefing.takes_bookings(now)

    def may_join(self, now: datetime) -> bool:
        """Whether the link to join is shown: to who has a seat, until the briefing is over."""
        return self.is_booked and not (self.briefing.is_cancelled or self.briefing.has_ended(now))


class BriefingFlyer(HubOwned):
    """A flyer that the hub has made itself: the PDF is kept here, and shown instead of our own.

    In the database, so that there is no folder of uploads to guard, guess in or back up.
    """

    briefing = models.OneToOneField(Briefing, on_delete=models.CASCADE, related_name="flyer")
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [SameHub("briefing", name="flyer_briefing_same_hub")]

    def __str__(self) -> str:
        return f"Flyer, {self.briefing}"


def _number(bookings: models.QuerySet) -> Coalesce:
    """How many of the bookings are for the briefing that is annotated."""
    mine = bookings.filter(briefing=OuterRef("pk")).order_by().values("briefing")
    return Coalesce(
        Subquery(mine.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
    )
