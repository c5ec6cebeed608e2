"""Offerings: last year's carried over to the next, quietly."""

from datetime import date, datetime

from django.db import transaction

from mathshub.accounts.models import Account
from workgroups.errors import AlreadyOffered
from workgroups.models import AcademicYear, Offering, WorkGroup, WorkGroupLead


@transaction.atomic
def copy_offering(
    offering: Offering, *, with_groups: bool, by: Account | None, now: datetime
) -> Offering:
    """The same programme in the next academic year, its dates a year later, its messages off.

    With ``with_groups`` its Work Groups come along as drafts, with their boroughs and leads but
    without places and sessions. The project code stays blank: it is a new one each year. Raises
    ``AlreadyOffered``.
    """
    year, _ = AcademicYear.objects.get_or_create(start_year=offering.academic_year.start_year + 1)
    if Offering.objects.filter(programme=offering.programme, academic_year=year).exists():
        raise AlreadyOffered(str(offering.programme), str(year))
    copy = Offering(
        programme=offering.programme,
        academic_year=year,
        opens_on=a_year_later(offering.opens_on),
        closes_on=a_year_later(offering.closes_on),
        decisions_by=a_year_later(offering.decisions_by),
        messages_on=False,
        offers_lapse=offering.offers_lapse,
    )
    _save(copy, by=by, now=now, why=f"Copied from {offering}")
    if with_groups:
        for group in groups_to_copy(offering):
            _copy_group(group, to=copy, by=by, now=now)
    return copy


def groups_to_copy(offering: Offering) -> list[WorkGroup]:
    """The Work Groups that come along: all but those that were cancelled."""
    running = offering.work_groups.exclude(state=WorkGroup.State.CANCELLED)
    return list(running.prefetch_related("local_authorities", "work_group_leads").order_by("name"))


def a_year_later(day: date | None) -> date | None:
    """The same day of the next year; 28 February for the 29th."""
    if day is None:
        return None
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _copy_group(group: WorkGroup, *, to: Offering, by: Account | None, now: datetime) -> None:
    copy = WorkGroup(
        offering=to,
        name=group.name,
        capacity=group.capacity,
        usual_venue=group.usual_venue,
        state=WorkGroup.State.DRAFT,
    )
    _save(copy, by=by, now=now, why=f"Copied from {group.offering}")
    copy.local_authorities.set(group.local_authorities.all())
    WorkGroupLead.objects.bulk_create(
        WorkGroupLead(work_group=copy, member_id=lead.member_id)
        for lead in group.work_group_leads.all()
    )


def _save(row: Offering | WorkGroup, *, by: Account | None, now: datetime, why: str) -> None:
    row._history_user = by  # type: ignore[union-attr]  # read by simple_history
    row._history_date = now  # type: ignore[union-attr]
    row._change_reason = why[:100]  # type: ignore[union-attr]
    row.save()
