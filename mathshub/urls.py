"""Every address of the portal; for whom each is stands in mathshub/ledger.py."""

from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# Before admin.site.urls is read: from then on the admin's own sign-in form is out of use.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("mathshub.site.urls")),
    path("", include("workgroups.urls")),
    *(path("", include(name)) for name in ("enrolment.urls", "sessions.urls") if find_spec(name)),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
]
