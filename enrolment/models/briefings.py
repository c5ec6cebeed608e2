"""Headteacher briefings: a meeting per borough in spring, from which schools go on to the form."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from mathshub.scope import HubOwned, hub_history, hub_key, hub_manager
from workgroups.models import AcademicYear, LocalAuthority


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def upcoming(self, now: datetime) -> "BriefingQuerySet":
        """Published ones that have not ended."""
        return self.filter(is_published=True, ends_at__gte=now).order_by("starts_at")


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
    description = models.TextField(blank=True)
    is_published = models.BooleanField(default=False)

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
