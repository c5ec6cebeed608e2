"""Writes an e-mail of every kind, from the demonstration's rows, as files that a browser shows.

python -m mathshub.testing.mail_shots FOLDER
"""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mathshub.settings")


def main(folder: Path) -> None:
    """One HTML file for each kind of message, from the demonstration."""
    from django.utils import timezone

    from mathshub.testing.every_letter import email_of_every_kind

    for name, email in email_of_every_kind(timezone.now()):
        (folder / f"{name}.html").write_text(str(email.alternatives[0][0]))


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
