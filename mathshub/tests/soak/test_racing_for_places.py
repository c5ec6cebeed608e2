"""Very many headteachers and staff racing for few places: nobody is let in beyond the capacity."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from enrolment.errors import WorkGroupFull
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.places import accept_place, offer_place
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import NOW, make_expression
from enrolment.tests.together import sql_seen_by, without_locks
from mathshub.outbox.models import Message
from mathshub.testing.sizes import IS_SOAK, size
from mathshub.tests.soak.conftest import Soak
from mathshub.tests.soak.racing import Racers, racers
from workgroups.models import Hub, Offering, WorkGroup
from workgroups.tests.factories import make_offering, make_work_group

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite lets one writer in at a time: its races are in enrolment/tests/test_races.py",
)

RACERS, CAPACITY = 12, 3
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")


class Scene:
    """Twelve schools that are interested in one offering, and a new Work Group for each round."""

    def __init__(self) -> None:
        self.offering: Offering = make_offering()
        asked = [make_expression(offering=self.offering) for _ in range(RACERS)]
        self.schools = [each.school for each in asked]

    def group(self) -> WorkGroup:
        return make_work_group(offering=self.offering, capacity=CAPACITY)

    def expressions(self) -> list[ExpressionOfInterest]:
        """One of each school; those of the round before are withdrawn, since a school asks once."""
        ExpressionOfInterest.objects.update(state=ExpressionOfInterest.State.WITHDRAWN)
        return ExpressionOfInterest.objects.bulk_create(
            ExpressionOfInterest(
                offering=self.offering,
                school=school,
                headteacher_name="Grace Obi",
                headteacher_email="head@school.example",
                submitted_at=NOW,
            )
            for school in self.schools
        )

    def offered(self, group: WorkGroup) -> list[Place]:
        """A place on offer to each school: the capacity was lowered since."""
        return Place.objects.bulk_create(
            Place(
                work_group=group,
                school=each.school,
                expression=each,
                contact_name=each.headteacher_name,
                contact_email=each.headteacher_email,
                offered_at=NOW,
            )
            for each in self.expressions()
        )


def race_to_accept(racing: Racers, scene: Scene) -> list[object]:
    places = scene.offered(scene.group())
    return racing.run(
        [partial(accept_place, place, seats=[SAM], by=None, now=NOW) for place in places]
    )


def race_to_offer(racing: Racers, scene: Scene) -> list[object]:
    group = scene.group()
    return racing.run(
        [
            partial(offer_place, each, work_group=group, by=None, now=NOW)
            for each in scene.expressions()
        ]
    )


def overbooked(*states: str) -> int:
    """Places beyond the capacity, in all Work Groups together."""
    held = Counter(Place.objects.filter(state__in=states).values_list("work_group", flat=True))
    return sum(max(0, number - CAPACITY) for number in held.values())


@pytest.mark.parametrize(
    ("race", "rounds", "states", "messages"),
    [
        pytest.param(
            race_to_accept, size(short=3, soak=834), ["accepted"], "seat-named", id="accepts"
        ),
        pytest.param(
            race_to_offer,
            size(short=2, soak=100),
            ["offered", "accepted"],
            "place-offered",
            id="offers",
        ),
    ],
)
def test_no_place_beyond_the_capacity_is_given(
    hub: Hub,
    soak: Soak,
    race: Callable[[Racers, Scene], list[object]],
    rounds: int,
    states: list[str],
    messages: str,
):
    scene, outcomes = Scene(), Counter[type]()
    with racers(hub, RACERS) as racing:
        for _ in soak.progress(range(rounds)):
            outcomes.update(map(type, race(racing, scene)))

    soak.report(rounds * RACERS, f"{overbooked(*states)} overbooked")
    assert outcomes == {
        Place: rounds * CAPACITY,
        WorkGroupFull: rounds * (RACERS - CAPACITY),
    }
    assert overbooked(*states) == 0
    assert Message.objects.filter(kind=messages).count() == rounds * CAPACITY


def test_without_the_locks_the_same_race_gives_places_beyond_it(hub: Hub, soak: Soak):
    """The negative control. In short it ends with the first place too many."""
    scene, count = Scene(), 0
    with racers(hub, RACERS, within=lambda: sql_seen_by(without_locks)) as racing:
        for _ in soak.progress(range(size(short=30, soak=40))):
            race_to_accept(racing, scene)
            count += RACERS
            if overbooked("accepted") and not IS_SOAK:
                break

    soak.report(count, f"{overbooked('accepted')} overbooked, as it must be")
    assert overbooked("accepted") > 0
