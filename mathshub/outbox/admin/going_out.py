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

from mathshub.outbox.admin.message_words import STAYS_FRESH, edit_line, is_worded, may_be_worded
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
from mathshub.outbox.hold import stopped_messages
from mathshub.outbox.holding import can_be_held
from mathshub.outbox.kinds import is_registered, kind_words
from mathshub.outbox.models import Message
from mathshub.outbox.skipping import (
    let_go_again,
    may_be_skipped,
    skip_line,
    stopped_on,
    write_line,
)
from mathshub.outbox.wording import lock_wordings
from mathshub.scope_admin import HubOwnedAdmin, with_lock
from mathshub.scope_admin.cells import count

LISTED = 500
LINE = "going-out/<str:day>/<int:group_pk>/<slug:kind>/"
NOT_ALL = "What the message tells of happens all the same: only the e-mail is left out."


class GoingOutPages(HubOwnedAdmin):
    def going_out_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("going-out/", self.going_out, "going_out"),
            (LINE, self.going_out_line, "line"),
            (f"{LINE}words/", self.line_words, "line_words"),
            (f"{LINE}write/", self.write, "write"),
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
        held = holds.held_of(where, len(rows) + len(drafts))
        may_act = self.has_change_permission(request) and may_be_skipped(kind)
        return self.page(
            request,
            "admin/outbox/line.html",
            title=_line_title(where, group),
            back=self.url("going_out"),
            numbers=mails_to(len(rows) + len(drafts), len(people)) if people else "",
            foreseen=_when_written(len(rows), len(drafts)),
            held=count(held, "e-mail") if held else "",
            holds=[hold_notice(each) for each in holds.about(where.kind, where.group)],
            people=self._linked(people[:LISTED]),
            more=max(0, len(people) - LISTED),
            preview=_preview(rows, drafts, now),
            stopped=count(stopped, "e-mail") if stopped else "",
            let_go_url=self._line_url("let_line_go", where) if may_act and stopped else "",
            is_written=bool(rows) and may_act,
            buttons=self._line_buttons(where, holds, rows, drafts) if may_act else [],
        )

    @with_lock(lock_wordings)
    def line_words(self, request: HttpRequest, day: str, group_pk: int, kind: str) -> HttpResponse:
        """The words of all behind a line, and of nothing else."""
        where, group = self._where(request, day, group_pk, kind, change=True)
        back = self._line_url("line", where)
        return edit_line(self, request, where, title=_line_title(where, group), back=back)

    def write(self, request: HttpRequest, day: str, group_pk: int, kind: str) -> HttpResponse:
        """Have it on record before it is due, so that each can be worded, held or stopped."""
        where, group = self._where(request, day, group_pk, kind, change=True)
        now, back = timezone.now(), self._line_url("line", where)
        drafts = foreseen_on(where, now) if may_be_skipped(kind) else []
        if not drafts:
            words = "All of this is written already: press a name."
            return self.done(request, words, to=back, level=messages.INFO)
        if request.method == "POST":
            write_line(where, now=now)
            words = "Written, and waiting. Press a name to change its words, hold it or stop it."
            return self.done(request, words, to=back)
        people = people_of(drafts)
        return self.form_page(
            request,
            title=f"One by one: {_line_title(where, group)}",
            will=[
                f"{mails_to(len(drafts), len(people)).capitalize()} will be written now, and wait "
                "until they are due. No e-mail goes now.",
                "Each of them can then be worded, held or stopped by itself.",
                STAYS_FRESH,
            ],
            button="Write them, no e-mail goes",
            back=back,
            template="admin/outbox/with_people.html",
            people=people[:LISTED],
            more=max(0, len(people) - LISTED),
            people_words="Whom it writes to",
            preview=_preview([], drafts, now),
        )

    def skip(self, request: HttpRequest, day: str, group_pk: int, kind: str) -> HttpResponse:
        where, group = self._where(request, day, group_pk, kind, change=True)
        now, back = timezone.now(), self._line_url("line", where)
        if not may_be_skipped(kind):
            words = "Messages of this kind are asked for by their readers: they are not skipped."
            return self.done(request, words, to=back, level=messages.ERROR)
        rows, drafts = list(waiting_on(where, now)), foreseen_on(where, now)
        number = len(rows) + len(drafts)
        if request.method == "POST":
            number = skip_line(where, by=str(request.user), now=now)
        if not number:
            words = "Nothing of this waits any more: nothing was changed."
            return self.done(request, words, to=back, level=messages.INFO)
        if request.method == "POST":
            said = f"{count(number, 'e-mail')} will not be sent. You can still let them go."
            return self.done(request, said, to=back)
        people = people_of([*rows, *drafts])
        return self.form_page(
            request,
            title=f"Skip this: {_line_title(where, group)}?",
            will=[
                f"{mails_to(number, len(people)).capitalize()} will not be sent.",
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
        found = list(rows.select_related("hub").order_by("recipient_name", "pk"))
        number = let_go_again(rows, now=now) if request.method == "POST" else len(found)
        if not number:
            return self.done(request, NOTHING_STOPPED, to=back, level=messages.INFO)
        if request.method == "POST":
            return self.done(request, f"{count(number, 'e-mail')} will go.", to=back)
        people = people_of(found)
        at_once = sum(row.due_at <= now for row in found)
        return self.form_page(
            request,
            title=title,
            will=[
                f"Waiting again: {mails_to(number, len(people))}.",
                _when_they_go(number, at_once),
                *(["A hold keeps them back meanwhile."] if Holds(now).standing else []),
            ],
            button=f"Let them go, {count(number, 'e-mail')}",
            back=back,
            template="admin/outbox/with_people.html",
            people=people[:LISTED],
            more=max(0, len(people) - LISTED),
            people_words="Whom it writes to",
            preview=_preview(found, [], now),
        )

    def going_out_buttons(self, message: Message, holds: list[Any]) -> list[dict[str, Any]]:
        """What may be done to one message before it goes, or once somebody has stopped it."""
        if can_be_held(message):
            if any(hold.message_id for hold in holds):
                return []  # its notice leads to the hold
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

    def _line_buttons(
        self, where: Where, holds: Holds, rows: list[Message], drafts: list[Any]
    ) -> list[dict[str, Any]]:
        can_be_worded = is_worded(where.kind) and (drafts or any(map(may_be_worded, rows)))
        pages = [
            ("line_words", "Change the words…", can_be_worded),
            ("write", "One by one…", drafts),
            ("skip", "Skip these…", rows or drafts),
        ]
        buttons = [
            {"url": self._line_url(name, where), "words": words, "first": False}
            for name, words, is_offered in pages
            if is_offered
        ]
        if where.group and where.group not in holds.groups:
            url = reverse("admin:outbox_hold_group", args=[where.group])
            buttons.append({"url": url, "words": "Hold all of the group’s…", "first": False})
        return buttons


NOTHING_STOPPED = "Nothing of this is stopped and could still go."


def _when_they_go(number: int, at_once: int) -> str:
    if not at_once:
        return "They go when they are due."
    if at_once == number:
        return "They go at once."
    return f"{count(at_once, 'e-mail')} of them at once, the others when they are due."


def _when_written(rows: int, drafts: int) -> str:
    """What of a line planners have not written yet."""
    if not drafts:
        return ""
    which = f"{count(drafts, 'e-mail')} of them" if rows else "Each"
    return f"{which} will be written when it is due, with the times and places of then."


def hold_notices(now: datetime) -> list[dict[str, Any]]:
    """All that is held, so that nobody forgets it."""
    return [hold_notice(hold) for hold in Holds(now).standing]


def held_words(hold: Any) -> str:
    return f"{hold} is held" if hold.message_id else f"{hold} are held"


def hold_notice(hold: Any) -> dict[str, Any]:
    """A hold in a sentence, with its page."""
    by = f" Placed by {hold.placed_by}." if hold.placed_by else ""
    return {
        "words": held_words(hold),
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
