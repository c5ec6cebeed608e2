"""/metrics, for Prometheus: there for who knows the token, and for nobody where none is set."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of the outbox; a wrong token and none at all find nothing."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, expected):
        raise Http404
    # Here, because nothing else in a web server needs the library.
    from mathshub.outbox.metrics import metrics_text

    content_type = "text/plain; version=0.0.4; charset=utf-8"
    return HttpResponse(metrics_text(timezone.now()), content_type=content_type)
