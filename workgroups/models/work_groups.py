"""Work Groups: six to twelve schools that meet over the year, and who leads them."""

from typing import Any, ClassVar

from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history, hub_key, hub_manager
from workgroups.models.hubs import HubMember, LocalAuthority
from workgroups.models.programmes import Offering


class WorkGroupQuerySet(models.QuerySet["WorkGroup"]):
    def public(self) -> "WorkGroupQuerySet":
        """Those that the public pages show."""
        return self.filter(state__in=[WorkGroup.State.FORMING, WorkGroup.State.RUNNING])

    def led_by(self, account_id: int) -> "WorkGroupQuerySet":
        """Those that the account leads."""
        return self.filter(work_group_leads__member__account_id=account_id)


class WorkGroup(HubOwned):
    """A group of schools within an offering; its year is a row of sessions."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        FORMING = "forming", "taking schools"
        RUNNING = "running", "running"
        FINISHED = "finished", "finished"
        CANCELLED = "cancelled", "cancelled"

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="work_groups")
    name = models.CharField(max_length=80, help_text="Usually its area: “Hackney and Newham”.")
    local_authorities = models.ManyToManyField(
        LocalAuthority,
        blank=True,
        verbose_name="boroughs",
        help_text="Sessions are planned around these boroughs' holidays.",
    )
    capacity = models.PositiveSmallIntegerField("schools at most", default=8)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    usual_venue = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = hub_manager(WorkGroupQuerySet)
    history = hub_history()

    class Meta:
        ordering = ["-offering__academic_year__start_year", "offering__programme__position", "name"]
        verbose_name = "Work Group"
        constraints = [
            hub_key(),
            models.UniqueConstraint(
                fields=["offering", "name"],
                name="work_group_name_once_per_offering",
                violation_error_message="This offering already has a Work Group of that name.",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__gte=1), name="work_group_takes_a_school"
            ),
            SameHub("offering", name="work_group_offering_same_hub"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.state in (self.State.FORMING, self.State.RUNNING)

    @property
    def takes_schools(self) -> bool:
        """Whether places may be offered: not once it has finished or was cancelled."""
        return self.state not in (self.State.FINISHED, self.State.CANCELLED)


class WorkGroupLead(HubOwned):
    """A member of staff who leads a Work Group."""

    work_group = models.ForeignKey(
        WorkGroup, on_delete=models.CASCADE, related_name="work_group_leads"
    )
    member = models.ForeignKey(HubMember, on_delete=models.CASCADE, related_name="leads")

    class Meta:
        ordering = ["id"]
        verbose_name = "Work Group Lead"
        constraints = [
            models.UniqueConstraint(
                fields=["work_group", "member"], name="work_group_lead_once_per_group"
            ),
            SameHub("work_group", name="work_group_lead_group_same_hub"),
            SameHub("member", name="work_group_lead_member_same_hub"),
        ]

    def __str__(self) -> str:
        return str(self.member)
