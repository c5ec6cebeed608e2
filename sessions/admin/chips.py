"""The filters of the lists of Work Groups and sessions."""

from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from enrolment.admin.chips import offering_chips
from mathshub.scope_admin import Chip, ChipFilter
from sessions.models import Session
from sessions.times import LONDON
from workgroups.models import Offering, WorkGroup

# Counts on ``held_places``, which WorkGroupAdmin's rows carry.
HAS_ROOM = Q(state=WorkGroup.State.FORMING, held_places__lt=F("capacity"))


class GroupStateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(each.value, str(each.label), Q(state=each.value)) for each in WorkGroup.State]


class RoomChips(ChipFilter):
    title = "places"
    parameter_name = "room"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        full = Q(held_places__gte=F("capacity"))
        return [
            Chip("yes", "taking schools, not full", HAS_ROOM),
            Chip("full", "full", full),
        ]


class GroupOfferingChips(ChipFilter):
    title = "programme"
    parameter_name = "offering"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        offerings = Offering.objects.filter(pk__in=WorkGroup.objects.values("offering"))
        return offering_chips(offerings, timezone.localdate())


class WhenChips(ChipFilter):
    title = "when"
    parameter_name = "when"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        now = timezone.now()
        published = Q(state=Session.State.PUBLISHED)
        return [
            Chip("this-week", "this week", in_week_of(timezone.localdate(now))),
            Chip("to-come", "to come", published & Q(ends_at__gt=now)),
            Chip("held", "held", published & Q(ends_at__lte=now)),
            Chip("unconfirmed", "date to be confirmed", Q(starts_at=None)),
        ]


class SessionStateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(each.value, str(each.label), Q(state=each.value)) for each in Session.State]


class ModeChips(ChipFilter):
    title = "how"
    parameter_name = "mode"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(each.value, str(each.label), Q(mode=each.value)) for each in Session.Mode]


def in_week_of(day: date) -> Q:
    """Published sessions from Monday to Sunday of the week of ``day``, in London."""
    monday = day - timedelta(days=day.weekday())
    start = datetime.combine(monday, datetime.min.time(), LONDON)
    end = datetime.combine(monday + timedelta(days=7), datetime.min.time(), LONDON)
    return Q(state=Session.State.PUBLISHED, starts_at__gte=start, starts_at__lt=end)
