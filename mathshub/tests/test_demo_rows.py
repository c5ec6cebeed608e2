"""What the demonstration says, read from one loading of it on a Monday in November."""

from collections import Counter
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from enrolment.forms.past import known_programmes
from enrolment.models import (
    Briefing,
    ExpressionOfInterest,
    HistoryImport,
    Participant,
    PastParticipation,
    Place,
    UnmatchedLine,
)
from enrolment.services.spreadsheets import (
    explain_spreadsheet,
    plan_spreadsheet,
    take_spreadsheet,
)
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.meaning import Meaning
from enrolment.spreadsheet.read import read_table
from enrolment.spreadsheet.words import guess_outcome, guess_programme
from mathshub.outbox.again import UNWRITTEN, email_now
from mathshub.outbox.kinds import all_kinds
from mathshub.outbox.models import AGAIN, Message
from mathshub.outbox.planning import plan_messages
from mathshub.processes import PROJECT_ROOT
from mathshub.scope import all_hubs, hub_scope
from mathshub.site.demo.hubs import HUBS
from mathshub.site.demo.load import load
from mathshub.testing.every_letter import messages_not_in_demo
from sessions.models import Session
from workgroups.models import Hub, Programme, School, TermDate, WorkGroup

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def november(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded once for all tests here, and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOVEMBER):
            load(NOVEMBER, report=lambda words: None)
        yield
        transaction.set_rollback(True)


def test_one_programme_has_closed_and_a_dozen_schools_wait_for_it():
    waiting = {}
    for hub in Hub.objects.all():
        with hub_scope(hub):
            closed = Programme.objects.filter(
                offerings__academic_year__start_year=NOVEMBER.year + 1,
                offerings__closes_on__lt=NOVEMBER,
            )
            waiting[hub.slug] = [(str(each), each.opening_notices.count()) for each in closed]
    assert waiting == {"lea-valley": [], "wandle": [("Mastery Embedding", 12)]}


def test_every_state_can_be_seen_in_both_hubs():
    for hub in Hub.objects.all():
        with hub_scope(hub):
            assert states_of(WorkGroup) == set(WorkGroup.State)
            assert states_of(ExpressionOfInterest) == set(ExpressionOfInterest.State)
            assert states_of(Place) == set(Place.State)
            assert states_of(Session) >= {Session.State.PUBLISHED, Session.State.CANCELLED}
            assert Session.objects.filter(starts_at=None).exists()
            assert Session.objects.to_come(NOVEMBER).exclude(join_link="").exists()
            groups = WorkGroup.objects.filter(state=WorkGroup.State.RUNNING)
            assert {group.places.held().count() >= group.capacity for group in groups} == {
                True,
                False,
            }


def states_of(model: type[models.Model]) -> set[str]:
    return set(model._default_manager.values_list("state", flat=True))


def test_schools_come_with_a_past_and_two_lines_wait_for_theirs():
    for hub in Hub.objects.all():
        with hub_scope(hub):
            assert PastParticipation.objects.filter(source="spreadsheet").count() == 14
            assert PastParticipation.objects.filter(source="by_hand").count() == 1
            [spreadsheet] = HistoryImport.objects.all()
            assert (spreadsheet.state, spreadsheet.created, spreadsheet.faults) == (
                "loaded",
                14,
                [],
            )
            assert UnmatchedLine.objects.waiting().count() == 2
            assert Programme.objects.get(takes_specialist_schools=True).short_name == "Sustaining"


def test_each_briefing_is_held_in_the_borough_that_it_is_for():
    for hub in Hub.objects.all():
        with hub_scope(hub):
            for briefing in Briefing.objects.filter(is_online=False):
                host = School.objects.get(name=briefing.venue.partition(",")[0])
                assert host.local_authority_id == briefing.local_authority_id


def test_the_sample_of_a_spreadsheet_shows_one_of_each_difficulty():
    sample = (PROJECT_ROOT / "docs" / "past-participation-sample.csv").read_bytes()
    with hub_scope(Hub.objects.earliest("pk")):
        table = read_table(sample)
        columns = guess_roles(table.header.cells, [table.column(each) for each in table.columns])
        meaning = Meaning(columns=columns)
        known = known_programmes(Programme.objects.all())
        programmes = {
            word.casefold(): guess_programme(word, known)
            for word in meaning.words(table, Role.PROGRAMME)
        }
        outcomes = {
            word.casefold(): guess_outcome(word) for word in meaning.words(table, Role.OUTCOME)
        }
        meaning = Meaning(columns=columns, programmes=programmes, outcomes=outcomes)
        with transaction.atomic():
            spreadsheet = take_spreadsheet(sample, file_name="sample", by=None, now=NOVEMBER)
            explain_spreadsheet(spreadsheet, meaning=meaning)
            plan = plan_spreadsheet(spreadsheet, now=NOVEMBER)
            transaction.set_rollback(True)
    assert {fate.value: len(lines) for fate, lines in plan.by_fate.items()} == {
        "record": 7,
        "known": 0,
        "differs": 0,
        "tray": 3,
        "left_out": 1,
        "fault": 1,
    }


