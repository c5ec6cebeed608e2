"""Two hubs with a row of everything, each row with its hub's mark in every text.

Both hubs deal with the same schools and share a mailbox, so that whatever forgets the hub in a
query, a join or a choice shows the other one's mark.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models

from enrolment.models import (
    ExpressionOfInterest,
    FurtherForm,
    InterestDraft,
    MailingFile,
    Participant,
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
    make_known_school,
    make_mailing,
    make_opening_notice,
    make_override,
    make_past_participation,
    make_place,
    make_question,
    make_unmatched_line,
    make_waiting_spreadsheet,
)
from enrolment.tests.filling import make_draft, ready_draft
from mathshub.accounts.models import Account
from mathshub.outbox.models import Message, Wording
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.suppression import suppress
from mathshub.outbox.tests.factories import make_hold, make_message, make_wording
from mathshub.scope import HubOwned, all_hubs, hub_scope, owned_models
from mathshub.testing.sizes import IS_SOAK
from sessions.models import Session
from sessions.tests.factories import make_apology, make_session, make_sessions
from workgroups.models import (
    Hub,
    HubMember,
    Programme,
    RegisterImport,
    School,
    SchoolLink,
    WorkGroup,
)
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

SHARED_MAILBOX = "office@school.example"
SHARED_URNS = ("999901", "999902", "999903")
CLOSED_URN = "999904"
# What names a row to the machine, or is published, or would not work with any text in it.
NOT_MARKED = {
    Hub: {"name", "slug", "host"},
    Message: {"kind", "recipient"},
    Account: {"password"},
    Wording: {"kind"},
}
NEVER_MARKED = {"reference", "address_hash"}


@dataclass
class PlantedHub:
    """A hub, its mark, and what was planted in it."""

    hub: Hub
    mark: str
    group: WorkGroup
    schools: list[School]
    own_address: str
    """An address that this hub alone knows."""
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    """Rows of each model that the hub's pages show, marked; some, or in a soak all."""


def plant_two_hubs() -> tuple[PlantedHub, PlantedHub]:
    """The first is the one that ``testserver`` shows; letters, so that no number looks like them."""
    make_local_authority(name="Hackney")
    schools = [make_school(urn=urn, name=f"Shared Primary School {urn}") for urn in SHARED_URNS]
    closed = make_closed_school(urn=CLOSED_URN, name="Shared closed school")
    make_link(closed, schools[0], kind=SchoolLink.Kind.MERGER)
    make_register_import()
    return (
        plant("lea-valley", mark="XYZZYQAA", schools=schools),
        plant("wandle", mark="XYZZYQBB", schools=schools),
    )


def plant(slug: str, *, mark: str, schools: list[School]) -> PlantedHub:
    """A hub with a row of every owned model, in the states that show most."""
    hub = make_hub(slug=slug, local_authorities=[make_local_authority(name="Hackney")])
    own_address = f"only-{slug}@school.example"
    with hub_scope(hub):
        make_message(kind="draft-nudge", recipient=SHARED_MAILBOX)  # the first: it has a link
        group = _plant_group(schools)
        _plant_interest(group, schools)
        _plant_year(group, own_address)
        make_term_dates()
        make_days_to_avoid()
        _plant_briefing(schools)
        make_programme_link(programme=group.offering.programme)
        mailing = make_mailing(filters={"work_groups": [group.pk]})
        MailingFile.objects.create(
            mailing=mailing, name="plan.pdf", content_type="application/pdf", content=b"%PDF-"
        )
        make_opening_notice(programme=make_programme(position=3), email=SHARED_MAILBOX)
        _plant_past(group, schools)
        suppress("gone@school.example", reason="550 no such mailbox")
        stop_kind(make_message(kind="eoi-digest", recipient=SHARED_MAILBOX), now=NOW)
        make_hold(message=make_message(kind="session-changed", recipient=SHARED_MAILBOX))
        make_hold(work_group=group)
        _plant_wording()
    planted = PlantedHub(hub, mark, group, schools, own_address)
    _mark_everything(planted)
    planted.rows = _rows_of(planted)
    return planted


