"""Signed links that have gone astray: the old ones stop working, the right people get new ones."""

from datetime import datetime

from enrolment.models import ExpressionOfInterest, Participant, Place
from enrolment.services.drafts import end_drafts
from enrolment.services.history import save_as
from enrolment.services.interest import new_links
from enrolment.services.places import PLACE_OFFERED, place_offered
from enrolment.services.seats import lock_place
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import cancel_messages, queue_messages

WHY = "Ended the links sent so far"


@one_transaction
def end_own_links(participant: Participant, *, by: Account | None, now: datetime) -> Participant:
    """The person's page and calendar address sent so far stop working. Tells nobody."""
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    participant.link_generation += 1
    save_as(participant, by=by, now=now, why=WHY)
    return participant


@one_transaction
def renew_school_links(
    expression: ExpressionOfInterest, *, by: Account | None, now: datetime
) -> int:
    """The links to follow the interest and to answer its places stop working; new ones go out.

    Returns how many e-mails that makes: the new link, to the headteacher too once the sender was
    real (but of a withdrawn interest), and each offer that has not been answered.
    """
    expression = ExpressionOfInterest.objects.select_for_update(no_key=True).get(pk=expression.pk)
    expression.link_generation += 1
    save_as(expression, by=by, now=now, why=WHY)
    end_drafts(expression)
    knows = expression.has_real_sender
    links = new_links(expression, to_headteacher=knows, why=WHY, now=now)
    is_withdrawn = expression.state == ExpressionOfInterest.State.WITHDRAWN
    drafts = [] if is_withdrawn else links
    for found in Place.objects.filter(expression=expression).order_by("pk"):
        place = lock_place(found)
        place.link_generation += 1
        save_as(place, by=by, now=now, why=WHY)
        cancel_messages(key_prefix=f"{PLACE_OFFERED}:{place.pk}:", reason=WHY)
        if place.state == Place.State.OFFERED:
            drafts.append(place_offered(place))
    return queue_messages(drafts, now=now)
