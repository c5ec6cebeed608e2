"""Messages, suppressed addresses, and what the senders must remember between two sweeps."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Upper

from mathshub.outbox.held import Hold, HoldQuerySet
from mathshub.outbox.wording_models import Wording
from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager

__all__ = [
    "Heartbeat",
    "Hold",
    "HoldQuerySet",
    "MailAccount",
    "Message",
    "MessageQuerySet",
    "OptOut",
    "OptOutQuerySet",
    "Suppression",
    "Wording",
]

AGAIN = ":again:"
"""What stands in the key of a message that was sent once more, between the first one's and a number."""


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        """Not yet sent and not given up."""
        return self.filter(state__in=Message.WAITING)

    def failed(self) -> "MessageQuerySet":
        """Given up, or refused because the address refuses mail."""
        return self.filter(state__in=Message.FAILED)

    def ended(self) -> "MessageQuerySet":
        """Sent or given up, one way or another: nothing more happens to them."""
        return self.exclude(state__in=Message.WAITING)

    def due(self, now: datetime) -> "MessageQuerySet":
        """Waiting for a sender at ``now``, in the order in which they should go."""
        return self.filter(state=Message.State.QUEUED, due_at__lte=now).order_by(
            "priority", "due_at", "id"
        )


def _about(model: str) -> Any:
    """What a message is about; it outlives that. The list of its messages has an index of its own."""
    return models.ForeignKey(
        model,
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
        db_index=False,
        editable=False,
    )


def _index_of(name: str) -> models.Index:
    """For the newest messages about one thing."""
    return models.Index(
        fields=[name, "-due_at"],
        condition=models.Q(**{f"{name}__isnull": False}),
        name=f"message_{name}",
    )


