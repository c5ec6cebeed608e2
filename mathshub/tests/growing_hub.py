"""A hub that grows by one row of everything at a time, each of which can be told on a page.

What hangs on something hangs on the first of its kind: the first Work Group gets each new session,
place and lead, the first participant each new seat. So a page with one row and the same page with
three are the same address.
"""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat

from enrolment.models import (
    Briefing,
    BriefingBooking,
    ExpressionOfInterest,
    FurtherForm,
    HistoryImport,
    IntendedParticipant,
    Mailing,
    MailingFile,
    OpeningNotice,
    Participant,
    PastParticipation,
    Place,
    Question,
    Seat,
    UnmatchedLine,
)
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_booking,
    make_briefing,
    make_expression,
    make_flyer,
    make_further_form,
    make_history_import,
    make_mailing,
    make_opening_notice,
    make_participant,
    make_past_participation,
    make_place,
    make_question,
    make_unmatched_line,
    make_waiting_spreadsheet,
)
from enrolment.tests.filling import ready_draft
from mathshub.accounts.models import Account
from mathshub.outbox.models import Hold, Message, OptOut, Suppression, Wording
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.suppression import suppress
from mathshub.outbox.tests.factories import make_hold, make_message, make_wording
from mathshub.scope import hub_scope, owned_models
from mathshub.tests.probes import NOBODYS_ID
from mathshub.tests.two_hubs import SHARED_URNS, PlantedHub
from sessions.models import Apology, Session
from sessions.tests.factories import make_apology, make_seat_in, make_session
from workgroups.models import (
    DayToAvoid,
    Hub,
    LocalAuthority,
    Prerequisite,
    Programme,
    ProgrammeLink,
    RegisterImport,
    School,
    SchoolLink,
    TermDate,
    WorkGroup,
    WorkGroupLead,
)
from workgroups.search import search_text_of
from workgroups.tests.factories import (
    make_closed_school,
    make_days_to_avoid,
    make_hub,
    make_link,
    make_local_authority,
    make_member,
    make_offering,
    make_programme,
    make_programme_link,
    make_register_import,
    make_school,
    make_succession_decision,
    make_term_dates,
    make_work_group,
    make_year,
)

MAILBOX = "office@school.example"
"""Of the first participant, expression and place: all messages go there."""

# The texts that say on a page which row it shows; each becomes “PLACE 12”.
NAMING_TEXTS: dict[type[models.Model], tuple[str, ...]] = {
    Account: ("name",),
    Apology: ("reason",),
    Briefing: ("venue", "description"),
    BriefingBooking: ("name", "school_as_typed"),
    DayToAvoid: ("name", "source"),
    ExpressionOfInterest: ("headteacher_name",),
    FurtherForm: ("sender_name",),
    Hold: ("reason",),
    HistoryImport: ("file_name",),
    Hub: ("name",),
    IntendedParticipant: ("name",),
    Mailing: ("subject",),
    MailingFile: ("name",),
    Message: ("subject", "recipient_name"),
    OpeningNotice: ("email",),
    OptOut: ("address",),
    Participant: ("name",),
    PastParticipation: ("note",),
    Place: ("contact_name",),
    Programme: ("name", "short_name"),
    ProgrammeLink: ("title",),
    Question: ("wording",),
    RegisterImport: ("file_name",),
    School: ("name",),
    Session: ("title", "venue"),
    Suppression: ("reason",),
    TermDate: ("source",),
    UnmatchedLine: ("reason",),
    WorkGroup: ("name",),
    Wording: ("opening",),
}
BOROUGH, CHANGE = "BOROUGH", "CHANGE"
_NAMES = (*(model.__name__.upper() for model in NAMING_TEXTS), BOROUGH, CHANGE)
_NAMED = re.compile(rf"\b({'|'.join(_NAMES)}) (\d+)")
# Rows that have no text of their own: sessions by their number, offerings by their year.
_NUMBERED = {"NUMBER": re.compile(r"\b[Ss]ession (\d+)"), "YEAR": re.compile(r"\b20(\d\d/\d\d)\b")}


def rows_shown(page: str) -> dict[str, int]:
    """How many rows of each model the page names, by the model's name in capitals."""
    named = set(_NAMED.findall(page))
    for name, pattern in _NUMBERED.items():
        named |= {(name, number) for number in pattern.findall(page)}
    return dict(Counter(name for name, _ in named))


