"""A participant's calendar: asked for the first time, and again when nothing has changed."""

from collections.abc import Iterator

from django.urls import reverse

from mathshub.links import make_token
from mathshub.scope import hub_scope
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.pages import (
    ONE_QUERY,
    Page,
    group_of_six,
    measure_pages,
    participant_of_six,
)
from mathshub.testing.bench.stage import Stage

TITLE = "Calendar feed"
UNCHANGED = (
    "To know that nothing has changed takes two questions, which hub the host shows and what the "
    "participant's sessions are, and each costs about half of the floor; the rest is the middleware "
    "and the headers that every answer carries. One question would do if a calendar carried a number "
    "that every change raises: a session, a place, a seat, a programme's name and the hub's would "
    "all have to raise it, and the one that is forgotten makes a calendar stale. Not done: a stale "
    "calendar sends a teacher to the wrong door."
)


def measure(stage: Stage) -> Iterator[Row]:
    with hub_scope(stage.hub):
        group, participant = group_of_six(), participant_of_six()
    token = make_token("calendar", participant.pk, participant.link_generation)
    feed = stage.get(reverse("sessions:calendar_feed", args=[token]))
    etag = str(stage.portal.fetch(feed).headers["ETag"])
    again = stage.get(feed.path, expected=304, **{"If-None-Match": etag})
    fresh = Page(
        "Calendar feed, 6 sessions", feed, f"/rows/{group}", ONE_QUERY, at_most(2, times_floor=True)
    )
    unchanged = Page(
        "Calendar feed, unchanged",
        again,
        f"/ical/{group}",
        "(ii-ical) one query, six events by string",
        at_most(1, times_floor=True),
        note=UNCHANGED,
    )
    return measure_pages(stage, [fresh, unchanged])
