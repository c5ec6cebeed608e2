"""Messages: what went, what will go, what could not."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from mathshub.outbox.admin.about import about_filters, about_links, about_words, rows_with_reference
from mathshub.outbox.admin.again import REFUSES, AgainPages, can_ever_go_again
from mathshub.outbox.admin.alarms import alarms, queue_words
from mathshub.outbox.admin.days import DaysFilter, DaysForm, asked_for
from mathshub.outbox.admin.figures import FiguresPages
from mathshub.outbox.admin.going_out import GoingOutPages, hold_notice, hold_notices
from mathshub.outbox.admin.message_words import edit_words, may_be_worded, told_words
from mathshub.outbox.admin.preview import preview_of
from mathshub.outbox.admin.words import (
    family_words,
    message_facts,
    state_meanings,
    state_tag,
    without_links,
)
from mathshub.outbox.again import family_of
from mathshub.outbox.going_out import Holds
from mathshub.outbox.hold import CannotBeStopped, stop_message, stopped_messages
from mathshub.outbox.kinds import all_kinds, kind_words
from mathshub.outbox.models import Message
from mathshub.outbox.services import NotFailed, StillSuppressed, send_again
from mathshub.outbox.suppression import refusal_of
from mathshub.scope_admin import Chip, ChipFilter, with_row_lock
from mathshub.scope_admin.cells import with_note

State = Message.State
FAILED = Q(state__in=[State.DEAD, State.SUPPRESSED])
FRIDAY = 4
DAYS = DaysFilter.parameter_name


def next_friday(today: date) -> date:
    """This week's Friday; on Saturday and Sunday the coming one."""
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7)


def goes_by_friday(now: datetime) -> Q:
    """Messages that wait and are due by the end of Friday, in London."""
    after = next_friday(timezone.localdate(now)) + timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(after, time()))
    return Q(state__in=Message.WAITING, due_at__lt=midnight)


class StateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("waiting", "waiting", Q(state__in=Message.WAITING)),
            Chip("sent", "handed to the mail server", Q(state=State.SENT)),
            Chip("failed", "failed", FAILED),
            Chip("came-back", "came back", Q(came_back_at__isnull=False)),
            Chip("stopped", "no longer needed", Q(state=State.CANCELLED)),
        ]


class WhenChips(ChipFilter):
    title = "when"
    parameter_name = "when"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        now = timezone.now()
        return [
            Chip("by-friday", "goes by Friday", goes_by_friday(now)),
            Chip(
                "last-week", "left in the last seven days", Q(sent_at__gt=now - timedelta(days=7))
            ),
        ]


class KindChips(ChipFilter):
    title = "kind"
    parameter_name = "kind"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(kind.name, kind.label, Q(kind=kind.name)) for kind in all_kinds()]


