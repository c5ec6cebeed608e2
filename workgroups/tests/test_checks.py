"""The system checks notice what they are for."""

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps
from django.urls import include, path
from pytest_django import Settings

from mathshub.ledger import audience_of
from mathshub.scope import HubOwned, SameHub, hub_key
from workgroups import checks


def view(request):
    """Stands for any view."""


def test_the_project_passes_its_own_checks():
    assert [
        *checks.check_models_have_an_owner(),
        *checks.check_links_stay_in_the_hub(),
        *checks.check_addresses_are_in_the_ledger(),
        *checks.check_settings(),
    ] == []


def test_every_reason_belongs_to_a_model_that_exists():
    labels = {model._meta.label for model in apps.get_models()}
    assert set(checks.GLOBAL_MODELS) <= labels
    assert set(checks.GLOBAL_APPS) <= {model._meta.app_label for model in apps.get_models()}


@isolate_apps("workgroups")
def test_a_model_without_an_owner_is_noticed():
    class Stray(models.Model):
        class Meta:
            app_label = "workgroups"

    class Owned(HubOwned):
        class Meta:
            app_label = "workgroups"

    assert not checks.is_accounted_for(Stray)
    assert checks.is_accounted_for(Owned)


@isolate_apps("workgroups")
def test_a_link_that_the_database_does_not_keep_in_the_hub_is_noticed():
    class Box(HubOwned):
        class Meta:
            app_label = "workgroups"

    class KeyedBox(HubOwned):
        class Meta:
            app_label = "workgroups"
            constraints = [hub_key()]

    class Lid(HubOwned):
        box = models.ForeignKey(Box, on_delete=models.CASCADE)
        good = models.ForeignKey(KeyedBox, on_delete=models.CASCADE)

        class Meta:
            app_label = "workgroups"
            constraints = [SameHub("good", name="lid_good_same_hub")]

    assert [fault.id for fault in checks.link_faults(Lid)] == ["workgroups.E002", "workgroups.E003"]
    assert all("Box" in fault.msg or ".box" in fault.msg for fault in checks.link_faults(Lid))


def test_an_address_that_is_not_in_the_ledger_is_noticed():
    inner = [
        path("known/", view, name="home"),
        path("stray/", view, name="stray"),
        path("x/", view),
    ]
    admin = [path("<path:object_id>/", view)]
    found = checks.named_addresses(
        [path("", include((inner, "site"))), path("admin/", include((admin, "admin")))]
    )
    assert [(name, where) for name, where in found if audience_of(name) is None] == [
        ("site:stray", "stray/"),
        ("site:(no name)", "x/"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SITE_URL", "portal.example.org", "workgroups.E005"),
        ("SITE_URL", "https://portal.example.org/hubs/", "workgroups.E006"),
        ("DEFAULT_FROM_EMAIL", "the portal", "workgroups.E007"),
    ],
)
def test_a_setting_that_would_mislead_people_is_explained(
    settings: Settings, name: str, value: str, fault: str
):
    setattr(settings, name, value)
    (found,) = checks.check_settings()
    assert (found.id, value in found.msg, bool(found.hint)) == (fault, True, True)


def test_what_production_lacks_is_explained(settings: Settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "http://portal.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "localhost"
    assert [fault.id for fault in checks.check_production_settings()] == [
        "workgroups.W001",
        "workgroups.W002",
        "workgroups.W003",
    ]
