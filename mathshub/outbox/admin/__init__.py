"""The outbox in the admin: messages and their wording, holds, addresses that get no mail."""

from mathshub.outbox.admin.alarms import alarms, queue_words
from mathshub.outbox.admin.going_out import hold_notices
from mathshub.outbox.admin.holds import HoldAdmin
from mathshub.outbox.admin.messages import MessageAdmin
from mathshub.outbox.admin.opt_outs import OptOutAdmin
from mathshub.outbox.admin.suppressions import SuppressionAdmin
from mathshub.outbox.admin.wording import WordingAdmin

__all__ = [
    "HoldAdmin",
    "MessageAdmin",
    "OptOutAdmin",
    "SuppressionAdmin",
    "WordingAdmin",
    "alarms",
    "hold_notices",
    "queue_words",
]
