"""Entering the interest of a school that telephones: the school found by search, then one form."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.admin.words import eligibility_of
from enrolment.forms.fields import Address, PlainText
from enrolment.forms.interest.by_telephone import pages_of
from enrolment.forms.school_question import pickable_school
from enrolment.models import ExpressionOfInterest, IntendedParticipant
from enrolment.services.interest import InterestAnswers, submit_expression
from enrolment.services.seats import NamedSeat
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.telling import is_silent
from mathshub.scope_admin import posted
from workgroups.admin.acting import ActPages
from workgroups.models import Offering, School
from workgroups.models.years import school_year_of
from workgroups.search import search_schools, sort_found

PEOPLE_ASKED_FOR = 2


class TelephoneForm(forms.Form):
    """What the web form asks, on one page. The token makes it count once."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    offering = forms.ModelChoiceField(
        label="Programme",
        queryset=Offering.objects.none(),  # set for each page, within the scope
        error_messages={"required": "Choose the programme."},
    )
    headteacher_name = PlainText(
        label="Headteacher’s name", missing="Type the headteacher’s name.", max_length=120
    )
    headteacher_email = Address(
        label="Headteacher’s e-mail address", missing="Type the headteacher’s e-mail address."
    )
    maths_lead_name = PlainText(label="Maths lead’s name", max_length=120)
    maths_lead_email = Address(label="Maths lead’s e-mail address")
    note = PlainText(
        label="What else they said",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For the hub only; never sent.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = school_year_of(timezone.localdate())  # also once its window has closed
        offerings = Offering.objects.filter(academic_year__start_year__gte=this_year)
        offerings = offerings.select_related("programme", "academic_year").in_order()
        self.fields["offering"].queryset = offerings  # type: ignore[attr-defined]
        for number in range(1, PEOPLE_ASKED_FOR + 1):
            self.fields[f"person_{number}_name"] = PlainText(
                label=f"Teacher {number}: name", max_length=120
            )
            self.fields[f"person_{number}_email"] = Address(
                label=f"Teacher {number}: work e-mail address"
            )
        # The note stands last.
        self.order_fields([name for name in self.fields if name != "note"] + ["note"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(1, PEOPLE_ASKED_FOR + 1):
            name = f"person_{number}_name"
            # Without a name nobody would be kept, nor the address that was typed.
            if given.get(f"person_{number}_email") and name in given and not given[name]:
                self.add_error(name, f"Type the name of teacher {number}, whose address you gave.")
        return given

    def answers(self, school: School) -> InterestAnswers:
        given = self.cleaned_data
        people = tuple(
            NamedSeat(
                name=given[f"person_{number}_name"],
                email=given[f"person_{number}_email"],
                role=IntendedParticipant.Role.MATHS_LEAD
                if number == 1
                else IntendedParticipant.Role.TEACHER,
            )
            for number in range(1, PEOPLE_ASKED_FOR + 1)
            if given[f"person_{number}_name"]
        )
        return InterestAnswers(
            school=school,
            headteacher_name=given["headteacher_name"],
            headteacher_email=given["headteacher_email"],
            maths_lead_name=given["maths_lead_name"],
            maths_lead_email=given["maths_lead_email"],
            intended_participants=people,
        )


class TelephonePages(ActPages):
    def enter_by_telephone(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        school = pickable_school(request.GET.get("urn", ""))
        if school is None:
            return self._find_school(request)
        form = TelephoneForm(posted(request), initial={"token": uuid4()})
        return self.act_page(
            request,
            title=f"Enter the interest of {school}",
            lead=f"{school.whereabouts}. The headteacher gets the same acknowledgement as from "
            "the web form, with the reference and a link back.",
            template="admin/enrolment/telephone.html",
            form=form,
            button="Enter it, 1 e-mail",
            silent_button="Enter it, no e-mail",
            back=self.url("add"),
            school=school,
            act=lambda: self._enter(request, form, school),
            words=lambda entered: _entered_words(request, entered),
            to=lambda entered: self.url("change", entered.pk),
        )

    def _find_school(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.get("q", "")
        return self.page(
            request,
            "admin/enrolment/find_school.html",
            title="Which school is on the telephone?",
            query=query,
            found=sort_found(search_schools(query)),
            back=self.url("changelist"),
        )

    def _enter(
        self, request: HttpRequest, form: TelephoneForm, school: School
    ) -> ExpressionOfInterest:
        answers, offering = form.answers(school), form.cleaned_data["offering"]
        expression, _ = submit_expression(
            replace(answers, pages=pages_of(answers, offering)),
            offering=offering,
            form_token=form.cleaned_data["token"],
            source=ExpressionOfInterest.Source.TELEPHONE,
            by=account_of(request),
            now=timezone.now(),
        )
        if form.cleaned_data["note"] and not expression.staff_note:
            expression.staff_note = form.cleaned_data["note"]
            expression.save(update_fields=["staff_note"])
        return expression


def _entered_words(request: HttpRequest, expression: ExpressionOfInterest) -> str:
    eligibility = eligibility_of(expression)
    assert eligibility is not None  # it has a school
    told = f"the acknowledgement goes to {expression.contact_email}"
    told = "no e-mail was sent" if is_silent(request) else told
    return f"Entered as {expression.reference}; {told}. {eligibility.staff_reasons[0]}"
