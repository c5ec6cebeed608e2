"""The URL ledger: for whom each URL name is. A name that is not here fails the system check."""

from enum import Enum


class Audience(Enum):
    """Who may open a page; anyone else gets the sign-in page or a 404."""

    PUBLIC = "anyone"
    LINK_HOLDER = "whoever holds the signed link"
    MACHINE = "a machine that knows the secret, where one is set"
    ACCOUNT = "whoever is signing in, or has"
    HUB = "staff of the hub, as far as their role goes"
    SUPERUSER = "superusers only"
    DEMO = "anyone, in the demonstration only"


P, L, M, A, H, S, D = (
    Audience.PUBLIC,
    Audience.LINK_HOLDER,
    Audience.MACHINE,
    Audience.ACCOUNT,
    Audience.HUB,
    Audience.SUPERUSER,
    Audience.DEMO,
)

LEDGER: dict[str, Audience] = {
    # health
    "site:healthz": P,
    "site:readyz": P,
    "site:security_txt": P,
    "site:robots_txt": P,
    # public pages
    "site:home": P,
    "site:list_programmes": P,
    "site:show_programme": P,
    "site:show_journey": P,
    "site:suggest_step": P,
    "site:show_privacy": P,
    "site:show_accessibility": P,
    "enrolment:list_briefings": P,
    "enrolment:show_briefing": P,
    "enrolment:briefing_booked": P,
    "enrolment:briefing_waiting": P,
    "enrolment:show_flyer": P,
    "enrolment:flyer_pdf": P,
    "enrolment:choose_offering": P,
    "enrolment:express_interest": P,
    "enrolment:explain_eligibility": P,
    "enrolment:ask_to_hear": P,
    "enrolment:will_hear": P,
    "workgroups:search_schools": P,
    "sessions:show_work_group": P,
    # pages by signed link
    "enrolment:resume_interest": L,
    "enrolment:fill_interest": L,
    "enrolment:check_interest": L,
    "enrolment:keep_interest": L,
    "enrolment:interest_received": L,
    "enrolment:confirm_address": L,
    "enrolment:manage_interest": L,
    "enrolment:hand_over": L,
    "enrolment:answer_place": L,
    "enrolment:manage_booking": L,
    "enrolment:booking_calendar": L,
    "enrolment:stop_hearing": L,
    "sessions:request_link": P,
    "sessions:show_my_sessions": L,
    "sessions:give_apology": L,
    "sessions:calendar_feed": L,
    "outbox:stop_mail": L,
    # for machines
    "outbox:hear_of_bounces": M,
    "site:metrics": M,
    # the demonstration
    "site:sent_mail": D,
    "site:sent_mail_message": D,
    "site:sent_mail_html": D,
    "site:sent_mail_attachment": D,
    "site:style_guide": D,
}

# Names that libraries bring, by the beginning of their name: the admin's own views check the role.
PREFIXES: dict[str, Audience] = {
    "admin:accounts_account": S,
    "admin:": H,
    "account_": A,
    "mfa_": A,
}


def audience_of(view_name: str) -> Audience | None:
    """For whom the URL name is, or None when it is not in the ledger."""
    if view_name in LEDGER:
        return LEDGER[view_name]
    for prefix, audience in PREFIXES.items():
        if view_name.startswith(prefix):
            return audience
    return None
