"""What staff do with one briefing: book for somebody, move it, cancel it, tick who came, follow up."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.forms.briefing_days import ArrangementsForm, AttendanceForm, PersonForm
from enrolment.forms.flyers import FlyerForm
from enrolment.messages.briefings import follow_up_letter
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import (
    FOLLOW_UP,
    book_seat,
    cancel_briefing,
    change_briefing,
    drop_flyer,
    keep_flyer,
    send_follow_up,
    take_attendance,
)
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.telling import is_silent
from mathshub.outbox.models import Message
from mathshub.outbox.wording_preview import write_as_it_would_go
from mathshub.scope import current_hub
from mathshub.scope_admin import posted, with_row_lock
from mathshub.scope_admin.cells import count
from workgroups.admin.acting import ActPages

Page = tuple[str, Callable[..., HttpResponse], str]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=80,
        help_text="Stays on the record, for example “snow”. Schools are not told it.",
        error_messages={"required": "Say why it is cancelled."},
    )


class BriefingPages(ActPages):
    def briefing_urls(self) -> list[Page]:
        return [
            ("<int:pk>/book/", self.book, "book"),
            ("<int:pk>/arrange/", self.arrange, "arrange"),
            ("<int:pk>/cancel/", self.cancel, "cancel"),
            ("<int:pk>/attendance/", self.attendance, "attendance"),
            ("<int:pk>/follow-up/", self.follow_up, "follow_up"),
            ("<int:pk>/flyer/", self.flyer, "flyer"),
            ("<int:pk>/flyer/remove/", self.remove_flyer, "remove_flyer"),
        ]

    def book(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For somebody on the telephone."""
        briefing = self.row_or_404(request, pk, change=True)
        form = PersonForm(posted(request), initial={"token": uuid4()})
        return self.act_page(
            request,
            title=f"Book for somebody: {briefing}",
            lead=f"{briefing.when}. They get the same e-mail as from the page, with the calendar "
            "file. Where all seats are taken they go on the list of those who wait.",
            form=form,
            button="Book it, 1 e-mail",
            silent_button="Book it, no e-mail",
            back=self.url("change", pk),
            act=lambda: _book(request, briefing, form),
            words=lambda answer: _booked_words(request, answer.booking),
        )

    @with_row_lock
    def arrange(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move it, or change its place, link or seats."""
        briefing = self.row_or_404(request, pk, change=True)
        told = _with_address(briefing).booked().count()
        waiting = _with_address(briefing).waiting().count()
        form = ArrangementsForm(posted(request), initial=ArrangementsForm.initial_of(briefing))
        will = [
            f"{count(told, 'person', 'people')} with a seat: one e-mail each in ten minutes, with "
            "what it was and what it is, and their calendars follow. Several changes within ten "
            "minutes make one e-mail. Fewer or more seats alone make none.",
            "Reminders of the old time are stopped; those of the new one go two days before, and "
            "on the morning of the day before.",
        ]
        if waiting:
            will.append(
                f"If a seat is free then, {count(waiting, 'person', 'people')} who wait get one "
                "e-mail each."
            )
        return self.act_page(
            request,
            form=form,
            back=self.url("change", pk),
            title=f"Move or change: {briefing}",
            lead=f"It is on {briefing.when}. {briefing.where}.",
            will=will,
            button=f"Save the change, {_mails(told)}",
            act=lambda: change_briefing(briefing, to=form.arrangements(), **_by_and_now(request)),
            words=lambda told: f"Saved. {_mails(told).capitalize()} in ten minutes.",
            silent_button="Save the change, no e-mail" if told else "",
            silent_words="Saved. No e-mail was sent: tell them yourself, also of any change of the "
            "last ten minutes.",
        )

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        briefing = self.row_or_404(request, pk, change=True)
        told = _with_address(briefing).active().count()
        form = ReasonForm(posted(request))
        return self.act_page(
            request,
            form=form,
            back=self.url("change", pk),
            title=f"Cancel the {_small(briefing)}?",
            lead=f"{briefing.when}. Its page says that it does not take place, and names the others.",
            will=[
                f"{count(told, 'person', 'people')} with a seat, or waiting for one, get one e-mail "
                "each; it leaves their calendars, and reminders stop."
            ],
            button=f"Cancel the briefing, {_mails(told)}",
            act=lambda: cancel_briefing(
                briefing, reason=form.cleaned_data["reason"], **_by_and_now(request)
            ),
            words=lambda told: f"The briefing is cancelled. {_mails(told).capitalize()}.",
            danger=True,
            silent_button="Cancel the briefing, no e-mail" if told else "",
            silent_words="The briefing is cancelled. No e-mail was sent: tell them yourself.",
        )

    @with_row_lock
    def attendance(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tick who came, on one page for a telephone."""
        briefing = self.row_or_404(request, pk, change=True)
        bookings = BriefingBooking.objects.booked().filter(briefing=briefing)
        rows = list(bookings.select_related("school"))
        form = AttendanceForm(posted(request), bookings=rows)
        return self.act_page(
            request,
            form=form,
            back=self.url("change", pk),
            title=f"Who came? {briefing}",
            lead=f"{briefing.when}. {briefing.where}.",
            will=["No e-mail is sent. The follow-up has a button of its own."],
            button="Save who came, no e-mail",
            act=lambda: take_attendance(
                briefing,
                ticks=form.changed_ticks(),
                walk_ins=form.walk_ins(),
                **_by_and_now(request),
            ),
            words="It is noted who came. No e-mail was sent.",
            template="admin/enrolment/attendance.html",
        )

    def follow_up(self, request: HttpRequest, pk: int) -> HttpResponse:
        """See what goes to whom, then send it, once to each."""
        briefing = self.row_or_404(request, pk, change=True)
        rows = BriefingBooking.objects.to_follow_up().filter(briefing=briefing)
        bookings = list(rows.select_related("school"))
        groups = [
            _letter_to(briefing, [each for each in bookings if each.has_come], "came"),
            _letter_to(
                briefing, [each for each in bookings if not each.has_come], "booked, did not come"
            ),
        ]
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Write to those of the {_small(briefing)}",
            lead="Each person gets this once, whatever is ticked later. The link leads to the "
            "expression of interest with their own school filled in.",
            will=[],
            button=f"Send it, {_mails(len(bookings))}",
            act=lambda: send_follow_up(briefing, **_by_and_now(request)),
            words=lambda told: f"{_mails(told).capitalize()} on the way.",
            template="admin/enrolment/follow_up.html",
            groups=[group for group in groups if group["people"]],
            is_ticked=briefing.attendance_taken_at is not None,
            has_ended=briefing.has_ended(timezone.now()),
            attendance_url=self.url("attendance", pk),
        )

    def flyer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The hub's own PDF instead of the flyer that is made from the data."""
        briefing = self.row_or_404(request, pk, change=True)
        form = FlyerForm(posted(request), request.FILES or None)
        return self.act_page(
            request,
            form=form,
            back=self.url("change", pk),
            title=f"A flyer of your own: {briefing}",
            lead="The portal makes a flyer from what stands here. A PDF of your own takes its "
            "place on the public page.",
            will=[
                "Everybody can download it. It is kept with the portal’s data. No e-mail is sent."
            ],
            button="Use this PDF, no e-mail",
            act=lambda: keep_flyer(briefing, content=form.cleaned_data["file"], now=timezone.now()),
            words="Your own flyer stands on the public page.",
        )

    def remove_flyer(self, request: HttpRequest, pk: int) -> HttpResponse:
        briefing = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Remove your own flyer? {briefing}",
            lead="The flyer that is made from the data takes its place.",
            will=["The PDF is deleted. No e-mail is sent."],
            button="Remove the PDF, no e-mail",
            act=lambda: drop_flyer(briefing),
            words="The flyer is made from the data again.",
        )


