"""What the demonstration has sent, to be read in the browser. Routed under DEMO only."""

from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from mathshub.site.demo.mail import SentMail, mail_by_key, newest_first
from mathshub.site.demo.staff import PASSWORD, code_at, sign_ins

PAGE_LENGTH = 100  # the letters of changes that the demonstration begins with fill one page
# A mail's own styles, nothing fetched, no script; its links open in a new tab of their own.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
LINKS_IN_A_NEW_TAB = '<base target="_blank">'


@login_not_required
@require_safe
def sent_mail(request: HttpRequest) -> HttpResponse:
    """All mails, or with ``?to=`` those to the addresses that hold these letters."""
    wanted = request.GET.get("to", "").strip()
    mails = [mail for mail in newest_first(_folder()) if wanted.lower() in mail.recipient.lower()]
    page = Paginator(mails, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "page_title": "Sent mail",
        "page_obj": page,
        "wanted": wanted,
        "sign_ins": sign_ins(),
        "password": PASSWORD,
        "code": code_at(timezone.now()),
    }
    return render(request, "site/sent_mail.html", context)


@login_not_required
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def sent_mail_message(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: what its reader sees, its text, its attachments, its headers."""
    mail = _mail_or_404(key)
    context = {"page_title": mail.subject, "kicker": "Sent mail", "mail": mail}
    return render(request, "site/sent_mail_message.html", context)


@login_not_required
@require_safe
@xframe_options_sameorigin
def sent_mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML version alone, for the frame on the mail's page."""
    mail = _mail_or_404(key)
    if not mail.html:
        raise Http404("This mail has no HTML version.")
    response = HttpResponse(LINKS_IN_A_NEW_TAB + mail.html)
    response["Content-Security-Policy"] = MAIL_POLICY
    return response


@login_not_required
@require_safe
def sent_mail_attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One attachment, as a download."""
    for part in _mail_or_404(key).attachments:
        if part.number == number:
            response = HttpResponse(part.content, content_type=part.content_type)
            response["Content-Disposition"] = content_disposition_header(True, part.name)
            return response
    raise Http404("This mail has no such attachment.")


urlpatterns = [
    path("demo/mail/", sent_mail, name="sent_mail"),
    path("demo/mail/<slug:key>/", sent_mail_message, name="sent_mail_message"),
    path("demo/mail/<slug:key>/html/", sent_mail_html, name="sent_mail_html"),
    path("demo/mail/<slug:key>/<int:number>/", sent_mail_attachment, name="sent_mail_attachment"),
]


def _folder() -> Path:
    """Where the mail is kept; raises Http404 outside the demonstration."""
    if not settings.DEMO:
        raise Http404("Sent mail is shown in the demonstration only.")
    return Path(settings.EMAIL_FILE_PATH or settings.VAR_DIR / "mail")


def _mail_or_404(key: str) -> SentMail:
    mail = mail_by_key(_folder(), key)
    if mail is None:
        raise Http404("There is no such mail.")
    return mail
