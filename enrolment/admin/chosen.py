"""From the ticks in a list of interest to a page about those that were ticked."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from enrolment.models import ExpressionOfInterest
from mathshub.scope_admin import PortalAdmin, is_key


class ChosenPages(PortalAdmin):
    """Pages whose address names the expressions that they are about."""

    def to_page_for(self, chosen: QuerySet, page: str) -> HttpResponse:
        """Lead on to the page, by its short name."""
        numbers = "&".join(f"chosen={pk}" for pk in chosen.values_list("pk", flat=True))
        return redirect(f"{self.url(page)}?{numbers}")

    def chosen(self, request: HttpRequest) -> list[ExpressionOfInterest]:
        """Those that this person may see, the longest waiting first."""
        given = request.POST if request.method == "POST" else request.GET
        numbers = [number for number in given.getlist("chosen") if is_key(number)]
        return list(
            self.get_queryset(request).filter(pk__in=numbers).order_by("submitted_at", "pk")
        )
