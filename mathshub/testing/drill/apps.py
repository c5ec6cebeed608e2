"""Registers the drills' own kinds of message and breaks what BROKEN names, once all apps are there."""

import os

from django.apps import AppConfig

READY = "Loaded for a drill."  # in the process's log: from here on it works


class DrillConfig(AppConfig):
    name = "mathshub.testing.drill"
    label = "drill"

    def ready(self) -> None:
        # Models can be imported only now.
        from mathshub.testing.drill import broken, kinds

        kinds.register_all()
        broken.break_what_is_named(os.environ.get("BROKEN", ""))
        print(READY, flush=True)
