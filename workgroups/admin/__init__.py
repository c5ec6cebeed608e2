"""The admin of hubs, staff, programmes and terms."""

from workgroups.admin import days_to_avoid, hubs, programmes, staff, terms

__all__ = ["days_to_avoid", "hubs", "programmes", "staff", "terms"]
