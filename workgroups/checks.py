"""System checks on the shape of the whole: whose each row is, for whom each page is, settings.

Each returns messages instead of raising, so that all faults are seen at once.
"""

from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from mathshub.ledger import audience_of
from mathshub.scope import HubHistory, HubOwned, SameHub
from workgroups.register.download import is_dated_url

# Models that belong to no hub, each with the reason why that is right.
GLOBAL_MODELS = {
    "workgroups.Hub": "the hub itself; its name and address are public",
    "workgroups.HistoricalHub": "what became of a hub; shown in its own admin only",
    "workgroups.LocalAuthority": "public: the register's list of authorities",
    "workgroups.AcademicYear": "public: the calendar is the same for all",
    "workgroups.School": "public: the register of schools",
    "workgroups.HistoricalSchool": "public: changes made to the register's rows by hand",
    "workgroups.SchoolLink": "public: which school of the register followed which",
    "workgroups.SearchWord": "of the public register",
    "workgroups.RegisterImport": "public: what each import of the register did",
    "accounts.Account": "a person may work for several hubs; superusers alone see the list",
    "outbox.Heartbeat": "the sending machinery as a whole; counts and times only",
    "outbox.MailAccount": "the mail account that all hubs share; counts and times only",
    "admin.LogEntry": "Django's own record of edits; the admin shows each person their own",
}
# Apps of Django's and allauth's whose rows belong to an account, or to the installation.
GLOBAL_APPS = {
    "auth": "groups and permissions, for superusers only",
    "contenttypes": "the names of the models",
    "sessions": "browser sessions",
    "account": "sign-in addresses of accounts",
    "mfa": "second factors of accounts",
}
# Views without a name that libraries put in are judged by the namespace they stand in.
NAMED_BY_NAMESPACE = ("admin",)


@register(Tags.models)
def check_models_have_an_owner(**options: Any) -> list[CheckMessage]:
    """Every model is owned by a hub, or stands above with a reason."""
    return [
        Error(
            f"{model._meta.label} is neither HubOwned nor listed as global.",
            hint="Inherit mathshub.scope.HubOwned, or give the reason in workgroups/checks.py.",
            id="workgroups.E001",
        )
        for model in apps.get_models()
        if not is_accounted_for(model)
    ]


def is_accounted_for(model: type[models.Model]) -> bool:
    """Whether it is known whose rows these are."""
    if issubclass(model, HubOwned | HubHistory):
        return True
    return model._meta.label in GLOBAL_MODELS or model._meta.app_label in GLOBAL_APPS


@register(Tags.models)
def check_links_stay_in_the_hub(**options: Any) -> list[CheckMessage]:
    """The database backs every foreign key from one owned model to another."""
    owned = [model for model in apps.get_models() if issubclass(model, HubOwned)]
    return [message for model in owned for message in link_faults(model)]


def link_faults(model: type[models.Model]) -> Iterator[CheckMessage]:
    """What is wrong with the foreign keys of an owned model."""
    kept = {c.field for c in model._meta.constraints if isinstance(c, SameHub)}
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or not issubclass(target, HubOwned):
            continue
        if field.name not in kept:
            yield Error(
                f"{model._meta.label}.{field.name} may point into another hub.",
                hint=f"Add SameHub({field.name!r}, name=...) to its constraints.",
                id="workgroups.E002",
            )
        if not _has_hub_key(target):
            yield Error(
                f"{target._meta.label} is pointed at by {model._meta.label} and has no hub_key().",
                hint="Add hub_key() to its constraints.",
                id="workgroups.E003",
            )


def _has_hub_key(model: type[models.Model]) -> bool:
    return any(
        isinstance(constraint, models.UniqueConstraint)
        and tuple(constraint.fields) == ("id", "hub")
        and constraint.condition is None
        for constraint in model._meta.constraints
    )


@register(Tags.urls)
def check_addresses_are_in_the_ledger(**options: Any) -> list[CheckMessage]:
    """For whom each page is stands in mathshub/ledger.py, or the portal does not start."""
    return [
        Error(
            f"The address {path!r} ({name}) is not in the URL ledger.",
            hint="Say for whom it is in mathshub/ledger.py.",
            id="workgroups.E004",
        )
        for name, path in named_addresses(get_resolver().url_patterns)
        if audience_of(name) is None
    ]


def named_addresses(
    patterns: Iterable[URLPattern | URLResolver], namespace: str = "", path: str = ""
) -> Iterator[tuple[str, str]]:
    """Full URL name and path of every view; a view without a name is called ``(no name)``."""
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_addresses(pattern.url_patterns, inner, here)
        elif pattern.name or namespace.rstrip(":") not in NAMED_BY_NAMESPACE:
            yield f"{namespace}{pattern.name or '(no name)'}", here


@register()
def check_settings(**options: Any) -> list[CheckMessage]:
    """Settings that would mislead people: links that lead nowhere, mail from no one."""
    return [*_site_url_faults(), *_sender_faults(), *_register_url_faults()]


def _site_url_faults() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    if site.scheme not in ("http", "https") or not site.hostname:
        yield Error(
            f"SITE_URL is {settings.SITE_URL!r}: links in e-mails would lead nowhere.",
            hint="Give scheme and host: https://portal.example.org",
            id="workgroups.E005",
        )
    elif site.path.strip("/") or site.query:
        yield Error(
            f"SITE_URL is {settings.SITE_URL!r}: it must end after the host and port.",
            hint=f"Write {site.scheme}://{site.netloc}",
            id="workgroups.E006",
        )


def _sender_faults() -> Iterator[CheckMessage]:
    if "@" not in parseaddr(settings.DEFAULT_FROM_EMAIL)[1]:
        yield Error(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}, not an e-mail address.",
            hint="Write: Maths Hub portal <portal@example.org>",
            id="workgroups.E007",
        )


def _register_url_faults() -> Iterator[CheckMessage]:
    for name in ("GIAS_URL", "GIAS_LINKS_URL"):
        url = getattr(settings, name)
        if url and not is_dated_url(url):
            yield Error(
                f"{name} is {url!r}: the register can't be fetched from there.",
                hint="Write https://.../edubasealldata{date:%Y%m%d}.csv, with the date as it stands here.",
                id="workgroups.E008",
            )
    if settings.GIAS_LINKS_URL and not settings.GIAS_URL:
        yield Error(
            "GIAS_LINKS_URL is set without GIAS_URL: the links are fetched with the register.",
            hint="Set GIAS_URL as well.",
            id="workgroups.E009",
        )


@register(deploy=True)
def check_production_settings(**options: Any) -> list[CheckMessage]:
    """What a portal with real people's data must have, beyond Django's own checks."""
    return [*_host_faults(), *_mail_faults()]


def _host_faults() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield CheckWarning(
            "ALLOWED_HOSTS takes any host.",
            hint="Name the host of every hub, exactly.",
            id="workgroups.W001",
        )
    if not settings.SITE_URL.startswith("https://"):
        yield CheckWarning(
            "SITE_URL is not https: personal links would travel in the clear.",
            hint="Put the portal behind HTTPS and set SITE_URL=https://...",
            id="workgroups.W002",
        )


def _mail_faults() -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and settings.EMAIL_HOST == "localhost":
        yield CheckWarning(
            "EMAIL_URL is not set: messages go to a mail server on this machine.",
            hint="Set EMAIL_URL=smtp+tls://user:password@host:587",
            id="workgroups.W003",
        )
