"""The outbox in the admin: messages, holds, addresses that refuse mail, mail that is not wanted."""

from mathshub.outbox.admin.alarms import alarms, queue_words
from mathshub.outbox.admin.going_out import hold_notices
from mathshub.outbox.admin.holds import HoldAdmin
from mathshub.outbox.admin.messages import MessageAdmin
from mathshub.outbox.admin.opt_outs import OptOutAdmin
from mathshub.outbox.admin.suppressions import SuppressionAdmin

__all__ = [
    "HoldAdmin",
    "MessageAdmin",
    "OptOutAdmin",
    "SuppressionAdmin",
    "alarms",
    "hold_notices",
    "queue_words",
]