def _plant_group(schools: list[School]) -> WorkGroup:
    lead = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    make_member(role=HubMember.Role.ADMINISTRATOR)
    first = make_programme(position=1)
    offering = make_offering(programme=make_programme(needs=[first], position=2))
    make_work_group(offering=offering, state=WorkGroup.State.DRAFT, leads=[lead])
    return make_work_group(
        offering=offering,
        state=WorkGroup.State.RUNNING,
        leads=[lead],
        local_authorities=[make_local_authority(name="Hackney")],
    )


def _plant_interest(group: WorkGroup, schools: list[School]) -> None:
    """Interest that waits, that has an offer, that was accepted, and that names no school."""
    offering = group.offering
    people = (NamedSeat("Sam Okafor", SHARED_MAILBOX), NamedSeat("Ana Lima", SHARED_MAILBOX))
    asked = [make_expression(offering=offering, school=school, people=people) for school in schools]
    make_expression(offering=offering, school_as_typed="A new school")
    make_accepted_place(work_group=group, expression=asked[0], seats=people[:1])
    make_place(work_group=group, expression=asked[1])
    further = make_further_form(expression=asked[0])
    make_question(programme=offering.programme)
    make_work_group(offering=offering)  # which the forms may wish for
    make_work_group(offering=offering)
    ready_draft(offering=offering, school=schools[0])
    for became in ({"expression": asked[0]}, {"further_form": further}, {"changes": asked[2]}):
        make_draft(offering=offering, school=schools[0], **became)
    ready_draft(offering=offering, school=schools[1])
    later = make_offering(programme=offering.programme, academic_year=make_year(start_year=2027))
    make_expression(offering=later, school_as_typed="A new school")


def _plant_briefing(schools: list[School]) -> None:
    """One with a flyer, to which people of the shared mailbox come, and wait; one nobody booked."""
    briefing = make_briefing(capacity=20)
    make_flyer(briefing=briefing)
    make_booking(briefing=briefing, school=schools[0], email=SHARED_MAILBOX)
    make_booking(briefing=briefing, email=SHARED_MAILBOX, name="Ana Lima", state="waiting")
    make_briefing()


def _plant_wording() -> None:
    """Words for each programme, and of another kind for all; a letter that has its own."""
    make_wording(kind="session-reminder")
    for programme in Programme.objects.all():
        make_wording(programme=programme)
    about = {"expression": ExpressionOfInterest.objects.earliest("pk").pk}
    words = {"opening": "Dear colleague,", "changes": [{"by": "Asha", "at": NOW.isoformat()}]}
    make_message(kind="eoi-received", recipient=SHARED_MAILBOX, context=about, words=words)


def _plant_past(group: WorkGroup, schools: list[School]) -> None:
    """What the hub knows of the schools' past; a spreadsheet that was loaded, one that waits."""
    programme = group.offering.programme
    make_known_school(school=schools[0])
    loaded = make_history_import()
    make_waiting_spreadsheet(programme=programme)
    make_past_participation(school=schools[0], programme=programme, history_import=loaded)
    make_unmatched_line(history_import=loaded, programme=programme)
    make_override(school=schools[1], offering=group.offering)
    make_succession_decision(predecessor=School.objects.get(urn=CLOSED_URN), successor=schools[0])


def _plant_year(group: WorkGroup, own_address: str) -> None:
    make_sessions(work_group=group)
    make_session(work_group=group, state=Session.State.PLANNED, starts_at=NOW + timedelta(days=200))
    seat = Participant.objects.get().seats.get()
    session = Session.objects.to_come(NOW).order_by("number")[0]
    make_apology(session=session, seat=seat)
    make_message(
        kind="session-reminder",
        recipient=SHARED_MAILBOX,
        school=seat.place.school,
        work_group=group,
        participant=seat.participant,
        session=session,
    )
    Participant.objects.create(name="Ola Berg", email=own_address)
    Message.objects.update(state=Message.State.DEAD)
    _plant_line(own_address, {"seat": seat.pk, "session": session.pk})


