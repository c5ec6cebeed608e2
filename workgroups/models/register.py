"""What the register says of schools that follow each other, and what each import of it did."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from mathshub.scope import HubOwned, hub_history, hub_key, hub_manager
from workgroups.models.hubs import LocalAuthority
from workgroups.models.schools import CLOSED_STATUS, School

LONGEST_IMPORT = timedelta(hours=3)  # the register of the country takes seconds


class SchoolLinkQuerySet(models.QuerySet["SchoolLink"]):
    def simple(self) -> "SchoolLinkQuerySet":
        """One school in place of one other, as when a school becomes an academy."""
        return self.filter(kind=SchoolLink.Kind.SUCCESSION)

    def for_a_person(self) -> "SchoolLinkQuerySet":
        """Mergers and splits: whose history is whose, nobody but a person can say."""
        return self.exclude(kind=SchoolLink.Kind.SUCCESSION)

    def of_schools_in(self, area: Iterable[LocalAuthority]) -> "SchoolLinkQuerySet":
        """Of a closed school and a known one, of which either lies in the area."""
        here = School.objects.filter(local_authority__in=area).values("urn")
        closed = School.objects.filter(status_code=CLOSED_STATUS).values("urn")
        return self.filter(
            models.Q(predecessor_urn__in=here) | models.Q(successor_urn__in=here),
            predecessor_urn__in=closed,
            successor_urn__in=School.objects.values("urn"),
        )

    def with_schools(self) -> "SchoolLinkQuerySet":
        """Each with the ids and names of its two schools, as far as the register holds them."""
        return self.annotate(
            **{
                f"{end}_{field}": models.Subquery(
                    School.objects.filter(urn=models.OuterRef(f"{end}_urn")).values(column)
                )
                for end in ("predecessor", "successor")
                for field, column in (("id", "pk"), ("name", "name"), ("closed_on", "closed_on"))
            }
        )


class SchoolLink(models.Model):
    """One school went before another, as the register's file of links says. Public, of all hubs.

    By URN, not by row: the file names schools that an import of a part of the country leaves out.
    """

    class Kind(models.TextChoices):
        SUCCESSION = "succession", "succession"
        MERGER = "merger", "merger"
        AMALGAMATION = "amalgamation", "amalgamation"
        SPLIT = "split", "split"

    predecessor_urn = models.CharField(max_length=6)
    successor_urn = models.CharField(max_length=6)
    kind = models.CharField(max_length=12, choices=Kind)
    established_on = models.DateField(null=True)

    objects = SchoolLinkQuerySet.as_manager()

    class Meta:
        ordering = ["predecessor_urn", "successor_urn"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor_urn", "successor_urn"], name="school_link_once_per_pair"
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor_urn=models.F("successor_urn")),
                name="school_link_between_two",
            ),
        ]
        indexes = [models.Index(fields=["successor_urn"], name="school_link_successor")]

    def __str__(self) -> str:
        return f"{self.predecessor_urn} to {self.successor_urn}, {self.get_kind_display()}"


class SuccessionDecision(HubOwned):
    """Whether a school's history with this hub counts for another one, where a person must say."""

    predecessor = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    counts = models.BooleanField("the history counts")
    reason = models.CharField(max_length=300)
    register_said = models.CharField(
        max_length=12,
        choices=SchoolLink.Kind,
        blank=True,
        editable=False,
        help_text="What the register called the pair on that day; empty: it did not link the two.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField()

    objects: ClassVar[Any] = hub_manager()
    history = hub_history()

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["hub", "predecessor", "successor"],
                name="succession_decision_once_per_pair",
                violation_error_message="This has been decided already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")),
                name="succession_decision_between_two",
                violation_error_message="A school can't follow itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} and {self.successor}"


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def ended(self, now: datetime) -> "RegisterImportQuerySet":
        """Whatever became of them; one that has not ended within hours was cut off."""
        cut_off = models.Q(started_at__lt=now - LONGEST_IMPORT)
        return self.filter(~models.Q(state=RegisterImport.State.RUNNING) | cut_off)

    def last_day(self) -> date | None:
        """The day of the register that was imported last, of those whose names said one."""
        dated = self.filter(state=RegisterImport.State.DONE, dated_on__isnull=False)
        return dated.order_by("-started_at", "-pk").values_list("dated_on", flat=True).first()


class RegisterImport(models.Model):
    """One import of the register: what it did, or why it was refused. Public facts only."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        REFUSED = "refused", "refused"
        FAILED = "failed", "failed"

    class Source(models.TextChoices):
        COMMAND = "command", "by hand"
        DOWNLOAD = "download", "downloaded"

    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    source = models.CharField(max_length=8, choices=Source, default=Source.COMMAND)
    file_name = models.CharField(max_length=200)
    dated_on = models.DateField(
        null=True, help_text="The day of which the register is, where the file's name says it."
    )
    links_file_name = models.CharField(max_length=200, blank=True)
    links_missing = models.TextField(
        blank=True, help_text="Why the schools were imported without the links to be fetched."
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(
        default=0, help_text="Of the updated ones, those that were open before."
    )
    skipped = models.PositiveIntegerField(default=0)
    links = models.PositiveIntegerField(default=0, help_text="Pairs of schools in its file.")
    links_added = models.PositiveIntegerField(default=0)
    links_changed = models.PositiveIntegerField(default=0)
    links_removed = models.PositiveIntegerField(default=0)
    links_skipped = models.PositiveIntegerField(default=0)
    links_passed_over = models.PositiveIntegerField(
        default=0, help_text="Lines that do not say that one school followed another."
    )
    complaints = models.JSONField(default=list, help_text="The first skipped lines, with reasons.")
    blanked = models.PositiveIntegerField(
        default=0, help_text="Cells left blank because they can't be read; their schools are in."
    )
    blanks = models.JSONField(default=list, help_text="The first of these, with lines and reasons.")
    refusal = models.TextField(blank=True)
    forced_because = models.CharField(max_length=300, blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        verbose_name = "import of the register"
        verbose_name_plural = "imports of the register"

    def __str__(self) -> str:
        return self.file_name

    def newer_before(self) -> date | None:
        """The day of the register that was imported before this one, where this one is older."""
        earlier = RegisterImport.objects.filter(started_at__lt=self.started_at)
        last = earlier.last_day() if self.dated_on else None
        return last if last and self.dated_on and self.dated_on < last else None
