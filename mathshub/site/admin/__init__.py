"""What the admin shows of several apps together. Read by Django after the admin site is made."""

from django.contrib import admin

from mathshub.site.admin import hubs, programmes
from mathshub.site.admin.front_page import front_page

__all__ = ["hubs", "programmes"]

admin.site.front_page = front_page  # type: ignore[attr-defined]
