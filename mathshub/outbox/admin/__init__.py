"""The outbox in the admin: messages, addresses that refuse mail, mail that is not wanted, wording."""

from mathshub.outbox.admin.alarms import alarms
from mathshub.outbox.admin.messages import MessageAdmin
from mathshub.outbox.admin.opt_outs import OptOutAdmin
from mathshub.outbox.admin.suppressions import SuppressionAdmin
from mathshub.outbox.admin.wording import WordingAdmin

__all__ = ["MessageAdmin", "OptOutAdmin", "SuppressionAdmin", "WordingAdmin", "alarms"]