def _plant_line(address: str, about: dict[str, int]) -> None:
    """Of one group and day what waits, and what was stopped."""
    line = {"kind": "session-reminder", "work_group": WorkGroup.objects.latest("pk")}
    line |= {"recipient": address, "due_at": NOW + timedelta(days=7), "context": about}
    make_message(**line)
    make_message(**line, state=Message.State.CANCELLED, state_reason="stopped by Asha Rao")


def marked_models() -> list[type[models.Model]]:
    """Those whose texts carry the mark: what hubs own, the hubs, and the histories of both."""
    current = [*owned_models(), Hub]
    return [*current, *(model.history.model for model in current if hasattr(model, "history"))]


def rows_of_hub(model: type[models.Model], hub: Hub) -> models.QuerySet:
    """Every row of ``model`` that is the hub's, whatever the scope."""
    if issubclass(model, HubOwned) or hasattr(model, "hub"):
        return model._base_manager.filter(hub=hub)
    return model._base_manager.filter(id=hub.pk)


def _mark_everything(planted: PlantedHub) -> None:
    for model in marked_models():
        for row in rows_of_hub(model, planted.hub):
            _mark(row, planted.mark)
    members = HubMember._base_manager.filter(hub=planted.hub)
    for account in Account.objects.filter(memberships__in=members):
        _mark(account, planted.mark)
        Account.objects.filter(pk=account.pk).update(
            email=f"{planted.mark.lower()}{account.pk}@hub.example"
        )


def _mark(row: models.Model, mark: str) -> None:
    """The mark and the row's number in each text, past the model's own rules."""
    texts = {
        column.attname: text
        for column in row._meta.concrete_fields
        if (text := _text_for(row, column, f"{mark} {row.pk}"))
    }
    type(row)._base_manager.filter(pk=row.pk).update(**texts)


def _text_for(row: models.Model, column: models.Field, text: str) -> Any:
    """What the column is to say; an empty string where it has to stay as it is."""
    model = getattr(type(row), "instance_type", type(row))  # a history row's own model
    if column.choices or column.primary_key or column.name.startswith("history_type"):
        return ""
    if column.name in NEVER_MARKED | NOT_MARKED.get(model, set()):
        return ""
    if column.name == "state_reason" and row.state == Message.State.CANCELLED:  # type: ignore[attr-defined]
        return f"stopped by {text}"  # by these words it can be let go again
    match column:
        case models.EmailField() | models.UUIDField():
            return ""
        case models.SlugField():
            return text.lower().replace(" ", "-")
        case models.URLField():
            return f"https://example.org/{text.replace(' ', '/')}"
        case models.JSONField():
            return _answers_for(row, model, text) if column.name == "answers" else ""
        case models.CharField() | models.TextField():
            return text[: column.max_length] if column.max_length else text
    return ""


def _answers_for(row: models.Model, model: type[models.Model], text: str) -> Any:
    """Answers that say the text, as the model keeps them."""
    if model is FurtherForm:
        return [["Days that suit", text]]
    if model is not InterestDraft:
        return {"anything_else": text}
    pages = row.answers  # type: ignore[attr-defined]
    told = {page: kept | {"told": [[text, text]]} for page, kept in pages.items()}
    if "you" in told:
        told["you"]["typed"]["full_name"] = [text]
    return told


def _rows_of(planted: PlantedHub) -> dict[type[models.Model], list[Any]]:
    """The first and the last row of each model that has pages, as they are now; in a soak all."""
    with all_hubs("the rows that are planted"):
        found = {model: list(rows_of_hub(model, planted.hub).order_by("pk")) for model in _shown()}
    found[Session] = [each for each in found[Session] if not each.has_taken_place(NOW)]
    found[School] = planted.schools
    for model in (SchoolLink, RegisterImport):
        found[model] = list(model.objects.all())
    found[Account] = [member.account for member in found[HubMember]]
    if IS_SOAK:
        return found
    return {model: [rows[0], rows[-1]] if len(rows) > 1 else rows for model, rows in found.items()}


def _shown() -> Iterator[type[models.Model]]:
    yield from owned_models()
    yield apps.get_model("workgroups", "Hub")
