"""Places (a school's) and seats (a person's) in a Work Group."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from enrolment.models.interest import ExpressionOfInterest
from mathshub.outbox.models import Hold
from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import School, WorkGroup


class PlaceQuerySet(models.QuerySet["Place"]):
    def held(self) -> "PlaceQuerySet":
        """Those that count against the Work Group's capacity: offered or accepted."""
        return self.filter(state__in=Place.HELD)

    def unanswered(self) -> "PlaceQuerySet":
        """Offered, and the headteacher has not answered."""
        return self.filter(state=Place.State.OFFERED)

    def without_people(self, today: date) -> "PlaceQuerySet":
        """Accepted in a Work Group that forms or runs, and nobody is named for a seat."""
        seats = Seat.objects.taken(today).filter(place=models.OuterRef("pk"))
        return self.filter(
            ~models.Exists(seats),
            state=Place.State.ACCEPTED,
            work_group__state__in=[WorkGroup.State.FORMING, WorkGroup.State.RUNNING],
        )

    def to_lapse(self, today: date) -> "PlaceQuerySet":
        """Unanswered past their reply-by day, where offers lapse and no messages are held."""
        holds = Hold.objects.standing(today)
        return (
            self.unanswered()
            .filter(reply_by__lt=today, work_group__offering__offers_lapse=True)
            .exclude(hub__in=holds.of_hub().values("hub"))
            .exclude(
                work_group__in=holds.filter(work_group__isnull=False).values("work_group"),
            )
        )


class Place(HubOwned):
    """A school's place in a Work Group. It holds seats for people; a pair is never split."""

    class State(models.TextChoices):
        OFFERED = "offered", "offered"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"
        LAPSED = "lapsed", "lapsed"
        WITHDRAWN = "withdrawn", "withdrawn"

    HELD = [State.OFFERED, State.ACCEPTED]

    work_group = models.ForeignKey(WorkGroup, on_delete=models.PROTECT, related_name="places")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    expression = models.ForeignKey(
        ExpressionOfInterest, on_delete=models.PROTECT, related_name="places", null=True
    )
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField(max_length=254)
    offered_at = models.DateTimeField()
    reply_by = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    link_generation = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = hub_manager(PlaceQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["school__name"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["work_group", "school"],
                name="place_once_per_school_and_work_group",
                violation_error_message="This school already has a place in this Work Group.",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at__isnull=True)
                | (~Q(state="offered") & Q(answered_at__isnull=False)),
                name="place_answered_unless_offered",
            ),
            SameHub("work_group", name="place_work_group_same_hub"),
            SameHub("expression", name="place_expression_same_hub"),
        ]
        indexes = [models.Index(fields=["hub", "state", "offered_at"], name="place_hub_state")]

    def __str__(self) -> str:
        return f"{self.school} in {self.work_group}"


class Participant(HubOwned):
    """A person as the hub knows them. The address is a mailbox: shared by several, or blank."""

    class Role(models.TextChoices):
        MATHS_LEAD = "maths_lead", "maths lead"
        TEACHER = "teacher", "teacher"
        SENIOR_LEADER = "senior_leader", "senior leader"

    name = models.CharField(max_length=120)
    email = models.EmailField("work e-mail address", max_length=254, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.TEACHER)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", null=True)
    link_generation = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    history = hub_history()

    class Meta:
        ordering = ["name"]
        constraints = [hub_key()]
        indexes = [models.Index(fields=["hub", "email"], name="participant_hub_email")]

    def __str__(self) -> str:
        return self.name


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_on(self, day: date) -> "SeatQuerySet":
        """Seats whose holder takes part on ``day`` (in London), in places that were accepted."""
        return self.filter(
            Q(held_until__isnull=True) | Q(held_until__gte=day),
            held_from__lte=day,
            place__state=Place.State.ACCEPTED,
        )

    def taken(self, today: date) -> "SeatQuerySet":
        """Those that nobody else can be named for: not given up, or only from a later day on."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__gt=today))

    def current(self, today: date) -> "SeatQuerySet":
        """Seats not given up by ``today``, also those that begin later."""
        return self.filter(
            Q(held_until__isnull=True) | Q(held_until__gte=today),
            place__state=Place.State.ACCEPTED,
        )


class Seat(HubOwned):
    """A person's seat in a school's place, from a day to a day (both included)."""

    class Role(models.TextChoices):
        LEAD = "lead", "lead participant"
        PARTICIPANT = "participant", "participant"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="seats")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=12, choices=Role, default=Role.PARTICIPANT)
    held_from = models.DateField()
    held_until = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = hub_manager(SeatQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["place", "participant"],
                condition=Q(held_until__isnull=True),
                name="seat_once_per_place_and_person",
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(held_until__gte=models.F("held_from")),
                name="seat_ends_after_it_starts",
                violation_error_message="A seat must end on or after the day it starts.",
            ),
            SameHub("place", name="seat_place_same_hub"),
            SameHub("participant", name="seat_participant_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.get_role_display()}"

    def is_held_on(self, day: date) -> bool:
        """Whether its holder takes part on ``day`` (in London), as far as the seat itself says."""
        return self.held_from <= day and (self.held_until is None or day <= self.held_until)