class GrowingHub:
    """Call ``grow`` once at least before anything else."""

    def __init__(self) -> None:
        self.size = 0
        self.hub = make_hub(slug="lea-valley")

    def grow(self) -> None:
        """One more of everything."""
        self.size += 1
        with hub_scope(self.hub):
            if self.size == 1:
                self._plant_first()
            self._add_foundations()
            self._add_interest()
            self._add_register()
            self._add_places()
            self._add_sessions()
            self._add_past()
            self._add_messages()
            self._add_mailing()
            make_hold(message=make_message(kind="session-changed", recipient=MAILBOX))
        make_hub(name=f"HUB 0{self.size}")
        with hub_scope(self.hub):
            _name_rows()
            _change_first_rows(self.size)

    def planted(self) -> PlantedHub:
        """What probes.py makes addresses of: the first row of each model, and the last."""
        rows: dict[type[models.Model], list[Any]] = {}
        with hub_scope(self.hub):
            for model in (*owned_models(), School, SchoolLink, RegisterImport, Account):
                found = model._default_manager.order_by("pk")
                rows[model] = [found.first(), found.last()]
        return PlantedHub(self.hub, "", self.group, [], MAILBOX, rows | {Hub: [self.hub]})

    # --- the first of each kind, on which the others hang ---

    def _plant_first(self) -> None:
        make_message(kind="draft-nudge")  # the first one, whose link the crawler opens
        self.programme = make_programme(
            position=9,
            seats_per_school=9,
            is_starting_point=True,
            asks_for_barriers=True,
            has_visits=True,
        )
        self.closed_programme = make_programme(position=12, slug="closed")
        self.school = make_school(urn=SHARED_URNS[0])
        self.member = make_member()
        self.offering = make_offering(programme=self.programme)
        self.group = make_work_group(offering=self.offering, capacity=30)
        self.expression = make_expression(offering=self.offering, headteacher_email=MAILBOX)
        self.place = make_accepted_place(
            work_group=self.group,
            expression=self.expression,
            seats=(NamedSeat(name="Sam Okafor", email=MAILBOX),),
        )
        self.participant = Participant.objects.get()
        self.seat = self.participant.seats.get()
        self.session = make_session(work_group=self.group)
        self.closed = make_closed_school(local_authority=make_local_authority(name=f"{BOROUGH} 1"))
        self.draft = make_work_group(offering=self.offering, state=WorkGroup.State.DRAFT)
        self._plant_forms()

    def _plant_forms(self) -> None:
        """Two that only have to be sent, by offices: of a school that has asked, of an unlisted one."""
        make_question()
        office = {"role": "office", "full_name": "Olu Ade", "email": "olu@school.example"}
        school = self.expression.school
        self.draft_again = ready_draft(offering=self.offering, school=school, you=office)
        self.draft_first = ready_draft(offering=self.offering, you=office)

    # --- one more ---

    def _add_foundations(self) -> None:
        authority = make_local_authority(name=f"{BOROUGH} {self.size}")
        self.hub.local_authorities.add(authority)
        self.group.local_authorities.add(authority)
        make_term_dates(local_authority=authority)
        make_days_to_avoid(local_authority=authority)
        self._add_briefing(authority)
        for group in (self.group, self.draft):
            WorkGroupLead.objects.create(work_group=group, member=make_member())
        other = make_programme(position=self.size, is_starting_point=True)
        Prerequisite.objects.create(programme=self.programme, needs=other)
        make_work_group(offering=make_offering(programme=other))
        later = make_year(start_year=2026 + self.size)
        make_work_group(offering=make_offering(programme=self.programme, academic_year=later))

    def _add_messages(self) -> None:
        """Some that wait, a refused and an unwanted address, and words for a programme of its own."""
        of_first = {"expression": self.expression.pk}
        make_message(kind="eoi-received", recipient=MAILBOX, context=of_first)
        make_message(
            kind="session-reminder",
            recipient=MAILBOX,
            school=self.school,
            work_group=self.group,
            participant=self.participant,
            session=self.session,
        )
        suppress(f"gone{self.size}@school.example", reason="550 no such mailbox")
        stop_kind(make_message(kind="eoi-digest"), now=NOW)
        programme = self.programme if self.size == 1 else Programme.objects.latest("pk")
        make_wording(programme=programme)

    def _add_briefing(self, authority: LocalAuthority) -> None:
        """Another briefing, and another booking of each kind for the first one."""
        briefing = make_briefing(
            local_authority=authority, starts_at=NOW + timedelta(days=self.size), capacity=30
        )
        if self.size == 1:
            self.briefing = briefing
            make_flyer(briefing=briefing)
        make_booking(briefing=self.briefing, school=self.school, email=MAILBOX)
        make_booking(briefing=self.briefing, school_as_typed="A new school", state="waiting")
        make_booking(briefing=briefing, school=self.school)
        make_programme_link(programme=self.programme)
        make_opening_notice(
            programme=self.closed_programme, email=f"waits{self.size}@school.example"
        )

    def _add_mailing(self) -> None:
        """Another message to many, and of the first one another file and another reader."""
        mailing = make_mailing(filters={"work_groups": [self.group.pk]})
        if self.size == 1:
            self.mailing = mailing
        MailingFile.objects.create(
            mailing=self.mailing, name="plan.pdf", content_type="application/pdf", content=b"%PDF-"
        )
        make_message(kind="mailing", key=f"{self.mailing.key_prefix()}1:{self.size}")

    def _add_register(self) -> None:
        """Another import, another school that the first closed one merged into, and more of its past."""
        make_register_import()
        school = self.waiting.school
        make_link(self.closed, school, kind=SchoolLink.Kind.MERGER)
        make_succession_decision(predecessor=self.closed, successor=school)
        make_past_participation(
            school=self.closed,
            programme=self.programme,
            academic_year=make_year(start_year=2015 + self.size),
        )

    def _add_interest(self) -> None:
        IntendedParticipant.objects.create(expression=self.expression, position=self.size)
        make_expression(offering=self.offering, school_as_typed="A new school")
        make_further_form(expression=self.expression)
        make_question()
        self.waiting = make_expression(offering=self.offering)

    def _add_places(self) -> None:
        """In the first group one accepted and one offered, and in a group of its own another."""
        colleague = make_participant(school=self.place.school)
        make_seat_in(self.group, place=self.place, participant=colleague)
        make_seat_in(self.group)
        people = tuple(NamedSeat(name=f"Teacher {n}") for n in range(self.size))
        offered_to = make_expression(offering=self.offering, people=people)
        make_place(work_group=self.group, expression=offered_to)
        self._add_group()

    def _add_group(self) -> None:
        """One that the first member leads; the first school and participant take part in it, and
        the first expression had been offered a place there.
        """
        group = make_work_group(offering=self.offering)
        WorkGroupLead.objects.create(work_group=group, member=self.member)
        make_session(work_group=group)
        # A school may ask again once it has declined: it holds the places it had all the same.
        earlier = ExpressionOfInterest.objects.filter(offering=self.offering, school=self.school)
        earlier.update(state=ExpressionOfInterest.State.DECLINED)
        asked = make_expression(offering=self.offering, school=self.school)
        place = make_accepted_place(work_group=group, expression=asked)
        make_seat_in(group, place=place, participant=self.participant)
        Place.objects.create(
            work_group=group,
            school=self.place.school,
            expression=self.expression,
            state=Place.State.DECLINED,
            offered_at=NOW,
            answered_at=NOW,
        )

    def _add_sessions(self) -> None:
        """In the first group one held, one to come and one planned, with apologies."""
        days = timedelta(days=self.size)
        make_session(work_group=self.group, starts_at=NOW - days)
        coming = make_session(work_group=self.group, starts_at=NOW + timedelta(days=30) + days)
        make_session(work_group=self.group, starts_at=NOW + 30 * days, state=Session.State.PLANNED)
        make_apology(session=coming, seat=self.seat)
        make_apology(session=self.session, seat=Seat.objects.filter(place=self.place).last())

    def _add_past(self) -> None:
        """On record from the first spreadsheet, in its tray, and in one that waits to be loaded."""
        school = self.waiting.school
        loaded = make_history_import()
        self.spreadsheet = HistoryImport.objects.earliest("pk")
        for year, fields in (
            (2021, {"history_import": self.spreadsheet, "source": "spreadsheet"}),
            (2022, {"history_import": self.spreadsheet}),
            (2023, {"history_import": loaded}),
        ):
            make_past_participation(
                school=school,
                programme=self.programme,
                academic_year=make_year(start_year=year),
                **fields,
            )
        make_unmatched_line(programme=self.programme, history_import=self.spreadsheet)
        # Of a closed school one thing more is asked, whether it was merged.
        urns = School.objects.open_now().order_by("pk").values_list("urn", flat=True)[: self.size]
        rows = [f"{urn},Dev,2020/21,Y" for urn in urns] + ["999999,Dev,2020/21,N"] * self.size
        self.explained = make_waiting_spreadsheet(
            content="\n".join(["URN,Programme,Year,Completed", *rows]), programme=self.programme
        )


