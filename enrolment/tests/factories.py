"""Valid rows of this app, for tests; keyword-only, each usable within ``hub_scope``.

Those that end in a state come about by the services, as they would in life.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from enrolment.models import (
    Briefing,
    BriefingBooking,
    BriefingFlyer,
    EligibilityOverride,
    ExpressionOfInterest,
    FurtherForm,
    HistoryImport,
    IntendedParticipant,
    KnownSchool,
    Mailing,
    OpeningNotice,
    Participant,
    PastParticipation,
    Place,
    Question,
    Seat,
    UnmatchedLine,
)
from enrolment.services.briefings import Arrangements, arrangements_of
from enrolment.services.interest import InterestAnswers
from enrolment.services.places import accept_place, offer_place
from enrolment.services.seats import NamedSeat
from enrolment.services.spreadsheets import explain_spreadsheet, take_spreadsheet
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.meaning import Meaning
from enrolment.spreadsheet.read import read_table
from workgroups.models import AcademicYear, Offering, Programme, School, WorkGroup
from workgroups.tests.factories import (
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_work_group,
    make_year,
)

NOW = datetime(2026, 11, 16, 10, 30, tzinfo=UTC)  # a Monday, within the factories' window
TODAY = NOW.date()
SPREADSHEET = """URN,School,Programme,Year,Completed?
999901,Shared Primary School,Dev,2022/23,Y
,A school that is not there,Dev,2022/23,
"""
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
_numbers = count(1)


def make_answers(**fields: Any) -> InterestAnswers:
    """What a school might send: the school found in the register, two teachers named."""
    number = next(_numbers)
    if "school" not in fields:
        fields["school"] = make_school()
    return InterestAnswers(
        **{
            "headteacher_name": "Grace Obi",
            "headteacher_email": f"head{number}@school.example",
            "intended_participants": (
                NamedSeat(name="Sam Okafor", email=f"sam{number}@school.example"),
                NamedSeat(name="Ana Lima", email=f"ana{number}@school.example"),
            ),
        }
        | fields
    )


def make_expression(
    *,
    offering: Offering | None = None,
    school: School | None = None,
    people: tuple[NamedSeat, ...] = (),
    **fields: Any,
) -> ExpressionOfInterest:
    """A school's expression as received, without its acknowledgement."""
    number = next(_numbers)
    fields = {
        "form_token": uuid4(),
        "headteacher_name": "Grace Obi",
        "headteacher_email": f"head{number}@school.example",
        "submitted_at": NOW,
    } | fields
    if school is None and "school_as_typed" not in fields:
        school = make_school()
    expression = ExpressionOfInterest.objects.create(
        offering=offering or make_offering(), school=school, **fields
    )
    for position, person in enumerate(people, start=1):
        IntendedParticipant.objects.create(
            expression=expression,
            position=position,
            name=person.name,
            email=person.email,
            role=person.role,
        )
    return expression


def make_place(
    *,
    work_group: WorkGroup | None = None,
    expression: ExpressionOfInterest | None = None,
    reply_by: date | None = None,
    now: datetime = NOW,
) -> Place:
    """A place on offer."""
    group = work_group or make_work_group()
    expression = expression or make_expression(offering=group.offering)
    return offer_place(expression, work_group=group, by=None, now=now, reply_by=reply_by)


def make_accepted_place(
    *,
    seats: tuple[NamedSeat, ...] = (),
    now: datetime = NOW,
    **fields: Any,
) -> Place:
    """A place that the school has accepted, with these people in its seats."""
    return accept_place(make_place(now=now, **fields), seats=seats, by=None, now=now)


def make_participant(
    *, name: str = "Sam Okafor", email: str = "sam@school.example", **fields: Any
) -> Participant:
    """A person whom the hub knows."""
    return Participant.objects.create(name=name, email=email, **fields)


def make_seat(
    *,
    place: Place | None = None,
    participant: Participant | None = None,
    held_from: date = TODAY,
    **fields: Any,
) -> Seat:
    """A seat in an accepted place, without the message to its holder."""
    place = place or make_accepted_place()
    return Seat.objects.create(
        place=place,
        participant=participant or make_participant(school=place.school),
        held_from=held_from,
        **fields,
    )


def make_briefing(*, starts_at: datetime = NOW + timedelta(days=7), **fields: Any) -> Briefing:
    """A published briefing of an hour for Hackney's headteachers, a week from now."""
    fields = {
        "local_authority": fields.get("local_authority") or make_local_authority(),
        "academic_year": fields.get("academic_year") or make_year(start_year=2027),
        "ends_at": starts_at + timedelta(hours=1),
        "venue": "Hackney Education, Reading Lane",
        "is_published": True,
    } | fields
    return Briefing.objects.create(starts_at=starts_at, **fields)


def moved(briefing: Briefing, **changes: Any) -> Arrangements:
    """When, where and for how many the briefing is, but for what changes."""
    return Arrangements(**vars(arrangements_of(briefing)) | changes)