def _book(request: HttpRequest, briefing: Briefing, form: PersonForm) -> Any:
    return book_seat(
        form.person(),
        briefing=briefing,
        form_token=form.cleaned_data["token"],
        waits=True,
        source=BriefingBooking.Source.STAFF,
        **_by_and_now(request),
    )


def _booked_words(request: HttpRequest, booking: BriefingBooking) -> str:
    has = "has a seat" if booking.is_booked else "is on the list of who waits"
    if is_silent(request):
        return f"{booking.name} {has}. No e-mail was sent."
    return f"{booking.name} {has}; one e-mail goes to {booking.email}."


def _by_and_now(request: HttpRequest) -> dict[str, Any]:
    return {"by": account_of(request), "now": timezone.now()}


def _with_address(briefing: Briefing) -> Any:
    return BriefingBooking.objects.filter(briefing=briefing).exclude(email="")


def _mails(number: int) -> str:
    return count(number, "e-mail") if number else "no e-mail"


def _small(briefing: Briefing) -> str:
    name = str(briefing)
    return name[0].lower() + name[1:]


def _letter_to(briefing: Briefing, bookings: list[BriefingBooking], words: str) -> dict[str, Any]:
    """What one group gets, as the first of them will read it."""
    if not bookings:
        return {"people": 0}
    booking, hub = bookings[0], current_hub()
    booking.briefing = briefing
    message = Message(hub=hub, kind=FOLLOW_UP, key="preview", recipient=booking.email)
    email = write_as_it_would_go(message, follow_up_letter(booking, hub), timezone.now())
    return {
        "words": words,
        "people": len(bookings),
        "reader": booking.name,
        "subject": email.subject,
        "text": email.body,
    }
