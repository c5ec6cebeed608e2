"""Headteacher briefings: where and when one can hear about the coming year."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrolment.models import Briefing


@login_not_required
@require_safe
def list_briefings(request: HttpRequest) -> HttpResponse:
    """The briefings still to come, soonest first."""
    briefings = Briefing.objects.upcoming(timezone.now()).select_related(
        "local_authority", "academic_year"
    )
    context = {"page_title": "Briefings for headteachers", "briefings": list(briefings)}
    return render(request, "enrolment/briefings.html", context)
