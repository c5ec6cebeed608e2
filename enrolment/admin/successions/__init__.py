"""Mergers and splits of schools: whether a closed school's history counts for another one."""

from enrolment.admin.successions.decisions import SuccessionDecisionAdmin
from enrolment.admin.successions.pairs import SchoolLinkAdmin, mergers_of
from enrolment.admin.successions.two_schools import MAY_SEE

__all__ = ["MAY_SEE", "SchoolLinkAdmin", "SuccessionDecisionAdmin", "mergers_of"]
