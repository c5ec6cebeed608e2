"""Messages between the row and the mail server while processes die, stop, race and are replaced."""

import pytest

from enrolment.models import ExpressionOfInterest
from mathshub.testing.drill.drill import Drill
from mathshub.tests.drills.senders import Senders, acknowledge, numbered


@pytest.mark.drill("four senders claim at once", group="Message path", promises=(2, 3))
def test_four_senders_at_once_send_each_message_once(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    people = numbered(drill.size(short=300, full=4000))
    for _ in range(4):
        senders.start()
    acknowledge(expression, people)
    drill.tell_all(people)
    drill.wait_until_ended(seconds=120)
