"""Offering places: choose the Work Group, see who would get what, then offer."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from enrolment.admin.chosen import ChosenPages
from enrolment.errors import Refusal
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.places import offer_places, preview_offer
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.telling import Rehearsal, act_as_asked, is_silent
from mathshub.scope_admin.cells import count
from mathshub.scope_admin.widgets import DateInput
from workgroups.models import WorkGroup

USUAL_DAYS_TO_REPLY = 14
CLOSED = (WorkGroup.State.FINISHED, WorkGroup.State.CANCELLED)

LAPSES = (
    "Stands in the e-mail. Two days before it we remind the headteacher; the day after, a place that "
    "nobody has answered goes back. The offering can switch that off, and the place’s page gives "
    "one school a later day."
)


class GroupChoice(forms.ModelChoiceField):
    """A Work Group with what is left in it."""

    def label_from_instance(self, obj: Any) -> str:
        left = max(0, obj.capacity - obj.held_places)
        return (
            f"{obj} ({obj.offering.academic_year}): {count(left, 'place')} of {obj.capacity} left"
        )


class OfferForm(forms.Form):
    group = GroupChoice(
        label="Work Group",
        queryset=WorkGroup.objects.none(),  # set for each page, within the scope
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose the Work Group."},
    )
    reply_by = forms.DateField(
        label="Reply by",
        widget=DateInput,
        help_text=LAPSES,
        error_messages={"required": "Say by when the school is asked to reply."},
    )

    def __init__(self, *args: Any, groups: QuerySet, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["group"]
        field.queryset = groups  # type: ignore[attr-defined]
        self.fields["reply_by"].initial = today + timedelta(days=USUAL_DAYS_TO_REPLY)

    def clean_reply_by(self) -> date:
        reply_by = self.cleaned_data["reply_by"]
        if reply_by <= self.today:
            raise forms.ValidationError("Leave the school at least until tomorrow to reply.")
        return reply_by


class OfferPages(ChosenPages):
    """The pages that lead from chosen expressions to places on offer."""

    def offer_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("offer/", self.offer, "offer")]

    @admin.action(description="Offer a place in …", permissions=["change"])
    def offer_chosen(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        return self.to_page_for(chosen, "offer")

    def offer(self, request: HttpRequest) -> HttpResponse:
        """Choose (GET), preview (GET with a group), offer (POST). Nobody chosen means nobody."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        expressions = self.chosen(request)
        if not expressions:
            return self.done(
                request,
                "Tick the expressions of interest first.",
                to=self.url("changelist"),
                level=messages.WARNING,
            )
        given = request.POST if request.method == "POST" else request.GET
        form = OfferForm(
            given if "reply_by" in given else None,
            groups=groups_for(expressions),
            today=timezone.localdate(),
        )
        if not form.is_valid() or "edit" in given:
            return self._choose(request, expressions, form)
        if request.method == "POST":
            return self._offer(request, expressions, form)
        return self._preview(request, expressions, form)

    def _choose(
        self, request: HttpRequest, expressions: list[ExpressionOfInterest], form: OfferForm
    ) -> HttpResponse:
        return self.page(
            request,
            "admin/enrolment/offer_choose.html",
            title=f"Offer {count(len(expressions), 'place')} in which Work Group?",
            form=form,
            expressions=expressions,
            has_groups=form.fields["group"].queryset.exists(),  # type: ignore[attr-defined]
            back=self.url("changelist"),
        )

    def _preview(
        self,
        request: HttpRequest,
        expressions: list[ExpressionOfInterest],
        form: OfferForm,
        refusal: Refusal | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> HttpResponse:
        group, reply_by = form.cleaned_data["group"], form.cleaned_data["reply_by"]
        preview = preview_offer(expressions, work_group=group)
        number = len(preview.offered)
        again = QueryDict(mutable=True)
        again.setlist("chosen", [str(each.pk) for each in expressions])
        again.update({"group": str(group.pk), "reply_by": f"{reply_by:%Y-%m-%d}", "edit": "yes"})
        return self.page(
            request,
            "admin/enrolment/offer_preview.html",
            title=f"Offer {count(number, 'place')} in {group}?"
            if number
            else "Nobody can be offered a place",
            preview=preview,
            reply_by=reply_by,
            refusal=refusal,
            rehearsal=rehearsal,
            button=f"Offer {count(number, 'place')}, {count(number, 'e-mail')}",
            silent_button=f"Offer {count(number, 'place')}, no e-mail",
            back=f"{self.url('offer')}?{again.urlencode()}",
        )

    def _offer(
        self, request: HttpRequest, expressions: list[ExpressionOfInterest], form: OfferForm
    ) -> HttpResponse:
        group = form.cleaned_data["group"]
        try:
            places = act_as_asked(
                request,
                lambda: offer_places(
                    expressions,
                    work_group=group,
                    by=account_of(request),
                    now=timezone.now(),
                    reply_by=form.cleaned_data["reply_by"],
                ),
            )
        except Refusal as refusal:
            return self._preview(request, expressions, form, refusal)
        if isinstance(places, Rehearsal):
            return self._preview(request, expressions, form, rehearsal=places)
        number = len(places)
        mails = "no e-mail" if is_silent(request) else f"{count(number, 'e-mail')} on the way"
        words = f"{count(number, 'place')} offered in {group}, {mails}."
        return self.done(request, words, to=self.url("changelist"))


def groups_for(expressions: list[ExpressionOfInterest]) -> QuerySet[WorkGroup]:
    """The Work Groups of the offerings that the schools asked for, with the places held in each."""
    return (
        WorkGroup.objects.filter(offering__in={each.offering_id for each in expressions})
        .exclude(state__in=CLOSED)
        .select_related("offering__academic_year")
        .annotate(held_places=Count("places", filter=Q(places__state__in=Place.HELD)))
        .order_by("name")
    )
