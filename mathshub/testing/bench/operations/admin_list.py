"""The back office's list of interest, beside Django's own admin over the same rows."""

import subprocess
import sys
from collections.abc import Iterator

from django.db import connection

from mathshub.testing.bench.counting import queries_of
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.listed_hub import Listed, make_listed_hub
from mathshub.testing.bench.load import Contender, Request, Sample, Server, always, compare
from mathshub.testing.bench.stage import Stage
from workgroups.models import Hub

TITLE = "The back office's list"
PATH = "/admin/enrolment/expressionofinterest/"
FEW, COUNTED, MANY = 1_000, 5_000, 100_000
STOCK = "mathshub.testing.bench.stock"


def measure(stage: Stage) -> Iterator[Row]:
    hubs = {size: make_listed_hub(size) for size in (FEW, COUNTED, MANY)}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    asked = {size: our_request(stage, each) for size, each in hubs.items()}
    yield from rows_of(compare_with_stock(stage, hubs, asked), asked)


def compare_with_stock(
    stage: Stage, hubs: dict[int, Listed], asked: dict[int, Request]
) -> dict[str, Sample]:
    """Ours and the stock admin's in turns, at each size: “ours 1000”, “stock 1000”."""
    stock, session = start_stock(stage, [each.hub for each in hubs.values()])
    contenders = {f"ours {size}": Contender(stage.portal, always(asked[size])) for size in hubs}
    for size in (FEW, MANY):
        request = stock_request(stage, hubs[size].hub, session)
        contenders[f"stock {size}"] = Contender(stock, always(request))
    return compare(contenders, rounds=5, count=60)


def rows_of(samples: dict[str, Sample], asked: dict[int, Request]) -> Iterator[Row]:
    few, counted, many = (samples[f"ours {size}"] for size in (FEW, COUNTED, MANY))
    yield Row(
        "Back-office list, 50 of 1,000",
        ours=few.cpu_ms,
        unit="ms CPU",
        target=at_most(1.2, times_floor=True),
        floor=samples[f"stock {FEW}"].cpu_ms,
        floor_is="the stock admin's list of the same rows, without filters",
        queries=queries_of(asked[FEW]),
        details=details_of(few, samples[f"stock {FEW}"]),
    )
    yield Row(
        "Back-office list, 50 of 100,000",
        ours=many.cpu_ms,
        unit="ms CPU",
        target=at_most(1.15, times_floor=True),
        floor=few.cpu_ms,
        floor_is="the same list, 50 of 1,000",
        queries=queries_of(asked[MANY]),
        details=details_of(many, samples[f"stock {MANY}"])
        | {"p50 of 1,000": f"{few.wait_ms(50):.1f} ms", "chips": "without numbers"},
    )
    yield Row(
        "Back-office list, 50 of 5,000",
        ours=counted.cpu_ms,
        unit="ms CPU",
        floor=few.cpu_ms,
        floor_is="the same list, 50 of 1,000",
        queries=queries_of(asked[COUNTED]),
        details=details_of(counted, None) | {"chips": "with numbers, the most that are counted"},
    )


def details_of(ours: Sample, stock: Sample | None) -> dict[str, str]:
    details = {
        "p50": f"{ours.wait_ms(50):.1f} ms",
        "p95": f"{ours.wait_ms(95):.1f} ms",
        "rate": f"{ours.per_second:,.0f}/s",
        "bytes": f"{ours.size:,}",
    }
    if stock:
        details |= {
            "stock": f"{stock.cpu_ms:.1f} ms",
            "stock p50": f"{stock.wait_ms(50):.1f} ms",
            "stock bytes": f"{stock.size:,}",
        }
    return details


def start_stock(stage: Stage, hubs: list[Hub]) -> tuple[Server, str]:
    """gunicorn of the stock admin, and the key of a superuser's session there."""
    env = stage.bare_env(
        DJANGO_SETTINGS_MODULE=f"{STOCK}.settings",
        STOCK_HUBS=",".join(str(hub.pk) for hub in hubs),
    )
    made = subprocess.run(
        [sys.executable, "-m", STOCK], env=env, capture_output=True, text=True, check=True
    )
    return stage.start_web("stock-admin", env, application=f"{STOCK}.wsgi"), made.stdout.strip()


def our_request(stage: Stage, listed: Listed) -> Request:
    return stage.get(PATH, Host=listed.hub.host, Cookie=f"sessionid={listed.session}")


def stock_request(stage: Stage, hub: Hub, session: str) -> Request:
    return stage.get(f"/{hub.pk}/stock/expression/", Cookie=f"sessionid={session}")
