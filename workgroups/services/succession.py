"""Which schools follow which: whose history counts for whom, as the register and the hub say."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from mathshub.accounts.models import Account
from mathshub.prepared import one_of, prepared
from mathshub.scope import current_hub
from workgroups.errors import StillOpen
from workgroups.models import Hub, School, SchoolLink, SuccessionDecision
from workgroups.models.schools import CLOSED_STATUS, OPEN_STATUSES
from workgroups.succession import end_of

BATCH = 500  # schools written in one statement


class _Known(NamedTuple):
    """What the register says of a school, as far as it matters here."""

    pk: int
    status: int
    succeeded_by: int | None


def work_out_successions() -> int:
    """Note on each closed school where its simple successions end; returns how many changed.

    To be called in the transaction that changed schools or links. Writes only what differs.
    """
    steps = dict(SchoolLink.objects.simple().values_list("predecessor_urn", "successor_urn"))
    if not steps:
        return School.objects.exclude(succeeded_by=None).update(succeeded_by=None)
    rows = School.objects.order_by().values_list("urn", "pk", "status_code", "succeeded_by")
    known = {urn: _Known(pk, status, after) for urn, pk, status, after in rows}
    open_now = {urn for urn, school in known.items() if school.status in OPEN_STATUSES}
    changed = []
    for urn, school in known.items():
        is_closed = school.status == CLOSED_STATUS
        end = end_of(urn, steps, open_now=open_now, known=known) if is_closed else None
        end_pk = known[end].pk if end else None
        if end_pk != school.succeeded_by:
            changed.append(School(pk=school.pk, succeeded_by_id=end_pk))
    School.objects.bulk_update(changed, ["succeeded_by"], batch_size=BATCH)
    return len(changed)


@transaction.atomic
def decide_succession(
    predecessor: School,
    successor: School,
    *,
    counts: bool,
    reason: str,
    by: Account | None,
    now: datetime,
) -> SuccessionDecision:
    """Whether the predecessor's history with the hub in scope counts for the successor.

    A later decision takes the place of an earlier one, which stays in its history. Raises
    ``StillOpen`` for a predecessor that has not closed: what it did is its own.
    """
    if predecessor.status_code != CLOSED_STATUS:
        raise StillOpen(str(predecessor))
    # The first decision has no row to lock yet: the hub's stands in for it.
    Hub.objects.select_for_update(no_key=True).get(pk=current_hub().pk)
    known = SuccessionDecision.objects.filter(predecessor=predecessor, successor=successor)
    decision: Any = known.first()
    decision = decision or SuccessionDecision(predecessor=predecessor, successor=successor)
    link = SchoolLink.objects.filter(
        predecessor_urn=predecessor.urn, successor_urn=successor.urn
    ).first()
    decision.counts, decision.reason = counts, reason
    decision.register_said = link.kind if link else ""
    decision.decided_by, decision.decided_at = by, now
    decision._history_user, decision._history_date = by, now  # read by simple_history
    decision._change_reason = reason[:100]
    decision.save()
    return decision


@transaction.atomic
def withdraw_decision(decision: SuccessionDecision, *, by: Account | None, now: datetime) -> None:
    """Take back what the hub in scope decided of two schools: from now on the register alone counts.

    Its history stays. One that a colleague has withdrawn meanwhile stays withdrawn.
    """
    row: Any = SuccessionDecision.objects.select_for_update().filter(pk=decision.pk).first()
    if row is None:
        return
    row._history_user, row._history_date = by, now  # read by simple_history
    row._change_reason = "Withdrawn"
    row.delete()


def merged_into(closed: Collection[School]) -> dict[int, School]:
    """By id: the open school that a closed one became part of, as the hub in scope decided.

    Through further decisions and successions. Left out where that is none, or more than one.
    One query, and none without a hub.
    """
    if not closed or current_hub() is None:
        return {}
    after = defaultdict(list)
    for each in _decided_for():
        after[each.predecessor_id].append(each.successor)
    ends = {school.pk: _open_ends(school.pk, after) for school in closed}
    return {pk: found[0] for pk, found in ends.items() if len(found) == 1}


@prepared
def _decided_for() -> QuerySet[SuccessionDecision]:
    return SuccessionDecision.objects.filter(counts=True).select_related(
        "successor__local_authority", "successor__succeeded_by__local_authority"
    )


def _open_ends(pk: int, after: Mapping[int, list[School]]) -> list[School]:
    """The open schools to which the ways from a school lead; circles end nowhere."""
    ends: dict[int, School] = {}
    seen, to_ask = {pk}, [pk]
    while to_ask:
        for school in after.get(to_ask.pop(), []):
            school = school.succeeded_by or school
            if school.is_open:
                ends[school.pk] = school
            elif school.pk not in seen:
                seen.add(school.pk)
                to_ask.append(school.pk)
    return list(ends.values())


def open_ends(urns: Collection[str]) -> dict[str, dict[int, bool]]:
    """By URN of a closed school: the ids of the open ones to which all links from it lead.

    Simple or not, decided or not: this says where a school is to be found, not whose history is
    whose. To each id belongs whether it was split on the way, and never merged. One query, as long
    as the chains may be; circles end.
    """
    ends: dict[str, dict[int, bool]] = defaultdict(dict)
    if urns:
        with connection.cursor() as cursor:
            cursor.execute(_ENDS.format(urns=", ".join(["%s"] * len(urns))), list(urns))
            for urn, pk, is_split in cursor.fetchall():
                ends[urn][pk] = bool(is_split)
    return ends


# Links name schools by URN, and Django has no recursion.
_ENDS = """
    WITH RECURSIVE way (began, at, is_merged) AS (
        SELECT predecessor_urn, successor_urn, kind IN ('merger', 'amalgamation')
        FROM workgroups_schoollink
        WHERE predecessor_urn IN ({urns})
        UNION
        SELECT way.began, link.successor_urn,
            way.is_merged OR link.kind IN ('merger', 'amalgamation')
        FROM way
        JOIN workgroups_schoollink link ON link.predecessor_urn = way.at
        LEFT JOIN workgroups_school between_them ON between_them.urn = way.at
        WHERE COALESCE(between_them.status_code, 0) NOT IN (1, 3)
    )
    SELECT way.began, school.id, NOT way.is_merged
    FROM way JOIN workgroups_school school ON school.urn = way.at
    WHERE school.status_code IN (1, 3)
    ORDER BY way.began, school.urn, way.is_merged
