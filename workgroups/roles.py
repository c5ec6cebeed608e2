"""Roles and what each may do: the one table from which all permissions are made.

A Work Group Lead's rows are narrowed further, to the own groups, by the admin's querysets.
"""

from workgroups.models import HubMember

Role = HubMember.Role

_SEE = {
    "workgroups": (
        "hub",
        "programme",
        "programmelink",
        "prerequisite",
        "offering",
        "workgroup",
        "workgrouplead",
        "termdate",
        "daytoavoid",
        "school",
        "successiondecision",
        "registerimport",
        "localauthority",
        "academicyear",
    ),
    "enrolment": (
        "expressionofinterest",
        "intendedparticipant",
        "furtherform",
        "question",
        "place",
        "participant",
        "seat",
        "briefing",
        "briefingbooking",
        "openingnotice",
        "knownschool",
        "pastparticipation",
        "historyimport",
        "unmatchedline",
        "eligibilityoverride",
        "mailing",
    ),
    "workgroup_sessions": ("session", "apology"),
    "outbox": ("message", "suppression", "optout", "hold", "wording"),
}
_VIEW = frozenset(f"{app}.view_{model}" for app, models in _SEE.items() for model in models)


def _edit(app: str, *models: str) -> frozenset[str]:
    return frozenset(
        f"{app}.{verb}_{model}" for model in models for verb in ("add", "change", "delete")
    )


_OWN_GROUPS = (
    frozenset(
        f"{app}.view_{model}"
        for app, models in {
            "workgroups": ("offering", "workgroup", "workgrouplead", "school"),
            "enrolment": ("place", "participant", "seat", "mailing"),
            "workgroup_sessions": ("session", "apology"),
        }.items()
        for model in models
    )
    | _edit("enrolment", "mailing")
    | {"workgroup_sessions.change_session", "workgroup_sessions.add_apology"}
)


_DELIVER = (
    _VIEW
    | _edit("workgroups", "programme", "programmelink", "prerequisite", "offering")
    | _edit("workgroups", "workgroup", "workgrouplead")
    | _edit("workgroups", "termdate", "daytoavoid", "successiondecision")
    | _edit("enrolment", "expressionofinterest", "intendedparticipant", "briefing")
    | _edit("enrolment", "question", "briefingbooking", "mailing")
    | _edit("enrolment", "participant", "seat", "place")
    | {"enrolment.delete_openingnotice"}
    | _edit("enrolment", "knownschool", "pastparticipation", "eligibilityoverride")
    | _edit("enrolment", "historyimport", "unmatchedline")
    | _edit("workgroup_sessions", "session", "apology")
    | {"workgroups.change_hub", "outbox.change_message", "outbox.delete_suppression"}
    | {"outbox.change_optout", "outbox.add_hold", "outbox.change_hold"}
    | {"outbox.change_wording", "outbox.delete_wording"}
)
_ADMINISTER = (
    _DELIVER
    | _edit("workgroups", "hubmember")
    | {"workgroups.view_hubmember", "accounts.add_account", "accounts.view_account"}
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: _ADMINISTER,
    Role.HUB_LEAD: _DELIVER,
    Role.WORK_GROUP_LEAD: _OWN_GROUPS,
    Role.VIEWER: _VIEW,
}
