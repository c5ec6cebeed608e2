"""Who is asking: the address that rate limits count by."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The browser's address, or that of its network: schools often share one.

    Behind our own proxy (TRUST_PROXY) it is the last one in X-Forwarded-For, the only one that the
    proxy itself wrote; whatever stands before it anybody can make up.
    """
    if settings.TRUST_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")
