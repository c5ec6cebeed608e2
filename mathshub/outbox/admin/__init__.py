"""The outbox in the admin: messages, addresses that refuse mail, mail that is not wanted."""

from mathshub.outbox.admin.alarms import alarms, queue_words
from mathshub.outbox.admin.messages import MessageAdmin
from mathshub.outbox.admin.opt_outs import OptOutAdmin
from mathshub.outbox.admin.suppressions import SuppressionAdmin

__all__ = ["MessageAdmin", "OptOutAdmin", "SuppressionAdmin", "alarms", "queue_words"]
