"""Every address of the portal; for whom each is stands in mathshub/ledger.py."""

from django.contrib import admin
from django.urls import include, path

# The admin's own sign-in form is out of use: PortalAdminSite.login sends people to allauth's.
urlpatterns = [
    path("", include("mathshub.site.urls")),
    path("", include("workgroups.urls")),
    path("", include("enrolment.urls")),
    path("", include("sessions.urls")),
    path("mail/", include("mathshub.outbox.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("mathshub.accounts.urls")),
]
