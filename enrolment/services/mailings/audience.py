"""To whom a mailing goes: all of its filters must fit, and with none chosen nobody does.

A mailbox gets one e-mail, however many people read it and however many seats they have.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from enrolment.models import Mailing, Place, Seat
from mathshub.outbox.models import Message, Suppression
from mathshub.outbox.suppression import hash_of
from workgroups.models import WorkGroup

FILTERS = ("work_groups", "programmes", "academic_years", "local_authorities", "roles")
OF_A_GROUP = {
    "work_groups": "work_group",
    "programmes": "work_group__offering__programme",
    "academic_years": "work_group__offering__academic_year",
    "local_authorities": "school__local_authority",
}
CLOSED = [WorkGroup.State.DRAFT, WorkGroup.State.CANCELLED]


@dataclass(frozen=True)
class Person:
    """Somebody who fits the filters: by a seat, or as the contact of a place.

    ``pk`` is the seat's or the place's.
    """

    pk: int
    name: str
    address: str
    school_id: int
    school: str
    work_group_id: int
    work_group: str
    participant_id: int | None = None


@dataclass(frozen=True)
class Reader:
    """One mailbox and the people for whom it gets the e-mail."""

    address: str
    people: tuple[Person, ...]

    @property
    def names(self) -> str:
        """Each once, in the order of the list."""
        return ", ".join(self._names)

    @property
    def number(self) -> int:
        """How many people that is."""
        return len(self._names)

    @property
    def _names(self) -> list[str]:
        return list(dict.fromkeys(person.name for person in self.people))

    @property
    def places(self) -> str:
        """School and Work Group of each, once."""
        words = (f"{person.school}, {person.work_group}" for person in self.people)
        return "; ".join(dict.fromkeys(words))

    @property
    def print(self) -> str:
        """What stands for the mailbox in pages and in ``Mailing.left_out``."""
        return hash_of(self.address)


@dataclass(frozen=True)
class Audience:
    """Who gets the mailing, and who fits its filters and does not, each with the reason's list.

    ``version`` changes with its text and its files, and with each round that is sent.
    """

    readers: list[Reader]
    version: str = ""
    have_had_it: list[Reader] = field(default_factory=list)
    left_out: list[Reader] = field(default_factory=list)
    refusing: list[Reader] = field(default_factory=list)
    without_address: list[Person] = field(default_factory=list)

    @property
    def as_of(self) -> str:
        """A short print of what a page showed: who fits, left out by hand or not, and what they get."""
        everyone = sorted(reader.print for reader in (*self.readers, *self.left_out))
        shown = " ".join([self.version, *everyone])
        return hashlib.blake2s(shown.encode(), digest_size=8).hexdigest()


def _version_of(mailing: Mailing) -> str:
    return f"{mailing.rounds} {mailing.changed_at.astimezone(UTC).isoformat()}"


def audience_of(
    mailing: Mailing,
    *,
    within: QuerySet[WorkGroup],
    now: datetime,
    also_who_had_it: bool = False,
) -> Audience:
    """Who fits the filters at ``now`` in the Work Groups ``within`` which the sender may write to.

    Who has been sent it, or is about to be, gets it once more only with ``also_who_had_it``.
    """
    people = list(_people(mailing, within, now))
    readers = _readers(person for person in people if person.address)
    refusing = set(Suppression.objects.values_list("address_hash", flat=True))
    had = _had_it(mailing)
    nowhere = [person for person in people if not person.address]
    found = Audience([], version=_version_of(mailing), without_address=nowhere)
    for reader in readers:
        if reader.print in refusing:
            found.refusing.append(reader)
        elif reader.print in mailing.left_out:
            found.left_out.append(reader)
        elif reader.print in had and not also_who_had_it:
            found.have_had_it.append(reader)
        else:
            found.readers.append(reader)
    return found


def _people(mailing: Mailing, within: QuerySet[WorkGroup], now: datetime) -> Iterator[Person]:
    if not any(mailing.filters.get(name) for name in FILTERS):
        return
    groups = within.exclude(state__in=CLOSED)
    # Who ticks a Work Group that has finished means it.
    if not (mailing.filters.get("finished_too") or mailing.filters.get("work_groups")):
        groups = groups.exclude(state=WorkGroup.State.FINISHED)
    if mailing.to == Mailing.To.PARTICIPANTS:
        yield from _holders(mailing, groups, now)
    else:
        yield from _contacts(mailing, groups)


def _holders(mailing: Mailing, groups: QuerySet[WorkGroup], now: datetime) -> Iterator[Person]:
    seats = Seat.objects.current(timezone.localdate(now)).filter(
        _fits(mailing, "place__"), place__work_group__in=groups
    )
    if roles := mailing.filters.get("roles"):
        seats = seats.filter(role__in=roles)
    seats = seats.select_related("participant", "place__school", "place__work_group")
    for seat in seats.order_by("place__work_group__name", "participant__name", "pk"):
        person = seat.participant
        yield _person(seat.pk, person.name, person.email, seat.place, person.pk)


def _contacts(mailing: Mailing, groups: QuerySet[WorkGroup]) -> Iterator[Person]:
    places = Place.objects.filter(
        _fits(mailing, ""), work_group__in=groups, state=state_of_places(mailing)
    ).select_related("school", "work_group")
    for place in places.order_by("work_group__name", "school__name", "pk"):
        yield _person(place.pk, place.contact_name, place.contact_email, place)


def state_of_places(mailing: Mailing) -> Place.State:
    """The state in which a place's contact is written to."""
    is_offered = mailing.to == Mailing.To.OFFERED
    return Place.State.OFFERED if is_offered else Place.State.ACCEPTED


def _person(
    pk: int, name: str, address: str, place: Place, participant_id: int | None = None
) -> Person:
    return Person(
        pk=pk,
        name=name,
        address=address.strip(),
        school_id=place.school_id,
        school=str(place.school),
        work_group_id=place.work_group_id,
        work_group=str(place.work_group),
        participant_id=participant_id,
    )


def _fits(mailing: Mailing, path: str) -> Q:
    """All of the filters, each with any of what was chosen in it."""
    every = Q()
    for name, column in OF_A_GROUP.items():
        if chosen := mailing.filters.get(name):
            every &= Q(**{f"{path}{column}__in": chosen})
    return every


def _readers(people: Iterable[Person]) -> list[Reader]:
    by_mailbox: dict[str, list[Person]] = {}
    for person in people:
        by_mailbox.setdefault(person.address.casefold(), []).append(person)
    return [Reader(found[0].address, tuple(found)) for found in by_mailbox.values()]


def _had_it(mailing: Mailing) -> set[str]:
    """Of those to whom a message of it has gone, waits to go, or could not be brought."""
    if not mailing.pk:
        return set()
    messages = Message.objects.filter(key__startswith=mailing.key_prefix())
    going = messages.exclude(state=Message.State.CANCELLED)
    return {hash_of(address) for address in going.values_list("recipient", flat=True)}
