"""What browsers, proxies and search engines are told on every page."""

from collections.abc import Callable

from django.conf import settings
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
            response["Referrer-Policy"] = _referrer_policy(response)
        return response


def _referrer_policy(response: HttpResponse) -> str:
    """The token leaves in no referrer; only the host's name, and from pages with a form only.

    Under no-referrer browsers send forms with “Origin: null”, which the check against forged
    requests refuses. A page with a form is one that sets that check's cookie.
    """
    return "strict-origin" if settings.CSRF_COOKIE_NAME in response.cookies else "no-referrer"


def _audience(request: HttpRequest) -> Audience | None:
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    return audience_of(match.view_name)
