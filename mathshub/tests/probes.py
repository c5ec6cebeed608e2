"""The requests that a crawl is made of: each address with own rows, others' and missing ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.db import models

from enrolment.models import (
    Briefing,
    BriefingBooking,
    ExpressionOfInterest,
    InterestDraft,
    MailingFile,
    OpeningNotice,
    Participant,
    Place,
    Seat,
)
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.scope import HubOwned
from mathshub.testing.sizes import IS_SOAK
from mathshub.tests.addresses import Address
from mathshub.tests.two_hubs import SHARED_URNS, PlantedHub
from sessions.models import Session
from workgroups.models import Offering, Programme, RegisterImport, School, SchoolLink, WorkGroup

NOBODYS_ID = 987654321
NOBODYS_KEY = UUID(int=NOBODYS_ID)
NOBODYS_MARK = "XYZZYQZZ"

# What the signed link in an address is for, and whose row it opens.
TOKENS: dict[str, tuple[str, type[models.Model]]] = {
    "enrolment:resume_interest": ("draft", InterestDraft),
    "enrolment:fill_interest": ("draft", InterestDraft),
    "enrolment:check_interest": ("draft", InterestDraft),
    "enrolment:keep_interest": ("draft", InterestDraft),
    "enrolment:interest_received": ("received", ExpressionOfInterest),
    "enrolment:confirm_address": ("confirm", ExpressionOfInterest),
    "enrolment:hand_over": ("manage", ExpressionOfInterest),
    "enrolment:manage_interest": ("manage", ExpressionOfInterest),
    "enrolment:answer_place": ("place", Place),
    "enrolment:manage_booking": ("booking", BriefingBooking),
    "enrolment:booking_calendar": ("booking", BriefingBooking),
    "enrolment:stop_hearing": ("opening", OpeningNotice),
    "sessions:show_my_sessions": ("my", Participant),
    "sessions:give_apology": ("my", Participant),
    "sessions:calendar_feed": ("calendar", Participant),
    "outbox:stop_mail": ("stop", Message),
}
BY_KEY = ("received", "confirm")
"""What such a link is for: its row is named by a key."""
IDS: dict[str, type[models.Model]] = {
    "offering_id": Offering,
    "session_pk": Session,
    "group_pk": WorkGroup,
    "message_pk": Message,
    "seat_pk": Seat,
    "file": MailingFile,
}
# Rows that are named in the query or the form, not in the path, with what else has to stand there.
QUERIES: dict[str, tuple[dict[str, type[models.Model]], dict[str, str]]] = {
    "admin:enrolment_expressionofinterest_offer": (
        {"chosen": ExpressionOfInterest, "group": WorkGroup},
        {"reply_by": "2026-12-20"},
    ),
    **dict.fromkeys(
        (
            "admin:enrolment_expressionofinterest_review",
            "admin:enrolment_expressionofinterest_end_review",
        ),
        ({"chosen": ExpressionOfInterest}, {}),
    ),
    **dict.fromkeys(
        ("admin:outbox_message_again_several", "admin:outbox_message_retry_several"),
        ({"chosen": Message}, {}),
    ),
    **dict.fromkeys(
        (
            "admin:outbox_wording_words",
            "admin:outbox_wording_portal",
            "admin:outbox_wording_changes",
        ),
        ({"programme": Programme}, {"kind": "eoi-received"}),
    ),
    # A word without a number in it: those are looked for in another way when they have four figures.
    "admin:enrolment_expressionofinterest_match": ({}, {"q": "school"}),
    "admin:workgroups_termdate_borough": ({}, {"borough": "204", "year": "2026"}),
    "enrolment:explain_eligibility": ({}, {"urn": SHARED_URNS[0]}),
    "site:suggest_step": ({}, {"urn": SHARED_URNS[0], "answered": "yes"}),
}
# The same for all: there is no other hub's row.
SHARED = [School, SchoolLink, RegisterImport]
CONSTANTS = {
    "app_label": "workgroups",
    "uidb36": "1",
    "key": "set-password",
    "page_name": "preferences",
    "day": "2026-11-23",
    "kind": "session-reminder",
}


@dataclass(frozen=True)
class Probe:
    """Three requests that differ in one row: an own one, another hub's, and one that is missing."""

    own: str
    others: tuple[tuple[str, str], ...]
    """Paths with some of the other hub's rows, each with its twin of missing ones."""


