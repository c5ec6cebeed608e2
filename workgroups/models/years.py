"""Academic years, each borough's terms in them, and the days that the hub avoids."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from mathshub.scope import HubOwned, hub_history, hub_manager
from workgroups.models.hubs import LocalAuthority

FIRST_MONTH = 9  # of an academic year


def school_year_of(day: date) -> int:
    """The calendar year in which the academic year of ``day`` began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def year_words(start_year: int) -> str:
    """“2026/27”, of the year in whose September it starts."""
    return f"{start_year}/{(start_year + 1) % 100:02d}"


class AcademicYear(models.Model):
    """A school year, 1 September to 31 August, written 2026/27. Shared by all hubs."""

    start_year = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ["start_year"]

    def __str__(self) -> str:
        return year_words(self.start_year)

    @property
    def starts_on(self) -> date:
        return date(self.start_year, FIRST_MONTH, 1)

    @property
    def ends_on(self) -> date:
        return date(self.start_year + 1, 8, 31)


class TermDate(HubOwned):
    """One term of one borough, with its half-term, as the hub plans by it."""

    class Term(models.TextChoices):
        AUTUMN = "autumn", "autumn"
        SPRING = "spring", "spring"
        SUMMER = "summer", "summer"

    local_authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT)
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT)
    term = models.CharField(max_length=6, choices=Term)
    starts_on = models.DateField()
    ends_on = models.DateField()
    half_term_starts_on = models.DateField(null=True, blank=True)
    half_term_ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(
        max_length=200, blank=True, help_text="Where these dates come from: a page or a person."
    )
    checked_on = models.DateField(
        "last checked",
        null=True,
        blank=True,
        help_text="The day on which somebody last compared these dates with their source.",
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    imported_from = models.CharField(
        max_length=200, blank=True, editable=False, help_text="The table that these dates came in."
    )
    imported_on = models.DateField(null=True, editable=False)

    history = hub_history()

    class Meta:
        ordering = ["local_authority__name", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "local_authority", "academic_year", "term"],
                name="term_date_once_per_authority_year_and_term",
                violation_error_message="This borough already has this term.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="term_date_ends_after_it_starts",
                violation_error_message="A term must end after it starts.",
            ),
            models.CheckConstraint(
                condition=models.Q(half_term_starts_on__isnull=True, half_term_ends_on__isnull=True)
                | models.Q(
                    half_term_starts_on__isnull=False,
                    half_term_ends_on__isnull=False,
                    half_term_starts_on__gt=models.F("starts_on"),
                    half_term_ends_on__gte=models.F("half_term_starts_on"),
                    half_term_ends_on__lt=models.F("ends_on"),
                ),
                name="term_date_half_term_within_term",
                violation_error_message="The half-term must lie within the term.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_authority}, {self.term} {self.academic_year}"


class DayToAvoidQuerySet(models.QuerySet["DayToAvoid"]):
    def in_boroughs(self, boroughs: Iterable[LocalAuthority]) -> "DayToAvoidQuerySet":
        """Those of one of ``boroughs``, and those of all."""
        return self.filter(
            models.Q(local_authority=None) | models.Q(local_authority__in=list(boroughs))
        )

    def between(self, first: date, last: date) -> "DayToAvoidQuerySet":
        """Those with at least one day from ``first`` to ``last``."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class DayToAvoid(HubOwned):
    """Days on which the hub plans no session though there is school: test weeks, local events."""

    class Kind(models.TextChoices):
        TEST_WEEK = "test_week", "test week"
        OTHER = "other", "other"

    kind = models.CharField(max_length=9, choices=Kind, default=Kind.TEST_WEEK)
    name = models.CharField(max_length=80, help_text="For example “Key stage 2 tests”.")
    local_authority = models.ForeignKey(
        LocalAuthority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name="borough",
        help_text="Left empty: all boroughs.",
    )
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    source = models.CharField(
        max_length=200, blank=True, help_text="Where these days come from: a page or a person."
    )

    objects: ClassVar[Any] = hub_manager(DayToAvoidQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["starts_on", "name"]
        verbose_name = "days to avoid"
        verbose_name_plural = "days to avoid"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="days_to_avoid_end_after_they_start",
                violation_error_message="The last day can't come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
