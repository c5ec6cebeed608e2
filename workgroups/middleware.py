"""Sets the hub of a request, by the host name that was asked for, and with it the scope."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

from mathshub.links import absolute
from mathshub.prepared import prepared
from mathshub.scope import hub_scope
from workgroups.models import Hub

Answer = TypeVar("Answer")

# Answered without a hub: they speak of the process, not of a hub.
HUBLESS_PATHS = ("/healthz", "/readyz", "/metrics", settings.STATIC_URL)
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "testserver")


@prepared
def _hubs_at(host: Any) -> QuerySet[Hub]:
    return Hub.objects.filter(host=host)


@prepared
def _first_hubs() -> QuerySet[Hub]:
    return Hub.objects.order_by("id")[:1]


def hub_for_host(host: str) -> Hub | None:
    """The hub whose pages ``host`` (no port) shows; on loopback names the first one; else None."""
    hubs = _first_hubs() if host in LOOPBACK_NAMES else _hubs_at(host=host)
    return hubs[0] if hubs else None


def ask_first(ask: Callable[[], Answer]) -> Answer:
    """Ask the database for the first time in a request, over a connection that may have died.

    The answer is the check of the connection's health that CONN_HEALTH_CHECKS would make by a
    statement of its own; where there is none, it is asked again over a new connection.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return ask()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return ask()


class HubMiddleware:
    """Everything behind this sees one hub's rows: that of the host, staff or not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(HUBLESS_PATHS):
            return self.get_response(request)
        host, _port = split_domain_port(request.get_host())
        hub = ask_first(lambda: hub_for_host(host))
        if hub is None:
            return _show_hubs(request)
        request.hub = hub  # type: ignore[attr-defined]
        with hub_scope(hub):
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response


def _show_hubs(request: HttpRequest) -> HttpResponse:
    """An unknown host: the published names of the hubs, and where each is found."""
    hubs = [(hub.name, absolute(hub, "site:home")) for hub in Hub.objects.order_by("name")]
    return render(
        request,
        "site/hubs.html",
        {"page_title": "Find your Maths Hub", "hubs": hubs},
        status=200 if request.path == "/" else 404,
    )
