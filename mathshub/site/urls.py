"""Addresses of the pages that show several apps together, and of the health pages."""

from django.urls import path

from mathshub.site import health, views

app_name = "site"

urlpatterns = [
    path("", views.home, name="home"),
    path("programmes/", views.list_programmes, name="list_programmes"),
    path("programmes/<slug:slug>/", views.show_programme, name="show_programme"),
    path("journey/", views.show_journey, name="show_journey"),
    path("privacy/", views.show_privacy, name="show_privacy"),
    path("accessibility/", views.show_accessibility, name="show_accessibility"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
