"""School search as people type, over a register of the whole country's size."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from django.db import connection
from django.test.utils import CaptureQueriesContext

from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.load import Request, Sample, send_one_by_one
from mathshub.testing.bench.national import write_register
from mathshub.testing.bench.stage import Stage
from workgroups.register import import_register
from workgroups.search import search_schools

TITLE = "School search"
PATH = "/schools/search/"
ROUNDS = 10
# What is in half of all names, what is rare, what is a number, what is not there, what has a slip.
TYPED = (
    *("school", "primary", "st", "church", "the", "academy", "college", "infant", "london", "pr"),
    *("primary school", "st mary", "church of england", "saint joseph catholic", "holy trinity ce"),
    *("fernbury", "fernbury primary", "berger", "mandevile", "hackney", "thornwick st"),
    *("gainsbrough primary school", "holly trinity", "st josehps catholc", "jhon", "st marry"),
    *("catholic", "thornwik academy", "nightingail hackney", "our ladies", "trinty e5"),
    *("e8", "e8 1", "E5 0EG", "100218", "1002", "10", "204 2046", "zz", "zzzzzz"),
)


def measure(stage: Stage) -> Iterator[Row]:
    import_register(write_register(stage.var_dir / "national.csv"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE workgroups_school")
    took = {typed: database_ms(typed) for typed in TYPED}
    slowest = max(took, key=lambda typed: took[typed])
    yield Row(
        "School search, database, the slowest",
        ours=took[slowest],
        unit="ms",
        target=at_most(5),
        details={
            "typed": f"“{slowest}”",
            "median": f"{sorted(took.values())[len(took) // 2]:.2f} ms",
            "“primary”": f"{took['primary']:.2f} ms",
            "“church of england”": f"{took['church of england']:.2f} ms",
        },
    )
    yield key_to_answer(stage)


def key_to_answer(stage: Stage) -> Row:
    """One person types; the next key comes when the last one is answered."""
    requests = [search_request(stage, typed, number) for number, typed in enumerate(TYPED)]
    send_one_by_one(stage.portal, requests, Sample())
    sample = Sample()
    for _ in range(ROUNDS):
        send_one_by_one(stage.portal, requests, sample)
    return Row(
        "School search, key to answer",
        ours=sample.wait_ms(95),
        unit="ms p95",
        target=at_most(30),
        details={
            "CPU": f"{sample.cpu_ms:.2f} ms",
            "p50": f"{sample.wait_ms(50):.1f} ms",
            "p99": f"{sample.wait_ms(99):.1f} ms",
        },
    )


def database_ms(typed: str) -> float:
    """What PostgreSQL itself needs for all statements of a search, planning and reading."""
    with CaptureQueriesContext(connection) as captured:
        search_schools(typed)
    return sum(_plan_and_run(query["sql"]) for query in captured.captured_queries)


def _plan_and_run(sql: str) -> float:
    """Milliseconds, the least of some runs: what others do on the machine is not the search's."""
    return min(_explained(sql) for _ in range(ROUNDS))


def _explained(sql: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]
    return float(plan["Planning Time"] + plan["Execution Time"])


def search_request(stage: Stage, typed: str, number: int) -> Request:
    """From an address of its own: one address may search 300 times a minute."""
    request = stage.get(f"{PATH}?q={quote(typed)}")
    return replace(request, headers=request.headers | {"X-Forwarded-For": f"198.18.1.{number + 1}"})
