"""The addresses as they are under DEMO=1: settings are read before a test could set it."""

from django.urls import include, path

from mathshub import urls
from mathshub.site import sent_mail
from mathshub.site import urls as site_urls

urlpatterns = [
    # The first of a namespace's patterns are those that reverse() knows.
    path("", include(([*site_urls.urlpatterns, *sent_mail.urlpatterns], "site"))),
    *urls.urlpatterns,
]
