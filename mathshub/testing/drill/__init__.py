"""Drills: the portal under faults, with what was told, stored and sent compared at the end."""
