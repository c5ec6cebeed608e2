"""In tests, a page that goes to the database once for each row raises (django-zeal).

Every request of the test client is watched; what a test itself does between its requests is not:
it asks for the same things again and again, and may. Only the process of pytest is changed, so
that servers and workers started by tests run what production runs.
"""

from django.conf import settings
from zeal.constants import initialize_app_registry
from zeal.patch import patch

MIDDLEWARE = "zeal.middleware.zeal_middleware"

# Models and fields whose rows may be asked for one by one, each with its reason.
ALLOWED = [
    # The page that takes a role away reads it to judge, and Django once more to delete.
    {"model": "workgroups.HubMember", "field": "get()"},
    # Django reads each row of an inline again when the page is sent; each may be written, too.
    {"model": "workgroups.Prerequisite", "field": "get()"},
    {"model": "workgroups.ProgrammeLink", "field": "get()"},
    {"model": "workgroups.WorkGroupLead", "field": "get()"},
]

__all__ = ["ALLOWED", "watch_pages"]


def watch_pages() -> None:
    """Once in a process, after Django's set-up: from then on a request with an N+1 raises."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return
    settings.ZEAL_RAISE = True
    settings.ZEAL_ALLOWLIST = ALLOWED
    settings.MIDDLEWARE.insert(0, MIDDLEWARE)
    initialize_app_registry()
    patch()
