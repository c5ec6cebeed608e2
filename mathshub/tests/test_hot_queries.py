"""What runs at every page, key or sweep finds its rows by an index, however many there are.

Each is asked of tables with many thousand rows that PostgreSQL has counted; its plan for every
statement is read. And each is asked again without its index: then the plan must read the whole
table, or these tests would notice nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import ExpressionOfInterest, FurtherForm, Participant, Seat
from enrolment.services.interest import submit_expression
from enrolment.services.three_a_day import has_had_enough
from enrolment.tests.factories import NOW, make_answers, make_expression, make_further_form
from mathshub.links import make_token
from mathshub.outbox.admin.about import rows_with_reference
from mathshub.outbox.bounces import BounceKind, record_bounce
from mathshub.outbox.claim import claim_due, reap
from mathshub.outbox.figures import By, figures
from mathshub.outbox.metrics import metrics_text
from mathshub.outbox.models import Message
from mathshub.outbox.tests.factories import make_message
from mathshub.scope import all_hubs, hub_scope
from sessions.models import Session
from sessions.services.own_links import mail_own_links
from sessions.tests.factories import make_running_group, make_seat_in, make_session
from workgroups.models import Hub, School
from workgroups.search import search_schools
from workgroups.tests.factories import make_hub, make_school
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="the plans are PostgreSQL's"
)
EXPLAINED = ("SELECT", "(SELECT", "UPDATE", "DELETE", "EXECUTE")
BUSY = "trust@school.example"  # an address that has sent as many forms as it may
LIST = "/admin/enrolment/expressionofinterest/"


@pytest.fixture
def hub(db: None, time_machine: Any) -> Iterator[Hub]:
    time_machine.move_to(NOW, tick=False)
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


# --- many rows, made by the database from one ---


def multiply(row: models.Model, times: int, **changes: str) -> int:
    """Copies of the row; ``changes`` are SQL by field, where n counts them from 0.

    Returns the id of the first copy; the others follow it.
    """
    quote = connection.ops.quote_name
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(field.column) for field in fields)
    values = ", ".join(changes.get(field.name, quote(field.column)) for field in fields)
    table = quote(row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, "
            f"generate_series(0, {times - 1}) AS n WHERE id = {row.pk} RETURNING id"
        )
        first = cursor.fetchone()[0]
        cursor.execute(f"ANALYZE {table}")
    return int(first)


def fill_outbox() -> None:
    """20,000 sent messages; 200 wait, of which half are due; 20 were left behind by a sender."""
    waiting = make_message(due_at=NOW)
    later = "due_at + (n - 100) * interval '1 minute'"
    multiply(waiting, 200, key="'waiting-' || n", due_at=later, expires_at=f"{later} + '1 day'")
    left = make_message(state=Message.State.CLAIMED, lease_until=NOW, claim=uuid4())
    multiply(left, 20, key="'left-' || n")
    sent = make_message(
        state=Message.State.SENT, message_id="<0@mathshub.example.org>", sent_at=NOW
    )
    minutes = "due_at - n * interval '1 minute'"
    multiply(sent, 20_000, key="'sent-' || n", due_at=minutes, sent_at=minutes)


def fill_outbox_of_a_year() -> None:
    """As above, with the sent ones spread over a year."""
    fill_outbox()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_message SET due_at = due_at - id % 365 * interval '1 day', "
            "sent_at = sent_at - id % 365 * interval '1 day' WHERE state = 'sent'"
        )
        cursor.execute("ANALYZE outbox_message")


def fill_interest() -> None:
    """20,000 expressions of another hub and 400 of this one, some of them in the last hour."""
    random = {"form_token": "gen_random_uuid()", "reference": "substr(md5(random()::text), 1, 9)"}
    # Of unlisted schools: any other has one that stands.
    expression = make_expression(headteacher_email=BUSY, school_as_typed="Marsh Gate School")
    multiply(expression, 100, submitted_at="submitted_at - n * interval '1 second'", **random)
    a_minute_each = "submitted_at - n * interval '1 minute'"
    multiply(
        expression,
        300,
        submitted_at=a_minute_each,
        headteacher_email="'head' || n || '@school.example'",
        state="CASE WHEN n % 3 = 0 THEN 'received' ELSE 'withdrawn' END",
        **random,
    )
    with hub_scope(make_hub()):
        unlisted = make_expression(school_as_typed="Marsh Gate School")
        multiply(unlisted, 20_000, submitted_at=a_minute_each, **random)


def fill_register() -> None:
    """20,000 schools in 100 towns, two in three of them open primaries."""
    school = make_school()
    named = "'School ' || md5(n::text)"
    postcode = "'QX' || n % 90 || ' ' || n % 9 || chr(65 + n % 7) || chr(65 + n % 5)"
    multiply(
        school,
        20_000,
        urn="(200000 + n)::text",
        name=named,
        status_code="CASE WHEN n % 3 = 0 THEN 2 ELSE 1 END",
        search_text=f"' ' || md5(n::text) || ' primary town' || n % 100 || ' ' "
        f"|| lower({postcode}) || ' ' || lower(replace({postcode}, ' ', '')) || ' ' || 200000 + n",
    )


def fill_groups() -> None:
    """2,000 Work Groups with six sessions and one place each, and 10,000 people in their seats."""
    group = make_running_group()
    session = make_session(work_group=group)
    seat = make_seat_in(group)
    groups = multiply(group, 2_000, name="'Group ' || n")
    multiply(
        session, 12_000, work_group=f"{groups} + n / 6", number="n % 6 + 1", uid="gen_random_uuid()"
    )
    places = multiply(seat.place, 2_000, work_group=f"{groups} + n")
    people = multiply(seat.participant, 10_000, email="'person' || n || '@school.example'")
    multiply(seat, 10_000, place=f"{places} + n / 5", participant=f"{people} + n")


# --- what is asked, and which index answers ---


def anybody() -> Participant:
    return Participant.objects.get(email="person7777@school.example")


def get(path: str, client: Client | None = None) -> None:
    assert (client or Client()).get(path).status_code == 200


def claim() -> None:
    with all_hubs("a sender"):
        assert len(claim_due(50, now=NOW).messages) == 50


def clear_up() -> None:
    with all_hubs("a sender"):
        reap(NOW)


def show_work_group() -> None:
    get(reverse("sessions:show_work_group", args=[anybody().seats.get().place.work_group_id]))


def show_own_page() -> None:
    person = anybody()
    token = make_token("my", person.pk, person.link_generation)
    get(reverse("sessions:show_my_sessions", args=[token]))


def show_own_calendar() -> None:
    person = anybody()
    token = make_token("calendar", person.pk, person.link_generation)
    get(reverse("sessions:calendar_feed", args=[token]))


def ask_for_link() -> None:
    mail_own_links(BUSY, now=NOW)


def write_to_address() -> None:
    has_had_enough("Somebody@school.example", now=NOW)


def come_back() -> None:
    """A report that names none of ours, as most of a mailbox do not."""
    gone = {"address": "x@school.example", "kind": BounceKind.PERMANENT, "reason": "", "now": NOW}
    assert record_bounce(message_id="<1@mathshub.example.org>", **gone) is None


def fill_outbox_with_interest() -> None:
    """As above; one message is about an interest, which has sent a further form."""
    fill_outbox_of_a_year()
    form = make_further_form()
    make_message(kind="eoi-received", context={"expression": form.expression_id})
    make_message(kind="eoi-joined", context={"form": form.pk})


def look_for_reference(model: type[models.Model]) -> Callable[[], object]:
    def look_for() -> None:
        meant = rows_with_reference(model._default_manager.get().reference)
        assert Message.objects.filter(meant).order_by("-due_at", "-id")[:100].count() == 1

    return look_for


def count_for_prometheus() -> None:
    metrics_text(NOW)


def count_by_day() -> None:
    figures(By.DAY, NOW)


def show_list() -> None:
    get(LIST, staff_client())


def show_new_ones() -> None:
    get(f"{LIST}?state=received", staff_client())


def send_form_again() -> None:
    """From an address that has sent many: the form is looked up by its token, and not stored."""
    stored = ExpressionOfInterest.objects.filter(headteacher_email=BUSY).order_by("pk")[0]
    found, is_new = submit_expression(
        make_answers(school=None, school_as_typed=stored.school_as_typed, headteacher_email=BUSY),
        offering=stored.offering,
        form_token=stored.form_token,
        source=ExpressionOfInterest.Source.WEB,
        by=None,
        now=NOW,
    )
    assert (found, is_new) == (stored, False)


def hot(
    name: str,
    fill: Callable[[], None],
    ask: Callable[[], object],
    table: type[models.Model],
    *columns: str,
) -> Any:
    """``columns`` are those with which the indexes begin that answer."""
    return pytest.param(fill, ask, table, columns, id=name)


def typing(text: str) -> Callable[[], object]:
    return lambda: search_schools(text)


OF_HUB = ("hub_id", "offering_id", "id")
HOT = [
    hot("claim", fill_outbox, claim, Message, "priority", "claim"),
    hot("reap", fill_outbox, clear_up, Message, "lease_until", "hub_id"),
    hot("own link asked for", fill_outbox, ask_for_link, Message, "key"),
    hot("mails to an address", fill_outbox, write_to_address, Message, "hub_id"),
    hot("what came back", fill_outbox, come_back, Message, "message_id"),
    hot(
        "reference of an interest",
        fill_outbox_with_interest,
        look_for_reference(ExpressionOfInterest),
        Message,
        "(context -> 'expression'",
    ),
    hot(
        "reference of a further form",
        fill_outbox_with_interest,
        look_for_reference(FurtherForm),
        Message,
        "(context -> 'form'",
    ),
    hot("figures", fill_outbox_of_a_year, count_for_prometheus, Message, "hub_id"),
    hot("figures by day", fill_outbox_of_a_year, count_by_day, Message, "hub_id"),
    hot("list", fill_interest, show_list, ExpressionOfInterest, *OF_HUB),
    hot("list of new ones", fill_interest, show_new_ones, ExpressionOfInterest, *OF_HUB),
    hot("form token", fill_interest, send_form_again, ExpressionOfInterest, "form_token", *OF_HUB),
    hot("school by name", fill_register, typing("d3d9446"), School, "search_text"),
    hot("common word", fill_register, typing("primary"), School, "search_text", "local_authority"),
    hot("school by town", fill_register, typing("town42"), School, "search_text"),
    hot("school by postcode", fill_register, typing("QX42 6GC"), School, "search_text"),
    hot("school by URN", fill_register, typing("207777"), School, "search_text"),
    hot("Work Group", fill_groups, show_work_group, Session, "work_group_id"),
    hot("own page: seats", fill_groups, show_own_page, Seat, "participant_id"),
    hot("own page: sessions", fill_groups, show_own_page, Session, "work_group_id"),
    hot("own calendar: seats", fill_groups, show_own_calendar, Seat, "participant_id"),
    hot("own calendar: sessions", fill_groups, show_own_calendar, Session, "work_group_id"),
]
questions = pytest.mark.parametrize(("fill", "ask", "table", "columns"), HOT)


@questions
def test_its_rows_are_found_by_an_index(
    hub: Hub, fill: Any, ask: Any, table: type[models.Model], columns: tuple[str, ...]
) -> None:
    fill()
    assert table._meta.db_table not in tables_read_whole(ask)


@questions
def test_without_the_index_the_whole_table_would_be_read(
    hub: Hub, fill: Any, ask: Any, table: type[models.Model], columns: tuple[str, ...]
) -> None:
    fill()
    for column in columns:
        drop_indexes(table, column)
    assert table._meta.db_table in tables_read_whole(ask)


# --- reading plans ---


def tables_read_whole(ask: Callable[[], object]) -> set[str]:
    """The tables that any statement would read from end to end."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    asked = [query["sql"] for query in captured.captured_queries]
    plans = [plan_of(sql) for sql in asked if sql.startswith(EXPLAINED)]
    assert plans
    return {
        node["Relation Name"]
        for plan in plans
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan"
    }


def plan_of(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        return dict(cursor.fetchone()[0][0]["Plan"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def drop_indexes(table: type[models.Model], column: str) -> None:
    """Those of the table that begin with this column, constraints among them, not its own key."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits would forbid the change
        cursor.execute(
            "SELECT indexrelid::regclass::text, conname FROM pg_index "
            "LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u') "
            "WHERE indrelid = %s::regclass AND NOT indisprimary "
            "AND pg_get_indexdef(indexrelid, 1, true) LIKE %s",
            [table._meta.db_table, f"{column}%"],
        )
        for index, constraint in cursor.fetchall():
            if constraint:
                cursor.execute(
                    f"ALTER TABLE {table._meta.db_table} DROP CONSTRAINT {constraint} CASCADE"
                )
            else:
                cursor.execute(f"DROP INDEX {index}")
