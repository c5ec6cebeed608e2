"""A table of term dates: chosen, looked at, recorded."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mathshub.accounts.who import account_of
from mathshub.scope_admin import PortalAdmin, posted
from mathshub.scope_admin.cells import count
from workgroups.errors import TableHasChanged
from workgroups.register import TableRefused
from workgroups.services.terms import compare_term_dates, import_term_dates
from workgroups.term_dates.compare import Comparison, Version
from workgroups.term_dates.entries import TermEntry
from workgroups.term_dates.read import LARGEST, by_reason
from workgroups.term_dates.words import short_span, span_words

NOBODYS = ""
SOMEBODYS = "="  # before a school's name, which may be empty


class TableForm(forms.Form):
    table = forms.FileField(
        label="Table of term dates",
        help_text="A CSV file. From a workbook: save its sheet as “CSV UTF-8”.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": "Choose the file.",
            "empty": "The file is empty: choose another one.",
        },
    )

    def clean_table(self) -> Any:
        table = self.cleaned_data["table"]
        if table.size > LARGEST:
            raise forms.ValidationError("The file is too large for a table of term dates.")
        return table


class SeenTableForm(forms.Form):
    """The table again, as the page that showed it sends it back, with whose word to take."""

    name = forms.CharField(max_length=200, widget=forms.HiddenInput)
    contents = forms.CharField(max_length=2 * LARGEST, widget=forms.HiddenInput)
    print = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def clean_contents(self) -> bytes:
        try:
            return b64decode(self.cleaned_data["contents"], validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError("The table was lost on the way: choose it again.") from None


class ChoicesForm(forms.Form):
    """Where schools of an authority disagree: whose word to take, nobody's unless chosen."""

    def __init__(self, data: Any, comparison: Comparison) -> None:
        super().__init__(data)
        for each in comparison.disagreements:
            self.fields[f"choice-{each.name}"] = forms.ChoiceField(
                label=f"Whose dates for {each.borough}, {each.year}?",
                required=False,
                widget=forms.RadioSelect,
                initial=NOBODYS,
                choices=[
                    *((f"{SOMEBODYS}{v.said_by}", _version_words(v)) for v in each.versions),
                    (NOBODYS, "Nobody’s: leave these lines out"),
                ],
            )


class ImportPages(PortalAdmin):
    """For the admin of term dates."""

    def import_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("import/", self.import_table, "import")]

    def import_table(self, request: HttpRequest) -> HttpResponse:
        """Ask for the table, show what it would do, record it: nothing is written before that."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        if "contents" in request.POST:
            return self._go_on(request)
        form = TableForm(posted(request), request.FILES or None)
        if form.is_valid():
            table = form.cleaned_data["table"]
            return self._show(request, form, table.name, table.read())
        return self._ask(request, form)

    def _go_on(self, request: HttpRequest) -> HttpResponse:
        """Record what was looked at, or show it again with other choices."""
        seen = SeenTableForm(request.POST)
        if not seen.is_valid():
            return self._ask(request, TableForm({}))
        name, content = seen.cleaned_data["name"], seen.cleaned_data["contents"]
        if "record" not in request.POST:
            return self._show(request, TableForm(), name, content)
        try:
            done = import_term_dates(
                BytesIO(content),
                name=name,
                choices=_choices(request),
                expected=seen.cleaned_data["print"],
                by=account_of(request),
                now=timezone.now(),
            )
        except TableHasChanged as refusal:
            return self._show(request, TableForm(), name, content, note=str(refusal))
        except TableRefused:
            return self._ask(request, TableForm({}))
        # Where they stand now, and whether somebody has compared them.
        years = sorted(entry.start_year for entry in done.entries)
        to = f"{self.url('changelist')}?year={years[0]}" if years else self.url("changelist")
        return self.done(request, f"{name}: {_done_words(done)}", to=to)

    def _show(
        self, request: HttpRequest, form: TableForm, name: str, content: bytes, note: str = ""
    ) -> HttpResponse:
        choices = _choices(request)
        try:
            comparison = compare_term_dates(BytesIO(content), name=name, choices=choices)
        except TableRefused as refusal:
            form.add_error("table", str(refusal)) if form.is_bound else None
            return self._ask(request, form)
        number = len(comparison.entries)
        return self.page(
            request,
            "admin/workgroups/term_import.html",
            title=f"{name}: {count(number, 'term') if number else 'nothing'} to record",
            note=note,
            comparison=comparison,
            summary=_summary(comparison),
            faults=by_reason(comparison.faults),
            new=[_line_words(each.line, each.entry) for each in comparison.new],
            changed=[
                _line_words(each.said.line, each.said.entry, each.before)
                for each in comparison.changed
            ],
            choices=ChoicesForm(request.POST if choices else None, comparison),
            seen=SeenTableForm(
                initial={
                    "name": name,
                    "contents": b64encode(content).decode(),
                    "print": comparison.print,
                }
            ),
            button=f"Record {count(number, 'term')}" if number else "",
            back=self.url("import"),
        )

    def _ask(self, request: HttpRequest, form: TableForm) -> HttpResponse:
        return self.form_page(
            request,
            title="Import term dates",
            form=form,
            button="Show what it would do",
            back=self.url("changelist"),
            template="admin/workgroups/term_upload.html",
        )


def _choices(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix("choice-"): value.removeprefix(SOMEBODYS)
        for name, value in request.POST.items()
        if name.startswith("choice-") and isinstance(value, str) and value.startswith(SOMEBODYS)
    }


def _summary(comparison: Comparison) -> str:
    return (
        f"{len(comparison.new)} new, {len(comparison.changed)} changed, "
        f"{comparison.unchanged} as they are, {len(comparison.faults)} left out."
    )


def _done_words(done: Comparison) -> str:
    return (
        f"{len(done.new)} new, {len(done.changed)} changed, {done.unchanged} as they were, "
        f"{len(done.faults)} left out."
    )


def _line_words(line: int, entry: TermEntry, before: TermEntry | None = None) -> dict[str, Any]:
    was = before if before and before.dates != entry.dates else None
    return {
        "line": line,
        "term": str(entry),
        "dates": span_words(entry.starts_on, entry.ends_on),
        "half_term": _half_term_words(entry),
        "source": entry.source,
        "was": f"was {span_words(was.starts_on, was.ends_on)}, half-term {_half_term_words(was)}"
        if was
        else "",
    }


def _half_term_words(entry: TermEntry) -> str:
    first, last = entry.half_term_starts_on, entry.half_term_ends_on
    return span_words(first, last) if first and last else "none"


def _version_words(version: Version) -> str:
    terms = "; ".join(
        f"{each.entry.term.label} {short_span(each.entry.starts_on, each.entry.ends_on)}, half-term "
        f"{_short_half_term(each.entry)}"
        for each in version.said
    )
    return f"{version.said_by or 'The line without a school'}: {terms}"


def _short_half_term(entry: TermEntry) -> str:
    first, last = entry.half_term_starts_on, entry.half_term_ends_on
    return short_span(first, last) if first and last else "none"
