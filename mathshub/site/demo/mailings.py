"""What the hub of the demonstration has written itself: to many, and into reminders to come."""

from datetime import timedelta

from enrolment.models import Mailing
from enrolment.services.mailings import (
    HELD_FOR,
    Text,
    audience_of,
    send_mailing,
    write_mailing,
)
from mathshub.outbox.going_out import fortnight
from mathshub.outbox.wording_of_lines import change_words_of_line
from mathshub.site.demo.scene import Scene
from sessions.reminders import KIND
from workgroups.models import WorkGroup

LIBRARY = (
    "Thank you for a good first session.\n\n"
    "Next time we meet in the library instead of the hall: come in by the playground gate, and "
    "somebody will be there from half past three. Please bring one piece of work from a lesson in "
    "which you tried the five big ideas.\n\n"
    "If a colleague would like to come along and look, that is welcome: just tell me."
)
SURVEY = (
    "Before we plan next year we would like to hear from you: which day of the week suits your "
    "school, and is there anything that we should do differently?\n\n"
    "A line in answer to this e-mail is enough."
)
BRING_A_LAPTOP = (
    "Dear [name],\n\nplease bring a laptop this time, one for the two of you is enough."
)
SENT_DAYS_AGO = 9


def write_to_many(scene: Scene) -> None:
    """Before the messages of the past are settled: the one that was sent is among them."""
    sustaining = _group(scene, "mastery-sustaining")
    sent = _write(
        scene,
        to=Mailing.To.PARTICIPANTS,
        filters={"work_groups": [sustaining.pk]},
        subject="We meet in the library next time",
        text=LIBRARY,
    )
    now = scene.now - timedelta(days=SENT_DAYS_AGO) - HELD_FOR
    within = WorkGroup.objects.all()
    shown = audience_of(sent, within=within, now=now)
    if shown.readers:
        send_mailing(sent, within=within, left_out=[], as_of=shown.as_of, by=scene.lead, now=now)
    _write(
        scene,
        to=Mailing.To.CONTACTS,
        filters={"academic_years": [scene.years[scene.year].pk]},
        subject="What should next year look like?",
        text=SURVEY,
    )


def word_a_reminder(scene: Scene) -> None:
    """The farthest reminder of the fortnight says something of its own: it waits, and can be seen."""
    lines = [line for day in fortnight(scene.now) for line in day.lines if line.is_foreseen]
    reminders = [line.where for line in lines if line.where.kind == KIND]
    texts = {"subject": "", "opening": BRING_A_LAPTOP, "closing": ""}
    for where in reminders[-1:]:
        change_words_of_line(where, texts, by=str(scene.lead), now=scene.now)


def _group(scene: Scene, slug: str) -> WorkGroup:
    offering = scene.offerings[slug, scene.year]
    group: WorkGroup = WorkGroup.objects.filter(offering=offering).order_by("pk")[0]
    return group


def _write(scene: Scene, **text: str | dict[str, list[int]]) -> Mailing:
    written = Text(replies_to=Mailing.Replies.LEADS, **text)  # type: ignore[arg-type]
    return write_mailing(written, by=scene.lead, now=scene.before(days=SENT_DAYS_AGO + 1))