"""


def forerunners_of(schools: Iterable[School]) -> dict[int, list[School]]:
    """By id of each given school: the schools whose history counts for it, last closed first.

    Those that it follows by simple successions, those that the hub in scope decided for, and the
    forerunners of these in turn; without those that the hub decided against. Two queries for any
    number of schools; every given id is a key.
    """
    wanted = [school.pk for school in schools]
    decisions = _decisions()
    decided_for = [each.predecessor for each in decisions if each.counts]
    simple = _forerunners(of=list({*wanted, *(school.pk for school in decided_for)}))
    refused = {(each.predecessor_id, each.successor_id) for each in decisions if not each.counts}
    ends = {school.pk: school.succeeded_by_id for school in simple}
    # A chain is kept by its end alone, and what the hub said may be of a school on the way.
    refused |= {(before, end) for before, after in refused if (end := ends.get(after))}
    before = defaultdict(list)
    for school in simple:
        before[school.succeeded_by_id].append(school)
    for each in decisions:
        if each.counts:
            before[each.successor_id].append(each.predecessor)
    return {pk: _all_before(pk, before, refused) for pk in wanted}


@prepared
def _decisions() -> QuerySet[SuccessionDecision]:
    return SuccessionDecision.objects.select_related("predecessor")


@prepared
def _forerunners(of: Any) -> QuerySet[School]:
    return School.objects.filter(one_of("succeeded_by_id", of))


def _all_before(
    pk: int, before: dict[int | None, list[School]], refused: set[tuple[int, int]]
) -> list[School]:
    found: dict[int, School] = {}
    to_ask = [pk]
    while to_ask:
        asked = to_ask.pop()
        for school in before.get(asked, []):
            if school.pk not in found and school.pk != pk and (school.pk, asked) not in refused:
                found[school.pk] = school
                to_ask.append(school.pk)
    return sorted(found.values(), key=_last_closed_first)


def _last_closed_first(school: School) -> tuple[int, str]:
    return -(school.closed_on or date.min).toordinal(), school.urn
