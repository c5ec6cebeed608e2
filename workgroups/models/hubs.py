"""Hubs, the people who work for them, and the local authorities they serve."""

from calendar import monthrange
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from mathshub.scope import HubOwned, hub_history, hub_key


class LocalAuthority(models.Model):
    """A local authority or borough, as the register numbers it. Public, shared by all hubs."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=80)
    gss_code = models.CharField(max_length=9, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "local authority"
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return self.name


class Hub(models.Model):
    """A Maths Hub: its name, its address on the web, its contact and its own texts."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    host = models.CharField(
        max_length=120, unique=True, help_text="The host name that shows this hub's pages."
    )
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=30, blank=True)
    local_authorities = models.ManyToManyField(
        LocalAuthority,
        related_name="hubs",
        blank=True,
        help_text="The hub's area. A school from outside is flagged, never refused.",
    )
    welcome_heading = models.CharField(max_length=80, default="Every child can learn maths deeply")
    welcome_text = models.TextField(
        default="We bring primary schools together in small Work Groups, led by a Mastery "
        "Specialist, for six sessions over the year. It is free to state-funded schools."
    )
    mastery_text = models.TextField(
        "what mastery means",
        blank=True,
        help_text="Stands on the page of the mastery journey. A line that begins with “- ” is an "
        "item of a list.",
    )
    joining_text = models.TextField(
        "how a school comes in",
        blank=True,
        help_text="Stands below it. A line that begins with “- ” is an item of a list.",
    )
    controller = models.CharField(
        max_length=120,
        default="the Department for Education",
        help_text="Data controller, named in the privacy notice.",
    )
    processor = models.CharField(
        max_length=120,
        default="the hub's lead school",
        help_text="Data processor, named in the privacy notice.",
    )
    privacy_text = models.TextField(
        blank=True, help_text="Added to the privacy notice, in the hub's own words."
    )
    interest_kept_months = models.PositiveSmallIntegerField(
        "months that interest is kept",
        default=12,
        help_text="Expressions of interest that led to no place, from the day they were sent.",
    )
    people_kept_years = models.PositiveSmallIntegerField(
        "years that participants are kept",
        default=6,
        help_text="Participants, their seats and apologies, and the contacts of their schools, "
        "from their last session.",
    )
    retention_reason = models.CharField(
        "why that long",
        max_length=300,
        default="Teachers ask for proof that they took part, for example for an NPQ.",
        help_text="Stands in the privacy notice under the periods.",
    )
    notice_text = models.CharField(
        "notice",
        max_length=300,
        blank=True,
        help_text="Stands on top of all public pages, for example “Sessions go online this week”.",
    )
    notice_from = models.DateField("notice shown from", null=True, blank=True)
    notice_until = models.DateField("notice shown until", null=True, blank=True)
    is_demonstration = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(notice_from__isnull=True)
                | models.Q(notice_until__isnull=True)
                | models.Q(notice_until__gte=models.F("notice_from")),
                name="hub_notice_ends_after_it_starts",
                violation_error_message="The notice must end on or after the day it starts.",
            ),
            models.CheckConstraint(
                condition=models.Q(interest_kept_months__range=(1, 120)),
                name="hub_keeps_interest_for_months",
                violation_error_message="Keep expressions of interest for 1 to 120 months.",
            ),
            models.CheckConstraint(
                condition=models.Q(people_kept_years__range=(1, 25)),
                name="hub_keeps_people_for_years",
                violation_error_message="Keep participants for 1 to 25 years.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def notice_on(self, today: date) -> str:
        """The notice to show on ``today`` (a day in London), or an empty string."""
        if self.notice_from and today < self.notice_from:
            return ""
        if self.notice_until and today > self.notice_until:
            return ""
        return self.notice_text

    def interest_kept_since(self, now: datetime) -> datetime:
        """Interest that led to nothing is kept at ``now`` if it was sent no earlier than this."""
        return _months_before(now, self.interest_kept_months)

    def people_kept_since(self, now: datetime) -> datetime:
        """Participants are kept at ``now`` if their last session ended no earlier than this."""
        return _months_before(now, 12 * self.people_kept_years)


class HubMember(HubOwned):
    """An account's role in a hub; what the role may do stands in workgroups/roles.py."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", "hub administrator"
        HUB_LEAD = "hub_lead", "Maths Hub Lead"
        WORK_GROUP_LEAD = "work_group_lead", "Work Group Lead"
        VIEWER = "viewer", "viewer"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    history = hub_history()

    class Meta:
        ordering = ["account__name", "account__email"]
        verbose_name = "member of staff"
        verbose_name_plural = "members of staff"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["hub", "account"],
                name="hub_member_once_per_hub",
                violation_error_message="This person already works for the hub.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)


def _months_before(moment: datetime, months: int) -> datetime:
    """The same wall time in London so many months earlier; of a shorter month its last day."""
    local = timezone.localtime(moment)
    year, month = divmod(12 * local.year + local.month - 1 - months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)