def _name_rows() -> None:
    for model, columns in NAMING_TEXTS.items():
        name = Concat(Value(f"{model.__name__.upper()} "), Cast("pk", models.CharField()))
        model._base_manager.update(**dict.fromkeys(columns, name))
    for school in School.objects.all():
        School.objects.filter(pk=school.pk).update(search_text=search_text_of(school))


def _change_first_rows(number: int) -> None:
    """In the history of the first row of each model: a change of every row that it points at."""
    for model in (*owned_models(), School, Hub):
        if hasattr(model, "history") and (first := model._default_manager.order_by("pk").first()):
            _change(first, number)


def _change(row: models.Model, number: int) -> None:
    links = [
        column
        for column in row.history.model.tracked_fields
        if isinstance(column, models.ForeignKey) and column.editable
    ]
    if number == 1:  # else the first change would leave the links as they are
        row.history.update(**{column.attname: NOBODYS_ID for column in links})
    change = row.history.order_by("history_date", "history_id").last()
    for column in links:
        others = column.remote_field.model._default_manager.order_by("pk")
        setattr(change, column.attname, others[number % others.count()].pk)
    change.history_id = None
    change.history_type = "~"
    change.history_date = NOW + timedelta(hours=number)
    change.history_user = Account.objects.order_by("pk")[number - 1]
    change.history_change_reason = f"{CHANGE} {number}"
    change.save(force_insert=True)
