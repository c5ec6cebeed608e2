"""Addresses that refuse mail, and letting mail go there again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mathshub.outbox.admin.address_search import FoundByAddress
from mathshub.outbox.hold import lift_suppression
from mathshub.outbox.models import Suppression


@admin.register(Suppression)
class SuppressionAdmin(FoundByAddress):
    list_heading = "Addresses that refuse mail"
    list_display = ("mailbox", "reason", "since")
    list_filter = ()
    fields = ()
    change_form_template = "admin/outbox/mail_not_wanted.html"
    empty_words = (
        "Addresses whose mail server said that they don't exist will stand here. Nothing more "
        "goes to them until somebody lifts that."
    )

    @admin.display(ordering="created_at")
    def since(self, suppression: Suppression) -> str:
        return f"{timezone.localtime(suppression.created_at):%-d %B %Y}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is lifted on a page that says what that means."""
        return False

    def object_title(self, obj: Suppression) -> str:
        return f"{obj} refuses mail"

    def facts(self, request: HttpRequest, obj: Suppression) -> dict[str, Any]:
        may_lift = request.user.has_perm("outbox.delete_suppression")
        return {
            "facts": [
                ("The mail server said", obj.reason),
                ("Since", timezone.localdate(obj.created_at)),
            ],
            "buttons": [{"url": self.url("lift", obj.pk), "words": "Lift it", "first": False}]
            if may_lift
            else [],
        }

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("<int:pk>/lift/", self.lift, "lift")]

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        suppression = self.row_or_404(request, pk)
        if not request.user.has_perm("outbox.delete_suppression"):
            return self.done(
                request,
                "Your role may not lift it.",
                to=self.url("change", pk),
                level=messages.ERROR,
            )
        if request.method == "POST":
            lift_suppression(suppression)
            words = f"Mail goes to {suppression} again. Try its failed messages again one by one."
            return self.done(request, words, to=self.url("changelist"))
        return self.form_page(
            request,
            title=f"Let mail go to {suppression} again?",
            lead=f"The mail server said: {suppression.reason}",
            will=[
                "From now on messages go there. If the server refuses again, it is back here.",
                "No e-mail is sent by this.",
            ],
            button="Lift it, no e-mail",
            back=self.url("change", pk),
        )
