"""Writing a mailing down, writing another like it, and forgetting it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from enrolment.errors import CannotBeEdited
from enrolment.models import Mailing, MailingFile
from enrolment.services.erasing import erase, in_batches
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account


@dataclass(frozen=True)
class Text:
    """What is sent to whom: the fields of ``Mailing`` by their names.

    ``files`` are (name, content type, content) of new ones, ``without`` the ids of files to drop.
    """

    to: str
    filters: dict[str, Any]
    subject: str
    text: str
    replies_to: str
    files: Sequence[tuple[str, str, bytes]] = ()
    without: Sequence[int] = field(default_factory=list)


@one_transaction
def write_mailing(
    text: Text, *, mailing: Mailing | None = None, by: Account, now: datetime
) -> Mailing:
    """Write a new one, or change one that has not been sent. Raises ``CannotBeEdited``."""
    if mailing is None:
        mailing = Mailing(written_by=by)
    else:
        mailing = Mailing.objects.select_for_update(of=("self",), no_key=True).get(pk=mailing.pk)
        if not mailing.is_draft:
            raise CannotBeEdited
    for name in ("to", "filters", "subject", "text", "replies_to"):
        setattr(mailing, name, getattr(text, name))
    mailing.changed_at = now
    save_as(mailing, by=by, now=now, why="Written")
    mailing.files.filter(pk__in=text.without).delete()
    for name, content_type, content in text.files:
        MailingFile.objects.create(
            mailing=mailing, name=name, content_type=content_type, content=content
        )
    return mailing


def copy_of(mailing: Mailing) -> dict[str, Any]:
    """What another one like it begins with; its files are to be chosen again."""
    return {
        "to": mailing.to,
        "subject": mailing.subject,
        "text": mailing.text,
        "replies_to": mailing.replies_to,
        **mailing.filters,
    }


def mailings_to_forget(now: datetime) -> QuerySet:
    """Those that nobody has touched for a year."""
    return Mailing.objects.kept_long_enough(now)


def forget_mailings(now: datetime) -> int:
    """Delete them with their history; of newer ones, empty the files that left a month ago."""
    old = MailingFile.objects.filter(mailing__leaves_at__lt=now - Mailing.FILES_KEPT)
    old.exclude(content=b"").update(content=b"")
    return in_batches(mailings_to_forget(now), _forget)


def _forget(keys: list[int]) -> None:
    erase(MailingFile, mailing__in=keys)
    erase(Mailing, id__in=keys)
