"""Why an action on interest, places or seats was refused.

Each is raised before anything changes; ``str()`` of it is a plain sentence that a page may show.
"""

from datetime import date
from typing import Any

from django.utils import formats

from workgroups.errors import Refusal


class TooManyExpressions(Refusal):
    """One address has been named in many forms within the hour: somebody may be abusing it."""

    def __str__(self) -> str:
        return (
            "Many forms have named this e-mail address within the last hour, so we have stopped "
            "for now. Please try again in an hour, or write to us."
        )


class TooManyMails(Refusal):
    """An address that nobody has confirmed has had three of our mails within a day."""

    def __str__(self) -> str:
        return (
            "We have sent this e-mail address several mails today, so we have stopped for now. "
            "Please try again tomorrow, or write to us."
        )


class AskedAlready(Refusal):
    """The school has asked for this offering, and that has not been withdrawn."""

    def __init__(self, expression: Any) -> None:
        super().__init__(expression.reference)
        self.expression = expression

    def __str__(self) -> str:
        return (
            f"This school has already asked for this programme in this year: reference "
            f"{self.expression.reference}."
        )


class ChangedMeanwhile(Refusal):
    """Another page of the form was kept while it was being sent: from a second tab, say."""

    def __str__(self) -> str:
        return (
            "An answer was changed in another tab a moment ago. Please look at your answers, then "
            "send them."
        )


class AlreadySent(Refusal):
    """The form has been sent, perhaps from another device."""

    def __str__(self) -> str:
        return "This form has been sent already."


class CodeWrong(Refusal):
    """Not the code of the e-mail."""

    def __str__(self) -> str:
        return "That is not the code that we sent: check the six figures in the e-mail."


class TooManyCodes(Refusal):
    """So many codes have been tried that more would be guessing."""

    def __str__(self) -> str:
        return "Too many codes have been tried. Open the link in the e-mail instead."


class CannotBeChanged(Refusal):
    """The answers stay as they are once the hub has begun to review them."""

    def __str__(self) -> str:
        return (
            "The hub has begun to look at this expression of interest, so it can’t be changed "
            "here any more: write to us instead."
        )


class CannotBeWithdrawn(Refusal):
    """Only an expression that waits, or that has an offer, can be withdrawn."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return (
            f"This expression of interest can't be withdrawn any more: its state is “{self.state}”."
        )


class AlreadyDecided(Refusal):
    """The expression has gone past the state in which this can be done."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"This can't be done any more: the expression's state is “{self.state}”."


class ExpressionWithdrawn(Refusal):
    """The school has withdrawn its interest."""

    def __str__(self) -> str:
        return "The school has withdrawn this expression of interest."


class SchoolNotMatched(Refusal):
    """The school was typed, not chosen: nobody has found it in the register yet."""

    def __str__(self) -> str:
        return "No school of the register is matched yet: choose it on the expression first."


class OtherOffering(Refusal):
    """The expression is for another programme or year than the Work Group."""

    def __init__(self, offering: str) -> None:
        super().__init__(offering)
        self.offering = offering

    def __str__(self) -> str:
        return f"The school asked for another offering: {self.offering}."


class AlreadyPlaced(Refusal):
    """The school holds a place already."""

    def __init__(self, work_group: str) -> None:
        super().__init__(work_group)
        self.work_group = work_group

    def __str__(self) -> str:
        return f"The school already has a place in {self.work_group}."


class WorkGroupClosed(Refusal):
    """The Work Group has finished or was cancelled."""

    def __init__(self, work_group: str) -> None:
        super().__init__(work_group)
        self.work_group = work_group

    def __str__(self) -> str:
        return f"{self.work_group} takes no more schools: it has finished or was cancelled."


class WorkGroupFull(Refusal):
    """All places are held."""

    def __init__(self, work_group: str, capacity: int) -> None:
        super().__init__(work_group, capacity)
        self.work_group = work_group
        self.capacity = capacity

    def __str__(self) -> str:
        schools = "1 school" if self.capacity == 1 else f"{self.capacity} schools"
        return f"{self.work_group} is full: it takes {schools}."


class PlaceNotDue(Refusal):
    """The offer still stands: its day was put off, or the hub lets its offers stand."""

    def __str__(self) -> str:
        return "This offer does not lapse yet."


class PlaceNotOffered(Refusal):
    """The place was answered or withdrawn before."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"This place no longer waits for an answer: it is {self.state}."


class PlaceNotHeld(Refusal):
    """The place was declined or withdrawn before."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"This place is not held any more: it is {self.state}."


class PlaceNotAccepted(Refusal):
    """Seats are named once the place is accepted."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"Seats can be named once the place is accepted; it is {self.state}."


class NoSeatFree(Refusal):
    """The place has no more seats for people."""

    def __init__(self, seats: int) -> None:
        super().__init__(seats)
        self.seats = seats

    def __str__(self) -> str:
        seats = "one seat" if self.seats == 1 else f"{self.seats} seats"
        return f"This place has {seats}, and no free one for this name."


class AlreadySeated(Refusal):
    """The person has a seat in this place."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} already has a seat in this place."


