"""The three terms of a borough in a year, on one page; another borough's dates to start from."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from mathshub.accounts.who import account_of
from mathshub.scope_admin import PortalAdmin, SeenForm, posted, with_lock
from mathshub.scope_admin.cells import count
from mathshub.scope_admin.widgets import DateInput
from workgroups.admin.term_year import TERMS, boroughs_with_terms, terms_of_year
from workgroups.errors import Refusal
from workgroups.models import AcademicYear, LocalAuthority, TermDate
from workgroups.services.terms import lock_terms, record_terms
from workgroups.term_dates.entries import TermEntry, out_of_order, wrong_with

DATES = {
    "starts_on": "Starts",
    "ends_on": "Ends",
    "half_term_starts_on": "Half-term starts",
    "half_term_ends_on": "Half-term ends",
}
YEARS = range(2000, 2100)


class BoroughTermsForm(SeenForm, forms.Form):
    """Twelve dates and their source. A term of which nothing is typed stays missing."""

    def __init__(
        self,
        data: Any = None,
        *,
        borough: LocalAuthority,
        start_year: int,
        rows: Mapping[str, TermDate],
        copied: Mapping[str, TermDate],
    ) -> None:
        self.borough, self.start_year, self.rows = borough, start_year, rows
        super().__init__(data, initial=_initial({**copied, **rows}, copied=copied, rows=rows))
        for term in TERMS:
            for name, label in DATES.items():
                self.fields[f"{term}_{name}"] = forms.DateField(
                    label=label, required=False, widget=DateInput
                )
            self.fields[f"{term}_source"] = forms.CharField(
                label="Source",
                max_length=200,
                required=False,
                help_text="A page or a person."
                if term == TERMS[0]
                else "Left empty: as for the term before.",
            )
        self.fields["is_checked"] = forms.BooleanField(
            label="I have compared these dates with their source",
            required=False,
            help_text="Ticked, they are noted as checked by you today. What you change without a "
            "tick is noted as not checked.",
        )

    @property
    def by_term(self) -> Iterator[tuple[str, list[BoundField], BoundField]]:
        """The fields as the page groups them: the term's name, its dates, its source."""
        for term in TERMS:
            dates = [self[f"{term}_{name}"] for name in DATES]
            yield f"{term.label.capitalize()} term", dates, self[f"{term}_source"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.entries: list[TermEntry] = []
        source = ""
        for term in TERMS:
            source = given.get(f"{term}_source") or source
            if entry := self._entry(term, given, source):
                self.entries.append(entry)
        for _, later, why in out_of_order(self.entries):
            self.add_error(f"{later.term}_starts_on", _sentence(why))
        if not self.entries and not self.errors:
            raise forms.ValidationError("Give the dates of one term at least.")
        return given

    def _entry(self, term: TermDate.Term, given: dict[str, Any], source: str) -> TermEntry | None:
        """The term as it was typed; None where nothing was, or where something is wrong."""
        dates = {name: given.get(f"{term}_{name}") for name in DATES}
        if any(f"{term}_{name}" in self.errors for name in DATES):
            return None
        if not any(dates.values()):
            if term in self.rows:
                words = "To take the term away, open it from the table and remove it there."
                self.add_error(f"{term}_starts_on", words)
            return None
        for name in ("starts_on", "ends_on"):
            if not dates[name]:
                which = "first" if name == "starts_on" else "last"
                self.add_error(f"{term}_{name}", f"Give the {which} day of the {term.label} term.")
        if not (dates["starts_on"] and dates["ends_on"]):
            return None
        entry = TermEntry(self.borough, self.start_year, term, source=source, **dates)  # type: ignore[arg-type]
        wrong = wrong_with(entry)
        for name, why in wrong.items():
            self.add_error(f"{term}_{name}", _sentence(why))
        return None if wrong else entry


class BoroughPages(PortalAdmin):
    """For the admin of term dates."""

    def borough_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("borough/", self.borough, "borough")]

    @with_lock(lock_terms)
    def borough(self, request: HttpRequest) -> HttpResponse:
        """The terms of ``?borough=315&year=2026``; ``&copy=316`` fills in what another has."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        start_year = year_or_404(request)
        by_code = {each.code: each for each in boroughs_with_terms(start_year)}
        borough = by_code.get(request.GET.get("borough", ""))
        if borough is None:
            raise Http404
        rows = _rows_by_borough(start_year)
        copied_from = by_code.get(request.GET.get("copy", ""))
        form = BoroughTermsForm(
            posted(request),
            borough=borough,
            start_year=start_year,
            rows=rows.get(borough.pk, {}),
            copied=rows.get(copied_from.pk, {}) if copied_from else {},
        )
        if form.is_valid():
            try:
                return self._save(request, form)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        year = AcademicYear(start_year=start_year)
        return self.form_page(
            request,
            title=f"{borough}: terms of {year}",
            form=form,
            button="Save",
            back=self.year_url(start_year),
            template="admin/workgroups/term_borough.html",
            borough=borough,
            start_year=start_year,
            copied_from=copied_from,
            others=[each for each in by_code.values() if each != borough and each.pk in rows],
            is_complete=len(rows.get(borough.pk, {})) == len(TERMS),
        )

    def _save(self, request: HttpRequest, form: BoroughTermsForm) -> HttpResponse:
        now = timezone.now()
        written = record_terms(
            form.entries,
            checked_on=timezone.localdate(now) if form.cleaned_data["is_checked"] else None,
            by=account_of(request),
            now=now,
            why="",
        )
        words = f"{form.borough}: {count(len(written), 'term')} saved."
        return self.done(request, words, to=self.year_url(form.start_year))

    def year_url(self, start_year: int) -> str:
        return f"{self.url('changelist')}?year={start_year}"


def year_or_404(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise Http404
    return int(text)


def _rows_by_borough(start_year: int) -> dict[int, dict[str, TermDate]]:
    found: dict[int, dict[str, TermDate]] = {}
    for row in terms_of_year(start_year):
        found.setdefault(row.local_authority_id, {})[row.term] = row
    return found


def _initial(
    shown: Mapping[str, TermDate], *, copied: Mapping[str, TermDate], rows: Mapping[str, TermDate]
) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for term, row in shown.items():
        initial |= {f"{term}_{name}": getattr(row, name) for name in DATES}
        is_copied = term in copied and term not in rows
        initial[f"{term}_source"] = f"As in {row.local_authority}" if is_copied else row.source
    return initial


def _sentence(why: str) -> str:
    return f"{why[0].upper()}{why[1:]}."