@admin.register(Message)
class MessageAdmin(AgainPages, FiguresPages, GoingOutPages):
    list_heading = "Messages"
    actions = ("again_chosen", "retry_chosen")
    list_display = ("recipient", "what", "about", "due", "state_words")
    list_filter = (*about_filters(), StateChips, WhenChips, DaysFilter, KindChips)
    search_fields = (
        "recipient",
        "recipient_name",
        "subject",
        "school__name",
        "work_group__name",
        "work_group__offering__project_code",
    )
    search_help_text = "Address, name, subject, school, Work Group, project code or reference"
    joins = ("school", "work_group", "participant", "session")
    ordering = ("-due_at", "-id")
    fields = ()
    empty_words = (
        "Every e-mail of the hub will stand here: those that wait, those that went, and those "
        "that could not. They come about by what you and the schools do."
    )
    change_form_template = "admin/outbox/message.html"
    change_list_template = "admin/outbox/message_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if address := asked_for(request):
            return HttpResponseRedirect(address)
        now = timezone.now()
        context = {
            "alarms": alarms(now),
            "holds": hold_notices(now),
            "queue_words": queue_words(now),
            "days_form": DaysForm(),
            "kept": [(n, v) for n, v in request.GET.items() if n not in (DAYS, PAGE_VAR)],
        }
        return super().changelist_view(request, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Without what no page shows, and what only one message's shows, which is long."""
        return super().get_queryset(request).defer("html_body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the words of the message, or by the reference of the interest that it is about."""
        if meant := rows_with_reference(search_term):
            return queryset.filter(meant), False
        return super().get_search_results(request, queryset, search_term)

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: Message) -> str:
        return obj.recipient_name

    @admin.display(description="message", ordering="kind")
    def what(self, message: Message) -> str:
        return message.subject or capfirst(kind_words(message.kind))

    @admin.display
    def about(self, message: Message) -> str:
        return about_words(message)

    @admin.display(description="due or handed over", ordering="due_at")
    def due(self, message: Message) -> str:
        at = timezone.localtime(message.sent_at or message.due_at)
        return f"{at:%a} {at.day} {at:%b}, {at:%H:%M}"

    @admin.display(description="state", ordering="state")
    def state_words(self, message: Message) -> SafeString:
        return with_note(state_tag(message), message.reason)

    # --- one message ---

    def object_title(self, obj: Message) -> str:
        return f"{capfirst(kind_words(obj.kind))} to {obj.recipient_name or obj.recipient}"

    def facts(self, request: HttpRequest, obj: Message) -> dict[str, Any]:
        about = about_links(obj)
        family = [each for each in family_of(obj) if each.pk != obj.pk]
        now = timezone.now()
        waits = obj.state in Message.WAITING
        holds = Holds(now).about(obj.kind, obj.work_group_id, obj.pk) if waits else []
        can_go = waits or stopped_messages(now).filter(pk=obj.pk).exists()
        return {
            "holds": [hold_notice(hold) for hold in holds],
            "preview": preview_of(obj) if can_go else None,
            "state": state_tag(obj),
            "meanings": state_meanings(obj),
            "family": [(each, family_words(each, obj), state_tag(each)) for each in family],
            "facts": [*message_facts(obj), *([("About", about)] if about else [])],
            "text": obj.text_body
            if self.has_change_permission(request, obj)
            else without_links(obj.text_body),
            "words": told_words(obj),
            "buttons": self._buttons(request, obj, holds),
        }

    def _buttons(
        self, request: HttpRequest, message: Message, holds: list[Any]
    ) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, message):
            return []
        buttons = []
        if message.state in (State.DEAD, State.SUPPRESSED):
            buttons = [("retry", "Try again"), ("stop", "Set it aside")]
        elif message.state in (State.QUEUED, State.CLAIMED):
            buttons = [("stop", "Stop it")]
        elif can_ever_go_again(message):
            buttons = [("again", "Send it once more")]
        if may_be_worded(message):
            buttons.insert(0, ("words", "Change the words"))
        own = [
            {"url": self.url(name, message.pk), "words": words, "first": False}
            for name, words in buttons
        ]
        return own + self.going_out_buttons(message, holds)

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/retry/", self.retry, "retry"),
            ("<int:pk>/stop/", self.stop, "stop"),
            *self.again_urls(),
            *self.figures_urls(),
            *self.going_out_urls(),
            ("<int:pk>/words/", self.words, "words"),
        ]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if refusal := refusal_of(message.recipient):
            lift = reverse("admin:outbox_suppression_change", args=[refusal.pk])
            return self.done(request, REFUSES, to=lift, level=messages.ERROR)
        if request.method != "POST":
            return self.form_page(
                request,
                template="admin/outbox/with_people.html",
                title=f"Try to send to {message.recipient} again?",
                lead=message.state_reason,
                will=[f"One e-mail goes to {message.recipient}, within a minute."],
                button="Try again, 1 e-mail",
                back=back,
                preview=preview_of(message, at=timezone.now()),
            )
        try:
            send_again(message, now=timezone.now())
        except StillSuppressed:
            return self.done(request, REFUSES, to=back, level=messages.ERROR)
        except NotFailed:
            return self.done(request, "It did not fail.", to=back, level=messages.ERROR)
        return self.done(request, "It is tried again within a minute.", to=back)

    @with_row_lock
    def words(self, request: HttpRequest, pk: int) -> HttpResponse:
        return edit_words(self, request, self.row_or_404(request, pk, change=True))

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method != "POST":
            verb, button = (
                ("Set aside", "Set it aside") if message.has_failed else ("Stop", "Stop it")
            )
            return self.form_page(
                request,
                title=f"{verb} the message to {message.recipient}?",
                will=["It is not sent. It stays in the list as no longer needed."],
                button=button,
                back=back,
            )
        try:
            stop_message(message, by=str(request.user))
        except CannotBeStopped as refusal:
            return self.done(request, str(refusal), to=back, level=messages.ERROR)
        said = "It will not be sent. You can still let it go."
        can_go = stopped_messages(timezone.now()).filter(pk=pk).exists()
        return self.done(request, said if can_go else "It will not be sent.", to=back)
