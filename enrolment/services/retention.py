"""Forgetting schools' interest, their contacts, and what spreadsheets said, once kept long enough.

All of this works on the hub in scope, by its own periods.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from enrolment.models import (
    BriefingBooking,
    ExpressionOfInterest,
    FurtherForm,
    HistoryImport,
    IntendedParticipant,
    InterestDraft,
    Place,
    Seat,
    UnmatchedLine,
)
from enrolment.services.erasing import erase, erase_history, in_batches
from mathshub.scope import current_hub

State = ExpressionOfInterest.State
LED_TO_NOTHING = [State.RECEIVED, State.DECLINED, State.NOT_THIS_YEAR, State.WITHDRAWN]

SPREADSHEET_KEPT = timedelta(days=7)  # one that nobody loads: it may name people


def expressions_to_forget(now: datetime) -> QuerySet:
    """Interest that led to nothing, sent before the hub's period began.

    A place that was given up after people had seats in it was not nothing: its interest is kept
    as long as they are.
    """
    its_places = Place.objects.filter(expression=OuterRef("pk"))
    its_seats = Seat.objects.filter(place__expression=OuterRef("pk"))
    return ExpressionOfInterest.objects.filter(
        ~Exists(its_places.held()),
        ~Exists(its_seats),
        state__in=LED_TO_NOTHING,
        submitted_at__lt=current_hub().interest_kept_since(now),
    )


def forget_expressions(now: datetime) -> int:
    """Delete them, with those whom they named and the places that came to nothing."""
    return in_batches(expressions_to_forget(now), _forget)


def spreadsheets_to_forget(now: datetime) -> QuerySet:
    """Files that were chosen a week ago and never loaded."""
    return HistoryImport.objects.filter(
        state=HistoryImport.State.UPLOADED, uploaded_at__lt=now - SPREADSHEET_KEPT
    )


def lines_to_forget(now: datetime) -> QuerySet:
    """What was typed in lines without a school, kept as long as interest that led to nothing.

    Past participation itself says nothing of a person, and stays.
    """
    return UnmatchedLine.objects.filter(
        history_import__loaded_at__lt=current_hub().interest_kept_since(now)
    )


def spreadsheets_to_empty(now: datetime) -> QuerySet:
    """Loaded ones, undone or not, that still quote what stood in them: for as long as their lines.

    A fault quotes a cell, and the mapping has every word of some columns: both may name people.
    """
    old = HistoryImport.objects.filter(loaded_at__lt=current_hub().interest_kept_since(now))
    return old.exclude(faults=[], mapping={})


def bookings_to_forget(now: datetime) -> QuerySet:
    """Who booked a seat at a briefing, kept as long after it as interest that led to nothing."""
    return BriefingBooking.objects.filter(
        briefing__ends_at__lt=current_hub().interest_kept_since(now)
    )


def forget_bookings(now: datetime) -> int:
    """Delete them; the briefings stay, without figures. Returns how many."""
    return in_batches(bookings_to_forget(now), lambda keys: erase(BriefingBooking, id__in=keys))


def forget_spreadsheets(now: datetime) -> int:
    """Delete the files that were never loaded; returns how many."""
    return in_batches(spreadsheets_to_forget(now), lambda keys: erase(HistoryImport, id__in=keys))


def forget_lines(now: datetime) -> int:
    """Delete what was typed in lines without a school; returns how many lines."""
    return in_batches(lines_to_forget(now), lambda keys: erase(UnmatchedLine, id__in=keys))


def empty_spreadsheets(now: datetime) -> int:
    """Take the words out of spreadsheets, which stay as figures; returns of how many."""
    return in_batches(spreadsheets_to_empty(now), _empty_spreadsheets)


def empty_places(places: QuerySet) -> int:
    """Take the contacts out of places, which stay as facts about a school; returns of how many.

    An expression of interest loses all that is personal when no place of it has a contact left.
    """
    emptied = in_batches(places, _empty_places)
    in_batches(_expressions_to_empty(), _empty_expressions)
    return emptied


def _forget(keys: list[int]) -> None:
    lost = Place.objects.filter(expression__in=keys).order_by("pk").select_for_update()
    places = list(lost.values_list("pk", flat=True))
    erase(Place, id__in=places)
    # A place that was offered again belongs to a later expression; its history knew this one.
    erase_history(Place, expression__in=keys)
    erase(IntendedParticipant, expression__in=keys)
    erase(FurtherForm, expression__in=keys)
    InterestDraft.objects.filter(Q(expression__in=keys) | Q(changes__in=keys)).delete()
    erase(ExpressionOfInterest, id__in=keys)


def _empty_spreadsheets(keys: list[int]) -> None:
    HistoryImport.objects.filter(pk__in=keys).update(faults=[], mapping={})


def _empty_places(keys: list[int]) -> None:
    erase_history(Place, id__in=keys)
    Place.objects.filter(pk__in=keys).update(contact_name="", contact_email="")


def _expressions_to_empty() -> QuerySet:
    its_places = Place.objects.filter(expression=OuterRef("pk"))
    with_contact = its_places.exclude(contact_name="", contact_email="")
    return ExpressionOfInterest.objects.filter(Exists(its_places), ~Exists(with_contact)).exclude(
        headteacher_name="", headteacher_email=""
    )


def _empty_expressions(keys: list[int]) -> None:
    erase_history(ExpressionOfInterest, id__in=keys)
    erase(IntendedParticipant, expression__in=keys)
    erase(FurtherForm, expression__in=keys)
    ExpressionOfInterest.objects.filter(pk__in=keys).update(
        headteacher_name="",
        headteacher_email="",
        maths_lead_name="",
        maths_lead_email="",
        sender_name="",
        sender_email="",
        appetite_reason="",
        answers={},
        pages={},
        staff_note="",
    )
