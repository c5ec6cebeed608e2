"""Schools that send the form of interest at a pace that nothing slows down.

An open loop: each post is sent at its own moment, whether or not those before it were answered, and
its time counts from that moment. A client that waits for answers would be kind to a slow portal.
"""

import math
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from enrolment.tests.filling import check_url, ready_drafts
from mathshub.tests.drills.browsing import Browser
from workgroups.models import Offering
from workgroups.tests.factories import make_school

SENDERS = 100  # posts under way at one moment; at 20 a second each may take five seconds


@dataclass(frozen=True)
class Post:
    """One form of one school, from one network address; ``uuid`` is the form's token."""

    path: str
    host: str
    address: str
    network: str
    uuid: UUID
    body: bytes = b"leave_empty="


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 for nothing; seconds since the post was due."""

    post: Post
    status: int
    is_told: bool
    """Whether the school was led to the page that says: we have it."""
    seconds: float


def make_posts(offering: Offering, count: int, *, networks: int = 60) -> list[Post]:
    """So many schools send their form, which is filled in, from so many network addresses in turn."""
    senders = [(make_school(), f"post{number}@school.example") for number in range(count)]
    drafts = ready_drafts(offering=offering, senders=senders, now=timezone.now())
    return [
        Post(
            path=check_url(draft),
            host=offering.hub.host,
            address=address,
            network=f"192.0.2.{number % networks + 1}",
            uuid=draft.form_token,
        )
        for number, (draft, (_, address)) in enumerate(zip(drafts, senders, strict=True))
    ]


def send_at_pace(
    posts: Sequence[Post], *, port: int, per_second: float, timeout: float = 30
) -> list[Answer]:
    """Send them to the portal on this port of loopback, ``per_second``; in the order of posts."""
    start = time.monotonic()
    answers: list[Future[Answer]] = []
    with ThreadPoolExecutor(SENDERS) as pool:
        for number, post in enumerate(posts):
            due = start + number / per_second
            time.sleep(max(0, due - time.monotonic()))
            answers.append(pool.submit(_send, post, port, due, timeout))
        return [answer.result() for answer in answers]


def _send(post: Post, port: int, due: float, timeout: float) -> Answer:
    browser = Browser(port, host=post.host, network=post.network, timeout=timeout)
    page = browser.send("POST", post.path, post.body)
    return Answer(post, page.status, page.is_told, time.monotonic() - due)


def within_which(share: float, seconds: Sequence[float]) -> float:
    """The time within which that share of the posts was answered (0.95 for the p95)."""
    return sorted(seconds)[max(0, math.ceil(len(seconds) * share) - 1)]
