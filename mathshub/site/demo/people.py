"""Invented people: a headteacher and teachers for every invented school, the same on each load."""

from dataclasses import dataclass

from enrolment.models import Participant
from enrolment.services.seats import NamedSeat
from workgroups.models import School

_FIRST_NAMES = (
    "Amara", "Ben", "Chloe", "Daniel", "Esther", "Farah", "George", "Halima", "Isaac", "Joanna",
    "Kwame", "Leila", "Marcus", "Nadia", "Oliver", "Priya", "Ruth", "Samuel", "Tanya", "Umar",
    "Victoria", "Wei", "Yasmin", "Zofia", "Aled", "Bronagh", "Catriona", "Dilip", "Ewa", "Femi",
    "Grace",
)  # fmt: skip
_SURNAMES = (
    "Abbott", "Begum", "Castell", "Doherty", "Eze", "Farrow", "Ghosh", "Hartley", "Ismail", "Jarvis",
    "Kaur", "Lindqvist", "Mensah", "Novak", "Ogundele", "Pascoe", "Quill", "Rahman", "Sorrell",
    "Tembo", "Underhill", "Vaz", "Winstone", "Yilmaz", "Zaman", "Ashdown", "Bramley", "Chowdhury",
    "Duarte",
)  # fmt: skip


@dataclass(frozen=True)
class Staffroom:
    """The people of one invented school who have to do with the hub."""

    headteacher: str
    maths_lead: str
    teacher: str
    mailbox: str  # shared: it tells a school, not a person
    written_to: str = ""  # the headteacher's address, where it is none of ours

    @property
    def headteacher_email(self) -> str:
        return self.written_to or f"head.{self.mailbox}@example.org"

    @property
    def maths_lead_seat(self) -> NamedSeat:
        email = f"{_address(self.maths_lead)}.{self.mailbox}@example.org"
        return NamedSeat(self.maths_lead, email, Participant.Role.MATHS_LEAD)

    @property
    def teacher_seat(self) -> NamedSeat:
        """The second teacher, reached by the school's shared mailbox."""
        return NamedSeat(self.teacher, f"office.{self.mailbox}@example.org")


def staffroom_of(school: School) -> Staffroom:
    """Three people whose names follow from the URN."""
    number = int(school.urn)
    word = "".join(letter for letter in school.name.split()[0].lower() if letter.isalpha())
    headteacher, maths_lead, teacher = (_name(3 * number + seat) for seat in range(3))
    return Staffroom(headteacher, maths_lead, teacher, mailbox=word)


def _name(number: int) -> str:
    """31 first names and 29 surnames: the pairs repeat after 899 people."""
    return f"{_FIRST_NAMES[number % 31]} {_SURNAMES[number % 29]}"


def _address(name: str) -> str:
    return name[0].lower()
