"""Headteacher briefings, one or more for each borough in spring."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.admin.briefing_pages import BriefingPages, Page
from enrolment.models import Briefing, BriefingBooking, BriefingFlyer
from enrolment.services.briefing_funnel import Borough, Funnel, latest_funnel
from mathshub.scope import current_hub
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from mathshub.scope_admin.cells import tag, with_note
from workgroups.admin.years import ChoosesYear

WIDTH = 1000  # of the figure's bars, in its own units


class WhenChips(ChipFilter):
    title = "when"
    parameter_name = "when"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        now = timezone.now()
        stands = Q(cancelled_at=None)
        return [
            Chip("to-come", "to come", stands & Q(ends_at__gte=now)),
            Chip("held", "held", stands & Q(ends_at__lt=now)),
            Chip(
                "not-ticked",
                "not ticked who came",
                stands & Q(is_published=True, ends_at__lt=now, attendance_taken_at=None),
            ),
            Chip("cancelled", "cancelled", ~stands),
        ]


@admin.register(Briefing)
class BriefingAdmin(BriefingPages, ChoosesYear, HubOwnedAdmin):
    list_display = ("local_authority", "when", "where", "booked", "came", "followed_up", "shown")
    list_filter = (WhenChips,)
    joins = ("local_authority", "academic_year")
    ordering = ("-starts_at",)
    fieldsets = (
        (None, {"fields": ("local_authority", "academic_year")}),
        (
            "When and where",
            {"fields": ("starts_at", "ends_at", "is_online", "venue", "join_link", "capacity")},
        ),
        ("On the public page", {"fields": ("description", "is_published")}),
    )
    labels: ClassVar = {"is_online": "It is online", "is_published": "On the public page"}
    change_form_template = "admin/enrolment/briefing.html"
    change_list_template = "admin/enrolment/briefing_list.html"
    empty_words = (
        "The meetings for headteachers will stand here, one for each borough in spring. Published "
        "ones are on the public page of briefings, where seats are booked."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_counts()  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What those who have booked were told is changed on the page that tells them."""
        if obj is None or not _has_bookings(obj):
            return super().get_fieldsets(request, obj)
        words = (
            "When, where and for how many is changed with “Move or change it”: schools are told."
        )
        return ((None, {"fields": ("academic_year", "description"), "description": words}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one that nobody has ever booked; others are cancelled."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not obj.bookings.exists())

    def own_urls(self) -> list[Page]:
        return self.briefing_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        funnel = latest_funnel()
        context = {"funnel": funnel, "funnel_lines": _lines(funnel) if funnel else []}
        return super().changelist_view(request, context | (extra_context or {}))

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: Briefing) -> str:
        return f"about {obj.academic_year}"

    @admin.display(ordering="starts_at")
    def when(self, briefing: Briefing) -> str:
        return briefing.when

    @admin.display
    def where(self, briefing: Briefing) -> str:
        return "online" if briefing.is_online else briefing.venue or "to be confirmed"

    @admin.display(description="booked")
    def booked(self, briefing: Any) -> SafeString:
        number = str(briefing.booked_count)
        if briefing.capacity:
            number = f"{number} of {briefing.capacity}"
        waiting = briefing.waiting_count
        return with_note(number, f"{waiting} waiting" if waiting else "")

    @admin.display
    def came(self, briefing: Any) -> SafeString | str:
        if briefing.attendance_taken_at:
            return str(briefing.came_count)
        is_late = briefing.has_ended(timezone.now()) and not briefing.is_cancelled
        return tag("not ticked", "clay") if is_late and briefing.booked_count else ""

    @admin.display(description="follow-up")
    def followed_up(self, briefing: Any) -> SafeString | str:
        if briefing.followed_up_count:
            return tag(f"sent to {briefing.followed_up_count}", "leaf")
        return tag("to do", "sun") if briefing.attendance_taken_at else ""

    @admin.display(description="public", ordering="is_published")
    def shown(self, briefing: Briefing) -> SafeString:
        if briefing.is_cancelled:
            return tag("cancelled", "clay")
        return tag("published", "leaf") if briefing.is_published else tag("not published", "plain")

    # --- one briefing ---

    def facts(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        bookings = obj.bookings.select_related("school").order_by("state", "name", "pk")
        may_see = request.user.has_perm("enrolment.view_briefingbooking")
        return {
            "state": self.shown(obj),
            "facts": [
                ("When", obj.when),
                ("Where", obj.where),
                ("Booked", self.booked(obj)),
                ("Came", self.came(obj) or "–"),
                ("Follow-up", self.followed_up(obj) or "–"),
            ],
            "buttons": self._buttons(request, obj),
            "links": _public_links(obj),
            "bookings": [_booking_line(each) for each in bookings] if may_see else [],
        }

    def _buttons(self, request: HttpRequest, briefing: Briefing) -> list[dict[str, Any]]:
        if not self.has_change_permission(request, briefing):
            return []
        now = timezone.now()
        buttons = []
        if briefing.has_begun(now) and not briefing.is_cancelled:
            buttons.append(("attendance", "Tick who came"))
            if briefing.has_ended(now):
                buttons.append(("follow_up", "Write to them afterwards"))
        if briefing.takes_bookings(now):
            buttons.append(("book", "Book for somebody"))
        if briefing.is_to_come(now):
            buttons.append(("arrange", "Move or change it"))
            buttons.append(("flyer", "A flyer of your own"))
        if BriefingFlyer.objects.filter(briefing=briefing).exists():
            buttons.append(("remove_flyer", "Remove your own flyer"))
        if briefing.is_to_come(now):
            buttons.append(("cancel", "Cancel the briefing"))
        return [
            {"url": self.url(name, briefing.pk), "words": words, "first": number == 0}
            for number, (name, words) in enumerate(buttons)
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authority":
            kwargs["queryset"] = current_hub().local_authorities.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


_TONES = {
    BriefingBooking.State.BOOKED: "leaf",
    BriefingBooking.State.WAITING: "sun",
    BriefingBooking.State.CANCELLED: "plain",
}


def booking_tag(booking: BriefingBooking) -> SafeString:
    """Its state in words; whether somebody came says more than that they had booked."""
    if booking.has_come:
        return tag("came", "leaf")
    if booking.is_booked and booking.briefing.attendance_taken_at:
        return tag("did not come", "plain")
    state = BriefingBooking.State(booking.state)
    return tag(str(state.label), _TONES[state])


def _booking_line(booking: BriefingBooking) -> dict[str, Any]:
    return {
        "booking": booking,
        "tag": booking_tag(booking),
        "url": reverse("admin:enrolment_briefingbooking_change", args=[booking.pk]),
    }


def _has_bookings(briefing: Briefing) -> bool:
    return BriefingBooking.objects.active().filter(briefing=briefing).exists()


def _public_links(briefing: Briefing) -> list[tuple[str, str]]:
    if not briefing.is_published:
        return []
    page = reverse("enrolment:show_briefing", args=[briefing.pk])
    flyer = reverse("enrolment:show_flyer", args=[briefing.pk])
    return [("Its public page", page)] + ([] if briefing.is_cancelled else [("Its flyer", flyer)])


def _lines(funnel: Funnel) -> list[dict[str, Any]]:
    """The figure's bars, to the scale of the longest, each with its words."""
    return [_line(borough, funnel.most) for borough in funnel.boroughs]


def _line(borough: Borough, most: int) -> dict[str, Any]:
    numbers = {
        "booked": len(borough.booked),
        "came": len(borough.came),
        "interested": len(borough.interested),
    }
    widths = {f"{name}_width": round(WIDTH * number / most) for name, number in numbers.items()}
    words = (
        f"{borough.name}: {numbers['booked']} booked, {numbers['came']} came, "
        f"{numbers['interested']} expressed an interest"
    )
    return {"name": borough.name, "words": words, **numbers, **widths}
