"""Programmes (the stages of the mastery journey, as data) and their offering in a year."""

from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models.years import AcademicYear, school_year_of

USUAL_REMINDER_DAYS = (14, 2, 0)
"""Days before a session; 0 is the morning of the day itself."""


def is_secure_address(url: str) -> None:
    """Refuse what a school's reader should not be sent to: anything but a plain https address."""
    if not url.startswith("https://"):
        raise ValidationError("Give an address that begins with https://", code="not_secure")
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValidationError("Leave out the name before the @ of the address.", code="name")


class Programme(HubOwned):
    """A programme of a hub. Stages change from year to year: they are rows, never an enum."""

    class Phase(models.TextChoices):
        PRIMARY = "primary", "primary"
        SECONDARY = "secondary", "secondary"

    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40, help_text="For the journey and for lists.")
    slug = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(
        default=1, help_text="Its step in the mastery journey."
    )
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.PRIMARY)
    seats_per_school = models.PositiveSmallIntegerField(default=2)
    usual_sessions = models.PositiveSmallIntegerField(default=6)
    years = models.PositiveSmallIntegerField("length in years", default=1)
    is_starting_point = models.BooleanField(default=False)
    is_once_only = models.BooleanField("once only per school", default=False)
    takes_specialist_schools = models.BooleanField(
        "open to a Mastery Specialist’s school",
        default=False,
        help_text="Such a school may take part without the programmes that it follows.",
    )
    asks_for_barriers = models.BooleanField(
        default=False, help_text="The form asks what stands in the school's way."
    )
    has_visits = models.BooleanField(
        "visits to the school",
        default=False,
        help_text="The form asks the headteacher to agree to them.",
    )
    strapline = models.CharField(max_length=80, blank=True)
    summary = models.TextField(blank=True)
    for_whom = models.TextField("who it is for", blank=True)
    what_is_involved = models.TextField(blank=True)
    how_it_meets = models.CharField(
        max_length=120, blank=True, help_text="For example “twilights, virtual and face to face”."
    )
    release_time = models.CharField(
        max_length=200,
        blank=True,
        help_text="What the school must free people for, for example “about ten days for the two”.",
    )
    outcomes = models.TextField(blank=True)
    cost = models.TextField(blank=True)
    contact_name = models.CharField(
        max_length=80, blank=True, help_text="Who answers questions; the hub’s own when empty."
    )
    contact_email = models.EmailField(blank=True)
    reminder_days = models.JSONField(
        default=dict,
        blank=True,
        help_text="By how a session is held: days before it on which reminders go out, 0 for the "
        "morning of the day.",
    )

    history = hub_history()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(fields=["hub", "slug"], name="programme_slug_once_per_hub"),
            models.CheckConstraint(
                condition=models.Q(seats_per_school__gte=1), name="programme_has_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def reminder_days_for(self, mode: str) -> list[int]:
        """How many days before a session of that mode reminders go, the earliest first."""
        return list(self.reminder_days.get(mode, USUAL_REMINDER_DAYS))


class ProgrammeLink(HubOwned):
    """A video, a paper or a page elsewhere that a programme's page leads to."""

    class Kind(models.TextChoices):
        VIDEO = "video", "video"
        PAPER = "paper", "paper"
        PAGE = "page", "page"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.PAGE)
    title = models.CharField(max_length=120)
    url = models.URLField("address", max_length=300, validators=[is_secure_address])

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "url"],
                name="programme_link_once_per_address",
                violation_error_message="This programme has a link to this address already.",
            ),
            models.CheckConstraint(
                condition=models.Q(url__startswith="https://"),
                name="programme_link_is_secure",
                violation_error_message="Give an address that begins with https://",
            ),
            SameHub("programme", name="programme_link_programme_same_hub"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def site(self) -> str:
        """Whose site it leads to: “www.ncetm.org.uk”."""
        return urlsplit(self.url).hostname or ""


class Prerequisite(HubOwned):
    """``programme`` follows ``needs``: one of a programme's prerequisites is enough."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="prerequisites")
    needs = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="leads_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "needs"], name="prerequisite_once_per_pair"
            ),
            models.CheckConstraint(
                condition=~models.Q(programme=models.F("needs")),
                name="prerequisite_is_another_programme",
                violation_error_message="A programme can't be its own prerequisite.",
            ),
            SameHub("programme", name="prerequisite_programme_same_hub"),
            SameHub("needs", name="prerequisite_needs_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} follows {self.needs}"


class OfferingQuerySet(models.QuerySet["Offering"]):
    def open_to_interest(self, today: date) -> "OfferingQuerySet":
        """Those whose window for expressions of interest is open on ``today``."""
        return self.filter(opens_on__lte=today, closes_on__gte=today)

    def still_to_ask_for(self, today: date) -> "OfferingQuerySet":
        """Of this academic year or later, and not closed to interest on ``today``."""
        return self.filter(
            models.Q(closes_on=None) | models.Q(closes_on__gte=today),
            academic_year__start_year__gte=school_year_of(today),
        )

    def in_order(self) -> "OfferingQuerySet":
        """Latest year first, then along the journey."""
        return self.order_by("-academic_year__start_year", "programme__position")


class Offering(HubOwned):
    """A programme in an academic year: its project code and its window for interest."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="offerings")
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT)
    project_code = models.CharField(
        max_length=20, blank=True, help_text="As the national programme numbers it this year."
    )
    opens_on = models.DateField("interest opens on", null=True, blank=True)
    closes_on = models.DateField("interest closes on", null=True, blank=True)
    decisions_by = models.DateField(
        null=True, blank=True, help_text="When schools will hear, told to them on receipt."
    )
    messages_on = models.BooleanField(
        default=True, help_text="Off: no reminder goes out for this offering's groups."
    )
    offers_lapse = models.BooleanField(
        default=True,
        help_text="A place that nobody has answered goes back the day after its reply-by day. Off: "
        "it waits until somebody answers, or the hub withdraws it.",
    )

    objects: ClassVar[Any] = hub_manager(OfferingQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["-academic_year__start_year", "programme__position"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["programme", "academic_year"],
                name="offering_once_per_programme_and_year",
                violation_error_message="This programme is already offered in this year.",
            ),
            models.CheckConstraint(
                condition=models.Q(opens_on__isnull=True, closes_on__isnull=True)
                | models.Q(
                    opens_on__isnull=False,
                    closes_on__isnull=False,
                    closes_on__gte=models.F("opens_on"),
                ),
                name="offering_closes_after_it_opens",
                violation_error_message="Give both days, and let interest close after it opens.",
            ),
            SameHub("programme", name="offering_programme_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.academic_year}"

    def is_open_to_interest(self, today: date) -> bool:
        """Whether a school may express its interest on ``today`` (a day in London)."""
        return bool(self.opens_on and self.closes_on and self.opens_on <= today <= self.closes_on)

    def opens_later(self, today: date) -> bool:
        """Whether its window is still to come."""
        return bool(self.opens_on and today < self.opens_on)
