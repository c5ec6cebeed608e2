"""What exists: hubs, schools, years, programmes, Work Groups."""

from workgroups.models.hubs import Hub, HubMember, LocalAuthority
from workgroups.models.programmes import Offering, Prerequisite, Programme
from workgroups.models.schools import School
from workgroups.models.work_groups import WorkGroup, WorkGroupLead
from workgroups.models.years import AcademicYear, TermDate

__all__ = [
    "AcademicYear",
    "Hub",
    "HubMember",
    "LocalAuthority",
    "Offering",
    "Prerequisite",
    "Programme",
    "School",
    "TermDate",
    "WorkGroup",
    "WorkGroupLead",
]
