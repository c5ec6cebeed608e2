"""The filters of the lists of interest, places, schools and the past."""

from datetime import date, timedelta
from typing import ClassVar

from django.db.models import Q, QuerySet, TextChoices
from django.http import HttpRequest
from django.utils import timezone

from enrolment.admin.words import own_boroughs
from enrolment.models import (
    ExpressionOfInterest,
    HistoryImport,
    PastParticipation,
    Place,
    UnmatchedLine,
)
from enrolment.models.interest import CONFIRMED_WITHIN
from mathshub.scope_admin import Chip, ChipFilter, is_key
from workgroups.area import OUTSIDE
from workgroups.models import AcademicYear, Offering, Programme, WorkGroup
from workgroups.models.years import school_year_of

SPREADSHEETS_AS_CHIPS = 8


class ChoiceChips(ChipFilter):
    """One chip for each value of a field of choices, by the field's name."""

    values: ClassVar[type[TextChoices]]

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip(each.value, str(each.label), Q((cls.parameter_name, each.value)))
            for each in cls.values
        ]


class OfferingChips(ChipFilter):
    title = "programme"
    parameter_name = "offering"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return offering_chips(Offering.objects.all(), timezone.localdate())


def offering_chips(offerings: QuerySet[Offering], today: date) -> list[Chip]:
    """One chip an offering of this academic year and the next ones; all earlier ones as one."""
    this_year = school_year_of(today)
    rows = offerings.select_related("programme", "academic_year").order_by(
        "-academic_year__start_year", "programme__position"
    )
    chips = [
        Chip(str(each.pk), f"{each.programme.short_name} {each.academic_year}", Q(offering=each))
        for each in rows
        if each.academic_year.start_year >= this_year
    ]
    earlier = Q(offering__academic_year__start_year__lt=this_year)
    return [*chips, Chip("earlier", "earlier years", earlier)]


class StateChips(ChoiceChips):
    title = "state"
    parameter_name = "state"
    values = ExpressionOfInterest.State

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        """Those in review stand beside those received, of which they are some."""
        received, *others = super().chips(request)
        in_review = Q(state=ExpressionOfInterest.State.RECEIVED, review_began_at__isnull=False)
        return [received, Chip("in-review", "in review", in_review), *others]


class BoroughChips(ChipFilter):
    title = "borough"
    parameter_name = "borough"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        """The hub's own boroughs, then all others as one, then schools not matched yet."""
        own = own_boroughs(request)
        chips = [Chip(each.code, each.name, Q(school__local_authority=each)) for each in own]
        outside = Q(school__isnull=False) & ~Q(school__local_authority__in=own)
        return [
            *chips,
            Chip("outside", OUTSIDE, outside),
            Chip("unmatched", "school not matched", Q(school__isnull=True)),
        ]


class AppetiteChips(ChoiceChips):
    title = "would take part"
    parameter_name = "appetite"
    values = ExpressionOfInterest.Appetite

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        """Each answer, and all that would rather wait as one."""
        return [*super().chips(request), Chip("lead", "lead", ~Q(appetite=cls.values.YES))]


class AddressChips(ChipFilter):
    title = "address"
    parameter_name = "address"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        """As ``ExpressionOfInterest.is_unconfirmed`` has it."""
        waited = Q(confirmed_at=None, submitted_at__lt=timezone.now() - CONFIRMED_WITHIN)
        came_by_web = Q(source=ExpressionOfInterest.Source.WEB)
        return [
            Chip("confirmed", "confirmed", Q(confirmed_at__isnull=False)),
            Chip("unconfirmed", "not confirmed", waited & came_by_web),
        ]


class SourceChips(ChoiceChips):
    title = "received by"
    parameter_name = "source"
    values = ExpressionOfInterest.Source


class PlaceStateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        today = timezone.localdate()
        late = Q(state=Place.State.OFFERED, reply_by__lt=today)
        soon = Q(state=Place.State.OFFERED, reply_by__range=(today, today + timedelta(days=7)))
        unnamed = Q(pk__in=Place.objects.without_people(today).values("pk"))
        states = [Chip(each.value, str(each.label), Q(state=each.value)) for each in Place.State]
        return [
            *states,
            Chip("late", "reply is late", late),
            Chip("soon", "reply within a week", soon),
            Chip("unnamed", "accepted, nobody named", unnamed),
        ]


class WorkGroupChips(ChipFilter):
    title = "Work Group"
    parameter_name = "group"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        groups = WorkGroup.objects.filter(pk__in=Place.objects.values("work_group"))
        groups = groups.select_related("offering__programme", "offering__academic_year")
        return [
            Chip(str(each.pk), f"{each.name} {each.offering.academic_year}", Q(work_group=each))
            for each in groups
        ]


class SchoolBoroughChips(ChipFilter):
    title = "borough"
    parameter_name = "borough"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip(each.code, each.name, Q(local_authority=each)) for each in own_boroughs(request)
        ]


class SchoolStandingChips(ChipFilter):
    title = "in the register"
    parameter_name = "standing"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        is_open = Q(status_code__in=(1, 3))
        return [Chip("open", "open", is_open), Chip("closed", "closed or not open yet", ~is_open)]


class PastProgrammeChips(ChipFilter):
    title = "programme"
    parameter_name = "programme"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip(str(each.pk), each.short_name, Q(programme=each))
            for each in Programme.objects.all()
        ]


class PastYearChips(ChipFilter):
    title = "year"
    parameter_name = "year"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        years = AcademicYear.objects.filter(
            pk__in=PastParticipation.objects.order_by().values("academic_year")
        )
        return [
            Chip(str(each.start_year), str(each), Q(academic_year=each))
            for each in years.order_by("-start_year")
        ]


class OutcomeChips(ChoiceChips):
    title = "outcome"
    parameter_name = "outcome"
    values = PastParticipation.Outcome


class PastSourceChips(ChipFilter):
    """By hand, by spreadsheet, and by each of the latest spreadsheets."""

    title = "source"
    parameter_name = "source"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        kinds = [
            Chip(each.value, str(each.label), Q(source=each.value))
            for each in PastParticipation.Source
        ]
        return [*kinds, *_spreadsheet_chips(request.GET.get(cls.parameter_name, ""))]


class SpreadsheetStateChips(ChoiceChips):
    title = "state"
    parameter_name = "state"
    values = HistoryImport.State


class LineStateChips(ChoiceChips):
    title = "state"
    parameter_name = "state"
    values = UnmatchedLine.State


class LineSpreadsheetChips(ChipFilter):
    title = "spreadsheet"
    parameter_name = "spreadsheet"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return _spreadsheet_chips(request.GET.get(cls.parameter_name, ""))


def _spreadsheet_chips(chosen: str) -> list[Chip]:
    """One chip for each of the latest spreadsheets that were loaded, and for the chosen one."""
    loaded = HistoryImport.objects.exclude(state=HistoryImport.State.UPLOADED)
    rows = list(loaded.only("file_name", "hub")[:SPREADSHEETS_AS_CHIPS])
    if is_key(chosen) and chosen not in {str(each.pk) for each in rows}:
        rows += loaded.only("file_name", "hub").filter(pk=chosen)
    return [Chip(str(each.pk), str(each), Q(history_import=each)) for each in rows]
