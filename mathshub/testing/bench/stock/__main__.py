"""Makes Django's own table of users, a superuser in it, and prints the key of their session."""

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  (models can be read from here on)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

with connection.schema_editor() as editor:
    editor.create_model(User)
client = Client()
client.force_login(User.objects.create_superuser("stock"))  # type: ignore[arg-type]
print(client.cookies["sessionid"].value)
