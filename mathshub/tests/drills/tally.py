"""What went wrong over many rounds of a drill, added up by name: one fact each in the table."""

from collections import Counter

from mathshub.testing.drill.drill import Drill


class Tally(Counter[str]):
    """Names with how often; a name that was counted as 0 stays, and says that it was looked at."""

    def __iadd__(self, other: "Counter[str]") -> "Tally":  # type: ignore[override]
        """Add, and keep what is 0; Counter's own would drop it."""
        self.update(other)
        return self


def count_all(drill: Drill, wrong: Tally) -> None:
    """Into the ledger; none of it is allowed."""
    for name, number in wrong.items():
        drill.count(name, number)
