"""The form of interest: one page, the school found in the register with or without JavaScript."""

import re
from copy import copy
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from enrolment.eligibility import Answer, Eligibility, SchoolRecord, Step, check_eligibility
from enrolment.forms.fields import Address, PlainText
from enrolment.forms.people import PeopleForm
from enrolment.models import Participant
from enrolment.services.interest import InterestAnswers
from enrolment.services.records import records_of, step_of
from enrolment.services.seats import NamedSeat
from mathshub.prepared import prepared
from workgroups.forms import SchoolChoice
from workgroups.models import Offering, School
from workgroups.search import Found, fold, search_schools, sort_found

NOT_LISTED = "not-listed"
LONGEST_SCHOOL = 200  # characters of what is typed for a school
SHOWN = 10
_URN = re.compile(r"[0-9]{6}")

DAYS = [(day.lower(), day) for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
MODES = [
    ("twilight", "Twilight, after school"),
    ("virtual", "Virtual, live online"),
    ("face_to_face", "Face to face, a half or a full day"),
]


class InterestForm(PeopleForm):
    """What a school tells the hub about its interest in an offering."""

    school_typed = PlainText(
        label="School name, town or postcode",
        called="Your school",
        max_length=LONGEST_SCHOOL,
        takes_links=False,
        help_text="The URN works too.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # Whatever was sent: what it stands for is looked up.
    urn = forms.Field(required=False, widget=SchoolChoice, label="Which of these is it?")
    headteacher_name = PlainText(
        label="Headteacher’s name",
        max_length=120,
        takes_links=False,
        missing="Type the headteacher’s name.",
        widget=forms.TextInput(attrs={"autocomplete": "section-head name"}),
    )
    headteacher_email = Address(
        label="Headteacher’s e-mail address",
        missing="Type the headteacher’s e-mail address: our answer goes there.",
        help_text="Our answer goes there, with a link to follow or withdraw what you send.",
        widget=forms.EmailInput(
            attrs={"autocomplete": "section-head email", "spellcheck": "false"}
        ),
    )
    maths_lead_name = PlainText(
        label="Maths lead’s name",
        max_length=120,
        takes_links=False,
        widget=forms.TextInput(attrs={"autocomplete": "section-lead name"}),
    )
    maths_lead_email = Address(
        label="Maths lead’s e-mail address",
        widget=forms.EmailInput(
            attrs={"autocomplete": "section-lead email", "spellcheck": "false"}
        ),
    )
    maths_lead_takes_part = forms.BooleanField(
        required=False, label="The maths lead will take part, so I need not name them again"
    )
    barriers = PlainText(
        label="What stands in your way at the moment?",
        help_text="For example staff changes, or maths not yet being a priority of the school.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    days = forms.MultipleChoiceField(
        label="Which days suit you?",
        required=False,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Which days suit you: choose from the list."},
    )
    modes = forms.MultipleChoiceField(
        label="Which way suits you?",
        required=False,
        choices=MODES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Which way suits you: choose from the list."},
    )
    anything_else = PlainText(
        label="Anything else that we should know?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    commitment = forms.BooleanField(
        error_messages={
            "required": "Tick the box to say that the headteacher agrees to release staff."
        }
    )
    privacy = forms.BooleanField(
        label="I have read how the hub uses what I send",
        error_messages={"required": "Tick the box to say that you have read the privacy notice."},
    )

    def __init__(self, *args: Any, offering: Offering, **kwargs: Any) -> None:
        super().__init__(*args, rows=offering.programme.seats_per_school, **kwargs)
        self.offering = offering
        self.chosen_school: School | None = None
        self.found = Found()
        self._records: dict[int, SchoolRecord] = {}
        programme = offering.programme
        if not programme.asks_for_barriers:
            del self.fields["barriers"]
        self._put_people_after_maths_lead()
        self.fields["commitment"].label = (
            "Our headteacher agrees to release the same people for every session "
            f"({apnumber(programme.usual_sessions)} over the year)"
        )

    @classmethod
    def for_school(cls, query: QueryDict, *, offering: Offering) -> "InterestForm":
        """The blank form; where the page of schools sent somebody on, with what was found there."""
        if school := pickable_school(query.get("urn", "")):
            initial = {"school_typed": school.name, "urn": school.urn}
            form = cls(offering=offering, initial=initial)
            form.chosen_school = school
            return form
        if typed := query.get("school", "").strip()[:LONGEST_SCHOOL]:
            return cls(offering=offering, initial={"school_typed": typed, "urn": NOT_LISTED})
        return cls(offering=offering)

    @classmethod
    def as_typed_so_far(cls, data: QueryDict, *, offering: Offering) -> "InterestForm":
        """The form with what was typed, not yet checked."""
        fields = cls(offering=offering).fields
        typed = {
            name: field.widget.value_from_datadict(data, {}, name) for name, field in fields.items()
        }
        if data.get("find") == NOT_LISTED:
            typed["urn"] = NOT_LISTED
        return cls(offering=offering, initial=typed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "school_typed" not in self.errors:
            self._choose_school()
        self._check_maths_lead()
        self._check_number_of_people()
        if self.data.get("leave_empty"):
            self.add_error(
                None,
                "A field that must stay empty was filled in, perhaps by your browser. "
                "We have emptied it: please send the form again.",
            )
        return cleaned

    @property
    def typed_school(self) -> str:
        return (self["school_typed"].value() or "").strip()

    @property
    def eligibility(self) -> Eligibility | None:
        """What the register and the hub's record say of the school that was chosen."""
        if self.chosen_school is None:
            return None
        return check_eligibility(
            self.chosen_school, self._step, self._records_of([self.chosen_school])[0]
        )

    def show_schools(self) -> None:
        """Offer the schools that match what was typed, and the one chosen before, as a choice."""
        if self.chosen_school is None:
            self.chosen_school = pickable_school(self["urn"].value() or "")
        self.found = sort_found(search_schools(self.typed_school, limit=SHOWN))
        if self.chosen_school and self.chosen_school not in self.found.choices:
            self.found.choices = {self.chosen_school: "", **self.found.choices}
        choices = self.found.choices
        widget = self.fields["urn"].widget
        widget.choices = [(school.urn, school.name) for school in choices] + [
            (NOT_LISTED, "My school is not listed: use what I typed")
        ]
        records = self._records_of(list(choices))
        widget.hints = {
            school.urn: _hint(
                school,
                former,
                # Of the chosen one the note under it says so.
                "" if school == self.chosen_school else _doubts(school, self._step, record),
            )
            for (school, former), record in zip(choices.items(), records, strict=True)
        }
        self.fields["urn"].required = True  # now there is something to choose from

    def answers(self) -> InterestAnswers:
        """What a valid form says."""
        cleaned = self.cleaned_data
        further = {
            name: cleaned[name]
            for name in ("barriers", "days", "modes", "anything_else", "commitment", "privacy")
            if cleaned.get(name)
        }
        return InterestAnswers(
            school=self.chosen_school,
            school_as_typed="" if self.chosen_school else cleaned["school_typed"],
            headteacher_name=cleaned["headteacher_name"],
            headteacher_email=cleaned["headteacher_email"],
            maths_lead_name=cleaned["maths_lead_name"],
            maths_lead_email=cleaned["maths_lead_email"],
            intended_participants=tuple(self._everyone()),
            further=further,
        )

    @cached_property
    def _step(self) -> Step:
        return step_of(self.offering)

    def _records_of(self, schools: list[School]) -> list[SchoolRecord]:
        """What is known of each, looked up once."""
        new = [school for school in schools if school.pk not in self._records]
        self._records |= records_of(new, with_asked=False)
        return [self._records[school.pk] for school in schools]

    def _put_people_after_maths_lead(self) -> None:
        """The error summary goes through the fields in the order of the page."""
        people = [name for name in self.fields if name.startswith("person_")]
        others = [name for name in self.fields if name not in people]
        after = others.index("maths_lead_takes_part") + 1
        self.order_fields([*others[:after], *people, *others[after:]])

    def _choose_school(self) -> None:
        typed, urn = self.cleaned_data["school_typed"], self.cleaned_data["urn"] or ""
        if urn == NOT_LISTED and typed:
            return
        self.chosen_school = pickable_school(urn if urn else typed)
        if self.chosen_school is None and not typed:
            self.add_error("school_typed", "Your school: type its name, town or postcode.")
        elif self.chosen_school is None:
            self._ask_to_choose(typed)
        elif not self._is_what_was_typed(self.chosen_school):
            name = self.chosen_school.name
            self._forget_choice()
            self.add_error("urn", f"You chose {name}, then typed something else: choose once more.")

    def _ask_to_choose(self, typed: str) -> None:
        if sort_found(search_schools(typed, limit=SHOWN)).choices:
            words = "Choose your school from those we found, or say that it is not listed."
        else:
            words = (
                "We found no school by what you typed: try part of its name, its town or its "
                "postcode, or say that it is not listed."
            )
        self.add_error("urn", words)

    def _is_what_was_typed(self, school: School) -> bool:
        """Whether the choice still stands: not when another name was typed after it."""
        typed = self.cleaned_data["school_typed"]
        if typed in ("", school.urn, self.data.get("searched_for", "").strip()):
            return True
        if fold(typed) == fold(school.name):
            return True
        found = search_schools(typed, limit=SHOWN, is_strict=True)
        return school in sort_found(found).choices

    def _forget_choice(self) -> None:
        """So that the page comes back with no school chosen."""
        self.chosen_school = None
        data: Any = copy(self.data)  # what was sent can't be changed
        data["urn"] = ""
        self.data = data

    def _check_maths_lead(self) -> None:
        takes_part = self.cleaned_data.get("maths_lead_takes_part")
        if takes_part and self.cleaned_data.get("maths_lead_name") == "":
            self.add_error(
                "maths_lead_name", "Maths lead’s name: type it, since they will take part."
            )

    def _check_number_of_people(self) -> None:
        seats = self.offering.programme.seats_per_school
        everyone = self._everyone()
        if len(everyone) > seats:
            self.add_error(
                f"person_{self.row_count}_name",
                f"{self.who(self.row_count)}: take one name away. With the maths lead you have "
                f"named {len(everyone)} people, and there are {seats} seats for each school.",
            )

    def _everyone(self) -> list[NamedSeat]:
        """The maths lead, if they take part, and those named in the rows."""
        name = self.cleaned_data.get("maths_lead_name")
        if not (name and self.cleaned_data.get("maths_lead_takes_part")):
            return self.named_people()
        email = self.cleaned_data.get("maths_lead_email") or ""
        lead = NamedSeat(name=name, email=email, role=Participant.Role.MATHS_LEAD)
        others = [person for person in self.named_people() if not _is_same(person, lead)]
        return [lead, *others]


def pickable_school(urn: str) -> School | None:
    """The open school of that URN, or None; anything may have been sent as ``urn``."""
    schools = _pickable_schools(urn=urn) if _URN.fullmatch(urn) else []
    return schools[0] if schools else None


@prepared
def _pickable_schools(urn: Any) -> QuerySet[School]:
    return School.objects.pickable().select_related("local_authority").filter(urn=urn)


def _hint(school: School, *words: str) -> str:
    """Where it is, and what else is to be said of it."""
    said = " ".join(filter(None, words))
    return f"{school.whereabouts}. {said}" if said else school.whereabouts


def _doubts(school: School, step: Step, record: SchoolRecord) -> str:
    """Why the school may not take part; nothing where it can."""
    eligibility = check_eligibility(school, step, record)
    return "" if eligibility.answer is Answer.YES else " ".join(eligibility.reasons)


def _is_same(person: NamedSeat, other: NamedSeat) -> bool:
    """Whether two rows name one person, perhaps without the address in one of them."""
    if person.name.casefold() != other.name.casefold():
        return False
    return not person.email or person.email.casefold() == other.email.casefold()
