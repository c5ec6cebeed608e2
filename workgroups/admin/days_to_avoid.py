"""Days to avoid: test weeks and local feasts on which the planner places no session."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Case, Max, Min, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from mathshub.accounts.who import account_of
from mathshub.scope import current_hub
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from mathshub.scope_admin.cells import tag
from workgroups.models import AcademicYear, DayToAvoid, LocalAuthority
from workgroups.models.years import school_year_of
from workgroups.services.terms import avoid_days
from workgroups.term_dates.words import span_words

LONGEST = 31  # days; more than that are holidays, which stand among the term dates


class DayToAvoidForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and (last - first).days >= LONGEST:
            self.add_error(
                "ends_on",
                f"These are {(last - first).days + 1} days. Give a month at most: holidays belong "
                "among the term dates.",
            )
        return given


class NewDaysForm(DayToAvoidForm):
    """A feast is often kept in some boroughs: one act adds it for all of them."""

    boroughs: Any = forms.ModelMultipleChoiceField(
        queryset=LocalAuthority.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all boroughs of the hub.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        boroughs: Any = self.fields["boroughs"]
        boroughs.queryset = current_hub().local_authorities.all()


class TimeChips(ChipFilter):
    title = "when"
    parameter_name = "when"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        today = timezone.localdate()
        return [
            Chip("to-come", "to come", Q(ends_on__gte=today)),
            Chip("past", "past", Q(ends_on__lt=today)),
        ]


class YearOfDaysChips(ChipFilter):
    """The academic years in which there are days to avoid."""

    title = "year"
    parameter_name = "year"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        days = DayToAvoid.objects.aggregate(first=Min("starts_on"), last=Max("ends_on"))
        if not days["first"]:
            return []
        first, last = school_year_of(days["first"]), school_year_of(days["last"])
        years = [AcademicYear(start_year=year) for year in range(last, first - 1, -1)]
        return [
            Chip(
                str(year.start_year),
                str(year),
                Q(starts_on__lte=year.ends_on, ends_on__gte=year.starts_on),
            )
            for year in years
        ]


class BoroughOfDaysChips(ChipFilter):
    """What holds in a borough: its own days, and those of all."""

    title = "borough"
    parameter_name = "borough"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        own = LocalAuthority.objects.filter(pk__in=DayToAvoid.objects.values("local_authority"))
        return [
            Chip(each.code, each.name, Q(local_authority=each) | Q(local_authority=None))
            for each in own
        ]


class KindChips(ChipFilter):
    title = "kind"
    parameter_name = "kind"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [Chip(value, words, Q(kind=value)) for value, words in DayToAvoid.Kind.choices]


@admin.register(DayToAvoid)
class DayToAvoidAdmin(HubOwnedAdmin):
    list_display = ("name", "days", "boroughs", "kind_words", "source")
    list_filter = (TimeChips, YearOfDaysChips, BoroughOfDaysChips, KindChips)
    joins = ("local_authority",)
    fields = ("name", "kind", "local_authority", "starts_on", "ends_on", "source")
    add_words = "Add days to avoid"
    add_heading = "Add days to avoid"
    empty_words = (
        "Days on which no session is planned though there is school will stand here: key stage 2 "
        "tests, the phonics screening check, the multiplication tables check, Eid, a borough’s own "
        "conference. Add them with their source: the Standards and Testing Agency publishes the "
        "dates of tests each year. Holidays and half-terms belong among the term dates."
    )
    labels: ClassVar = {"name": "What is on", "local_authority": "Borough"}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """New ones are for several boroughs at once; each row is for one, or for all."""
        if obj:
            return self.fields
        return [name if name != "local_authority" else "boroughs" for name in self.fields]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = DayToAvoidForm if obj else NewDaysForm
        return super().get_form(request, obj, change, **({"form": form} | kwargs))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        boroughs = form.cleaned_data["boroughs"]
        rows = avoid_days(obj, boroughs, by=account_of(request), now=timezone.now())
        obj.pk = rows[0].pk

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The list is where the person goes on: to the next test week or feast."""
        words = f"“{obj}” was added: no session will be planned on these days."
        return self.done(request, words, to=self.url("changelist"))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Those to come first, then the past ones."""
        is_past = When(ends_on__lt=timezone.localdate(), then=Value(1))
        by_borough = ("starts_on", "name", "local_authority__name")
        return [Case(is_past, default=Value(0)).asc(), *by_borough]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authority":
            kwargs["queryset"] = current_hub().local_authorities.all()
            kwargs["empty_label"] = "All boroughs"
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["widget"] = forms.RadioSelect
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: Any) -> str:
        return "past" if obj.ends_on < timezone.localdate() else ""

    @admin.display(description="when", ordering="starts_on")
    def days(self, row: DayToAvoid) -> str:
        return span_words(row.starts_on, row.ends_on, with_weekdays=True)

    @admin.display(ordering="local_authority__name")
    def boroughs(self, row: DayToAvoid) -> str:
        return row.local_authority.name if row.local_authority else "all"

    @admin.display(description="kind", ordering="kind")
    def kind_words(self, row: DayToAvoid) -> SafeString:
        is_test_week = row.kind == DayToAvoid.Kind.TEST_WEEK
        return tag(row.get_kind_display(), "sun" if is_test_week else "plain")
