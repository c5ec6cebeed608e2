"""Sets the hub of a request, by the host name that was asked for, and with it the scope."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

from mathshub.links import absolute
from mathshub.scope import hub_scope
from workgroups.models import Hub

# Answered without a hub: they speak of the process, not of a hub.
HUBLESS_PATHS = ("/healthz", "/readyz", settings.STATIC_URL)
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "testserver")


def hub_for_host(host: str) -> Hub | None:
    """The hub whose pages ``host`` (no port) shows; on loopback names the first one; else None."""
    if host in LOOPBACK_NAMES:
        return Hub.objects.order_by("id").first()
    return Hub.objects.filter(host=host).first()


class HubMiddleware:
    """Everything behind this sees one hub's rows: that of the host, staff or not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(HUBLESS_PATHS):
            return self.get_response(request)
        host, _port = split_domain_port(request.get_host())
        hub = hub_for_host(host)
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
