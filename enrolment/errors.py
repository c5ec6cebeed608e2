"""Why an action on interest, places or seats was refused.

Each is raised before anything changes; ``str()`` of it is a plain sentence that a page may show.
"""

from datetime import date

from django.utils import formats

from workgroups.errors import Refusal


class TooManyExpressions(Refusal):
    """One address has been named in many forms within the hour: somebody may be abusing it."""

    def __str__(self) -> str:
        return (
            "Many forms have named this e-mail address within the last hour, so we have stopped "
            "for now. Please try again in an hour, or write to us."
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
