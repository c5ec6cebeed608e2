"""The hub's settings with previews of the pages on which its own texts stand."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mathshub.scope_admin import posted
from mathshub.site.admin.preview import Preview, sentences
from mathshub.site.hub_pages import home_context, journey_context, privacy_context
from workgroups.admin.hubs import HubAdmin
from workgroups.models import Hub

Page = Callable[[HttpRequest, int], HttpResponse]


@admin.register(Hub)
class HubWithPreviewsAdmin(HubAdmin):
    change_form_template = "admin/workgroups/hub.html"

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> Any:
        hub = kwargs["obj"]
        context["previews"] = [
            (self.url(f"preview_{name}", hub.pk), words)
            for name, words in (
                ("home", "Preview the first page"),
                ("journey", "Preview the journey"),
                ("privacy", "Preview the privacy notice"),
            )
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def own_urls(self) -> list[tuple[str, Page, str]]:
        return [
            ("<int:pk>/preview/home/", self.preview_home, "preview_home"),
            ("<int:pk>/preview/journey/", self.preview_journey, "preview_journey"),
            ("<int:pk>/preview/privacy/", self.preview_privacy, "preview_privacy"),
        ]

    def preview_home(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The first page with the texts of the form that was sent; nothing is saved."""
        hub, preview = self._typed(request, pk)
        return _show(request, "site/home.html", hub, preview, home_context(hub, timezone.now()))

    def preview_journey(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same of the mastery journey."""
        hub, preview = self._typed(request, pk)
        return _show(request, "site/journey.html", hub, preview, journey_context(timezone.now()))

    def preview_privacy(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same of the privacy notice."""
        hub, preview = self._typed(request, pk)
        return _show(request, "site/privacy.html", hub, preview, privacy_context())

    def _typed(self, request: HttpRequest, pk: int) -> tuple[Hub, Preview]:
        """The hub as it was typed, unsaved; as it stands where nothing was sent."""
        hub: Hub = self.row_or_404(request, pk, change=True)
        form = self.get_form(request, hub, change=True)(posted(request), instance=hub)
        return hub, Preview(list(sentences(form)))


def _show(
    request: HttpRequest, template: str, hub: Hub, preview: Preview, context: dict[str, Any]
) -> HttpResponse:
    notice = hub.notice_on(timezone.localdate())
    return render(request, template, context | {"hub": hub, "notice": notice, "preview": preview})
