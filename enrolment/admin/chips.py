"""The filters of the lists of interest and places."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from enrolment.admin.words import own_boroughs
from enrolment.models import ExpressionOfInterest, Place
from mathshub.scope_admin import Chip, ChipFilter
from workgroups.models import Offering, WorkGroup
from workgroups.models.years import school_year_of


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


class StateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip(state.value, str(state.label), Q(state=state.value))
            for state in ExpressionOfInterest.State
        ]


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
            Chip("outside", "outside the area", outside),
            Chip("unmatched", "school not matched", Q(school__isnull=True)),
        ]


class SourceChips(ChipFilter):
    title = "received by"
    parameter_name = "source"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip(source.value, str(source.label), Q(source=source.value))
            for source in ExpressionOfInterest.Source
        ]


class PlaceStateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        today = timezone.localdate()
        late = Q(state=Place.State.OFFERED, reply_by__lt=today)
        soon = Q(state=Place.State.OFFERED, reply_by__range=(today, today + timedelta(days=7)))
        states = [Chip(each.value, str(each.label), Q(state=each.value)) for each in Place.State]
        return [
            *states,
            Chip("late", "reply is late", late),
            Chip("soon", "reply within a week", soon),
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
