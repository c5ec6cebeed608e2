"""Forms of interest that are not sent yet, kept from the first answer on."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from enrolment.models.interest import ExpressionOfInterest, FurtherForm
from mathshub.scope import HubOwned, SameHub, hub_key
from workgroups.models import Offering, School

KEPT_FOR = timedelta(days=30)  # from the last answer
# Who began before midnight of the last day may finish.
GRACE = timedelta(hours=12)


class InterestDraft(HubOwned):
    """One school's answers so far. Its link opens it on any device; sent, it holds no answers."""

    form_token = models.UUIDField(unique=True, default=uuid.uuid4)
    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+", null=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", null=True)
    school_as_typed = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict, help_text="By page: typed, meant and told.")
    changes = models.ForeignKey(
        ExpressionOfInterest,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        help_text="The expression that these answers are to replace.",
    )
    expression = models.ForeignKey(
        ExpressionOfInterest, on_delete=models.CASCADE, related_name="+", null=True
    )
    further_form = models.ForeignKey(
        FurtherForm, on_delete=models.CASCADE, related_name="+", null=True
    )
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    link_email = models.EmailField(max_length=254, blank=True)
    link_sent_at = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    link_generation = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            hub_key(),
            SameHub("offering", name="draft_offering_same_hub"),
            SameHub("changes", name="draft_changes_same_hub"),
            SameHub("expression", name="draft_expression_same_hub"),
            SameHub("further_form", name="draft_further_form_same_hub"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.started_at:%d %B %Y}"

    @property
    def school_name(self) -> str:
        """The register's name of the school, or what was typed."""
        return self.school.name if self.school else self.school_as_typed

    @property
    def is_sent(self) -> bool:
        return self.expression_id is not None or self.further_form_id is not None

    def may_still_be_sent(self, now: datetime) -> bool:
        """Whether its programme takes interest, or did when it was begun, half a day ago at most."""
        if self.changes is not None:
            return self.changes.can_be_changed(timezone.localdate(now))
        offering = self.offering
        if offering is None or offering.is_open_to_interest(timezone.localdate(now)):
            return True
        begun_in_time = offering.is_open_to_interest(timezone.localdate(self.started_at))
        return begun_in_time and self.started_at > now - GRACE

    @property
    def complete_answers(self) -> dict[str, Any]:
        """Without the pages that were left half typed."""
        return {page: kept for page, kept in self.answers.items() if "clean" in kept}

    def said(self, page: str, field: str) -> Any:
        """What a page that was answered says in one field; an empty text otherwise."""
        return self.answers.get(page, {}).get("clean", {}).get(field, "")
