"""Schools as the register (Get Information about Schools, GIAS) knows them."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from simple_history.models import HistoricalRecords

from workgroups.models.hubs import LocalAuthority

# Codes of the register. Open now means open, or open but proposed to close.
OPEN_STATUSES = (1, 3)
CLOSED_STATUS = 2
PRIMARY_PHASES = (2, 3)
SECONDARY_PHASES = (4, 5)
ALL_THROUGH_PHASE = 7
MAINSTREAM_STATE_TYPES = (1, 2, 3, 5, 28, 34, 35)
# By type alone: the register's groups of types hold fee-paying special schools and colleges too.
STATE_FUNDED_TYPES = (
    *(*MAINSTREAM_STATE_TYPES, 6, 7, 12, 14, 15, 33, 36, 38),
    *(39, 40, 41, 42, 43, 44, 45, 46),
)
# Offshore schools, those of the forces abroad, Welsh ones, British schools overseas.
TYPES_ELSEWHERE = (25, 26, 30, 37)
# Codes of authorities that begin so: Jersey, Guernsey, Man, Gibraltar, the forces’.
AUTHORITIES_ELSEWHERE = "70"
# What English URNs begin with, of six figures; five are children's centres', from 400000 on is Wales.
ENGLISH_URNS = ("1", "2", "3")


class SchoolQuerySet(models.QuerySet["School"]):
    def open_now(self) -> "SchoolQuerySet":
        """Open, or open but proposed to close."""
        return self.filter(status_code__in=OPEN_STATUSES)

    def eligible_primaries(self) -> "SchoolQuerySet":
        """State-funded mainstream primaries that are open."""
        return self.open_now().filter(
            type_code__in=MAINSTREAM_STATE_TYPES, phase_code__in=PRIMARY_PHASES
        )

    def state_funded(self) -> "SchoolQuerySet":
        """Of a type that the state pays for, mainstream or not, of any phase."""
        return self.filter(type_code__in=STATE_FUNDED_TYPES)

    def in_england(self) -> "SchoolQuerySet":
        """Schools of England, open or not; the register lists others too, and children's centres.

        The counterpart of ``School.is_in_england``: change both together.
        """
        begins = (models.Q(urn__startswith=figure) for figure in ENGLISH_URNS)
        has_urn = models.Q(Exact(Length("urn"), 6)) & reduce(or_, begins)  # faster than a regex
        # Not by a join: PostgreSQL would make it for each row.
        authorities = LocalAuthority.objects.filter(code__startswith=AUTHORITIES_ELSEWHERE)
        elsewhere = models.Q(type_code__in=TYPES_ELSEWHERE) | models.Q(
            local_authority__in=authorities
        )
        return self.filter((has_urn & ~elsewhere) | models.Q(is_demonstration=True))

    def pickable(self) -> "SchoolQuerySet":
        """Rows a person may choose as their school: English schools that are open."""
        return self.open_now().in_england()


class School(models.Model):
    """A row of the register. Public, shared by all hubs; what a hub knows of it stands elsewhere."""

    urn = models.CharField(
        "URN",
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{5,6}$", "A URN has six digits.")],
    )
    name = models.CharField(max_length=150)
    local_authority = models.ForeignKey(
        LocalAuthority, on_delete=models.PROTECT, related_name="schools", null=True
    )
    establishment_number = models.CharField(max_length=4, blank=True)
    ukprn = models.CharField("UKPRN", max_length=8, blank=True)
    type_code = models.PositiveSmallIntegerField()
    type_name = models.CharField(max_length=80)
    type_group_code = models.PositiveSmallIntegerField(null=True)
    type_group_name = models.CharField(max_length=60, blank=True)
    status_code = models.PositiveSmallIntegerField()
    status_name = models.CharField(max_length=40)
    phase_code = models.PositiveSmallIntegerField()
    phase_name = models.CharField(max_length=40)
    low_age = models.PositiveSmallIntegerField(null=True)
    high_age = models.PositiveSmallIntegerField(null=True)
    pupils = models.PositiveIntegerField(null=True)
    trust_code = models.CharField(max_length=10, blank=True)
    trust_name = models.CharField(max_length=150, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    street = models.CharField(max_length=150, blank=True)
    locality = models.CharField(max_length=100, blank=True)
    town = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    easting = models.PositiveIntegerField(null=True)
    northing = models.PositiveIntegerField(null=True)
    website = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True, editable=False)
    register_print = models.BigIntegerField(
        null=True, editable=False, help_text="Of the register's line that this was read from."
    )
    succeeded_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="forerunners",
        help_text="Where the simple successions of a closed school end: worked out from the links.",
    )
    is_demonstration = models.BooleanField(default=False, editable=False)

    merged_into: "School | None" = None
    """No column: where a search found that the hub in scope decided a merger, see its services."""
    linked_to: "Sequence[School]" = ()
    """No column: where a search found that the register's mergers and splits lead, to open schools."""
    was_split = False
    """No column: whether these are parts of it, rather than schools that it became part of."""

    objects = SchoolQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_text", "register_print", "succeeded_by"])

    class Meta:
        ordering = ["name", "town"]
        indexes = [
            models.Index(fields=["local_authority", "status_code"], name="school_authority_status"),
            models.Index(fields=["name", "town", "id"], name="school_in_alphabet"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status_code in OPEN_STATUSES

    @property
    def is_in_england(self) -> bool:
        """Whether it is a school of England, as ``School.objects.in_england()`` asks."""
        if self.is_demonstration:
            return True
        authority = self.local_authority.code if self.local_authority else ""
        is_elsewhere = self.type_code in TYPES_ELSEWHERE or authority.startswith(
            AUTHORITIES_ELSEWHERE
        )
        return not is_elsewhere and len(self.urn) == 6 and self.urn.startswith(ENGLISH_URNS)

    @property
    def is_mainstream_state(self) -> bool:
        return self.type_code in MAINSTREAM_STATE_TYPES

    @property
    def is_open_mainstream(self) -> bool:
        """Open, mainstream and state-funded, with primary years: what most people look for."""
        has_primary_years = self.phase_code in (*PRIMARY_PHASES, ALL_THROUGH_PHASE)
        return self.is_open and self.is_mainstream_state and has_primary_years

    @property
    def is_mainstream_state_primary(self) -> bool:
        """State-funded, mainstream, primary or middle deemed primary."""
        return self.type_code in MAINSTREAM_STATE_TYPES and self.phase_code in PRIMARY_PHASES

    @property
    def whereabouts(self) -> str:
        """What tells it from a school of the same name: town, postcode, borough, URN."""
        borough = self.local_authority.name if self.local_authority else ""
        place = " ".join(part for part in (self.town, self.postcode) if part)
        return " · ".join(part for part in (place, borough, f"URN {self.urn}") if part)


class SearchWord(models.Model):
    """A word by which some school is found, for queries with a slip: see workgroups/search."""

    word = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.word
