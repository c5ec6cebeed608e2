"""Participants: people as the hub knows them, their seats, and the link to their page."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from enrolment.models import Participant, Seat
from enrolment.services.links import end_own_links
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.about import messages_about
from mathshub.scope_admin import HubOwnedAdmin
from sessions.errors import LinksSentToday
from sessions.services.own_links import mail_own_links
from workgroups.admin.acting import ActPages
from workgroups.permissions import only_own_groups


@admin.register(Participant)
class ParticipantAdmin(ActPages, HubOwnedAdmin):
    list_heading = "Participants"
    list_display = ("name", "email", "role", "groups")
    list_filter = ()
    search_fields = ("name", "email", "school__name")
    search_help_text = "Name, e-mail address or school"
    joins = ("school",)
    ordering = ("name",)
    fields = ("name", "email", "role")
    empty_words = (
        "The teachers who hold seats will stand here. They are named by their school when it "
        "accepts its place, or by you on the page of a place."
    )
    change_form_template = "admin/sessions/participant.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return only_own_groups(request.user, rows, "seats__place__work_group")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        seats = Seat.objects.select_related(
            "place__school",
            "place__work_group__offering__programme",
            "place__work_group__offering__academic_year",
        ).order_by("-held_from")
        mine = only_own_groups(request.user, seats, "place__work_group")
        return super().get_queryset(request).prefetch_related(Prefetch("seats", mine))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People are named for a seat, on the page of a place."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def row_note(self, request: HttpRequest, obj: Participant) -> str:
        return str(obj.school) if obj.school else ""

    @admin.display(description="Work Groups")
    def groups(self, participant: Participant) -> str:
        return ", ".join(
            f"{seat.place.work_group} {seat.place.work_group.offering.academic_year}"
            for seat in participant.seats.all()
            if not seat.held_until
        )

    def facts(self, request: HttpRequest, obj: Participant) -> dict[str, Any]:
        return {
            "buttons": self._buttons(request, obj),
            "seats": [
                {"seat": seat, "url": reverse("admin:enrolment_place_change", args=[seat.place_id])}
                for seat in obj.seats.all()
            ],
            **messages_about(request, participant=obj),
        }

    def _buttons(self, request: HttpRequest, obj: Participant) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, obj):
            return []
        buttons = [("end_links", "The link has gone astray")]
        if obj.email:
            buttons.insert(0, ("send_link", "Send the personal link again"))
        return [
            {"url": self.url(name, obj.pk), "words": words, "first": False}
            for name, words in buttons
        ]

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/send-link/", self.send_link, "send_link"),
            ("<int:pk>/end-links/", self.end_links, "end_links"),
        ]

    def send_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same mail that people ask for on the page of lost links."""
        participant = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if not participant.email:
            return self.done(request, "There is no address to send it to.", to=back)
        return self.act_page(
            request,
            title=f"Send {participant} the personal link again?",
            will=[
                f"One e-mail goes to {participant.email}, with the link to the page of everybody "
                "who reads that mailbox.",
                "Three such e-mails at most go to an address in a day.",
            ],
            button="Send it, 1 e-mail",
            has_letter=True,
            back=back,
            act=lambda: _send_link(participant),
            words=f"The link goes to {participant.email}.",
        )

    def end_links(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For a personal link that has come into the wrong hands."""
        participant = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            title=f"End the personal link of {participant}?",
            will=[
                "The page and the calendar address sent so far stop working at once.",
                "No e-mail is sent: send the personal link again afterwards. A calendar that "
                "followed the old address must be subscribed anew.",
            ],
            button="End the link, no e-mail",
            back=self.url("change", pk),
            act=lambda: end_own_links(participant, by=account_of(request), now=timezone.now()),
            words="The old link has stopped working. Send the new one when you are ready.",
        )


def _send_link(participant: Participant) -> None:
    if not mail_own_links(participant.email, now=timezone.now()):
        raise LinksSentToday(
            f"Nothing was sent: {participant.email} has had three such e-mails today."
        )
