#!/usr/bin/env python3
"""Run a management command of the portal."""

import os
import sys


def main() -> None:
    """What is missing in the settings is said in sentences, not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mathshub.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
