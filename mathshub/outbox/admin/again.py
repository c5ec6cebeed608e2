"""Sending once more what was sent, and trying again what failed: one message, or those ticked."""

from collections.abc import Callable, Sequence
from email.mime.base import MIMEBase

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from mathshub.outbox.admin.preview import preview_of
from mathshub.outbox.again import (
    FOR_ONE_USE,
    KIND_GONE,
    email_now,
    family_of,
    look_at,
    send_once_more,
)
from mathshub.outbox.kinds import is_registered, names_that_keep_no_text
from mathshub.outbox.models import Hold, Message
from mathshub.outbox.services import send_all_again, triable
from mathshub.scope_admin import PortalAdmin, is_key
from mathshub.scope_admin.cells import count

LEAVES = "within a minute, or at 7 in the morning where it can wait for the day"
LOOKED_AT_AGAIN = (
    "Each is looked at again as it leaves and says what is true then. What is no longer true is "
    "not sent."
)
PAUSED = "All messages are held: nothing leaves before that ends."
NOT_FAILED = "It did not fail."
REFUSES = "The address refuses mail: lift that first, in the list of refused addresses."
NOBODY = "Tick the messages first: nobody ticked means nobody."
NONE_LEFT = "None of those that you ticked can go: the list says why."


class AgainPages(PortalAdmin):
    """Pages that send messages a second time, each with who gets one and how many they are."""

    def again_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/again/", self.again, "again"),
            ("again/", self.again_several, "again_several"),
            ("retry/", self.retry_several, "retry_several"),
        ]

    @admin.action(description="Send once more …", permissions=["change"])
    def again_chosen(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        return self._to_page_for(chosen, "again_several")

    @admin.action(description="Try failed ones again …", permissions=["change"])
    def retry_chosen(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        return self._to_page_for(chosen, "retry_several")

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To whom, and what it says now; or why it goes no more."""
        message = self.row_or_404(request, pk, change=True)
        back, now = self.url("change", pk), timezone.now()
        reason = _why_not(message)
        email = "" if reason else email_now(message, now=now)
        if isinstance(email, str):
            reason = reason or email
        if request.method == "POST" and not reason:
            found = send_once_more([message], by=request.user, now=now)
            if found.going:
                new = family_of(message)[-1]
                words = f"It goes to {message.recipient} once more {LEAVES}."
                return self.done(request, words, to=self.url("change", new.pk))
            reason = found.refused[0][1]
        return self.page(
            request,
            "admin/outbox/again.html",
            title=f"Send it to {message.recipient_name or message.recipient} once more?",
            message=message,
            email=email,
            attached=[] if isinstance(email, str) else _file_names(email),
            reason=reason,
            will=[
                f"One e-mail goes to {message.recipient}, {LEAVES}. It is written afresh then, with "
                "times, places and links as they are.",
                "The message that was sent stays in the list as it is.",
                *_if_paused(),
            ],
            back=back,
        )

    def again_several(self, request: HttpRequest) -> HttpResponse:
        """Those ticked, as far as they can go once more: names and number first, then the button."""
        chosen, now = self._chosen(request), timezone.now()
        if request.method == "POST" and chosen:
            found = send_once_more(chosen, by=request.user, now=now)
            words = f"{count(len(found.going), 'e-mail')} will go once more {LEAVES}."
            return self._sent(request, len(found.going), words)
        found = look_at(chosen, now=now)
        return self._several(
            request,
            found.going,
            found.refused,
            title=f"Send {count(len(found.going), 'message')} once more?"
            if found.going
            else "None of these can be sent once more",
            button=f"Send once more, {count(len(found.going), 'e-mail')}",
        )

    def retry_several(self, request: HttpRequest) -> HttpResponse:
        """Those ticked that failed, after an outage: names and number first, then the button."""
        chosen, now = self._chosen(request), timezone.now()
        if request.method == "POST" and chosen:
            number = send_all_again(chosen, now=now)
            return self._sent(request, number, f"{count(number, 'e-mail')} will be tried again.")
        going = triable(chosen)
        kept = {each.pk for each in going}
        left = [(each, _why_not_tried(each)) for each in chosen if each.pk not in kept]
        return self._several(
            request,
            going,
            left,
            title=f"Try {count(len(going), 'message')} again?"
            if going
            else "None of these can be tried again",
            button=f"Try again, {count(len(going), 'e-mail')}",
        )

    def _to_page_for(self, chosen: QuerySet, page: str) -> HttpResponse:
        numbers = "&".join(f"chosen={pk}" for pk in chosen.values_list("pk", flat=True))
        return redirect(f"{self.url(page)}?{numbers}")

    def _chosen(self, request: HttpRequest) -> list[Message]:
        """Those that were ticked and that this person may see; raises ``PermissionDenied``."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        numbers = [number for number in given.getlist("chosen") if is_key(number)]
        found = self.get_queryset(request).filter(pk__in=numbers[: self.list_per_page])
        return list(found.order_by("recipient_name", "pk"))

    def _several(
        self,
        request: HttpRequest,
        going: Sequence[Message],
        left: Sequence[tuple[Message, str]],
        *,
        title: str,
        button: str,
    ) -> HttpResponse:
        if not going and not left:
            to = self.url("changelist")
            return self.done(request, NOBODY, to=to, level=messages.WARNING)
        return self.page(
            request,
            "admin/outbox/again_several.html",
            title=title,
            going=going,
            left=left,
            will=[LOOKED_AT_AGAIN, *_if_paused()],
            button=button,
            preview=preview_of(going[0], at=timezone.now()) if going else None,
            back=self.url("changelist"),
        )

    def _sent(self, request: HttpRequest, number: int, words: str) -> HttpResponse:
        back = self.url("changelist")
        if number:
            return self.done(request, words, to=back)
        return self.done(request, NONE_LEFT, to=back, level=messages.WARNING)


def _file_names(email: EmailMultiAlternatives) -> list[str]:
    """Of the files that go with it, as letters.py attaches them."""
    parts = (part for part in email.attachments if isinstance(part, MIMEBase))
    return [name for part in parts if (name := part.get_filename())]


def can_ever_go_again(message: Message) -> bool:
    """Whether there is any point in asking: by its kind, and where it stands."""
    is_known = is_registered(message.kind)
    is_secret = message.kind in names_that_keep_no_text()
    return message.state == Message.State.SENT and is_known and not is_secret


def _why_not(message: Message) -> str:
    found = look_at([message], now=timezone.now())
    return found.refused[0][1] if found.refused else ""


def _why_not_tried(message: Message) -> str:
    if not message.has_failed:
        return NOT_FAILED
    if message.kind in names_that_keep_no_text():
        return FOR_ONE_USE
    return REFUSES if is_registered(message.kind) else KIND_GONE


def _if_paused() -> list[str]:
    today = timezone.localdate()
    return [PAUSED] if Hold.objects.standing(today).of_hub().exists() else []
