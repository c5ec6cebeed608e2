"""Addresses that wait for a window: each is told once that a programme can be asked for again."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_key, hub_manager
from workgroups.models import Programme


class OpeningNoticeQuerySet(models.QuerySet["OpeningNotice"]):
    def kept_long_enough(self, now: datetime) -> "OpeningNoticeQuerySet":
        """Those whose window has not opened for a year."""
        return self.filter(asked_at__lt=now - OpeningNotice.KEPT)


class OpeningNotice(HubOwned):
    """Somebody asked to be told when interest in a programme opens next; kept for exactly that.

    It has no history: once it is deleted nothing is left of the address.
    """

    KEPT = timedelta(days=365)

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="opening_notices"
    )
    email = models.EmailField("e-mail address")
    asked_at = models.DateTimeField()
    link_generation = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = hub_manager(OpeningNoticeQuerySet)

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = "address that waits for a window"
        verbose_name_plural = "addresses that wait for a window"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["programme", "email"], name="opening_notice_once_per_address"
            ),
            SameHub("programme", name="opening_notice_programme_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.email} waits for {self.programme}"
