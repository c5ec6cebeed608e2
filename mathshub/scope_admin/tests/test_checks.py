"""The system check finds admins that go round the hub scope."""

from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin

from mathshub.scope_admin import HubOwnedAdmin, PortalAdmin
from mathshub.scope_admin.checks import check_admins
from workgroups.models import Prerequisite, Programme


def ids_for(owner: type[ModelAdmin]) -> list[str]:
    site = AdminSite()
    site.register(Programme, owner)
    return [message.id or "" for message in check_admins(site)]


def test_the_portal_s_own_admins_are_in_order() -> None:
    assert check_admins(admin.site) == []


def test_a_plain_admin_of_an_owned_model_is_found() -> None:
    class Plain(ModelAdmin):
        view_on_site = False

    assert ids_for(Plain) == ["scope_admin.E001", "scope_admin.E002"]


def test_the_shared_base_is_not_enough_for_an_owned_model() -> None:
    class Shared(PortalAdmin):
        pass

    assert ids_for(Shared) == ["scope_admin.E002"]


def test_a_plain_inline_a_raw_id_and_a_plain_filter_are_found() -> None:
    class Plain(admin.TabularInline):
        model = Prerequisite
        fk_name = "programme"
        view_on_site = False

    class Leaky(HubOwnedAdmin):
        inlines = (Plain,)
        raw_id_fields = ("hub",)
        list_filter = ("phase",)

    assert ids_for(Leaky) == ["scope_admin.E003", "scope_admin.E004", "scope_admin.E005"]


def test_a_link_to_the_site_is_found() -> None:
    class Linking(HubOwnedAdmin):
        view_on_site = True

    assert ids_for(Linking) == ["scope_admin.E006"]
