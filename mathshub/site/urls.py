"""Addresses of the pages that show several apps together, and of the health pages."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from mathshub.site import health, metrics, sent_mail, style_guide, suggesting, views

app_name = "site"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("programmes/", views.list_programmes, name="list_programmes"),
    path("programmes/<slug:slug>/", views.show_programme, name="show_programme"),
    path("journey/", views.show_journey, name="show_journey"),
    path("journey/which-step/", suggesting.suggest, name="suggest_step"),
    path("privacy/", views.show_privacy, name="show_privacy"),
    path("accessibility/", views.show_accessibility, name="show_accessibility"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

if settings.DEMO:
    urlpatterns += [
        path("style-guide/", style_guide.style_guide, name="style_guide"),
        path("", include(sent_mail.urlpatterns)),
    ]
