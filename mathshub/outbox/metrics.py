"""The outbox in figures for Prometheus, of all hubs together; no figure speaks of a person or a hub."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Min, Q
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from mathshub.outbox import account
from mathshub.outbox.leaving import may_leave
from mathshub.outbox.models import Heartbeat, MailAccount, Message, MessageQuerySet
from mathshub.outbox.sweep import SWEEP
from mathshub.scope import all_hubs

DAY = timedelta(days=1)
COMES_BACK = timedelta(days=7)  # after it left, or never: mail servers give up sooner
NEVER = float("inf")  # the age of what has not happened yet


def metrics_text(now: datetime) -> bytes:
    """The figures at ``now`` in Prometheus' text format, in as many queries however many rows."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Outbox(now))
    return generate_latest(registry)


class _Outbox(Collector):
    """What one scrape reads."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Gauge]:
        hubs = list(apps.get_model("workgroups.Hub")._default_manager.values_list("pk", flat=True))
        with all_hubs("figures over all hubs"):
            # By hub and state the rows are found by an index, among a year's.
            messages = Message.objects.filter(hub__in=hubs).order_by()
            yield from _queue(messages, self.now)
            yield from _ended(messages, self.now)
        yield _sweep(self.now)
        yield from _account(self.now)


def _queue(messages: MessageQuerySet, now: datetime) -> Iterator[Gauge]:
    """By priority; messages that are held, or wait for the day, are no queue."""
    rows = (
        messages.waiting()
        .filter(may_leave(now))
        .values("priority")
        .annotate(
            waiting=Count("pk"),
            due=Count("pk", filter=Q(due_at__lte=now)),
            oldest=Min("due_at", filter=Q(due_at__lte=now)),
        )
    )
    by_priority = {row["priority"]: row for row in rows}
    waiting = Gauge("mathshub_messages_waiting", "Messages not yet sent.", labels=["priority"])
    due = Gauge("mathshub_messages_due", "Messages that may go now.", labels=["priority"])
    for priority in Message.Priority:
        row: Any = by_priority.get(priority, {})
        name = [priority.name.lower()]
        waiting.add_metric(name, row.get("waiting", 0))
        due.add_metric(name, row.get("due", 0))
    oldest = min((row["oldest"] for row in rows if row["oldest"]), default=now)
    age = (now - oldest).total_seconds()
    yield from (waiting, due)
    yield _one("mathshub_oldest_due_seconds", "For how long the oldest message has been due.", age)


def _ended(messages: MessageQuerySet, now: datetime) -> Iterator[Gauge]:
    """Of the last 24 hours, by kind. What failed counts from when it was last due."""
    lately = Q(sent_at__gt=now - DAY)
    failed = Q(state__in=Message.FAILED, due_at__gt=now - DAY)
    back = Q(came_back_at__gt=now - DAY)
    rows = (
        messages.filter(Q(sent_at__gt=now - COMES_BACK) | failed)
        .filter(lately | failed | back)
        .values("kind")
        .annotate(
            sent=Count("pk", filter=lately),
            failed=Count("pk", filter=failed),
            came_back=Count("pk", filter=back),
        )
    )
    counted: list[Any] = list(rows)
    for name, words in (
        ("sent", "Messages handed to the mail server"),
        ("failed", "Messages that could not be sent"),
        ("came_back", "Messages that came back"),
    ):
        gauge = Gauge(f"mathshub_messages_{name}_24h", f"{words} in 24 hours.", labels=["kind"])
        for row in counted:
            gauge.add_metric([row["kind"]], row[name])
        yield gauge


def _sweep(now: datetime) -> Gauge:
    beat = Heartbeat.objects.filter(name=SWEEP).first()
    age = (now - beat.at).total_seconds() if beat else NEVER
    return _one("mathshub_last_sweep_age_seconds", "Since the outbox was last swept.", age)


def _account(now: datetime) -> Iterator[Gauge]:
    """As the mail account stands; before its first message it is full and well."""
    mail = MailAccount.objects.filter(name=account.NAME).first()
    tokens = account.tokens_at(mail, now) if mail else account.capacity()
    resting = mail.rests_until if mail and mail.rests_until else now
    rate = settings.EMAIL_RATE_PER_MINUTE
    yield _one("mathshub_mail_tokens", "Messages that the rate lets go at once.", tokens)
    yield _one("mathshub_mail_rate_per_minute", "What the mail account may send.", rate)
    failures = mail.failures if mail else 0
    yield _one("mathshub_mail_failures", "Failed connections in a row.", failures)
    rest = max(0.0, (resting - now).total_seconds())
    yield _one("mathshub_mail_rest_seconds", "For how long the mail server is left alone.", rest)


def _one(name: str, words: str, value: float) -> Gauge:
    return Gauge(name, words, value=value)
