"""Planners write what is due, for each hub in its scope; one that fails stops no other."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mathshub.outbox import kinds
from mathshub.outbox.kinds import Kind
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, plan_messages, queue_messages
from mathshub.outbox.tests.factories import NOW
from mathshub.scope import all_hubs, current_hub
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.database
Planner = Callable[[datetime], int]


@pytest.fixture
def set_planners(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_them(*planners: Planner) -> None:
        monkeypatch.setattr(kinds, "_planners", list(planners))

    return set_them


@pytest.fixture
def remind(kind: Kind) -> Planner:
    def remind(now: datetime) -> int:
        hub = current_hub()
        draft = Draft(kind=kind, key=f"test:{hub.pk}", recipient=f"{hub.slug}@x.org")
        return queue_messages([draft], now=now)

    return remind


def fail(now: datetime) -> int:
    Message.objects.update(subject="half done")
    raise LookupError("no term dates")


def test_each_hub_is_planned_in_its_own_scope_and_only_once(
    hub: Hub, set_planners: Callable[..., None], remind: Planner
) -> None:
    other = make_hub()
    set_planners(remind)
    assert [each.added for each in plan_messages(NOW)] == [1, 1]
    for _ in range(100):
        assert [each.added for each in plan_messages(NOW)] == [0, 0]
    with all_hubs("the test looks at both"):
        assert set(Message.objects.values_list("hub", "recipient")) == {
            (hub.pk, f"{hub.slug}@x.org"),
            (other.pk, f"{other.slug}@x.org"),
        }


def test_a_planner_that_fails_leaves_nothing_and_stops_no_other(
    hub: Hub, set_planners: Callable[..., None], remind: Planner
) -> None:
    set_planners(remind, fail, remind)
    first, failed, last = plan_messages(NOW)
    assert (first.added, failed.added, last.added) == (1, 0, 0)
    assert failed.error == "LookupError('no term dates')"
    assert Message.objects.get().subject == ""


def test_the_command_says_what_it_added(
    hub: Hub, set_planners: Callable[..., None], remind: Planner
) -> None:
    set_planners(remind)
    out = StringIO()
    call_command("plan_messages", stdout=out)
    call_command("plan_messages", stdout=out)
    first, total, nothing = out.getvalue().splitlines()
    assert first.startswith("Lea Valley Maths Hub: 1 added by ")
    assert (total, nothing) == ("1 messages added.", "0 messages added.")


def test_the_command_fails_when_a_planner_does(
    hub: Hub, set_planners: Callable[..., None], remind: Planner
) -> None:
    set_planners(fail, remind)
    with pytest.raises(CommandError, match="no term dates"):
        call_command("plan_messages", stdout=StringIO())
    assert Message.objects.count() == 1
