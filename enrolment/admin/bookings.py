"""Who has booked a seat at a briefing, who waits for one, and who came."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.briefings import booking_tag
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import cancel_booking, renew_booking_link
from mathshub.accounts.who import account_of
from mathshub.outbox.models import Message
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from mathshub.scope_admin.cells import with_note
from workgroups.admin.acting import ActPages

MESSAGES_SHOWN = 20


class StateChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        states = [
            Chip(each.value, str(each.label), Q(state=each.value)) for each in BriefingBooking.State
        ]
        return [*states, Chip("came", "came", Q(has_come=True))]


class BriefingChips(ChipFilter):
    title = "briefing"
    parameter_name = "briefing"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        briefings = Briefing.objects.filter(
            pk__in=BriefingBooking.objects.values("briefing")
        ).select_related("local_authority")
        return [
            Chip(str(each.pk), f"{each.local_authority}, {each.day}", Q(briefing=each))
            for each in briefings.order_by("-starts_at")
        ]


@admin.register(BriefingBooking)
class BriefingBookingAdmin(ActPages, HubOwnedAdmin):
    list_heading = "Bookings for briefings"
    list_display = ("name", "school_words", "briefing_words", "contact", "state_words")
    list_filter = (StateChips, BriefingChips)
    search_fields = ("name", "email", "school__name", "school_as_typed")
    search_help_text = "Name, address or school"
    joins = ("school", "briefing__local_authority")
    ordering = ("-booked_at", "-pk")
    fields = ("name", "role", "email", "school_as_typed")
    labels: ClassVar = {"school_as_typed": "School as typed, where none was found"}
    change_form_template = "admin/enrolment/booking.html"
    empty_words = (
        "Everyone who books a seat at a briefing will stand here, with those who wait for one and "
        "those who came without booking."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The briefing's page has a button for it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is cancelled, and forgotten when its time has come."""
        return False

    # --- the list's columns ---

    @admin.display(description="school", ordering="school__name")
    def school_words(self, booking: BriefingBooking) -> SafeString:
        return with_note(booking.school_name, "" if booking.school else "not in the register")

    @admin.display(description="briefing", ordering="briefing__starts_at")
    def briefing_words(self, booking: BriefingBooking) -> SafeString:
        return with_note(booking.briefing.local_authority, booking.briefing.day)

    @admin.display(description="role", ordering="role")
    def contact(self, booking: BriefingBooking) -> SafeString:
        return with_note(booking.get_role_display(), booking.email)

    @admin.display(description="state", ordering="state")
    def state_words(self, booking: BriefingBooking) -> SafeString:
        return booking_tag(booking)

    # --- one booking ---

    def object_title(self, obj: BriefingBooking) -> str:
        return obj.name

    def facts(self, request: HttpRequest, obj: BriefingBooking) -> dict[str, Any]:
        return {
            "state": booking_tag(obj),
            "briefing_url": reverse("admin:enrolment_briefing_change", args=[obj.briefing_id]),
            "buttons": self._buttons(request, obj),
            "sent_messages": Message.objects.filter(
                recipient=obj.email, kind__startswith="briefing-"
            ).order_by("-due_at")[:MESSAGES_SHOWN],
        }

    def _buttons(self, request: HttpRequest, booking: BriefingBooking) -> list[dict[str, Any]]:
        may = self.has_change_permission(request, booking)
        if not (may and booking.can_be_answered(timezone.now())):
            return []
        words = "Give the seat up" if booking.is_booked else "Take off the list"
        pages = [("new_link", "Send the e-mail again, with a new link"), ("cancel", words)]
        return [
            {"url": self.url(name, booking.pk), "words": words, "first": False}
            for name, words in pages
        ]

    def own_urls(self) -> list:
        return [
            ("<int:pk>/cancel/", self.cancel, "cancel"),
            ("<int:pk>/new-link/", self.new_link, "new_link"),
        ]

    def new_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """After an address was put right, or for a link in the wrong hands."""
        booking = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            title=f"Send {booking.name} the e-mail again?",
            will=[
                "The link sent so far stops working at once.",
                f"One e-mail goes to {booking.email}, with a new link and the calendar file.",
            ],
            button="Send it again, 1 e-mail",
            has_letter=True,
            back=self.url("change", pk),
            act=lambda: renew_booking_link(booking, by=account_of(request), now=timezone.now()),
            words=f"One e-mail goes to {booking.email}.",
        )

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        booking = self.row_or_404(request, pk, change=True)
        mails = "1 e-mail" if booking.is_booked else "no e-mail"
        return self.act_page(
            request,
            title=f"Does {booking.name} not come?",
            lead=f"{booking.briefing}, {booking.briefing.when}.",
            will=[
                f"{booking.email} gets one e-mail, which takes it out of the calendar. Those "
                "who wait for a seat are told that one is free."
                if booking.is_booked
                else "No e-mail is sent."
            ],
            button=f"Cancel the booking, {mails}",
            silent_button="Cancel the booking, no e-mail" if booking.is_booked else "",
            back=self.url("change", pk),
            act=lambda: cancel_booking(booking, by=account_of(request), now=timezone.now()),
            words=f"The booking is cancelled; {mails}.",
            silent_words="The booking is cancelled; no e-mail.",
        )
