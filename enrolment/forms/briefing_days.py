"""What staff type about a briefing: when and where it is, who books by telephone, who came."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.forms.boundfield import BoundField
from django.forms.utils import from_current_timezone
from django.utils import timezone

from enrolment.forms.briefings import ROLES
from enrolment.forms.fields import Address, PlainText
from enrolment.forms.school_question import LONGEST_SCHOOL, school_meant
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import Arrangements, Person
from mathshub.scope_admin import SeenForm
from mathshub.scope_admin.widgets import DateInput, TimeInput

WALK_INS = 5  # rows at once; more after saving


class ArrangementsForm(SeenForm, forms.Form):
    """All that those who have booked must know, in one place."""

    day = forms.DateField(widget=DateInput)
    starts = forms.TimeField(label="From", widget=TimeInput)
    ends = forms.TimeField(label="To", widget=TimeInput)
    is_online = forms.BooleanField(label="It is online", required=False)
    venue = forms.CharField(max_length=200, required=False)
    join_link = forms.URLField(
        label="Link to join",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Told to those who have booked, and to nobody else.",
    )
    capacity = forms.IntegerField(
        label="Seats",
        required=False,
        validators=[MinValueValidator(1)],
        max_value=10_000,
        help_text="Leave empty where there is room for everyone.",
    )

    @classmethod
    def initial_of(cls, briefing: Briefing) -> dict[str, Any]:
        """As things stand."""
        start = timezone.localtime(briefing.starts_at)
        end = timezone.localtime(briefing.ends_at)
        kept = ("is_online", "venue", "join_link", "capacity")
        return {"day": start.date(), "starts": start.time(), "ends": end.time()} | {
            name: getattr(briefing, name) for name in kept
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        given["starts_at"] = _moment(given["day"], given["starts"])
        given["ends_at"] = _moment(given["day"], given["ends"])
        if given["ends_at"] <= given["starts_at"]:
            self.add_error("ends", "To: a briefing must end after it starts.")
        elif given["starts_at"] <= timezone.now():
            self.add_error("day", "Day: choose one that is still to come.")
        return given

    def arrangements(self) -> Arrangements:
        """What the valid form says."""
        names = Arrangements.__dataclass_fields__
        return Arrangements(**{name: self.cleaned_data[name] for name in names})


class PersonForm(forms.Form):
    """Somebody who books by telephone. The token makes it count once."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    name = PlainText(label="Name", missing="Type their name.", max_length=120)
    role = forms.ChoiceField(choices=ROLES)
    email = Address(
        label="E-mail address", missing="Type their address: the confirmation goes there."
    )
    school = PlainText(
        label="School",
        missing="Type their school’s name or URN.",
        max_length=LONGEST_SCHOOL,
        help_text="Its URN, or its name as the register has it.",
    )

    def person(self) -> Person:
        return _person(self.cleaned_data)


class AttendanceForm(SeenForm, forms.Form):
    """A tick for each who booked, and rows for those who came without having booked."""

    def __init__(self, *args: Any, bookings: Sequence[BriefingBooking], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bookings = bookings
        for booking in bookings:
            name = f"came_{booking.pk}"
            self.fields[name] = forms.BooleanField(
                label=booking.name,
                help_text=f"{booking.school_name or 'no school'}, {booking.get_role_display()}",
                required=False,
            )
            self.initial[name] = booking.has_come
        for number in range(1, WALK_INS + 1):
            self._add_row(number)

    def _add_row(self, number: int) -> None:
        self.fields[f"new_{number}_name"] = PlainText(
            label="Name", called=f"Name in row {number}", max_length=120
        )
        self.fields[f"new_{number}_school"] = PlainText(
            label="School, or its URN", called=f"School in row {number}", max_length=LONGEST_SCHOOL
        )
        self.fields[f"new_{number}_role"] = forms.ChoiceField(
            label="Role", choices=ROLES, required=False
        )
        self.fields[f"new_{number}_email"] = Address(
            label="E-mail address",
            called=f"Address in row {number}",
            help_text="Without one, no e-mail afterwards." if number == 1 else "",
        )

    @property
    def ticks(self) -> list[BoundField]:
        return [self[f"came_{booking.pk}"] for booking in self.bookings]

    @property
    def rows(self) -> list[tuple[int, list[BoundField]]]:
        """The rows for those who came without booking, by number."""
        parts = ("name", "school", "role", "email")
        return [
            (number, [self[f"new_{number}_{part}"] for part in parts])
            for number in range(1, WALK_INS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for number in range(1, WALK_INS + 1):
            name = f"new_{number}_name"
            others = given.get(f"new_{number}_school") or given.get(f"new_{number}_email")
            if others and name in given and not given[name]:
                self.add_error(name, f"Type the name of who came, in row {number}.")
        return given

    def changed_ticks(self) -> dict[int, bool]:
        """By booking: only what this page changes, so that two people can tick at once."""
        return {
            booking.pk: self.cleaned_data[name]
            for booking in self.bookings
            if (name := f"came_{booking.pk}") in self.changed_data
        }

    def walk_ins(self) -> list[Person]:
        return list(self._walk_ins())

    def _walk_ins(self) -> Iterator[Person]:
        for number in range(1, WALK_INS + 1):
            row = {
                part: self.cleaned_data[f"new_{number}_{part}"]
                for part in ("name", "school", "role", "email")
            }
            if row["name"]:
                yield _person(row | {"role": row["role"] or BriefingBooking.Role.HEADTEACHER})


def _person(given: dict[str, Any]) -> Person:
    school = school_meant(given["school"]) if given["school"] else None
    return Person(
        name=given["name"],
        email=given["email"],
        role=given["role"],
        school=school,
        school_as_typed="" if school else given["school"],
    )


def _moment(day: date, at: time) -> datetime:
    """In London; raises ``ValidationError`` for a time that the clocks leave out."""
    moment = from_current_timezone(datetime.combine(day, at))
    if moment is None:
        raise ValidationError("Give the day and the time.")
    return moment
