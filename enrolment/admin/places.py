"""Places: who holds one in which Work Group, who sits in it, and the answers given by telephone."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.chips import PlaceStateChips, WorkGroupChips
from enrolment.admin.words import page_of, place_tag
from enrolment.forms.fields import Address, PlainText
from enrolment.models import Participant, Place, Seat
from enrolment.services.places import accept_place, decline_place, withdraw_place
from enrolment.services.seats import NamedSeat, give_up_seat, name_seat
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.telling import is_silent
from mathshub.outbox.models import Message
from mathshub.scope_admin import HubOwnedAdmin, posted
from mathshub.scope_admin.cells import count, with_note
from mathshub.scope_admin.widgets import DateInput
from workgroups.admin.acting import ActPages
from workgroups.permissions import only_own_groups

MESSAGES_SHOWN = 20


class SeatForm(forms.Form):
    name = PlainText(label="Name", missing="Type the name.", max_length=120)
    email = Address(label="Work e-mail address")
    role = forms.ChoiceField(label="In the school", choices=Participant.Role.choices)


class LastDayForm(forms.Form):
    on = forms.DateField(
        label="Last day",
        widget=DateInput,
        help_text="The seat is held up to and including this day.",
        error_messages={"required": "Say which day is the last."},
    )


@admin.register(Place)
class PlaceAdmin(ActPages, HubOwnedAdmin):
    list_heading = "Places"
    list_display = ("school", "group", "state_words", "seats_held", "contact", "reply")
    list_filter = (PlaceStateChips, WorkGroupChips)
    search_fields = ("school__name", "contact_name", "contact_email", "work_group__name")
    search_help_text = "School, contact or Work Group"
    joins = (
        "school__local_authority",
        "work_group__offering__programme",
        "work_group__offering__academic_year",
    )
    ordering = ("work_group__name", "school__name")
    empty_words = (
        "The places that schools hold in Work Groups will stand here. Offer the first from the "
        "list of interest."
    )
    fieldsets = (
        (
            "Contact",
            {
                "fields": ("contact_name", "contact_email", "reply_by"),
                "description": "Messages about the place go here from now on. Saving sends none. A "
                "later day to reply by gives the school longer before its offer lapses.",
            },
        ),
    )
    labels: ClassVar = {
        "contact_name": "Contact’s name",
        "contact_email": "Contact’s e-mail address",
        "reply_by": "Asked to reply by",
    }
    change_form_template = "admin/enrolment/place.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return only_own_groups(request.user, rows, "work_group")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        today = timezone.localdate()
        held = Q(seats__held_until=None) | Q(seats__held_until__gte=today)
        return super().get_queryset(request).annotate(held_seats=Count("seats", filter=held))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Places are offered, from the list of interest."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A place is withdrawn, and stays on the record."""
        return False

    # --- the list's columns ---

    @admin.display(description="Work Group", ordering="work_group__name")
    def group(self, place: Place) -> SafeString:
        return with_note(place.work_group, place.work_group.offering)

    @admin.display(description="state", ordering="state")
    def state_words(self, place: Place) -> SafeString:
        return place_tag(place)

    @admin.display(description="seats")
    def seats_held(self, place: Place) -> str:
        if place.state != Place.State.ACCEPTED:
            return ""
        return f"{place.held_seats} of {place.work_group.offering.programme.seats_per_school}"  # type: ignore[attr-defined]

    @admin.display(ordering="contact_name")
    def contact(self, place: Place) -> SafeString:
        return with_note(place.contact_name, place.contact_email)

    @admin.display(description="reply by", ordering=F("reply_by").asc(nulls_last=True))
    def reply(self, place: Place) -> str:
        if place.state != Place.State.OFFERED or place.reply_by is None:
            return ""
        late = ", late" if place.reply_by < timezone.localdate() else ""
        return f"{place.reply_by.day} {place.reply_by:%b}{late}"

    # --- one place ---

    def facts(self, request: HttpRequest, obj: Place) -> dict[str, Any]:
        seats = list(obj.seats.select_related("participant").order_by("held_until", "role", "pk"))
        today = timezone.localdate()
        return {
            "buttons": self._buttons(request, obj),
            "state": place_tag(obj),
            "expression_url": page_of(obj.expression) if obj.expression else "",
            "group_url": reverse("admin:workgroups_workgroup_change", args=[obj.work_group_id]),
            "seats": [
                {
                    "seat": seat,
                    "is_held": seat.held_until is None or seat.held_until >= today,
                    "may_end": self.has_change_permission(request, obj) and not seat.held_until,
                    "give_up_url": self.url("give_up", obj.pk, seat.pk),
                }
                for seat in seats
            ],
            "sent_messages": messages_about(obj, seats),
        }

    def _buttons(self, request: HttpRequest, obj: Place) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, obj):
            return []
        buttons = []
        if obj.state == Place.State.OFFERED:
            buttons.append(("accept", "The school accepts, by telephone"))
            buttons.append(("decline", "The school declines"))
        if obj.state == Place.State.ACCEPTED:
            buttons.append(("seat", "Name someone for a seat"))
        if obj.state in Place.HELD:
            buttons.append(("withdraw", "Withdraw the place"))
        return [
            {"url": self.url(name, obj.pk), "words": words, "first": number == 0}
            for number, (name, words) in enumerate(buttons)
        ]

    def own_urls(self) -> list:
        return [
            ("<int:pk>/accept/", self.accept, "accept"),
            ("<int:pk>/decline/", self.decline, "decline"),
            ("<int:pk>/withdraw/", self.withdraw, "withdraw"),
            ("<int:pk>/seat/", self.seat, "seat"),
            ("<int:pk>/seat/<int:seat_pk>/give-up/", self.give_up, "give_up"),
        ]

    def accept(self, request: HttpRequest, pk: int) -> HttpResponse:
        place = self.row_or_404(request, pk, change=True)
        people = intended_seats(place)
        mailed = sum(bool(person.email) for person in people)
        names = ", ".join(person.name for person in people)
        mails = count(mailed, "e-mail") if mailed else "no e-mail"
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Does {place.school} accept its place in {place.work_group}?",
            will=[
                f"Seats go to those named in its interest: {names}."
                if people
                else "Its interest names nobody: name its teachers afterwards.",
                f"Each with an address gets an e-mail with the personal page: {mails}."
                if mailed
                else "No e-mail is sent.",
            ],
            button=f"Accept for the school, {mails}",
            act=lambda: accept_place(place, seats=people, **_by_and_now(request)),
            words=f"{place.school} has its place in {place.work_group}.",
            silent_button="Accept for the school, no e-mail" if mailed else "",
            silent_words=f"{place.school} has its place in {place.work_group}. No e-mail was sent.",
        )

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        place = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Does {place.school} decline its place in {place.work_group}?",
            will=["The place is free for another school. No e-mail is sent."],
            button="Decline for the school, no e-mail",
            act=lambda: decline_place(place, **_by_and_now(request)),
            words=f"{place.school} declined. The place is free.",
        )

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        place = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Withdraw the place of {place.school} in {place.work_group}?",
            will=[
                "The place is free for another school; its seats end today, and reminders stop.",
                "No e-mail is sent: tell the school yourself.",
            ],
            button="Withdraw the place, no e-mail",
            danger=True,
            act=lambda: withdraw_place(place, **_by_and_now(request)),
            words="The place was withdrawn. No e-mail was sent.",
        )

    def seat(self, request: HttpRequest, pk: int) -> HttpResponse:
        place = self.row_or_404(request, pk, change=True)
        form = SeatForm(posted(request))
        return self.act_page(
            request,
            title=f"Who sits in the place of {place.school}?",
            lead="With an address they get one e-mail: their personal page with all sessions.",
            form=form,
            button="Give them the seat, 1 e-mail",
            silent_button="Give them the seat, no e-mail",
            back=self.url("change", pk),
            act=lambda: name_seat(
                place, seat=NamedSeat(**form.cleaned_data), **_by_and_now(request)
            ),
            words=lambda seat: f"{seat.participant} has a seat{_told_of_seat(request, seat)}.",
        )

    def give_up(self, request: HttpRequest, pk: int, seat_pk: int) -> HttpResponse:
        place = self.row_or_404(request, pk, change=True)
        seat = place.seats.select_related("participant").filter(pk=seat_pk).first()
        if seat is None:
            raise Http404
        form = LastDayForm(posted(request), initial={"on": timezone.localdate()})
        return self.act_page(
            request,
            title=f"{seat.participant} gives up the seat?",
            form=form,
            refused_field="on",
            will=["Reminders stop after that day. No e-mail is sent."],
            button="End the seat, no e-mail",
            back=self.url("change", pk),
            act=lambda: give_up_seat(seat, on=form.cleaned_data["on"], **_by_and_now(request)),
            words=lambda ended: f"{ended.participant} gives up the seat; {_last_day(ended)}.",
        )


def _last_day(seat: Seat) -> str:
    assert seat.held_until is not None  # it was ended
    return f"the last day is {seat.held_until.day} {seat.held_until:%B}"


def _told_of_seat(request: HttpRequest, seat: Seat) -> str:
    if is_silent(request):
        return "; no e-mail was sent"
    address = seat.participant.email
    return f", and gets an e-mail at {address}" if address else ""


def _by_and_now(request: HttpRequest) -> dict[str, Any]:
    return {"by": account_of(request), "now": timezone.now()}


def intended_seats(place: Place) -> list[NamedSeat]:
    """Those whom the school named in its interest, as many as the place has seats."""
    if place.expression is None:
        return []
    limit = place.work_group.offering.programme.seats_per_school
    people = place.expression.intended_participants.exclude(name="")[:limit]
    return [NamedSeat(name=each.name, email=each.email, role=each.role) for each in people]


def messages_about(place: Place, seats: list[Seat]) -> QuerySet[Message]:
    """What went, or will go, to the place's contact and to those who sit or sat in it."""
    addresses = {place.contact_email, *(seat.participant.email for seat in seats)} - {""}
    return Message.objects.filter(recipient__in=addresses).order_by("-due_at")[:MESSAGES_SHOWN]
