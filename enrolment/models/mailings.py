"""Mailings: what staff write to many at once, and the files that go with it."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager


class MailingQuerySet(models.QuerySet["Mailing"]):
    def kept_long_enough(self, now: datetime) -> "MailingQuerySet":
        """Those that nobody has touched for as long as messages are kept."""
        return self.filter(changed_at__lt=now - Mailing.KEPT)


class Mailing(HubOwned):
    """A text of staff's to everyone who fits its filters; later also to those who have come since.

    ``filters`` holds ids by the name of the filter, ``left_out`` what stands for the mailboxes that
    it does not go to (``suppression.hash_of``). ``rounds`` counts how often it was sent; each waits
    until ``leaves_at`` and can be stopped. Its messages are those whose keys begin with
    ``key_prefix()``.
    """

    KEPT = timedelta(days=365)
    FILES_KEPT = timedelta(days=30)

    class To(models.TextChoices):
        PARTICIPANTS = "participants", "people with a seat"
        CONTACTS = "contacts", "contacts of schools with an accepted place"
        OFFERED = "offered", "contacts of schools that have not answered an offer"

    class Replies(models.TextChoices):
        LEADS = "leads", "the Work Group Lead of each"
        HUB = "hub", "the hub’s address"

    to = models.CharField("to whom", max_length=12, choices=To)
    filters = models.JSONField(default=dict, blank=True)
    left_out = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=150)
    text = models.TextField(max_length=8_000)
    replies_to = models.CharField(max_length=5, choices=Replies, default=Replies.LEADS)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()
    rounds = models.PositiveSmallIntegerField(default=0)
    leaves_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = hub_manager(MailingQuerySet)
    # Who was left out by hand is nobody's business a year later.
    history = hub_history(excluded_fields=["left_out"])

    class Meta:
        ordering = ["-changed_at", "-id"]
        verbose_name = "message to many"
        verbose_name_plural = "messages to many"
        constraints = [hub_key()]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_draft(self) -> bool:
        """Nobody has been sent it, and nobody is about to be."""
        return self.leaves_at is None

    def can_be_stopped(self, now: datetime) -> bool:
        """Whether its last round waits still, all of it."""
        return self.leaves_at is not None and now < self.leaves_at

    @property
    def has_lost_files(self) -> bool:
        """Whether it went with files whose time is over: without them it says something else."""
        return self.files.filter(content=b"").exists()

    def key_prefix(self, round_: int | None = None) -> str:
        """How the keys of its messages begin; with a number, of those of that round."""
        return f"mailing:{self.pk}:" if round_ is None else f"mailing:{self.pk}:{round_}:"


class MailingFile(HubOwned):
    """A file that goes with a mailing; it is emptied a month after the mailing has left."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        constraints = [SameHub("mailing", name="mailing_file_same_hub")]

    def __str__(self) -> str:
        return self.name
