"""Writing to many: who fits the filters, writing the text down, sending it, and stopping it."""

from enrolment.services.mailings.audience import Audience, Reader, audience_of
from enrolment.services.mailings.sending import HELD_FOR, MAILING, send_mailing, stop_mailing
from enrolment.services.mailings.writing import (
    Text,
    copy_of,
    forget_mailings,
    mailings_to_forget,
    write_mailing,
)

__all__ = [
    "HELD_FOR",
    "MAILING",
    "Audience",
    "Reader",
    "Text",
    "audience_of",
    "copy_of",
    "forget_mailings",
    "mailings_to_forget",
    "send_mailing",
    "stop_mailing",
    "write_mailing",
]
