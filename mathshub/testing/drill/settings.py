"""The portal's own settings, with the kinds of message that drills need, and perhaps one thing broken.

For processes that a drill starts; BROKEN names what is broken (mathshub.testing.drill.broken).
"""

from mathshub.settings import *  # noqa: F403
from mathshub.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "mathshub.testing.drill.apps.DrillConfig"]
