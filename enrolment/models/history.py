"""What a hub knows of a school's past: who took part in what, from its spreadsheets and by hand."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models import AcademicYear, Offering, Programme, School


class KnownSchool(HubOwned):
    """What this hub knows of a school beyond the register."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    has_mastery_specialist = models.BooleanField(
        "a Mastery Specialist works here",
        default=False,
        help_text="Such a school may take part in programmes that are open to it without the ones before.",
    )
    note = models.TextField(blank=True, help_text="For the hub only. Nothing about persons.")

    history = hub_history()

    class Meta:
        ordering = ["school__name"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "school"], name="known_school_once_per_hub"),
        ]

    def __str__(self) -> str:
        return str(self.school)


class HistoryImport(HubOwned):
    """A spreadsheet of past participation: uploaded, mapped, looked at, loaded, perhaps undone.

    The file itself is kept only until it is loaded, or for a week: it may name people.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "not loaded yet"
        LOADED = "loaded", "loaded"
        UNDONE = "undone", "undone"

    file_name = models.CharField(max_length=200)
    content = models.BinaryField(default=bytes, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.UPLOADED)
    mapping = models.JSONField(
        default=dict, help_text="Which column is what, and which words mean which programme."
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(
        default=0, help_text="Lines that say what was on record already."
    )
    differing = models.PositiveIntegerField(
        default=0, help_text="Lines that say otherwise than the record, which was kept."
    )
    left_out = models.PositiveIntegerField(
        default=0, help_text="Lines that somebody chose to leave out."
    )
    faults = models.JSONField(
        default=list, help_text="Lines that could not be read: number, and why."
    )

    objects: ClassVar[Any] = hub_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = "spreadsheet of past participation"
        verbose_name_plural = "spreadsheets of past participation"
        constraints = [hub_key()]

    def __str__(self) -> str:
        return self.file_name

    @property
    def can_be_loaded(self) -> bool:
        """It waits, and its file is still here."""
        return self.state == self.State.UPLOADED and bool(self.content)


class PastParticipation(HubOwned):
    """A school took part in a programme in a year, before the portal or outside it."""

    class Outcome(models.TextChoices):
        COMPLETED = "completed", "completed"
        NOT_COMPLETED = "not_completed", "not completed"
        NOT_KNOWN = "not_known", "took part, completion not known"

        @classmethod
        def of(cls, is_completed: bool | None) -> "PastParticipation.Outcome":
            """The same as an answer to “was it completed?”, None where nobody knows."""
            return next(each for each in cls if each.is_completed is is_completed)

        @property
        def is_completed(self) -> bool | None:
            return {"completed": True, "not_completed": False}.get(self.value)

    class Source(models.TextChoices):
        SPREADSHEET = "spreadsheet", "spreadsheet"
        BY_HAND = "by_hand", "entered by hand"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=13, choices=Outcome, default=Outcome.COMPLETED)
    source = models.CharField(max_length=11, choices=Source, default=Source.BY_HAND, editable=False)
    history_import = models.ForeignKey(
        HistoryImport,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="participations",
    )
    note = models.CharField(
        max_length=200, blank=True, help_text="For example who remembers it. Nothing about persons."
    )

    objects: ClassVar[Any] = hub_manager()
    history = hub_history()

    class Meta:
        ordering = ["-academic_year__start_year", "programme__position"]
        verbose_name = "past participation"
        verbose_name_plural = "past participation"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["hub", "school", "programme", "academic_year"],
                name="past_participation_once",
                violation_error_message="This is on record already.",
            ),
            SameHub("programme", name="past_participation_programme_same_hub"),
            SameHub("history_import", name="past_participation_import_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.academic_year}"


class UnmatchedLineQuerySet(models.QuerySet["UnmatchedLine"]):
    def waiting(self) -> "UnmatchedLineQuerySet":
        """Nobody has said yet which school is meant."""
        return self.filter(state=UnmatchedLine.State.WAITING)


class UnmatchedLine(HubOwned):
    """A line of a spreadsheet whose school was not found, or is to be confirmed by a person."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        MATCHED = "matched", "matched"
        LEFT_OUT = "left_out", "left out"

    history_import = models.ForeignKey(
        HistoryImport, on_delete=models.CASCADE, related_name="unmatched"
    )
    line = (
        models.PositiveIntegerField()
    )  # the row: it says several things where years stand side by side
    school_as_typed = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=13, choices=PastParticipation.Outcome)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = hub_manager(UnmatchedLineQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["history_import", "line"]
        verbose_name = "line without a school"
        verbose_name_plural = "lines without a school"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["history_import", "line", "programme", "academic_year"],
                name="unmatched_line_once_per_import",
            ),
            models.CheckConstraint(
                condition=models.Q(state="matched", school__isnull=False)
                | (~models.Q(state="matched") & models.Q(school__isnull=True)),
                name="unmatched_line_has_its_school_once_matched",
            ),
            SameHub("history_import", name="unmatched_line_import_same_hub"),
            SameHub("programme", name="unmatched_line_programme_same_hub"),
        ]
        indexes = [models.Index(fields=["hub", "state"], name="unmatched_line_hub_state")]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.school_as_typed}"


class EligibilityOverride(HubOwned):
    """The hub's own answer for a school and an offering, in place of what the rules say."""

    class Answer(models.TextChoices):
        YES = "yes", "can take part"
        NOT_HERE = "not_here", "can’t take part"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer)
    reason = models.CharField(
        max_length=300, help_text="For the hub’s record; the school is told the answer alone."
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
                fields=["hub", "school", "offering"],
                name="eligibility_override_once",
                violation_error_message="This school has an answer of the hub’s for this offering.",
            ),
            SameHub("offering", name="eligibility_override_offering_same_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.get_answer_display()}"
