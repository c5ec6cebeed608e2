"""Public pages that show several apps together."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from workgroups.models import Programme


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"page_title": "Home"})


@login_not_required
def list_programmes(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"page_title": "Programmes"})


@login_not_required
def show_programme(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.all(), slug=slug)
    return render(request, "base.html", {"page_title": programme.name})


@login_not_required
def show_journey(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"page_title": "The mastery journey"})


@login_not_required
def show_privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"page_title": "Privacy notice"})


@login_not_required
def show_accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"page_title": "Accessibility statement"})


@login_not_required
def security_txt(request: HttpRequest) -> HttpResponse:
    return HttpResponse("", content_type="text/plain; charset=utf-8")
