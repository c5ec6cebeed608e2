"""Pages for what goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's safety token was missing or too old."""
    return render(
        request, "403_csrf.html", {"page_title": "This page had been open too long"}, status=403
    )
