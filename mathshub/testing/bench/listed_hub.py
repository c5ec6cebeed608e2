"""A hub with many expressions of interest, made in bulk, and all that its list reads beside them."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.test import Client
from django.utils import timezone

from enrolment.models import (
    EligibilityOverride,
    ExpressionOfInterest,
    KnownSchool,
    PastParticipation,
    Place,
)
from mathshub.accounts.tests.factories import sign_in
from mathshub.scope import hub_scope
from workgroups.models import (
    Hub,
    HubMember,
    LocalAuthority,
    Offering,
    Programme,
    School,
    SuccessionDecision,
)
from workgroups.models.years import school_year_of
from workgroups.tests.factories import (
    make_hub,
    make_member,
    make_offering,
    make_programme,
    make_work_group,
    make_year,
)

PROGRAMMES, YEARS = 4, 3  # each programme follows the one before it, and is offered every year
BATCH = 5_000
DECISIONS = 12  # whose history counts for whom: a hub has few of them
# One school in so many has what the hub itself says of it.
ANSWERED, SPECIALIST = 40, 20


class Listed(NamedTuple):
    """A hub with so many expressions, and who is signed in there."""

    hub: Hub
    session: str


State = ExpressionOfInterest.State


@dataclass(frozen=True)
class Pool:
    """What the rows of one hub are made of; ``chance`` is the same every time."""

    hub: Hub
    chance: random.Random
    programmes: list[Programme]
    offerings: list[Offering]
    own: list[int]
    others: list[int]

    def school(self) -> int:
        """One of the schools; nine in ten are from the hub's own boroughs."""
        is_own = self.chance.random() < 0.9 or not self.others
        return self.chance.choice(self.own if is_own else self.others)


def make_listed_hub(size: int) -> Listed:
    """A hub of its own with ``size`` expressions, its schools' past, and a lead signed in."""
    authorities = LocalAuthority.objects.filter(schools__isnull=False).distinct().order_by("pk")[:6]
    hub = make_hub(slug=f"hub-of-{size}", local_authorities=authorities)
    with hub_scope(hub):
        pool = make_pool(hub, random.Random(size))
        add_expressions(pool, size)
        add_places(pool)
        add_past(pool)
        add_what_the_hub_says(pool)
        member = make_member(role=HubMember.Role.HUB_LEAD)
        client = sign_in(Client(), member.account)
    return Listed(hub, client.cookies["sessionid"].value)


def make_pool(hub: Hub, chance: random.Random) -> Pool:
    programmes: list[Programme] = []
    for position in range(PROGRAMMES):
        programmes.append(make_programme(position=position, needs=programmes[-1:]))
    this_year = school_year_of(timezone.localdate())
    years = [make_year(start_year=this_year - back) for back in range(YEARS)]
    schools = School.objects.order_by("pk")
    authorities = list(hub.local_authorities.all())
    own = list(schools.filter(local_authority__in=authorities).values_list("pk", flat=True))
    return Pool(
        hub=hub,
        chance=chance,
        programmes=programmes,
        offerings=[
            make_offering(programme=programme, academic_year=year)
            for year in years
            for programme in programmes
        ],
        own=own,
        others=list(schools.exclude(pk__in=own).values_list("pk", flat=True)[:BATCH]),
    )


def add_expressions(pool: Pool, size: int) -> None:
    """Of all states and sources; three in a hundred are not matched with a school yet.

    Where a school has asked for an offering already, the further one was withdrawn.
    """
    now, chance, rows = timezone.now(), pool.chance, []
    standing: set[tuple[int, int | None]] = set()
    for number in range(size):
        is_matched = chance.random() > 0.03
        offering, school = chance.choice(pool.offerings), pool.school() if is_matched else None
        state = chance.choice(State.values)
        if is_matched and (offering.pk, school) in standing:
            state = State.WITHDRAWN
        standing.add((offering.pk, school))
        rows.append(
            ExpressionOfInterest(
                hub=pool.hub,
                offering=offering,
                school_id=school,
                school_as_typed="" if is_matched else "A school that is new",
                reference=f"{size:06X}"[:3] + f"{number:06X}",
                headteacher_name=f"Headteacher {number}",
                headteacher_email=f"head{number}@school.example",
                state=state,
                source=chance.choice(ExpressionOfInterest.Source.values),
                submitted_at=now - timedelta(minutes=chance.randrange(500_000)),
            )
        )
    ExpressionOfInterest.objects.bulk_create(rows, batch_size=BATCH)


def add_places(pool: Pool) -> None:
    """What was accepted has its place; a school has one in each Work Group."""
    groups = {offering.pk: make_work_group(offering=offering) for offering in pool.offerings}
    accepted = ExpressionOfInterest.objects.filter(
        state=ExpressionOfInterest.State.ACCEPTED, school__isnull=False
    )
    places = {
        (each.offering_id, each.school_id): Place(
            hub=pool.hub,
            work_group=groups[each.offering_id],
            school_id=each.school_id,
            expression=each,
            state=Place.State.ACCEPTED,
            contact_name=each.headteacher_name,
            contact_email=each.headteacher_email,
            offered_at=each.submitted_at,
            answered_at=each.submitted_at,
        )
        for each in accepted
    }
    Place.objects.bulk_create(places.values(), batch_size=BATCH)


def add_past(pool: Pool) -> None:
    """Half of the schools took part twice before the years that are offered."""
    schools = [*pool.own, *pool.others]
    first = min(offering.academic_year.start_year for offering in pool.offerings)
    terms = [
        (programme, make_year(start_year=first - back))
        for programme, back in zip(pool.programmes, (2, 1), strict=False)
    ]
    PastParticipation.objects.bulk_create(
        (
            PastParticipation(
                hub=pool.hub,
                school_id=school,
                programme=programme,
                academic_year=year,
                outcome=pool.chance.choice(PastParticipation.Outcome.values),
                source=PastParticipation.Source.SPREADSHEET,
            )
            for school in pool.chance.sample(schools, len(schools) // 2)
            for programme, year in terms
        ),
        batch_size=BATCH,
    )


def add_what_the_hub_says(pool: Pool) -> None:
    """Its own answers, whom it knows for a Mastery Specialist, and whose history counts for whom."""
    now, chance = timezone.now(), pool.chance
    schools = [*pool.own, *pool.others]
    EligibilityOverride.objects.bulk_create(
        EligibilityOverride(
            hub=pool.hub,
            school_id=school,
            offering=chance.choice(pool.offerings),
            answer=chance.choice(EligibilityOverride.Answer.values),
            reason="Agreed with the headteacher",
            decided_at=now,
        )
        for school in chance.sample(schools, len(schools) // ANSWERED)
    )
    KnownSchool.objects.bulk_create(
        KnownSchool(hub=pool.hub, school_id=school, has_mastery_specialist=True)
        for school in chance.sample(schools, len(schools) // SPECIALIST)
    )
    chosen = chance.sample(pool.own, 2 * DECISIONS)
    SuccessionDecision.objects.bulk_create(
        SuccessionDecision(
            hub=pool.hub,
            predecessor_id=before,
            successor_id=after,
            counts=chance.random() < 0.75,
            reason="Head and staff went over",
            decided_at=now,
        )
        for before, after in zip(chosen[:DECISIONS], chosen[DECISIONS:], strict=True)
    )