def make_booking(
    *, briefing: Briefing | None = None, school: School | None = None, **fields: Any
) -> BriefingBooking:
    """A headteacher's seat at a briefing, without its confirmation."""
    number = next(_numbers)
    fields = {
        "name": "Grace Obi",
        "email": f"head{number}@school.example",
        "booked_at": NOW,
    } | fields
    if school is None and "school_as_typed" not in fields:
        school = make_school()
    return BriefingBooking.objects.create(
        briefing=briefing or make_briefing(), school=school, **fields
    )


def make_flyer(*, briefing: Briefing | None = None, content: bytes = PDF) -> BriefingFlyer:
    """A PDF of the hub's own."""
    return BriefingFlyer.objects.create(
        briefing=briefing or make_briefing(), content=content, size=len(content), uploaded_at=NOW
    )


def make_opening_notice(
    *, programme: Programme | None = None, email: str = "office@school.example", **fields: Any
) -> OpeningNotice:
    """Somebody waits for the programme's window."""
    fields = {"asked_at": NOW} | fields
    return OpeningNotice.objects.create(
        programme=programme or make_programme(), email=email, **fields
    )


def make_known_school(*, school: School | None = None, **fields: Any) -> KnownSchool:
    """A school in which a Mastery Specialist works."""
    fields = {"has_mastery_specialist": True} | fields
    return KnownSchool.objects.create(school=school or make_school(), **fields)


def make_past_participation(
    *,
    school: School | None = None,
    programme: Programme | None = None,
    academic_year: AcademicYear | None = None,
    **fields: Any,
) -> PastParticipation:
    """A school completed a programme in 2023/24, as somebody entered by hand."""
    return PastParticipation.objects.create(
        school=school or make_school(),
        programme=programme or make_programme(),
        academic_year=academic_year or make_year(start_year=2023),
        **fields,
    )


def make_history_import(**fields: Any) -> HistoryImport:
    """A spreadsheet that was loaded; its file is gone."""
    fields = {
        "file_name": "past-work-groups.csv",
        "state": HistoryImport.State.LOADED,
        "uploaded_at": NOW,
        "loaded_at": NOW,
    } | fields
    return HistoryImport.objects.create(**fields)


def make_waiting_spreadsheet(
    *,
    content: bytes | str = SPREADSHEET,
    programme: Programme | None = None,
    columns: dict[Role, int] | None = None,
    **meaning: Any,
) -> HistoryImport:
    """A spreadsheet that was chosen and explained: what is called “Dev” in it is ``programme``.

    Its columns are guessed unless told.
    """
    content = content.encode() if isinstance(content, str) else content
    table = read_table(content)
    cells = [table.column(index) for index in table.columns]
    columns = columns or guess_roles(table.header.cells, cells)
    if Role.PROGRAMME in columns:
        meaning = {"programmes": {"dev": (programme or make_programme()).pk}} | meaning
    words = {"y": "completed", "n": "not_completed", "": "not_known"}
    spreadsheet = take_spreadsheet(content, file_name="past.csv", by=None, now=NOW)
    explain_spreadsheet(
        spreadsheet,
        meaning=Meaning(columns=columns, **({"outcomes": words, "sheet": table.sheet} | meaning)),
    )
    return spreadsheet


def make_unmatched_line(
    *, history_import: HistoryImport | None = None, **fields: Any
) -> UnmatchedLine:
    """A line whose school was not found, which waits."""
    fields = {
        "line": next(_numbers),
        "school_as_typed": "St Marys, Hackney",
        "reason": "Three schools have a name like this.",
        "outcome": PastParticipation.Outcome.COMPLETED,
    } | fields
    return UnmatchedLine.objects.create(
        history_import=history_import or make_history_import(),
        programme=fields.pop("programme", None) or make_programme(),
        academic_year=fields.pop("academic_year", None) or make_year(start_year=2023),
        **fields,
    )


def make_override(
    *, school: School | None = None, offering: Offering | None = None, **fields: Any
) -> EligibilityOverride:
    """The hub has decided that a school can take part."""
    fields = {
        "answer": EligibilityOverride.Answer.YES,
        "reason": "Took part with another hub",
        "decided_at": NOW,
    } | fields
    return EligibilityOverride.objects.create(
        school=school or make_school(), offering=offering or make_offering(), **fields
    )


def make_question(*, wording: str = "How many classes have you?", **fields: Any) -> Question:
    """A question of the hub's own, for every programme."""
    return Question.objects.create(wording=wording, **fields)


def make_further_form(
    *, expression: ExpressionOfInterest | None = None, **fields: Any
) -> FurtherForm:
    """A form of somebody else at a school that had asked already."""
    fields = {
        "sender_role": FurtherForm.SenderRole.OFFICE,
        "sender_name": "Olu Ade",
        "sender_email": "olu@school.example",
        "answers": [["Days that suit", "Monday"]],
        "submitted_at": NOW,
    } | fields
    return FurtherForm.objects.create(expression=expression or make_expression(), **fields)


def make_mailing(*, filters: dict[str, Any] | None = None, **fields: Any) -> Mailing:
    """A message to people with a seat, not sent yet; to nobody unless told."""
    written = {
        "to": Mailing.To.PARTICIPANTS,
        "subject": "The room has changed",
        "text": "We meet in the library.",
        "changed_at": NOW,
    }
    return Mailing.objects.create(filters=filters or {}, **written | fields)
