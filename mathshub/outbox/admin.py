"""Messages: what went, what will go, what could not; and addresses that refuse mail."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from mathshub.outbox.kinds import all_kinds, kind_named
from mathshub.outbox.models import Message, Suppression
from mathshub.outbox.services import cancel_message, lift_suppression, retry_message
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from mathshub.scope_admin.cells import tag

State = Message.State
_TONES = {
    State.QUEUED: "",
    State.CLAIMED: "",
    State.INFLIGHT: "",
    State.SENT: "leaf",
    State.DEAD: "clay",
    State.CANCELLED: "plain",
    State.SUPPRESSED: "clay",
}
FAILED = Q(state__in=[State.DEAD, State.SUPPRESSED])
FRIDAY = 4
