"""Why an action on sessions was refused.

Each is raised before anything changes; ``str()`` of it is a plain sentence that a page may show.
"""

from enrolment.errors import Refusal


class PlanError(Refusal):
    """The dates can't be planned."""


class NoBoroughs(PlanError):
    """Without boroughs there are no terms to plan around."""


class NoTermDates(PlanError):
    """A borough has no dates, or not those of every term, for the year."""


class FirstDateOutsideYear(PlanError):
    """The first date does not lie in the offering's academic year."""


class NoRoom(PlanError):
    """The year ends before all sessions have found a date."""


class NoMoreSessions(Refusal):
    """The Work Group has finished or was cancelled."""


class DayTaken(Refusal):
    """The Work Group already has a session on that day."""


class SessionIsOver(Refusal):
    """The session has taken place."""


class SessionIsCancelled(Refusal):
    """The session was cancelled."""


class SessionNotPublished(Refusal):
    """Nobody has been told of the session: it can be deleted, there is nothing to cancel."""


class BadTimes(Refusal):
    """The new times are in the past, incomplete, or the wrong way round."""


class NoDateYet(Refusal):
    """The session's date is to be confirmed: nobody can know yet whether they can come."""


class SeatNotInSession(Refusal):
    """The seat is in another Work Group, was given up, or begins later."""


class LinksSentToday(Refusal):
    """The address has had as many e-mails with its personal links as go to one in a day."""
