"""The admin of hubs, staff, programmes, terms and imports of the register."""

from workgroups.admin import hubs, imports, programmes, staff, terms

__all__ = ["hubs", "imports", "programmes", "staff", "terms"]
