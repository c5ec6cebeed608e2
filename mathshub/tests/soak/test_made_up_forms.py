"""Very many posts to the form of interest over HTTP: what is told and what is stored agree."""

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.core.cache import cache

from enrolment.models import ExpressionOfInterest
from enrolment.tests.filling import form_url
from mathshub.outbox.models import Message
from mathshub.testing.portal import LivePortal
from mathshub.testing.sizes import size
from mathshub.tests.drills.browsing import Browser
from mathshub.tests.soak.conftest import Soak
from mathshub.tests.soak.made_up_forms import made_up_posts, token_in
from workgroups.models import Hub
from workgroups.tests.factories import make_offering, make_school

SEED, SENDERS, NETWORKS = 20261122, 4, 200


class Answer(NamedTuple):
    """What a post was answered with, and which page of ours it said it came from."""

    token: UUID | None
    status: int
    location: str


def send_all(portal: LivePortal, soak: Soak, count: int) -> list[Answer]:
    """Several at a time, from so many networks that none is one too many."""
    offering, school = make_offering(), make_school()
    url = form_url(offering)
    posts = islice(made_up_posts(random.Random(SEED), offering, school), count)

    def send(numbered: tuple[int, bytes]) -> Answer:
        number, body = numbered
        browser = Browser(portal.port, network=f"198.51.100.{number % NETWORKS}")
        page = browser.send("POST", url, body)
        return Answer(token_in(body, offering), page.status, page.location)

    with ThreadPoolExecutor(SENDERS) as pool:
        return list(soak.progress(pool.map(send, enumerate(posts)), total=count))


def test_what_the_form_takes_is_stored_once_and_what_it_refuses_is_not(
    hub: Hub, live_portal: LivePortal, soak: Soak
):
    cache.clear()  # what earlier posts counted
    answers = send_all(live_portal, soak, size(short=60, soak=10_000))

    statuses = Counter(answer.status for answer in answers)
    received = defaultdict(set)
    for answer in answers:
        if answer.status == 302:
            received[answer.token].add(answer.location)
    stored = set(ExpressionOfInterest.objects.values_list("form_token", flat=True))
    errors = sum(number for status, number in statuses.items() if not 200 <= status < 500)

    soak.report(
        len(answers),
        f"{errors} errors, {len(stored - set(received))} stored though refused, "
        f"{len(set(received) - stored)} lost; {len(stored)} taken",
    )
    assert errors == 0, statuses
    assert stored == set(received)
    assert all(len(locations) == 1 for locations in received.values())
    assert Message.objects.filter(kind="eoi-received").count() == len(stored)
    assert {200, 302} <= set(statuses), "both what is taken and what is refused was sent"
