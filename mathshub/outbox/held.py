"""Holds: mail that staff keep back for a while, with the reason and until when."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_manager


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, today: Any) -> "HoldQuerySet":
        """Those that hold on that day in London: nobody has lifted them, and it is not over."""
        return self.filter(lifted_at=None, until__gte=today)

    def of_hub(self) -> "HoldQuerySet":
        """Those that hold all messages of their hub."""
        return self.filter(work_group=None, message=None)


class Hold(HubOwned):
    """Messages that wait until a day is over: one Work Group's, a single one, or all of the hub's.

    It ends by itself after ``until``, a day in London, or when somebody lifts it.
    """

    work_group = models.ForeignKey(
        "workgroups.WorkGroup",
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        editable=False,
    )
    message = models.ForeignKey(
        "outbox.Message", on_delete=models.CASCADE, related_name="+", null=True, editable=False
    )
    reason = models.CharField(
        max_length=200, help_text="Colleagues read it: why nothing leaves, and what it waits for."
    )
    until = models.DateField(
        "held until", help_text="The last day on which nothing leaves. Then it goes by itself."
    )
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )

    history = hub_history()
    objects: ClassVar[Any] = hub_manager(HoldQuerySet)

    class Meta:
        ordering = ["-placed_at", "-id"]
        verbose_name = "hold"
        constraints = [
            SameHub("work_group", name="hold_work_group_same_hub"),
            SameHub("message", name="hold_message_same_hub"),
        ]

    def __str__(self) -> str:
        if self.work_group_id:
            return f"Messages of {self.work_group}"
        if self.message is None:
            return "All messages"
        return f"One message to {self.message.recipient_name or self.message.recipient}"

    def is_standing(self, today: date) -> bool:
        """Whether it holds on that day in London."""
        return self.lifted_at is None and today <= self.until
