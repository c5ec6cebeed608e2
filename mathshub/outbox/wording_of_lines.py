"""The words of all behind a line of what will go out, written or not."""

from datetime import datetime

from django.db import transaction

from mathshub.outbox.going_out import Where, waiting_on
from mathshub.outbox.skipping import write_line
from mathshub.outbox.wording import Texts, change_words_of


@transaction.atomic
def change_words_of_line(where: Where, texts: Texts, *, by: str, now: datetime) -> int:
    """Let what waits behind a line say something else; what is not written yet is written for it.

    Returns how many messages say it so.
    """
    write_line(where, now=now)
    return change_words_of(waiting_on(where, now), texts, by=by, now=now)
