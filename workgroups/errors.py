"""Why an action on offerings, staff, schools or term dates was refused.

Each is raised before anything changes; ``str()`` of it is a plain sentence that a page may show.
"""


class Refusal(Exception):
    """The action can't be done as things stand; nothing was changed."""


class AlreadyOffered(Refusal):
    """The programme has an offering in that year."""

    def __init__(self, programme: str, year: str) -> None:
        super().__init__(programme, year)
        self.programme = programme
        self.year = year

    def __str__(self) -> str:
        return f"{self.programme} is already offered in {self.year}."


class AlreadyMember(Refusal):
    """The person works for the hub."""

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email

    def __str__(self) -> str:
        return f"{self.email} already has a role in this hub: change it in the list."


class LastAdministrator(Refusal):
    """Nobody would be left who can give others a role."""

    def __str__(self) -> str:
        return "This is the hub's only administrator: make somebody else one first."


class StillOpen(Refusal):
    """The school has not closed: there is no question whose its history is."""

    def __init__(self, school: str) -> None:
        super().__init__(school)
        self.school = school

    def __str__(self) -> str:
        return f"{self.school} is open: what it took part in stays its own."


class TermsOutOfOrder(Refusal):
    """Terms of one borough and year would overlap, or stand in the wrong order."""


class TableHasChanged(Refusal):
    """The term dates have been changed since the table was looked at."""

    def __str__(self) -> str:
        return (
            "Term dates have been changed since you looked at this table. Nothing was recorded: "
            "look at it again."
        )
