"""Pages behind the links in messages."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mathshub.links import BadLink
from mathshub.outbox.forms import StopForm
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.opt_out import let_kind_on, message_of, stop_kind, wants_no_more


# No CSRF cookie: the secret is in the address, which another site can't know, and the reader's
# mail program sends the form without having opened the page.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in an optional message: stop its kind, or let it on again. A GET asks."""
    message = _message_or_404(token)
    if message is None:
        return render(request, "outbox/link_ended.html", {"page_title": _ENDED}, status=404)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        stop_kind(message, now=timezone.now())
        return HttpResponse("Stopped.\n", content_type="text/plain; charset=utf-8")
    is_stopped = wants_no_more(message.recipient, message.kind)
    form = StopForm(request.POST if request.method == "POST" else None, is_stopped=is_stopped)
    if not form.is_valid():
        return _show(request, message, form, is_stopped=is_stopped, token=token)
    change = stop_kind if form.stops else let_kind_on
    change(message, now=timezone.now())
    return redirect(f"{reverse('outbox:stop_mail', args=[token])}?answered")


_ENDED = "This link has ended"


def _message_or_404(token: str) -> Message | None:
    try:
        return message_of(token)
    except BadLink as error:
        raise Http404 from error


def _show(
    request: HttpRequest, message: Message, form: StopForm, *, is_stopped: bool, token: str
) -> HttpResponse:
    go_on = "We go on sending these e-mails" if "answered" in request.GET else "Stop these e-mails?"
    context = {
        "page_title": "These e-mails are stopped" if is_stopped else go_on,
        "kind": kind_named(message.kind).label,
        "recipient": message.recipient,
        "is_stopped": is_stopped,
        "form": form,
        "token": token,
    }
    return render(request, "outbox/stop_mail.html", context)
