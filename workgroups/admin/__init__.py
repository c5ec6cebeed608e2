"""The admin of hubs, staff, programmes and terms."""

from workgroups.admin import hubs, programmes, staff, terms

__all__ = ["hubs", "programmes", "staff", "terms"]
