"""Pages that change a session: whom they write to, the letter beforehand, and without e-mail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.errors import Refusal
from enrolment.models import Seat
from mathshub.outbox.admin.telling import HOW, PREVIEW, is_silent
from mathshub.outbox.admin.words import without_links
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.wording_preview import write_as_it_would_go
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.cells import count
from sessions.models import Session
from sessions.notices import seats_told, waiting_notices

IN_PARTICIPANTS_VIEW = "Participants see it on their page and in their calendar."
NOTHING_NEW = "So nobody would be written to: this is what participants know already."


class TellingPages(PortalAdmin):
    def tell(
        self,
        request: HttpRequest,
        session: Session,
        form: BaseForm,
        *,
        title: str,
        lead: str,
        button: str,
        told_when: str,
        act: Callable[[bool], Session],
        words: Callable[[Session], str],
        danger: bool = False,
    ) -> HttpResponse:
        """Show the page; do what it says, with or without e-mail; or show the letter beforehand.

        ``act`` is called with whether participants are told.
        """
        letter: dict[str, Any] = {}
        if form.is_valid():
            try:
                if request.POST.get(HOW) == PREVIEW:
                    letter = _rehearse(lambda: act(True))
                else:
                    changed = act(not is_silent(request))
                    said = f"{words(changed)} {_sent_words(changed)}"
                    return self.done(request, said, to=self.url("change", session.pk))
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        told = seats_told(session, session.starts_at, now=timezone.now())
        return self.form_page(
            request,
            title=title,
            lead=lead,
            form=form,
            will=_will(told, told_when),
            button=f"{button}, {_mails(len(told))}",
            silent_button=f"{button}, no e-mail",
            danger=danger,
            back=self.url("change", session.pk),
            template="admin/sessions/tell.html",
            told=told,
            letter=letter,
        )


def _will(told: list[Seat], told_when: str) -> list[str]:
    if not told:
        return [f"No e-mail is sent: nobody has been told of it. {IN_PARTICIPANTS_VIEW}"]
    return [f"{count(len(told), 'person', 'people')} with a seat that day: {told_when}"]


def _rehearse(act: Callable[[], Session]) -> dict[str, Any]:
    """The letter that the change would send, as its first reader would have it; nothing stays."""
    with transaction.atomic():
        now = timezone.now()
        queued = list(waiting_notices(act()).select_related("hub"))
        letter = _letter(queued, now) if queued else {"none": NOTHING_NEW}
        transaction.set_rollback(True)
    return letter


def _letter(queued: list[Message], now: datetime) -> dict[str, Any]:
    message, others = queued[0], len(queued) - 1
    email = write_as_it_would_go(message, kind_named(message.kind).render(message, now), now)
    return {
        "reader": message.recipient_name,
        "others": count(others, "other person", "other people") if others else "",
        "subject": email.subject,
        "text": without_links(str(email.body)),
    }


def _sent_words(session: Session) -> str:
    told = waiting_notices(session).count()
    if not told:
        return "No e-mail was sent."
    return f"{_mails(told).capitalize()} on the way."


def _mails(number: int) -> str:
    return count(number, "e-mail") if number else "no e-mail"
