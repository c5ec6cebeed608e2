"""The migrations of the register, each taken back and done again over a portal full of data; and
what they make of older data."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from enrolment.tests.factories import make_expression, make_further_form
from mathshub.outbox.tests.factories import make_hold
from mathshub.scope import hub_scope
from mathshub.site.demo.load import load
from workgroups.models import School, TermDate
from workgroups.tests.factories import make_hub, make_offering, make_school, make_work_group

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

NOVEMBER = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
# What stood before the register was built.
BEFORE = {
    "enrolment": "0002_lists_in_the_order_of_the_index",
    "workgroups": "0005_schools_by_alphabet_and_print",
}


@pytest.fixture
def demonstration(transactional_db: None) -> Iterator[None]:
    """Committed, as in life: what a migration meets is no open transaction."""
    with time_machine.travel(NOVEMBER):
        load(NOVEMBER, report=lambda words: None)
    yield
    call_command("migrate", verbosity=0)


def newest_first() -> list[tuple[str, str]]:
    """The migrations since, in an order in which each can be taken back."""
    graph = MigrationExecutor(connection).loader.graph
    everything = [
        key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf) if key[0] in BEFORE
    ]
    since = [key for key in dict.fromkeys(everything) if key[1] > BEFORE[key[0]]]
    return since[::-1]


def columns() -> dict[str, list[str]]:
    """Each table with its columns."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {
            table: sorted(
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            )
            for table in tables
        }


def kept() -> list[list[tuple]]:
    """Rows that stand in tables from before."""
    with connection.cursor() as cursor:
        found = []
        for table, names in (
            (School._meta.db_table, "urn, name"),
            (TermDate._meta.db_table, "id, starts_on, half_term_ends_on"),
        ):
            cursor.execute(f"SELECT {names} FROM {table} ORDER BY 1")
            found.append(cursor.fetchall())
    return found


def parent_of(app: str, name: str) -> str:
    """The migration of the same app that comes before it."""
    parents = MigrationExecutor(connection).loader.graph.node_map[app, name].parents
    [parent] = [node.key[1] for node in parents if node.key[0] == app]
    return parent


def own_columns() -> dict[str, list[str]]:
    """Of the apps whose migrations are taken back; others follow as far as these need them."""
    return {table: names for table, names in columns().items() if table.startswith((*BEFORE,))}


@pytest.mark.usefixtures("demonstration")
def test_each_migration_of_the_register_can_be_taken_back_and_done_again() -> None:
    rows, whole = kept(), columns()
    assert all(rows)
    undone = []
    for app, name in newest_first():
        undone.append((app, name, own_columns()))
        MigrationExecutor(connection).migrate([(app, parent_of(app, name))])
        assert kept() == rows
    assert "workgroups_schoollink" not in columns()
    for app, name, before in reversed(undone):
        MigrationExecutor(connection).migrate([(app, name)])
        assert (own_columns(), kept()) == (before, rows), name
    call_command("migrate", verbosity=0)
    assert (columns(), kept()) == (whole, rows)


# --- data that a migration moves ---------------------------------------------------------


@pytest.fixture
def portal(transactional_db: None) -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def at(name: str, app: str = "enrolment") -> Any:
    """Take the app to that migration; its models as they were then."""
    MigrationExecutor(connection).migrate([(app, name)])
    loader = MigrationExecutor(connection).loader
    return loader.project_state(list(loader.applied_migrations)).apps


def rows(apps: Any, name: str, app: str = "enrolment") -> Any:
    return apps.get_model(app, name)._base_manager


