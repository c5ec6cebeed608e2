"""Which mergers and splits wait for a person, and what the hub has on record of the schools."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from enrolment.models import PastParticipation, Place
from mathshub.scope import current_hub
from workgroups.models import SchoolLink, SuccessionDecision

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


def _of_predecessor(rows: QuerySet) -> QuerySet:
    return rows.filter(school__urn=OuterRef("predecessor_urn"))
