"""Forms about the past: a spreadsheet, what its columns and words mean, one participation by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField

from enrolment.forms.fields import PlainText
from enrolment.models import PastParticipation
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.meaning import MOST_WORDS, Meaning
from enrolment.spreadsheet.read import MOST_BYTES, TOO_BIG, Table
from enrolment.spreadsheet.words import FIRST_YEAR, KnownProgramme, guess_outcome, guess_programme
from mathshub.scope_admin import SeenForm
from workgroups.models import AcademicYear, Offering, Programme
from workgroups.models.years import school_year_of

Outcome = PastParticipation.Outcome
EXAMPLES = 3  # cells of a column
LEAVE_OUT = "leave-out"
NOTHING = "nothing stands there"


class SpreadsheetForm(forms.Form):
    """The file, as bytes that are not too many."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text="CSV or Excel (.xlsx), up to 2 MB and 5,000 rows.",
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty. Look into it, and choose it again.",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(TOO_BIG)
        return file


ROLES = [
    ("", "not needed"),
    (Role.URN, "URN"),
    (Role.NAME, "school’s name, or name and postcode"),
    (Role.POSTCODE, "school’s postcode"),
    (Role.PROGRAMME, "programme"),
    (Role.YEAR, "academic year"),
    (Role.OUTCOME, "whether it was completed"),
]


class ColumnsForm(forms.Form):
    """Which column is what; the likely answers are chosen already."""

    def __init__(self, *args: Any, table: Table, meaning: Meaning, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        self.sheet = meaning.sheet
        headings = table.header.cells
        cells = [table.column(index) for index in table.columns]
        self.guessed = meaning.columns or guess_roles(headings, cells)
        chosen = {index: role for role, index in self.guessed.items()}
        self.shown = [index for index in table.columns if headings[index] or any(cells[index])]
        for index in self.shown:
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=headings[index] or f"Column {index + 1}",
                choices=ROLES,
                required=False,
                initial=chosen.get(index, ""),
                error_messages={"invalid_choice": "Choose from the list."},
            )

    @property
    def not_found(self) -> list[str]:
        """What no column was found for, in words."""
        found = set(self.guessed)
        if found & {Role.URN, Role.NAME}:
            found |= {Role.URN, Role.NAME}
        words = {Role.NAME: "the school", Role.PROGRAMME: "the programme", Role.YEAR: "the year"}
        return [each for role, each in words.items() if role not in found]

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's field, with a few of its cells."""
        for index in self.shown:
            cells = dict.fromkeys(filter(None, self.table.column(index)))
            yield self[f"column_{index}"], list(cells)[:EXAMPLES]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.roles: dict[Role, int] = {}
        for index in self.shown:
            role = given.get(f"column_{index}")
            if role and Role(role) in self.roles:
                words = dict(ROLES)[Role(role)]
                self.add_error(
                    f"column_{index}", f"Two columns can’t both be “{words}”: choose one."
                )
            elif role:
                self.roles[Role(role)] = index
        if not self.roles.keys() & {Role.URN, Role.NAME}:
            self.add_error(None, "Say which column has the school’s URN or its name.")
        for role in (Role.PROGRAMME, Role.OUTCOME):
            self._refuse_many_words(role)
        return given

    def _refuse_many_words(self, role: Role) -> None:
        number = len(self.meaning.words(self.table, role))
        if number > MOST_WORDS:
            self.add_error(
                f"column_{self.roles[role]}",
                f"{number} different things stand in this column, too many to be "
                f"“{dict(ROLES)[role]}”.",
            )

    @property
    def meaning(self) -> Meaning:
        """What was said; the words are to be asked anew."""
        return Meaning(columns=self.roles, sheet=self.sheet)


class AskedWord(NamedTuple):
    """A word of a column that is asked about, and in how many rows it stands."""

    field: BoundField
    rows: int
    is_said_before: bool  # by the hub, of this spreadsheet or of an earlier one


