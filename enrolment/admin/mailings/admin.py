"""The admin of messages to many."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from enrolment.admin.mailings import words
from enrolment.errors import CannotBeEdited, Refusal, StillWaits
from enrolment.forms.mailings import MailingForm
from enrolment.models import Mailing
from enrolment.services.mailings import (
    MAILING,
    Audience,
    audience_of,
    copy_of,
    send_mailing,
    stop_mailing,
    write_mailing,
)
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.alarms import queue_words
from mathshub.scope_admin import HubOwnedAdmin, is_key, posted, with_row_lock
from workgroups.models import WorkGroup
from workgroups.permissions import leads_only_own_groups, only_own_groups

SHOWN = 200  # messages of one mailing on its page
MOST_BOXES = 900  # ticks of one form: Django refuses one of a thousand fields


@admin.register(Mailing)
class MailingAdmin(HubOwnedAdmin):
    list_heading = "Messages to many"
    list_display = ("subject", "to_whom", "by_whom", "touched", "how_it_stands")
    list_filter = ()
    search_fields = ("subject", "text")
    search_help_text = "Words of the subject or the text"
    ordering = ("-changed_at", "-id")
    joins = ("written_by",)
    fields = ()
    add_words = "Write to many"
    empty_words = (
        "What you write to a Work Group, or to everyone of a programme, a year or a borough, will "
        "stand here, with who got it. Each waits ten minutes before it leaves, and can be stopped."
    )
    change_form_template = "admin/enrolment/mailing.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        """A Work Group Lead sees what they have written themselves."""
        return rows.filter(written_by=request.user) if _leads_only(request) else rows

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent stays on the record for a year."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.rounds == 0)

    # --- the list's columns ---

    @admin.display(description="to", ordering="to")
    def to_whom(self, mailing: Mailing) -> str:
        return mailing.get_to_display()

    @admin.display(description="written by")
    def by_whom(self, mailing: Mailing) -> str:
        return str(mailing.written_by or "")

    @admin.display(description="last changed", ordering="changed_at")
    def touched(self, mailing: Mailing) -> str:
        at = timezone.localtime(mailing.changed_at)
        return f"{at:%a} {at.day} {at:%b}, {at:%H:%M}"

    @admin.display(description="state", ordering="leaves_at")
    def how_it_stands(self, mailing: Mailing) -> SafeString:
        return words.state_of(mailing, timezone.now())

    # --- pages ---

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/edit/", self.edit, "edit"),
            ("<int:pk>/send/", self.send, "send"),
            ("<int:pk>/stop/", self.stop, "stop"),
            ("<int:pk>/file/<int:file>/", self.show_file, "file"),
        ]

    def facts(self, request: HttpRequest, obj: Mailing) -> dict[str, Any]:
        now = timezone.now()
        audience = self._audience(request, obj)
        is_held, waits = obj.can_be_stopped(now), words.waiting_of(obj) > 0
        tally = words.tally_of(obj)
        replies = "the lead of each" if obj.replies_to == Mailing.Replies.LEADS else "the hub"
        return {
            "state": words.state_of(obj, now, waits=waits),
            "stops_at": obj.leaves_at if is_held else None,
            "queue_words": queue_words(now) if waits and not is_held else "",
            "facts": [
                ("To", obj.get_to_display()),
                *words.filters_in_words(obj),
                ("Replies go to", replies),
                ("Written by", obj.written_by),
            ],
            "buttons": self._buttons(request, obj, audience),
            "audience": audience,
            "letter": words.letter_of(obj, audience, now),
            "tally": tally,
            "sent_messages": words.messages_of(obj).order_by("state", "recipient")[:SHOWN],
            "more_messages": max(0, sum(number for _, number in tally) - SHOWN),
            "files": self._files(obj),
            "list_url": _messages_of(obj),
        }

    def _files(self, mailing: Mailing) -> list[tuple[str, str]]:
        """Names and addresses; those whose time is over have none."""
        files = mailing.files.annotate(is_empty=Q(content=b"")).values_list(
            "name", "pk", "is_empty"
        )
        return [
            (name, "" if is_empty else self.url("file", mailing.pk, pk))
            for name, pk, is_empty in files
        ]

    def _buttons(
        self, request: HttpRequest, mailing: Mailing, audience: Audience
    ) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, mailing):
            return []
        number = words.people(sum(reader.number for reader in audience.readers))
        again = f"{self.url('add')}?like={mailing.pk}"
        stop, send = self.url("stop", mailing.pk), self.url("send", mailing.pk)
        if mailing.can_be_stopped(timezone.now()):
            found = [(stop, "Stop it", True)]
        elif mailing.is_draft:
            to_some = [(send, f"Send it to {number} …", True)] if audience.readers else []
            found = [*to_some, (self.url("edit", mailing.pk), "Change it", not to_some)]
        elif audience.readers:
            found = [(send, f"Send it to {number} who have not had it …", False)]
        else:
            found = [(f"{send}?again=1", "Send it once more …", False)]
        found.append((again, "Write another like it", False))
        return [{"url": url, "words": button, "first": first} for url, button, first in found]

    def _within(self, request: HttpRequest) -> QuerySet[WorkGroup]:
        return only_own_groups(request.user, WorkGroup.objects.all(), "")

    def _audience(self, request: HttpRequest, mailing: Mailing, **options: Any) -> Audience:
        within = self._within(request)
        return audience_of(mailing, within=within, now=timezone.now(), **options)

    # --- writing ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A new one: empty, like another (?like=), or to one Work Group (?work_group=)."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self._form(request, initial=self._beginning(request))
        if form.is_valid():
            return self._keep(request, form)
        return self._writing_page(request, form, title="Write to many", back=self.url("changelist"))

    @with_row_lock
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        mailing, back = self.row_or_404(request, pk, change=True), self.url("change", pk)
        if not mailing.is_draft:
            return self.done(request, str(CannotBeEdited()), to=back, level=messages.ERROR)
        form = self._form(request, initial=copy_of(mailing), mailing=mailing)
        if form.is_valid():
            return self._keep(request, form, mailing)
        return self._writing_page(request, form, title=f"Change “{mailing}”", back=back)

    def _beginning(self, request: HttpRequest) -> dict[str, Any]:
        """What the page begins with; what is not there, or not this person's, begins nothing."""
        like, group = request.GET.get("like", ""), request.GET.get("work_group", "")
        if is_key(like) and (mailing := self.get_object(request, like)):
            return copy_of(mailing)
        if is_key(group) and self._within(request).filter(pk=group).exists():
            return {"work_groups": [int(group)], "to": Mailing.To.PARTICIPANTS}
        return {}

    def _form(
        self, request: HttpRequest, *, initial: dict[str, Any], mailing: Mailing | None = None
    ) -> MailingForm:
        return MailingForm(
            posted(request),
            request.FILES if request.method == "POST" else None,
            initial=initial,
            within=self._within(request),
            leads_only=_leads_only(request),
            mailing=mailing,
        )

    def _writing_page(
        self, request: HttpRequest, form: MailingForm, *, title: str, back: str
    ) -> HttpResponse:
        return self.form_page(
            request,
            title=title,
            form=form,
            will=["No e-mail is sent by this."],
            button="Keep it and see who gets it",
            back=back,
            template="admin/enrolment/mailing_write.html",
        )

    def _keep(
        self, request: HttpRequest, form: MailingForm, mailing: Mailing | None = None
    ) -> HttpResponse:
        try:
            kept = write_mailing(
                form.text_of(), mailing=mailing, by=account_of(request), now=timezone.now()
            )
        except Refusal as refusal:
            assert mailing is not None, "a new one can always be written"
            to = self.url("change", mailing.pk)
            return self.done(request, str(refusal), to=to, level=messages.ERROR)
        return self.done(request, "Kept. Nothing was sent.", to=self.url("change", kept.pk))

    # --- sending ---

    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Names with a box to leave each out; sent only to those whom the page has shown."""
        mailing = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if mailing.can_be_stopped(timezone.now()):
            return self.done(request, str(StillWaits()), to=back, level=messages.ERROR)
        given = request.POST if request.method == "POST" else request.GET
        options = {"also_who_had_it": "again" in given}
        refusal: Refusal | None = None
        if request.method == "POST":
            try:
                sent = send_mailing(
                    mailing,
                    within=self._within(request),
                    left_out=request.POST.getlist("left_out"),
                    as_of=request.POST.get("as_of", ""),
                    by=account_of(request),
                    now=timezone.now(),
                    **options,
                )
            except Refusal as refused:
                refusal = refused
            else:
                leave = words.mails(len(sent.readers))
                said = f"{leave} on the way in ten minutes. Until then you can stop it."
                return self.done(request, said, to=back)
        return self._sending_page(request, mailing, options, refusal)

    def _sending_page(
        self,
        request: HttpRequest,
        mailing: Mailing,
        options: dict[str, bool],
        refusal: Refusal | None,
    ) -> HttpResponse:
        audience = self._audience(request, mailing, **options)
        ticked = set(request.POST.getlist("left_out")) if refusal else set(mailing.left_out)
        shown = [*audience.readers, *audience.left_out]
        going = [reader for reader in shown if reader.print not in ticked]
        number = sum(reader.number for reader in going)
        return self.form_page(
            request,
            title=f"Send “{mailing}”?",
            will=[
                f"{words.people(number).capitalize()} {'gets' if number == 1 else 'get'} it, less "
                "those whom you tick.",
                *(["Who has had it gets it once more."] if options["also_who_had_it"] else []),
                "It waits ten minutes. Until then one press stops all of it.",
            ]
            if shown
            else ["No e-mail is sent."],
            button=f"Send it, {words.mails(len(going))}",
            back=self.url("change", mailing.pk),
            template="admin/enrolment/mailing_send.html",
            mailing=mailing,
            audience=audience,
            shown=[(reader, reader.print in ticked) for reader in shown],
            has_boxes=len(shown) <= MOST_BOXES,
            out=len(shown) - len(going),
            letter=words.letter_of(mailing, audience, timezone.now()),
            refusal=refusal,
            again=options["also_who_had_it"],
        )

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        mailing = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method == "POST":
            try:
                stopped = stop_mailing(mailing, by=account_of(request), now=timezone.now())
            except Refusal as refusal:
                return self.done(request, str(refusal), to=back, level=messages.ERROR)
            return self.done(request, f"Stopped: {words.mails(stopped)} less.", to=back)
        return self.form_page(
            request,
            title=f"Stop “{mailing}”?",
            will=["Nobody of this round gets it. You can send it later."],
            button=f"Stop it, {words.mails(words.waiting_of(mailing))} less",
            back=back,
        )

    def show_file(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """One of its files, to be looked at before it goes."""
        mailing = self.row_or_404(request, pk)
        found = mailing.files.exclude(content=b"").filter(pk=file).first()
        if found is None:
            raise Http404
        return HttpResponse(
            bytes(found.content),
            content_type=found.content_type,
            headers={
                # Saved, never opened within the portal's own pages.
                "Content-Disposition": content_disposition_header(True, found.name) or "attachment"
            },
        )


def _messages_of(mailing: Mailing) -> str:
    """The list of all its messages, for who may see messages."""
    asked = urlencode({"kind": MAILING, "q": mailing.subject})
    return f"{reverse('admin:outbox_message_changelist')}?{asked}"


def _leads_only(request: HttpRequest) -> bool:
    return leads_only_own_groups(request.user)
