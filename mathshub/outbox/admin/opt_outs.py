"""Mail not wanted: who has stopped which optional kind, and letting it on again where they ask."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from mathshub.outbox.admin.address_search import FoundByAddress
from mathshub.outbox.kinds import kind_words
from mathshub.outbox.models import OptOut
from mathshub.outbox.opt_out import lift_opt_out
from mathshub.scope_admin import Chip, ChipFilter
from mathshub.scope_admin.cells import tag


class StandingChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("stopped", "stopped", Q(lifted_at=None)),
            Chip("lifted", "let on again", Q(lifted_at__isnull=False)),
        ]


@admin.register(OptOut)
class OptOutAdmin(FoundByAddress):
    list_heading = "Mail not wanted"
    list_display = ("mailbox", "what", "stopped_at", "standing")
    list_filter = (StandingChips,)
    fields = ()
    change_form_template = "admin/outbox/mail_not_wanted.html"
    empty_words = (
        "Reminders of unfinished forms and digests say at their foot how to stop them. Who does "
        "that will stand here; all other mail goes on."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is lifted, on a page that says what that means, and stays on record for a year."""
        return False

    @admin.display(description="kind", ordering="kind")
    def what(self, opt_out: OptOut) -> str:
        return capfirst(kind_words(opt_out.kind))

    @admin.display(description="state", ordering="lifted_at")
    def standing(self, opt_out: OptOut) -> SafeString:
        return _standing_tag(opt_out)

    def object_title(self, obj: OptOut) -> str:
        return f"{self.what(obj)}, not to {obj}"

    def facts(self, request: HttpRequest, obj: OptOut) -> dict[str, Any]:
        may_lift = obj.is_standing and self.has_change_permission(request, obj)
        lifted = [("Let on again", timezone.localdate(obj.lifted_at))] if obj.lifted_at else []
        return {
            "state": _standing_tag(obj),
            "facts": [
                ("Mailbox", str(obj)),
                ("Kind", kind_words(obj.kind)),
                ("Stopped by its reader", timezone.localdate(obj.stopped_at)),
                *lifted,
            ],
            "buttons": [{"url": self.url("lift", obj.pk), "words": "Let it on", "first": False}]
            if may_lift
            else [],
        }

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("<int:pk>/lift/", self.lift, "lift")]

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        opt_out = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if not opt_out.is_standing:
            return self.done(request, "It goes there already.", to=back, level=messages.INFO)
        if request.method == "POST":
            lift_opt_out(opt_out, now=timezone.now())
            return self.done(request, f"It goes to {opt_out} again.", to=self.url("changelist"))
        return self.form_page(
            request,
            title=f"Let it go to {opt_out} again?",
            lead=f"Its reader stopped this: {kind_words(opt_out.kind)}. Do it only if they ask.",
            will=["From now on it goes there again. It still says how to stop it."],
            button="Let it on, no e-mail",
            back=back,
        )


def _standing_tag(opt_out: OptOut) -> SafeString:
    return tag("stopped", "clay") if opt_out.is_standing else tag("let on again", "plain")