@pytest.mark.usefixtures("portal")
def test_of_two_expressions_of_a_school_the_later_becomes_a_further_form_of_the_first() -> None:
    with hub_scope(make_hub()):
        offering, school = make_offering(), make_school()
        alone, placed = make_school(), make_school()
        group = make_work_group(offering=offering)
    old = at("0005_several_lines_of_one_row")

    def ask(reference: str, **fields: Any) -> Any:
        fields = {"school_id": school.pk, "headteacher_name": "Grace Obi"} | fields
        return rows(old, "ExpressionOfInterest").create(
            hub_id=offering.hub_id,
            offering_id=offering.pk,
            form_token=uuid4(),
            reference=reference,
            headteacher_email="grace@school.example",
            submitted_at=NOVEMBER + timedelta(minutes=int(reference[-1])),
            **fields,
        )

    ask("FIRST-001", staff_note="")
    later = ask(
        "LATER-002", headteacher_name="Olu Ade", answers={"days": ["monday"]}, staff_note="Keen"
    )
    rows(old, "IntendedParticipant").create(
        hub_id=offering.hub_id, expression=later, name="Sam Okafor", email="sam@school.example"
    )
    rows(old, "Message", "outbox").create(
        hub_id=offering.hub_id,
        kind="eoi-received",
        key="eoi-received:later",
        recipient="grace@school.example",
        context={"expression": later.pk},
        due_at=NOVEMBER,
        expires_at=NOVEMBER + timedelta(days=1),
        priority=10,
    )
    ask("GIVEN-003", state="withdrawn")
    ask("ALONE-004", school_id=alone.pk)
    ask("TYPED-005", school_id=None, school_as_typed="Marsh Gate")
    ask("TYPED-006", school_id=None, school_as_typed="Marsh Gate")
    ask("WAITS-007", school_id=placed.pk)
    offered = ask("PLACE-008", school_id=placed.pk, state="offered")
    rows(old, "Place").create(
        hub_id=offering.hub_id,
        work_group_id=group.pk,
        school_id=placed.pk,
        expression=offered,
        offered_at=NOVEMBER,
    )

    new = at("0006_interest_one_thing_a_page")
    kept = rows(new, "ExpressionOfInterest").order_by("submitted_at")
    assert list(kept.values_list("reference", flat=True)) == [
        "FIRST-001",
        "GIVEN-003",
        "ALONE-004",
        "TYPED-005",
        "TYPED-006",
        "PLACE-008",
    ]
    forms = rows(new, "FurtherForm").order_by("submitted_at")
    assert list(forms.values_list("reference", "expression__reference", "sender_name")) == [
        ("LATER-002", "FIRST-001", "Olu Ade"),
        ("WAITS-007", "PLACE-008", "Grace Obi"),
    ]
    assert forms[0].answers == [
        ["Headteacher", "Olu Ade\ngrace@school.example"],
        ["Who would take part", "Sam Okafor sam@school.example"],
        ["Days that suit", "monday"],
        ["The hub’s own note", "Keen"],
    ]
    assert forms[0].is_from_known_mailbox
    assert rows(new, "Place").get().expression.reference == "PLACE-008"
    [message] = rows(new, "Message", "outbox").all()
    assert (message.state, message.state_reason) == (
        "cancelled",
        "joined to another form of the school",
    )
    at("0005_several_lines_of_one_row")  # and back: nothing is lost of what stands
    assert rows(old, "ExpressionOfInterest").count() == 6


@pytest.mark.usefixtures("portal")
def test_how_keen_a_form_is_moves_out_of_its_answers_and_back() -> None:
    with hub_scope(make_hub()):
        lead = make_expression(appetite="maybe", appetite_reason="Time")
        told = [["Would take part", "Not this year"], ["What would have to change", "Staff"]]
        make_further_form(expression=lead, answers=told)
        make_further_form(expression=lead, answers=[["Would take part", "Yes"]])
    old = at("0009_how_keen_every_form_is")
    names = ("ExpressionOfInterest", "HistoricalExpressionOfInterest")
    assert [rows(old, name).get().answers for name in names] == 2 * [{"appetite_reason": "Time"}]
    rows(old, "ExpressionOfInterest").update(appetite_reason="")
    new = at("0010_reasons_out_of_the_answers")
    for name in names:
        row = rows(new, name).get()
        assert (row.appetite_reason, row.answers) == ("Time", {})
    forms = rows(new, "FurtherForm").order_by("pk")
    assert list(forms.values_list("appetite", "appetite_reason")) == [
        ("not_this_year", "Staff"),
        ("yes", ""),
    ]


@pytest.mark.usefixtures("portal")
def test_a_pause_becomes_a_hold_of_four_weeks_and_a_hold_a_pause() -> None:
    before = [("workgroups", "0017_offers_that_lapse"), ("outbox", "0007_holds")]
    with hub_scope(make_hub(name="Held")):
        make_hold(until=timezone.localdate())
    with hub_scope(make_hub(name="Was held")):
        make_hold(until=timezone.localdate() - timedelta(days=1))
    MigrationExecutor(connection).migrate(before[:1])
    old = MigrationExecutor(connection).loader.project_state(before).apps
    hubs = rows(old, "Hub", "workgroups")
    assert list(hubs.filter(messages_paused=True).values_list("name", flat=True)) == ["Held"]
    hubs.filter(name="Was held").update(messages_paused=True)
    call_command("migrate", verbosity=0)
    today = timezone.localdate()
    holds = rows(apps, "Hold", "outbox").order_by("pk")
    assert list(holds.values_list("hub__name", "reason", "until")) == [
        ("Held", "The dates are being settled.", today),
        ("Was held", "The dates are being settled.", today - timedelta(days=1)),
        ("Was held", "The hub was paused, without a reason or an end.", today + timedelta(weeks=4)),
    ]
