"""Messages to many: writing one, seeing who gets it, sending it, stopping it."""

from enrolment.admin.mailings.admin import MailingAdmin

__all__ = ["MailingAdmin"]
