"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mathshub.settings")

# What is loaded here stays for good: to look through it for rubbish would cost the start, and again
# some requests now and then.
gc.disable()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  (now, not while the first visitor waits)
gc.freeze()
gc.enable()