class WordsForm(forms.Form):
    """What each word means, or what is true of all rows where no column says it."""

    def __init__(
        self,
        *args: Any,
        table: Table,
        meaning: Meaning,
        earlier: Iterable[Meaning],
        this_year: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.meaning_so_far = meaning
        self.remembered = meaning.remembering(earlier)
        programmes = list(Programme.objects.all())
        self.programme_choices = [(str(each.pk), each.name) for each in programmes]
        self.words = {
            role: list(meaning.words(table, role).items())
            for role in (Role.PROGRAMME, Role.OUTCOME)
        }
        self._ask_programmes(known_programmes(programmes))
        self._ask_year(this_year)
        self._ask_outcomes()

    def _ask_programmes(self, known: Sequence[KnownProgramme]) -> None:
        if Role.PROGRAMME not in self.meaning_so_far.columns:
            self.fields["programme"] = forms.ChoiceField(
                label="Which programme are all these rows of?",
                choices=[("", "Choose"), *self.programme_choices],
                initial=self.meaning_so_far.programme,
                error_messages={"required": "Choose the programme of these rows."},
            )
            return
        for number, (word, _) in enumerate(self.words[Role.PROGRAMME]):
            self.fields[f"programme_{number}"] = forms.ChoiceField(
                label=word or NOTHING,
                choices=[
                    ("", "Choose"),
                    *self.programme_choices,
                    (LEAVE_OUT, "leave these rows out"),
                ],
                initial=self._programme_of(word, known),
                error_messages={
                    "required": f"Say what “{word or NOTHING}” means, or leave these rows out."
                },
            )

    def _programme_of(self, word: str, known: Sequence[KnownProgramme]) -> Any:
        said = self.remembered.programmes
        if word.casefold() in said:
            return said[word.casefold()] or LEAVE_OUT
        return guess_programme(word, known) if word else LEAVE_OUT

    def _ask_year(self, this_year: int) -> None:
        if Role.YEAR not in self.meaning_so_far.columns:
            self.fields["year"] = forms.TypedChoiceField(
                label="Which academic year are all these rows of?",
                choices=[("", "Choose"), *past_years(this_year)],
                coerce=int,
                initial=self.meaning_so_far.year,
                error_messages={"required": "Choose the academic year of these rows."},
            )

    def _ask_outcomes(self) -> None:
        if Role.OUTCOME not in self.meaning_so_far.columns:
            self.fields["outcome"] = forms.ChoiceField(
                label="No column says whether it was completed. What does a row say?",
                choices=Outcome.choices,
                initial=self.meaning_so_far.outcome,
                widget=forms.RadioSelect,
                error_messages={"required": "Say what a row means."},
            )
            return
        said = self.remembered.outcomes
        for number, (word, _) in enumerate(self.words[Role.OUTCOME]):
            self.fields[f"outcome_{number}"] = forms.ChoiceField(
                label=word or NOTHING,
                choices=[("", "Choose"), *Outcome.choices],
                initial=said.get(word.casefold()) or guess_outcome(word),
                error_messages={"required": f"Say what “{word or NOTHING}” means."},
            )

    def asked_of(self, role: Role) -> list[AskedWord]:
        """The field of each word; those that nobody but a person can answer come first."""
        said = {
            Role.PROGRAMME: self.remembered.programmes.keys(),
            Role.OUTCOME: self.remembered.outcomes.keys(),
        }[role]
        asked = [
            AskedWord(self[f"{role.value}_{number}"], rows, bool(word) and word.casefold() in said)
            for number, (word, rows) in enumerate(self.words[role])
        ]
        return sorted(asked, key=lambda each: bool(each.field.initial))

    @property
    def programme_words(self) -> list[AskedWord]:
        return self.asked_of(Role.PROGRAMME)

    @property
    def outcome_words(self) -> list[AskedWord]:
        return self.asked_of(Role.OUTCOME)

    @property
    def is_all_answered(self) -> bool:
        """Whether every word has a likely answer already."""
        return all(each.field.initial for each in [*self.programme_words, *self.outcome_words])

    @property
    def of_all_rows(self) -> list[BoundField]:
        """What is asked once, because no column says it."""
        return [self[name] for name in ("programme", "year", "outcome") if name in self.fields]

    @property
    def meaning(self) -> Meaning:
        given = self.cleaned_data
        return replace(
            self.meaning_so_far,
            programmes={
                word.casefold(): _programme_id(given[f"programme_{number}"])
                for number, (word, _) in enumerate(self.words[Role.PROGRAMME])
            },
            outcomes={
                word.casefold(): given[f"outcome_{number}"]
                for number, (word, _) in enumerate(self.words[Role.OUTCOME])
            },
            programme=_programme_id(given.get("programme", "")),
            year=given.get("year"),
            outcome=given.get("outcome", Outcome.NOT_KNOWN),
        )


def _programme_id(chosen: str) -> int | None:
    return int(chosen) if chosen.isdecimal() else None


def known_programmes(programmes: Sequence[Programme]) -> list[KnownProgramme]:
    """The hub's programmes as spreadsheets may call them, project codes of all years among them."""
    codes: dict[int, set[str]] = {}
    offered = Offering.objects.exclude(project_code="").order_by()
    for programme, code in offered.values_list("programme", "project_code"):
        codes.setdefault(programme, set()).add(code)
    return [
        KnownProgramme(
            each.pk,
            (each.name, each.short_name, each.slug.replace("-", " ")),
            frozenset(codes.get(each.pk, ())),
        )
        for each in programmes
    ]


def past_years(this_year: int) -> list[tuple[str, str]]:
    """The academic years that have begun, as choices, this one first."""
    years = range(this_year, FIRST_YEAR - 1, -1)
    return [(str(year), str(AcademicYear(start_year=year))) for year in years]


class ParticipationForm(SeenForm, forms.Form):
    """One participation of a school, as a person knows it."""

    programme = forms.ModelChoiceField(
        label="Programme",
        queryset=Programme.objects.none(),  # set for each page, within the scope
        empty_label="Choose",
        error_messages={"required": "Choose the programme."},
    )
    year = forms.TypedChoiceField(
        label="Academic year",
        coerce=int,
        error_messages={"required": "Choose the academic year."},
    )
    outcome = forms.ChoiceField(
        label="What became of it",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what became of it."},
    )
    note = PlainText(
        label="Note",
        max_length=200,
        help_text="For example who told you. Nothing about persons.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme: Any = self.fields["programme"]
        programme.queryset = Programme.objects.all()
        year: Any = self.fields["year"]
        year.choices = [("", "Choose"), *past_years(school_year_of(today))]

    def answers(self) -> dict[str, Any]:
        """As the services of a participation take it."""
        given = self.cleaned_data
        year, _ = AcademicYear.objects.get_or_create(start_year=given["year"])
        return {
            "programme": given["programme"],
            "academic_year": year,
            "outcome": given["outcome"],
            "note": given["note"],
        }
