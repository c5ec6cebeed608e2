"""Health, for whoever watches over the portal: /healthz and /readyz."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mathshub.broker import is_answering
from mathshub.outbox.health import health as outbox_health

BROKER_SECONDS = 1.0  # to connect, and again to answer: a frozen broker must not hang the page

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Readiness:
    """What /readyz says. Only the database decides whether pages can be served."""

    database: str
    broker: str
    last_sweep_at: str | None = None
    sweep_age_seconds: int | None = None
    sweep_is_late: bool | None = None
    messages_waiting: int | None = None
    messages_overdue: int | None = None


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 only when the database is away: a broken broker must not take the pages down."""
    broker = "answers" if broker_answers(settings.CELERY_BROKER_URL) else "away"
    try:
        readiness = Readiness(database="answers", broker=broker, **_sweep(timezone.now()))
    except DatabaseError:
        log.exception("the database is away")
        return JsonResponse(asdict(Readiness(database="away", broker=broker)), status=503)
    return JsonResponse(asdict(readiness))


def broker_answers(url: str) -> bool:
    """Whether Celery's broker at ``url`` answers within two seconds at most."""
    parts = urlsplit(url)
    if parts.scheme == "filesystem":
        return True
    if parts.scheme == "redis+socket":
        return is_answering(Path(parts.path))
    return _redis_answers(url)


def _redis_answers(url: str) -> bool:
    # Here, because nothing else in a web server needs the client: it adds a tenth to its start.
    from redis import Redis, RedisError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        client = Redis.from_url(
            url,
            socket_connect_timeout=BROKER_SECONDS,
            socket_timeout=BROKER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        with client:
            return bool(client.ping())
    except (RedisError, OSError, ValueError):
        return False


def _sweep(now: datetime) -> dict[str, Any]:
    """The outbox as the database knows it; raises ``DatabaseError``."""
    outbox = outbox_health(now)
    age = outbox.sweep_age
    return {
        "last_sweep_at": outbox.last_sweep_at.isoformat() if outbox.last_sweep_at else None,
        "sweep_age_seconds": int(age.total_seconds()) if age is not None else None,
        "sweep_is_late": outbox.is_sweep_late,
        "messages_waiting": outbox.waiting,
        "messages_overdue": outbox.overdue,
    }
