"""The back office's list of interest, beside Django's own admin over the same rows."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.db import connection
from django.test import Client
from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from mathshub.accounts.tests.factories import sign_in
from mathshub.scope import hub_scope
from mathshub.testing.bench.counting import queries_of
from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.load import Contender, Request, Sample, Server, always, compare
from mathshub.testing.bench.stage import Stage
from workgroups.models import Hub, HubMember, LocalAuthority, School
from workgroups.models.years import school_year_of
from workgroups.tests.factories import make_hub, make_member, make_offering, make_year

TITLE = "The back office's list"
PATH = "/admin/enrolment/expressionofinterest/"
FEW, COUNTED, MANY = 1_000, 5_000, 100_000
STOCK = "mathshub.testing.bench.stock"


class Listed(NamedTuple):
    """A hub with so many expressions, and who is signed in there."""

    hub: Hub
    session: str


def measure(stage: Stage) -> Iterator[Row]:
    """Ours and the stock admin's in turns, at each size."""
    hubs = {size: make_listed_hub(size) for size in (FEW, COUNTED, MANY)}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    stock, session = start_stock(stage, [each.hub for each in hubs.values()])
    asked = {size: our_request(stage, each) for size, each in hubs.items()}
    contenders = {f"ours {size}": Contender(stage.portal, always(asked[size])) for size in hubs}
    for size in (FEW, MANY):
        request = stock_request(stage, hubs[size].hub, session)
        contenders[f"stock {size}"] = Contender(stock, always(request))
    samples = compare(contenders, rounds=5, count=60)
    few, counted, many = (samples[f"ours {size}"] for size in hubs)
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


def make_listed_hub(size: int) -> Listed:
    """A hub of its own with ``size`` expressions of all states and sources, and a lead signed in."""
    authorities = LocalAuthority.objects.filter(schools__isnull=False).distinct().order_by("pk")[:6]
    hub = make_hub(slug=f"hub-of-{size}", local_authorities=authorities)
    with hub_scope(hub):
        add_expressions(hub, size)
        member = make_member(role=HubMember.Role.HUB_LEAD)
        client = sign_in(Client(), member.account)
    return Listed(hub, client.cookies["sessionid"].value)


def add_expressions(hub: Hub, size: int) -> None:
    """In bulk; nine in ten from the hub's own boroughs, three in a hundred not matched yet."""
    now, chance = timezone.now(), random.Random(size)
    this_year = school_year_of(timezone.localdate())
    years = [make_year(start_year=this_year - back) for back in (0, 1, 2)]
    offerings = [make_offering(academic_year=year) for year in years for _ in range(4)]
    authorities = list(hub.local_authorities.all())
    own = list(School.objects.filter(local_authority__in=authorities).values_list("pk", flat=True))
    others = list(School.objects.exclude(pk__in=own).values_list("pk", flat=True)[:5_000])
    rows = []
    for number in range(size):
        is_matched = chance.random() > 0.03
        school = chance.choice(own if chance.random() < 0.9 or not others else others)
        rows.append(
            ExpressionOfInterest(
                hub=hub,
                offering=chance.choice(offerings),
                school_id=school if is_matched else None,
                school_as_typed="" if is_matched else "A school that is new",
                reference=f"{size:06X}"[:3] + f"{number:06X}",
                headteacher_name=f"Headteacher {number}",
                headteacher_email=f"head{number}@school.example",
                state=chance.choice(ExpressionOfInterest.State.values),
                source=chance.choice(ExpressionOfInterest.Source.values),
                submitted_at=now - timedelta(minutes=chance.randrange(500_000)),
            )
        )
    ExpressionOfInterest.objects.bulk_create(rows, batch_size=5_000)


def start_stock(stage: Stage, hubs: list[Hub]) -> tuple[Server, str]:
    """gunicorn of the stock admin, and the key of a superuser's session there."""
    env = dict(os.environ) | stage.database
    env |= {
        "DJANGO_SETTINGS_MODULE": f"{STOCK}.settings",
        "STOCK_HUBS": ",".join(str(hub.pk) for hub in hubs),
    }
    made = subprocess.run(
        [sys.executable, "-m", STOCK], env=env, capture_output=True, text=True, check=True
    )
    return stage.start_web("stock-admin", env, application=f"{STOCK}.wsgi"), made.stdout.strip()


def our_request(stage: Stage, listed: Listed) -> Request:
    return stage.get(PATH, Host=listed.hub.host, Cookie=f"sessionid={listed.session}")


def stock_request(stage: Stage, hub: Hub, session: str) -> Request:
    return stage.get(f"/{hub.pk}/stock/expression/", Cookie=f"sessionid={session}")
