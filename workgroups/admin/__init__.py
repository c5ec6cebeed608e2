"""The admin of hubs, staff, terms and imports of the register."""

from workgroups.admin import days_to_avoid, hubs, imports, staff, terms

__all__ = ["days_to_avoid", "hubs", "imports", "staff", "terms"]
