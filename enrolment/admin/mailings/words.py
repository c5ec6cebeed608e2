"""Messages to many in words: to whom, how they stand, what they look like to a reader."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.models import Mailing, Participant
from enrolment.services.mailings import Audience
from enrolment.services.mailings.sending import MAILING, draft_for
from mathshub.outbox.admin.words import without_links
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.wording_preview import write_as_it_would_go
from mathshub.scope import current_hub
from mathshub.scope_admin.cells import count, tag
from workgroups.models import AcademicYear, LocalAuthority, Programme, WorkGroup

NAMED = {
    "work_groups": ("Work Group", WorkGroup),  # each with its year: names come again
    "programmes": ("Programme", Programme),
    "academic_years": ("Year", AcademicYear),
    "local_authorities": ("Borough", LocalAuthority),
}


def people(number: int) -> str:
    return count(number, "person", "people")


def mails(number: int) -> str:
    return count(number, "e-mail")


def filters_in_words(mailing: Mailing) -> list[tuple[str, str]]:
    """Each filter that is set, and what it lets through."""
    found = []
    for name, (words, model) in NAMED.items():
        if chosen := mailing.filters.get(name):
            rows = model._default_manager.filter(pk__in=chosen)
            if model is WorkGroup:
                rows = rows.select_related("offering__programme", "offering__academic_year")
            said = [
                f"{row}, {row.offering}" if isinstance(row, WorkGroup) else str(row) for row in rows
            ]
            found.append((words, " or ".join(said) or "none that is here any more"))
    if roles := mailing.filters.get("roles"):
        labels = dict(Participant.Role.choices)
        found.append(("Role", " or ".join(str(labels.get(role, role)) for role in roles)))
    if mailing.filters.get("finished_too"):
        found.append(("Also", "Work Groups that have finished"))
    return found


def state_of(mailing: Mailing, now: datetime, *, waits: bool = False) -> SafeString:
    """In one word; ``waits`` says that some of its messages have not left."""
    if mailing.is_draft:
        return tag("not sent", "plain")
    if mailing.can_be_stopped(now):
        return tag(f"leaves at {timezone.localtime(mailing.leaves_at):%H:%M}", "sun")
    return tag("on its way", "sun") if waits else tag("sent", "leaf")


def messages_of(mailing: Mailing) -> Any:
    return Message.objects.filter(key__startswith=mailing.key_prefix())


def waiting_of(mailing: Mailing) -> int:
    """How many of its messages could still be stopped."""
    return int(messages_of(mailing).filter(state__in=Message.WAITING).count())


def tally_of(mailing: Mailing) -> list[tuple[str, int]]:
    """How many of its messages stand how, in words."""
    states = dict(messages_of(mailing).order_by().values_list("state").annotate(number=Count("pk")))
    return [(state.label, states[state]) for state in Message.State if state in states]


def letter_of(mailing: Mailing, audience: Audience, now: datetime) -> dict[str, Any]:
    """The e-mail as its first reader would have it; nothing where nobody would."""
    if not audience.readers:
        return {}
    reader, others = audience.readers[0], len(audience.readers) - 1
    draft = draft_for(mailing, reader)
    message = Message(
        hub=current_hub(),
        kind=MAILING,
        key="preview",
        recipient=draft.recipient,
        recipient_name=draft.recipient_name,
        context=draft.context,
    )
    email = write_as_it_would_go(message, kind_named(MAILING).render(message, now), now)
    return {
        "reader": reader.names,
        "others": mails(others) if others else "",
        "subject": email.subject,
        "text": without_links(str(email.body)),
        "files": list(mailing.files.values_list("name", flat=True)),
        "reply_to": ", ".join(email.reply_to),
    }
