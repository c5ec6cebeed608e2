"""What will go out, day by day; and each line of it with who is written to, skipped or let go."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from mathshub.outbox.admin.preview import Preview, preview_of, preview_of_draft
from mathshub.outbox.admin.words import day_words, mails_to
from mathshub.outbox.going_out import (
    DAYS,
    Holds,
    Line,
    Person,
    Where,
    foreseen_on,
    fortnight,
    people_of,
    waiting_on,
)
from mathshub.outbox.holding import can_be_held
from mathshub.outbox.kinds import is_registered, kind_words
from mathshub.outbox.models import Message
from mathshub.outbox.skipping import (
    let_go_again,
    may_be_skipped,
    skip_line,
    stopped_messages,
    stopped_on,
)
from mathshub.scope_admin import HubOwnedAdmin
from mathshub.scope_admin.cells import count

LISTED = 500
LINE = "going-out/<str:day>/<int:group_pk>/<slug:kind>/"
NOT_ALL = "What the message tells of happens all the same: only the e-mail is left out."


class GoingOutPages(HubOwnedAdmin):
    def going_out_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("going-out/", self.going_out, "going_out"),
            (LINE, self.going_out_line, "line"),
            (f"{LINE}skip/", self.skip, "skip"),
            (f"{LINE}let-go/", self.let_line_go, "let_line_go"),
            ("<int:pk>/let-go/", self.let_go, "let_go"),
        ]

    def going_out(self, request: HttpRequest) -> HttpResponse:
        """The fortnight."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        now = timezone.now()
        days, holds = fortnight(now), Holds(now)
        today = timezone.localdate(now)
        return self.page(
            request,
            "admin/outbox/going_out.html",
            title="What will go out",
            subtitle=f"In the {DAYS} days from {day_words(today)}, as things stand.",
            days=[
                {
                    "words": "Today" if each.day == today else day_words(each.day),
                    "messages": count(each.messages, "e-mail"),
                    "lines": [self._row(line) for line in each.lines],
                }
                for each in days
            ],
            holds=[hold_notice(hold) for hold in holds.standing],
            is_hub_held=holds.is_hub_held,
            may_act=self.has_change_permission(request),
        )

    def going_out_line(
        self, request: HttpRequest, day: str, group_pk: int, kind: str
    ) -> HttpResponse:
        """Everybody behind one line, and the letter as the first of them would read it."""
        where, group = self._where(request, day, group_pk, kind)
        now = timezone.now()
        rows = list(waiting_on(where, now).select_related("hub"))
        drafts = foreseen_on(where, now)
        stopped = stopped_on(where, now).count()
        holds = Holds(now)
        people = people_of([*rows, *drafts])
        may_act = self.has_change_permission(request) and may_be_skipped(kind)
        return self.page(
            request,
            "admin/outbox/line.html",
            title=_line_title(where, group),
            back=self.url("going_out"),
            numbers=mails_to(len(rows) + len(drafts), len(people)) if people else "",
            foreseen=count(len(drafts), "e-mail") if drafts else "",
            held=count(holds.held_of(where, len(rows) + len(drafts)), "e-mail")
            if holds.held_of(where, len(rows) + len(drafts))
            else "",
            holds=[hold_notice(each) for each in holds.about(where)],
            people=self._linked(people[:LISTED]),
            more=max(0, len(people) - LISTED),
            preview=_preview(rows, drafts, now),
            stopped=count(stopped, "e-mail") if stopped else "",
            let_go_url=self._line_url("let_line_go", where) if may_act and stopped else "",
            buttons=self._line_buttons(where, holds, bool(people)) if may_act else [],
        )

    def skip(self, request: HttpRequest, day: str, group_pk: int, kind: str) -> HttpResponse:
        where, group = self._where(request, day, group_pk, kind, change=True)
        now, back = timezone.now(), self._line_url("line", where)
        if not may_be_skipped(kind):
            words = "Messages of this kind are asked for by their readers: they are not skipped."
            return self.done(request, words, to=back, level=messages.ERROR)
        if request.method == "POST":
            skipped = skip_line(where, by=str(request.user), now=now)
            if not skipped:
                words = "Nothing of this waits any more: nothing was changed."
                return self.done(request, words, to=back, level=messages.INFO)
            return self.done(
                request,
                f"{count(skipped, 'e-mail')} will not be sent. You can still let them go.",
                to=back,
            )
        rows = list(waiting_on(where, now))
        drafts = foreseen_on(where, now)
        people = people_of([*rows, *drafts])
        number = len(rows) + len(drafts)
        return self.form_page(
            request,
            title=f"Skip this: {_line_title(where, group)}?",
            will=[
                f"{mails_to(number, len(people)).capitalize()} will not be sent."
                if number
                else "Nothing of this waits any more.",
                NOT_ALL,
                "Later messages of this kind go as planned. You can undo it until they are past.",
            ],
            button=f"Skip {count(number, 'e-mail')}",
            back=back,
            template="admin/outbox/with_people.html",
            people=people[:LISTED],
            more=max(0, len(people) - LISTED),
            people_words="Who is not written to",
            preview=_preview(rows, drafts, now),
        )

    def let_line_go(self, request: HttpRequest, day: str, group_pk: int, kind: str) -> HttpResponse:
        where, group = self._where(request, day, group_pk, kind, change=True)
        title = f"Let this go after all: {_line_title(where, group)}?"
        rows = stopped_on(where, timezone.now())
        return self._let_go(request, rows, title=title, back=self._line_url("line", where))

    def let_go(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = self.row_or_404(request, pk, change=True)
        title = f"Let the message to {message.recipient} go after all?"
        rows = stopped_messages(timezone.now()).filter(pk=message.pk)
        return self._let_go(request, rows, title=title, back=self.url("change", pk))

    def _let_go(self, request: HttpRequest, rows: Any, *, title: str, back: str) -> HttpResponse:
        now = timezone.now()
        if request.method == "POST":
            number = let_go_again(rows, now=now)
            words = f"{count(number, 'e-mail')} will go." if number else NOTHING_STOPPED
            level = messages.SUCCESS if number else messages.INFO
            return self.done(request, words, to=back, level=level)
        found = list(rows.select_related("hub").order_by("recipient_name", "pk"))
        people = people_of(found)
        at_once = sum(row.due_at <= now for row in found)
        return self.form_page(
            request,
            title=title,
            will=[
                f"Waiting again: {mails_to(len(found), len(people))}."
                if found
                else NOTHING_STOPPED,
                *([f"{count(at_once, 'e-mail')} of them at once."] if at_once else []),
                *(["The others go when they are due."] if len(found) > at_once else []),
                *(["A hold keeps them back meanwhile."] if Holds(now).standing else []),
            ],
            button=f"Let them go, {count(len(found), 'e-mail')}",
            back=back,
            template="admin/outbox/with_people.html",
            people=people[:LISTED],
            more=max(0, len(people) - LISTED),
            people_words="Whom it writes to",
            preview=_preview(found, [], now),
        )

    def going_out_buttons(self, message: Message) -> list[dict[str, Any]]:
        """What may be done to one message before it goes, or once somebody has stopped it."""
        if can_be_held(message):
            url = reverse("admin:outbox_hold_message", args=[message.pk])
            return [{"url": url, "words": "Hold it", "first": False}]
        if stopped_messages(timezone.now()).filter(pk=message.pk).exists():
            url = self.url("let_go", message.pk)
            return [{"url": url, "words": "Let it go after all", "first": False}]
        return []

    # --- pieces ---

    def _where(
        self, request: HttpRequest, day: str, group_pk: int, kind: str, *, change: bool = False
    ) -> tuple[Where, Any]:
        """What the address names, with its Work Group; else 404, or 403 for want of a role."""
        may = self.has_change_permission if change else self.has_view_or_change_permission
        if not may(request):
            raise PermissionDenied
        try:
            on = date.fromisoformat(day)
        except ValueError:
            raise Http404 from None
        if abs(on - timezone.localdate()) > timedelta(days=DAYS):
            raise Http404
        groups = apps.get_model("workgroups.WorkGroup")._default_manager
        group = groups.filter(pk=group_pk).first() if group_pk else None
        if (group_pk and group is None) or not is_registered(kind):
            raise Http404
        return Where(on, group_pk, kind), group

    def _line_url(self, name: str, where: Where) -> str:
        return self.url(name, f"{where.day:%Y-%m-%d}", where.group, quote(where.kind))

    def _row(self, line: Line) -> dict[str, Any]:
        return {
            "line": line,
            "words": capfirst(line.words),
            "numbers": count(line.people, "person", "people")
            if line.people == line.messages
            else mails_to(line.messages, line.people),
            "url": self._line_url("line", line.where),
            "people": self._linked(line.first),
            "held": "held" if line.is_held else f"{line.held} held" if line.held else "",
        }

    def _linked(self, people: list[Person]) -> list[dict[str, Any]]:
        return [
            {
                "name": str(person),
                "address": person.address if person.name else "",
                "url": self.url("change", person.message) if person.message else "",
            }
            for person in people
        ]

    def _line_buttons(self, where: Where, holds: Holds, has_people: bool) -> list[dict[str, Any]]:
        buttons = []
        if has_people:
            buttons.append(
                {"url": self._line_url("skip", where), "words": "Skip these…", "first": False}
            )
        if where.group and where.group not in holds.groups:
            url = reverse("admin:outbox_hold_group", args=[where.group])
            buttons.append({"url": url, "words": "Hold all of the group’s…", "first": False})
        return buttons


NOTHING_STOPPED = "Nothing of this is stopped and could still go."


def hold_notices(now: datetime) -> list[dict[str, Any]]:
    """All that is held, so that nobody forgets it."""
    return [hold_notice(hold) for hold in Holds(now).standing]


def hold_notice(hold: Any) -> dict[str, Any]:
    """A hold in a sentence, with its page."""
    by = f" Placed by {hold.placed_by}." if hold.placed_by else ""
    return {
        "words": f"{hold} are held" if not hold.message_id else f"{hold} is held",
        "until": day_words(hold.until),
        "reason": hold.reason,
        "what": str(hold),
        "by": by,
        "url": reverse("admin:outbox_hold_change", args=[hold.pk]),
    }


def _line_title(where: Where, group: Any) -> str:
    of_group = f", {group}" if group else ""
    return f"{capfirst(kind_words(where.kind))}{of_group}, {day_words(where.day)}"


def _preview(rows: list[Message], drafts: list[Any], now: Any) -> Preview | None:
    if rows:
        return preview_of(rows[0])
    return preview_of_draft(drafts[0], now) if drafts else None
