"""What browsers, proxies and search engines are told on every page."""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
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


class PolicyMiddleware(CSPMiddleware):
    """The content security policy, put into words once for all the pages that need no other."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        has_wishes = any(name.startswith("_csp") for name in vars(response))
        if has_wishes or settings.DEBUG or HEADER in response:
            return super().process_response(request, response)
        response[HEADER] = _usual_policy()
        return response


@cache
def _usual_policy() -> str:
    return build_policy()


def _audience(request: HttpRequest) -> Audience | None:
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    return audience_of(match.view_name)
