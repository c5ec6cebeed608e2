"""What browsers, proxies and search engines are told on every page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.urls.exceptions import Resolver404

from mathshub.ledger import Audience, audience_of

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class HeadersMiddleware:
    """Permissions-Policy everywhere; no-store, noindex and no-referrer outside the public pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        audience = _audience(request)
        if audience is not Audience.PUBLIC:
            response.setdefault("Cache-Control", "no-store, private")
            response.setdefault("X-Robots-Tag", "noindex, nofollow")
        if audience is Audience.LINK_HOLDER:
            response["Referrer-Policy"] = "no-referrer"
        return response


def _audience(request: HttpRequest) -> Audience | None:
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    return audience_of(match.view_name)