class SeatAlreadyGivenUp(Refusal):
    """The seat has an end already."""

    def __init__(self, on: date) -> None:
        super().__init__(on)
        self.on = on

    def __str__(self) -> str:
        return f"This seat was given up on {formats.date_format(self.on)}."


class SeatNotBegun(Refusal):
    """A seat can't end before it begins."""

    def __init__(self, held_from: date) -> None:
        super().__init__(held_from)
        self.held_from = held_from

    def __str__(self) -> str:
        return f"This seat begins on {formats.date_format(self.held_from)}; it can't end before."


class SomeoneElseIsChanging(Refusal):
    """The rows were locked for too long: nothing was changed, and trying again is safe."""

    def __str__(self) -> str:
        return (
            "Somebody else is changing this Work Group at the moment. "
            "Nothing was changed: please try again in a minute."
        )


class BriefingClosed(Refusal):
    """The briefing has begun, was cancelled, or is not public."""

    def __str__(self) -> str:
        return "This briefing takes no more bookings: it has begun, or was cancelled."


class BriefingFull(Refusal):
    """All seats are taken."""

    def __str__(self) -> str:
        return "The last seat has been taken. We can tell you if one comes free."


class TooManyBookings(Refusal):
    """One address has been named in several bookings today: somebody may be abusing it."""

    def __str__(self) -> str:
        return (
            "Several bookings have named this e-mail address today, so we have stopped for now. "
            "Please try again tomorrow, or write to us."
        )


class BookingEnded(Refusal):
    """The booking was cancelled before."""

    def __str__(self) -> str:
        return "This booking was cancelled before."


class BriefingNotOver(Refusal):
    """What comes after a briefing is done once it has begun, or has ended."""

    def __str__(self) -> str:
        return "The briefing has not taken place yet."


class BriefingOver(Refusal):
    """A briefing that has begun, or was cancelled, is not changed any more."""

    def __str__(self) -> str:
        return "This briefing has begun or was cancelled: it can't be changed any more."


class AttendanceNotTaken(Refusal):
    """Nobody has said who came."""

    def __str__(self) -> str:
        return "Tick first who came: the e-mail says different things to those who came."


class SeatsBelowBooked(Refusal):
    """Fewer seats than have been booked."""

    def __init__(self, booked: int) -> None:
        super().__init__(booked)
        self.booked = booked

    def __str__(self) -> str:
        return f"{self.booked} people have booked already: give at least as many seats."


class NobodyToFollowUp(Refusal):
    """Everyone with an address has had the e-mail."""

    def __str__(self) -> str:
        return "Nobody is left to write to: everyone with an address has had this e-mail."


class AlreadyOnRecord(Refusal):
    """The school's participation in this programme and year is known."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what} is on record for this school already: change it there."


class SpreadsheetNotWaiting(Refusal):
    """The spreadsheet was loaded or undone before, or its file is no longer kept."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"There was nothing to do: this spreadsheet is {self.state}."


class SpreadsheetChangedMeanwhile(Refusal):
    """What loading would do is no longer what the page showed."""

    def __str__(self) -> str:
        return (
            "The record has changed since this page was opened, so nothing was recorded. The "
            "figures below are those of now."
        )


class LineNotWaiting(Refusal):
    """Somebody has said what the line means."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return f"This line no longer waits: it was {self.state}."


class TooManyWait(Refusal):
    """So many addresses wait for one programme's window that somebody may be abusing the page."""

    def __str__(self) -> str:
        return (
            "Very many people wait for this programme, so we have stopped for now. Please write to "
            "us instead."
        )


class NobodyToWriteTo(Refusal):
    """The mailing's filters find nobody, or all that they find are left out or have had it."""

    def __str__(self) -> str:
        return "Nobody is left to write to. Nothing was sent."


class StillWaits(Refusal):
    """A round of the mailing waits for its ten minutes to pass; a second one would not stop with it."""

    def __str__(self) -> str:
        return (
            "It is on its way already, and nothing more was sent. Until it leaves you can stop it; "
            "after that you can send it to those who have not had it."
        )


class FilesForgotten(Refusal):
    """The files that the mailing went with are no longer kept."""

    def __str__(self) -> str:
        return (
            "Nothing was sent: its files were kept for a month and are gone. Write one like it, and "
            "choose them again."
        )


class OthersToWriteTo(Refusal):
    """The mailing was sent or changed, or other people fit its filters, since the page was shown."""

    def __str__(self) -> str:
        return (
            "Since you opened this page somebody sent or changed it, or the list of people has "
            "changed. Nothing was sent by this: look at it once more, then send it."
        )


class CannotBeEdited(Refusal):
    """The mailing has been sent: what people have read stays as they have read it."""

    def __str__(self) -> str:
        return (
            "It has been sent, so its words stay as people have read them. Write another like it."
        )


class CannotBeRecalled(Refusal):
    """The ten minutes are over, or it was stopped already."""

    def __str__(self) -> str:
        return "It can’t be stopped any more: its ten minutes are over, or somebody has stopped it."
