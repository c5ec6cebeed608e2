"""What exists: hubs, schools, years, programmes, Work Groups."""

from workgroups.models.hubs import Hub, HubMember, LocalAuthority
from workgroups.models.programmes import Offering, Prerequisite, Programme, ProgrammeLink
from workgroups.models.register import RegisterImport, SchoolLink, SuccessionDecision
from workgroups.models.schools import School, SearchWord
from workgroups.models.work_groups import WorkGroup, WorkGroupLead
from workgroups.models.years import AcademicYear, DayToAvoid, TermDate

__all__ = [
    "AcademicYear",
    "DayToAvoid",
    "Hub",
    "HubMember",
    "LocalAuthority",
    "Offering",
    "Prerequisite",
    "Programme",
    "ProgrammeLink",
    "RegisterImport",
    "School",
    "SchoolLink",
    "SearchWord",
    "SuccessionDecision",
    "TermDate",
    "WorkGroup",
    "WorkGroupLead",
]
