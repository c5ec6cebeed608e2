"""How large a run is: short in `make test`, long in `make soak`, which sets SOAK=1."""

import os

from hypothesis import HealthCheck, settings

IS_SOAK = os.environ.get("SOAK") == "1"


def size(*, short: int, soak: int) -> int:
    """How many of something a test tries."""
    return soak if IS_SOAK else short


# How long an example takes says how busy the machine is: the bench measures, not a property.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", UNTIMED)
# For the properties that name no number themselves; those that do ask size().
settings.register_profile("soak", UNTIMED, max_examples=5_000, print_blob=True)


def load_profile() -> None:
    """Before any test is read: a property takes the profile of the moment."""
    settings.load_profile("soak" if IS_SOAK else "short")
