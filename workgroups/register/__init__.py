"""Bringing in the register of schools (GIAS): read the file, make rows of it, load what changed.

Headteachers' names stand in the file; they are never read.
"""

from workgroups.register.load import Outcome, import_register
from workgroups.register.read import TableRefused

__all__ = ["Outcome", "TableRefused", "import_register"]
