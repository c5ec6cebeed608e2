"""Which mergers and splits wait for a person, and what the hub has on record of the schools."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from enrolment.models import PastParticipation, Place
from mathshub.scope import current_hub
from workgroups.models import School, SchoolLink, SuccessionDecision
from workgroups.models.schools import CLOSED_STATUS

MOST_URGENT_FIRST = (
    F("counts").asc(nulls_first=True),
    F("has_records").desc(),
    F("predecessor_closed_on").desc(nulls_last=True),
    F("pk").asc(),
)


def mergers_and_splits() -> QuerySet[SchoolLink]:
    """The pairs of the hub's area about which a person decides; those that matter most first.

    Each with ``has_records`` (of the predecessor, in this hub) and ``counts`` (what was decided,
    or None). Pairs that were decided stay, also when the register calls them simple since.
    """
    decisions = SuccessionDecision.objects.filter(
        predecessor__urn=OuterRef("predecessor_urn"), successor__urn=OuterRef("successor_urn")
    )
    pairs = SchoolLink.objects.of_schools_in(current_hub().local_authorities.all())
    return (
        pairs.with_schools()
        .annotate(
            has_records=Exists(_of_predecessor(PastParticipation.objects.all()))
            | Exists(_of_predecessor(Place.objects.all())),
            counts=Subquery(decisions.values("counts")[:1]),
        )
        .filter(~Q(kind=SchoolLink.Kind.SUCCESSION) | Q(counts__isnull=False))
        .order_by(*MOST_URGENT_FIRST)
    )


def pairs_of(school: School) -> QuerySet[SchoolLink]:
    """The mergers and splits in which the school is one of the two, as ``mergers_and_splits``."""
    return mergers_and_splits().filter(Q(predecessor_urn=school.urn) | Q(successor_urn=school.urn))


def decisions() -> QuerySet[SuccessionDecision]:
    """All that the hub decided, also of schools that the register no longer links.

    Each with ``kind``, what the register calls the pair now: empty where it links them no more.
    """
    links = SchoolLink.objects.filter(
        predecessor_urn=OuterRef("predecessor__urn"), successor_urn=OuterRef("successor__urn")
    )
    return SuccessionDecision.objects.select_related(
        "predecessor__local_authority", "successor__local_authority", "decided_by"
    ).annotate(kind=Coalesce(Subquery(links.values("kind")[:1]), Value("")))


# The register says otherwise than when it was decided: a person should look again.
TO_LOOK_AT_AGAIN = ~Q(kind=F("register_said")) | ~Q(predecessor__status_code=CLOSED_STATUS)


def _of_predecessor(rows: QuerySet) -> QuerySet:
    return rows.filter(school__urn=OuterRef("predecessor_urn"))
