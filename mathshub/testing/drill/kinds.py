"""Kinds of message that only drills have: one that can't be written, one that kills its sender."""

import os
import signal
from datetime import datetime

from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message

UNWRITABLE = "drill-unwritable"
DEADLY = "drill-deadly"


def fail_to_write(message: Message, now: datetime) -> Letter:
    raise ZeroDivisionError("six sessions by no days")


def kill_the_sender(message: Message, now: datetime) -> Letter:
    """As a fault in a library written in C would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def always_wanted(message: Message, now: datetime) -> str:
    return ""


def register_all() -> None:
    for name, render in ((UNWRITABLE, fail_to_write), (DEADLY, kill_the_sender)):
        register(Kind(name=name, label=name, render=render, unwanted=always_wanted))
