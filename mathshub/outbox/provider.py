"""Where a mail provider's calls arrive, checked by django-anymail: the address of its webhook."""

from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

# By the name in BOUNCE_PROVIDER. Of these it is known how they tell a soft bounce.
VIEWS = {
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
}


@csrf_exempt
@login_not_required
def hear_of_bounces(request: HttpRequest) -> HttpResponseBase:
    """The provider's webhook; not there unless one is set. A wrong secret is answered 400."""
    if not settings.BOUNCE_PROVIDER:
        raise Http404
    answer: HttpResponseBase = _view_of(VIEWS[settings.BOUNCE_PROVIDER])(request)
    return answer


@cache
def _view_of(path: str) -> Any:
    """Loaded when first called: no other page needs what it brings along."""
    import_module("mathshub.outbox.provider_events")  # which listens to what the view reads
    return import_string(path).as_view()