def test_whatever_is_said_of_a_school_is_said_of_an_invented_one():
    with all_hubs("test"):
        named = set()
        for model in (ExpressionOfInterest, Place, Participant, PastParticipation):
            named |= set(model.objects.exclude(school=None).values_list("school__urn", flat=True))
        assert all(urn.startswith("999") for urn in named)
        invented = School.objects.filter(is_demonstration=True)
        assert {school.urn[:3] for school in invented} == {"999"}
        assert all(school.name.endswith("(demonstration)") for school in invented)
        assert not School.objects.filter(urn__startswith="999", is_demonstration=False).exists()
        addresses = set(Message.objects.values_list("recipient", flat=True))
        assert all(address.endswith("example.org") for address in addresses)


def test_no_real_school_bears_an_invented_name():
    real = School.objects.filter(is_demonstration=False)
    names = {name.casefold() for name in real.values_list("name", flat=True)}

    assert names
    for plan in HUBS:
        assert names.isdisjoint(name.casefold() for name in plan.school_names)


def test_a_few_reminders_and_notices_and_one_offer_wait_to_be_sent():
    with time_machine.travel(NOVEMBER):
        with all_hubs("test"):
            waiting = Message.objects.waiting().filter(words={})
            kinds = Counter(waiting.values_list("hub__slug", "kind"))
            assert set(waiting.values_list("due_at", flat=True)) == {NOVEMBER}

        plan_messages(NOVEMBER)

    assert {kind for _, kind in kinds} == {
        *("session-reminder", "place-offered"),
        *("session-changed", "session-cancelled"),
    }
    for plan in HUBS:
        assert kinds[plan.slug, "place-offered"] == 1
        assert 1 <= kinds[plan.slug, "session-reminder"] <= 6
    with all_hubs("test"):
        # But the week's digest: it is a Monday.
        planned = Message.objects.waiting().exclude(kind="weekly-digest").filter(words={})
        assert planned.count() == kinds.total(), "planning adds none"


def test_a_reminder_to_come_is_worded_by_hand():
    for plan in HUBS:
        with all_hubs("test"):
            worded = Message.objects.waiting().filter(hub__slug=plan.slug).exclude(words={})
            kinds = set(worded.values_list("kind", flat=True))
            due = set(worded.values_list("due_at", flat=True))
        assert kinds == {"session-reminder"}
        assert min(due) > NOVEMBER


def test_sent_messages_of_the_past_say_what_they_said():
    with all_hubs("test"):
        sent = Message.objects.filter(state=Message.State.SENT)
        assert sent.count() > 100
        assert not sent.filter(subject="").exists()
        assert not sent.filter(sent_at__gte=NOVEMBER).exists()
        text_since = NOVEMBER - timedelta(days=30)
        assert not sent.filter(due_at__gt=text_since, text_body="").exists()
        assert not sent.filter(due_at__lt=text_since).exclude(text_body="").exists()


def test_every_kind_says_the_same_once_more_as_the_first_time():
    """Or is unwanted for the same reason: no kind takes the new key for another message's."""
    said: set[str] = set()
    for hub in Hub.objects.all():
        with hub_scope(hub):
            made = [each for each in messages_not_in_demo(hub, NOVEMBER) if each.kind not in SECRET]
            for first in [*some_of_each_kind(), *made]:
                again = copy(first)
                again.key = f"{first.key}{AGAIN}1"
                for now in (first.due_at, NOVEMBER):
                    first_email, email = email_now(first, now=now), email_now(again, now=now)
                    assert email != UNWRITTEN, first.key
                    assert _words(email) == _words(first_email), first.key
                    if not isinstance(email, str):
                        said.add(first.kind)
    assert said | set(NEVER_WANTED) == {kind.name for kind in all_kinds()} - set(SECRET)


def some_of_each_kind() -> Iterator[Message]:
    """The first and the last of each: of the year before, and of the time to come."""
    messages = Message.objects.exclude(kind__in=SECRET)
    for kind in messages.order_by().values_list("kind", flat=True).distinct():
        of_kind = messages.filter(kind=kind).order_by("pk")
        yield from {*of_kind[:8], *of_kind.reverse()[:8]}


SECRET = ("sign-in", "staff-invited")
NEVER_WANTED = ("briefing-seat-free", "window-opened")  # of the demonstration's rows, that is


def _words(email: EmailMultiAlternatives | str) -> object:
    return email if isinstance(email, str) else (email.subject, email.body)


def test_no_lead_holds_two_sessions_in_one_day():
    with all_hubs("test"):
        days = Counter(
            (member, timezone.localdate(starts_at))
            for member, starts_at in Session.objects.filter(
                starts_at__isnull=False, work_group__state=WorkGroup.State.RUNNING
            ).values_list("work_group__work_group_leads__member", "starts_at")
        )
    assert days.most_common(1)[0][1] == 1


def test_half_terms_differ_in_two_boroughs_of_each_hub_and_all_terms_say_they_are_invented():
    for hub in Hub.objects.all():
        with hub_scope(hub):
            for year in (2026, 2027):
                autumn = TermDate.objects.filter(academic_year__start_year=year, term="autumn")
                weeks = Counter(autumn.values_list("half_term_starts_on", flat=True))
                assert sorted(weeks.values()) == [2, 4]
            assert set(TermDate.objects.values_list("source", flat=True)) == {
                "Invented for the demonstration"
            }