def probes(address: Address, own: PlantedHub, other: PlantedHub) -> Iterator[Probe]:
    """The address with own rows, and with others in place of one or more of them."""
    in_query, constants = QUERIES.get(address.name, ({}, {}))
    varying = [name for name in (*address.parameters, *in_query) if name not in CONSTANTS]
    asked = set()
    for number in range(max(map(len, own.rows.values()))) if IS_SOAK else (0, -1):

        def path(whose: Iterable[PlantedHub | None], number: int = number) -> str:
            values = {
                name: value_of(address, name, hub, number)
                for name, hub in zip(varying, whose, strict=True)
            }
            query = urlencode({k: v for k, v in values.items() if k in in_query} | constants)
            in_path = {k: v for k, v in (CONSTANTS | values).items() if k in address.parameters}
            return address.url(**in_path) + (f"?{query}" if query else "")

        whose_rows = [(own,) if _is_shared(address, name) else (own, other) for name in varying]
        others = tuple(
            (path(whose), path(hub if hub is own else None for hub in whose))
            for whose in product(*whose_rows)
            if other in whose
        )
        probe = Probe(path([own] * len(varying)), others)
        if probe not in asked:
            yield probe
        asked.add(probe)


def _is_shared(address: Address, name: str) -> bool:
    """Whether all hubs have the same rows for ``name``."""
    of_its_own = name in IDS or name in QUERIES.get(address.name, ({}, {}))[0]
    is_of_admin = address.name.startswith("admin:") and not of_its_own
    return is_of_admin and model_of(address) in SHARED


def value_of(address: Address, name: str, hub: PlantedHub | None, number: int) -> object:
    """What stands for ``name`` in the address: of a row of ``hub``, or of none that exists."""
    if name == "token":
        purpose, model = TOKENS[address.name]
        row = hub and _nth(hub.rows[model], number)
        if purpose in BY_KEY:
            return make_token(purpose, row.form_token if row else NOBODYS_KEY, 1)
        generation = getattr(row, "link_generation", 1)
        return make_token(purpose, row.pk if row else NOBODYS_ID, generation)
    if name == "slug":
        return _nth(hub.rows[Programme], number).slug if hub else NOBODYS_MARK.lower()
    if name == "url":
        return "no-such-page/"
    model = QUERIES.get(address.name, ({}, {}))[0].get(name) or IDS.get(name) or model_of(address)
    return _nth(hub.rows[model], number).pk if hub else NOBODYS_ID


def _nth(rows: list[Any], number: int) -> Any:
    """Of a model with fewer rows than another, the same ones again."""
    return rows[number % len(rows)]


def model_of(address: Address) -> type[models.Model]:
    """Whose row ``pk`` or ``object_id`` is; a new address must be made known here."""
    if address.name == "sessions:show_work_group":
        return WorkGroup
    if address.name.startswith("enrolment:"):
        return Briefing  # all that is named by its id beside offerings
    for model in admin.site._registry:
        if address.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    raise LookupError(f"Tell the crawler what stands in the address {address.name}.")


def lookups(changes: Any, other: PlantedHub) -> Iterator[tuple[str, object, object]]:
    """Query parameters of a list with the other hub's value, and with a value of nobody's."""
    yield "q", other.mark, NOBODYS_MARK
    offered = {chosen.parameter_name for chosen in changes.list_filter}
    for chosen in changes.filter_specs:
        for model in models_of(chosen):
            yield chosen.parameter_name, other.rows[model][-1].pk, NOBODYS_ID
    for column in changes.model._meta.concrete_fields:
        if isinstance(column, models.CharField | models.TextField):
            yield f"{column.name}__startswith", other.mark, NOBODYS_MARK
        if isinstance(column, models.ForeignKey) and column.remote_field.model in other.rows:
            theirs = other.rows[column.remote_field.model][0]
            yield f"{column.name}__id__exact", theirs.pk, NOBODYS_ID
            if column.name not in offered or type(theirs) not in SHARED:
                yield column.name, theirs.pk, NOBODYS_ID
            for text in theirs._meta.concrete_fields:
                if isinstance(text, models.CharField | models.TextField):
                    yield f"{column.name}__{text.name}__startswith", other.mark, NOBODYS_MARK


def models_of(chosen: Any) -> set[type[models.Model]]:
    """The owned models whose rows a filter's chips are made of."""
    conditions = [child for chip in chosen.choosable for child in chip.rows.children]
    values = [child[1] for child in conditions if isinstance(child, tuple)]
    return {type(value) for value in values if isinstance(value, HubOwned)}