class Message(HubOwned):
    """One e-mail to one address, sent once: its key is unique for ever.

    ``due_at`` is when it should go, and after a refusal when it is tried again. ``attempts`` are
    counted before each sending; ``deferrals`` are those of them that the mail server answered with
    "later". Attempts that nobody can account for are what kills a message that kills its senders.
    ``school``, ``work_group``, ``participant`` and ``session`` are what it is found by afterwards.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        CLAIMED = "claimed", "about to be sent"
        INFLIGHT = "inflight", "being sent"
        SENT = "sent", "handed to the mail server"
        DEAD = "dead", "could not be sent"
        CANCELLED = "cancelled", "no longer needed"
        SUPPRESSED = "suppressed", "address refuses mail"

    WAITING = [State.QUEUED, State.CLAIMED, State.INFLIGHT]
    FAILED = [State.DEAD, State.SUPPRESSED]

    class Priority(models.IntegerChoices):
        IMMEDIATE = 10, "confirmations and sign-in"
        CHANGE = 20, "changes"
        REMINDER = 30, "reminders and digests"

    key = models.CharField(max_length=200, unique=True)
    recipient = models.EmailField(max_length=254)
    recipient_name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40)
    context = models.JSONField(default=dict, blank=True, help_text="Ids only; read at send time.")
    school = _about("workgroups.School")
    work_group = _about("workgroups.WorkGroup")
    participant = _about("enrolment.Participant")
    session = _about("workgroup_sessions.Session")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.IMMEDIATE)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    state_reason = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    deferrals = models.PositiveSmallIntegerField(default=0, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    maybe_duplicate = models.BooleanField(default=False)
    last_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    # Changed by hand for this one message: the parts of a wording, and who changed them when.
    words = models.JSONField(default=dict, blank=True, editable=False)
    subject = models.CharField(max_length=200, blank=True)
    text_body = models.TextField(blank=True)
    html_body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    # Written by whoever hears of it, also while a sender has the message in hand: no sender does.
    came_back_at = models.DateTimeField(null=True)
    came_back_because = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = hub_manager(MessageQuerySet)

    is_held = False
    """Whether a hold keeps it back, as read when it is about to be sent."""

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [
            hub_key(),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("due_at")),
                name="message_expires_after_due",
            ),
            SameHub("work_group", name="message_work_group_same_hub"),
            SameHub("participant", name="message_participant_same_hub"),
            SameHub("session", name="message_session_same_hub"),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at"],
                condition=models.Q(state="queued"),
                name="message_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(lease_until__isnull=False),
                name="message_lease",
            ),
            models.Index(
                fields=["claim"], condition=models.Q(claim__isnull=False), name="message_claim"
            ),
            models.Index(fields=["hub", "state", "-due_at"], name="message_hub_state"),
            # Counted by when they left, which a hold may have made long after they were due.
            models.Index(
                fields=["hub", "-sent_at"],
                condition=models.Q(sent_at__isnull=False),
                name="message_hub_sent",
            ),
            models.Index(fields=["hub", "recipient"], name="message_hub_recipient"),
            # A delivery report names it by this.
            models.Index(
                fields=["message_id"], condition=~models.Q(message_id=""), name="message_by_its_id"
            ),
            # How often an address was written to lately, however it is spelt.
            models.Index("hub", Upper("recipient"), "created_at", name="message_hub_address"),
            *map(_index_of, ("school", "work_group", "participant", "session")),
            # The reference of an interest, or of a further form, leads to what was written about it.
            *(
                models.Index(KeyTransform(name, "context"), name=f"message_{name}")
                for name in ("expression", "form")
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.kind

    @property
    def first_key(self) -> str:
        """The key of the message that this one repeats; its own where it repeats none."""
        return self.key.partition(AGAIN)[0]

    @property
    def has_failed(self) -> bool:
        """Given up, or refused because the address refuses mail."""
        return self.state in self.FAILED

    @property
    def state_words(self) -> str:
        """How it stands, for staff."""
        return "came back" if self.came_back_at else self.get_state_display()

    @property
    def reason(self) -> str:
        """Why it stands so, in the words of whoever said it; often there is none."""
        return self.came_back_because or self.state_reason


class Suppression(HubOwned):
    """An address that refused mail for good: nothing more goes there until a person lifts it."""

    address_hash = models.CharField(max_length=64)
    address = models.EmailField(max_length=254, blank=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "address_hash"], name="suppression_once_per_address_and_hub"
            )
        ]

    def __str__(self) -> str:
        return self.address or "an erased address"


class OptOutQuerySet(models.QuerySet["OptOut"]):
    def standing(self) -> "OptOutQuerySet":
        """Those that hold: nobody has taken them back."""
        return self.filter(lifted_at=None)


class OptOut(HubOwned):
    """A mailbox that wants no more of one optional kind of mail from this hub.

    Taken back, by its reader or by staff, it stays as a record of that for a year.
    """

    address_hash = models.CharField(max_length=64)
    address = models.EmailField(max_length=254, blank=True)
    kind = models.CharField(max_length=40)
    stopped_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    # Without the address, which goes after a year while the record of who lifted it stays.
    history = hub_history(excluded_fields=["address"])
    objects: ClassVar[Any] = hub_manager(OptOutQuerySet)

    class Meta:
        ordering = ["-stopped_at", "-id"]
        verbose_name = "mail not wanted"
        verbose_name_plural = "mail not wanted"
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "address_hash", "kind"], name="opt_out_once_per_address_and_kind"
            )
        ]

    def __str__(self) -> str:
        return self.address or "an address that is no longer kept"

    @property
    def is_standing(self) -> bool:
        return self.lifted_at is None


class Heartbeat(models.Model):
    """When a part of the machinery last did its work."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%d %B %Y %H:%M:%S}"


class MailAccount(models.Model):
    """The account on the mail server: how much it may still send, and whether it can be reached.

    ``tokens`` are the messages that may go at once, as counted at ``counted_at``. After failures of
    the connection nobody tries again before ``rests_until``. ``connections`` are the senders that
    talk to the server now, each with the moment until which that is believed.
    """

    name = models.CharField(max_length=40, primary_key=True)
    tokens = models.FloatField()
    counted_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    connections = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
