"""Schools that send the form of interest at a pace that nothing slows down.

An open loop: each post is sent at its own moment, whether or not those before it were answered, and
its time counts from that moment. A client that waits for answers would be kind to a slow portal.
"""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from enrolment.forms.tokens import make_form_token, read_form_token
from enrolment.tests.filling import filled_in
from workgroups.models import Offering, School

FORM = "application/x-www-form-urlencoded"
SENDERS = 100  # posts under way at one moment; at 20 a second each may take five seconds


@dataclass(frozen=True)
class Post:
    """One form of one school, from one network address."""

    path: str
    host: str
    address: str
    network: str
    token: str
    body: bytes

    @property
    def uuid(self) -> str:
        return str(
            read_form_token(f"interest-{self.path.strip('/').split('/')[-1]}", self.token).uuid
        )


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 for nothing; seconds since the post was due."""

    post: Post
    status: int
    seconds: float

    @property
    def is_told(self) -> bool:
        """Whether the school was led to the page that says: we have it."""
        return self.status == 302


def make_posts(
    offering: Offering, school: School, count: int, *, networks: int = 60, **changes: Any
) -> list[Post]:
    """So many forms, each of a page of its own, from so many network addresses in turn."""
    path = reverse("enrolment:express_interest", args=[offering.pk])
    posts = []
    for number in range(count):
        token = make_form_token(f"interest-{offering.pk}", now=timezone.now())
        address = f"post{number}@school.example"
        form = filled_in(offering, school, form_token=token, headteacher_email=address, **changes)
        body = urlencode(form, doseq=True).encode()
        network = f"192.0.2.{number % networks + 1}"
        posts.append(Post(path, offering.hub.host, address, network, token, body))
    return posts


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
    headers = {"Host": post.host, "Content-Type": FORM, "X-Forwarded-For": post.network}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", post.path, post.body, headers)
        response = connection.getresponse()
        response.read()
        status = response.status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return Answer(post, status, time.monotonic() - due)


def within_which(share: float, answers: Sequence[Answer]) -> float:
    """Seconds within which that share of the posts was answered (0.95 for the p95)."""
    ordered = sorted(answer.seconds for answer in answers)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]
