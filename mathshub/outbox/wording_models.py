"""What a hub says in its e-mails in words of its own."""

from django.db import models

from mathshub.scope import HubOwned, SameHub, hub_history


class Wording(HubOwned):
    """A hub's own words for one kind of e-mail: for one programme, or for all that have none.

    A part that is empty is said as elsewhere: the programme's by the hub, the hub's by the portal.
    One that ``stands_alone`` leaves the hub's out: its empty parts are said by the portal. Without a
    row all is the portal's.
    """

    PARTS = ("subject", "opening", "closing")

    kind = models.CharField(max_length=40, editable=False)
    programme = models.ForeignKey(
        "workgroups.Programme",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        editable=False,
    )
    subject = models.CharField(max_length=150, blank=True)
    opening = models.TextField(max_length=2000, blank=True)
    closing = models.TextField(max_length=2000, blank=True)

    stands_alone = models.BooleanField(default=False)

    history = hub_history()

    class Meta:
        ordering = ["kind", "programme"]
        verbose_name = "wording of an e-mail"
        verbose_name_plural = "wording of e-mails"
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "kind", "programme"], name="wording_once_per_kind_and_programme"
            ),
            # To a database one unknown programme is not the same as another.
            models.UniqueConstraint(
                fields=["hub", "kind"],
                condition=models.Q(programme=None),
                name="wording_once_per_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="", opening="", closing="", stands_alone=False),
                name="wording_says_something",
            ),
            models.CheckConstraint(
                condition=models.Q(stands_alone=False) | models.Q(programme__isnull=False),
                name="wording_of_a_programme_stands_alone",
            ),
            SameHub("programme", name="wording_programme_same_hub"),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def texts(self) -> dict[str, str]:
        """The parts by name."""
        return {part: getattr(self, part) for part in self.PARTS}
