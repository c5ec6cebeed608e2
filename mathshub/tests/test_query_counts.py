"""What every page costs in queries, and that this is the same however many rows it shows."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from zeal import zeal_ignore

from enrolment.admin.briefings import BriefingAdmin
from enrolment.models import Briefing
from enrolment.tests.factories import NOW
from mathshub.tests.addresses import named_addresses
from mathshub.tests.growing_hub import GrowingHub
from mathshub.tests.page_costs import Cost, ask_everything

# URL name, and what sets the request apart from the plain one; status; queries; and what it lists,
# by the words that rows bear in growing_hub.py: of each, as many as there are. All as somebody to
# whom it opens, with the session, the account, the second factor and the role that are looked up.
# fmt: off
TABLE: dict[str, tuple[int, int, str]] = {
    # --- public pages, and those behind a signed link ---
    "site:home": (200, 7, "BOROUGH PROGRAMME"),
    "site:list_programmes": (200, 5, "PROGRAMME"),
    "site:show_programme": (200, 10, "BOROUGH PROGRAMMELINK SESSION WORKGROUP YEAR"),
    "site:show_journey": (200, 6, "PROGRAMME"),
    "site:suggest_step": (200, 16, "PROGRAMME"),
    "site:show_privacy": (200, 1, ""),
    "site:show_accessibility": (200, 1, ""),
    "site:security_txt": (200, 1, ""),
    "site:robots_txt": (200, 1, ""),
    "site:healthz": (200, 0, ""),
    "site:readyz": (200, 4, ""),
    "workgroups:search_schools": (200, 1, ""),
    "enrolment:list_briefings": (200, 2, "BOROUGH BRIEFING"),
    "enrolment:show_briefing": (200, 3, "BOROUGH"),
    "enrolment:briefing_booked": (200, 2, ""),
    "enrolment:briefing_waiting": (200, 2, ""),
    "enrolment:show_flyer": (200, 2, ""),
    "enrolment:flyer_pdf": (200, 3, ""),
    "enrolment:manage_booking": (200, 2, ""),
    "enrolment:booking_calendar": (200, 2, ""),
    "enrolment:choose_offering": (200, 2, "PROGRAMME YEAR"),
    "enrolment:express_interest": (200, 2, ""),
    "enrolment:explain_eligibility": (200, 11, "PROGRAMME"),
    "enrolment:resume_interest": (302, 2, ""),
    "enrolment:check_interest": (200, 2, ""),
    "enrolment:keep_interest": (200, 2, ""),
    "enrolment:fill_interest": (200, 4, "BOROUGH WORKGROUP"),
    "enrolment:confirm_address": (200, 3, ""),
    "enrolment:hand_over": (200, 2, ""),
    "enrolment:interest_received": (200, 3, ""),
    "enrolment:manage_interest": (200, 4, "INTENDEDPARTICIPANT"),
    "enrolment:answer_place": (200, 4, "NUMBER PARTICIPANT SESSION"),
    "enrolment:ask_to_hear": (302, 3, ""),
    "enrolment:will_hear": (200, 2, ""),
    "enrolment:stop_hearing": (200, 2, ""),
    "sessions:show_work_group": (200, 3, "ACCOUNT BOROUGH NUMBER SESSION"),
    "sessions:request_link": (200, 1, ""),
    "sessions:calendar_feed": (200, 2, "NUMBER SESSION WORKGROUP"),
    "sessions:show_my_sessions": (200, 6, "ACCOUNT NUMBER SESSION WORKGROUP"),
    "sessions:give_apology": (200, 7, ""),
    "outbox:stop_mail": (200, 3, ""),
    "outbox:hear_of_bounces": (404, 1, ""),
    "site:metrics": (404, 0, ""),
    # --- the admin ---
    "admin:index": (200, 44, "HOLD MESSAGE PROGRAMME SCHOOL WORKGROUP YEAR"),
    "admin:login": (302, 5, ""),
    "admin:logout": (302, 5, ""),
    "admin:password_change": (302, 5, ""),
    "admin:password_change_done": (200, 5, ""),
    "admin:accounts_account_reset": (200, 5, ""),
    "admin:accounts_account_changelist": (200, 6, "ACCOUNT"),
    "admin:accounts_account_add": (403, 4, ""),
    "admin:accounts_account_history": (200, 5, ""),
    "admin:accounts_account_delete": (403, 5, ""),
    "admin:accounts_account_change": (200, 6, ""),
    "admin:outbox_message_retry": (200, 7, ""),
    "admin:outbox_message_stop": (200, 6, ""),
    "admin:outbox_message_again": (200, 10, ""),
    "admin:outbox_message_again_several": (200, 10, ""),
    "admin:outbox_message_retry_several": (200, 7, ""),
    "admin:outbox_message_figures": (200, 14, ""),
    "admin:outbox_message_figures_csv": (200, 6, ""),
    "admin:outbox_message_figures_xlsx": (200, 6, ""),
    "admin:outbox_message_changelist": (200, 17, "HOLD MESSAGE SCHOOL WORKGROUP"),
    "admin:outbox_message_words": (302, 6, ""),
    "admin:outbox_message_add": (403, 5, ""),
    "admin:outbox_message_history": (200, 6, ""),
    "admin:outbox_message_delete": (403, 6, ""),
    "admin:outbox_message_change": (200, 8, ""),
    "admin:outbox_message_going_out": (200, 25, "ACCOUNT HOLD MESSAGE"),
    "admin:outbox_message_line": (200, 23, "MESSAGE"),
    "admin:outbox_message_line_words": (302, 21, ""),
    "admin:outbox_message_write": (302, 20, ""),
    "admin:outbox_message_skip": (200, 21, "MESSAGE"),
    "admin:outbox_message_let_line_go": (302, 7, ""),
    "admin:outbox_message_let_go": (302, 7, ""),
    "admin:outbox_hold_all": (200, 22, "MESSAGE"),
    "admin:outbox_hold_group": (200, 23, "MESSAGE"),
    "admin:outbox_hold_message": (200, 9, ""),
    "admin:outbox_hold_alter": (200, 9, ""),
    "admin:outbox_hold_lift": (200, 11, ""),
    "admin:outbox_hold_changelist": (200, 8, "HOLD MESSAGE"),
    "admin:outbox_hold_add": (403, 5, ""),
    "admin:outbox_hold_history": (200, 7, "ACCOUNT CHANGE"),
    "admin:outbox_hold_delete": (403, 6, ""),
    "admin:outbox_hold_change": (200, 8, ""),
    "admin:outbox_suppression_lift": (200, 6, ""),
    "admin:outbox_suppression_changelist": (200, 7, "SUPPRESSION"),
    "admin:outbox_suppression_add": (403, 5, ""),
    "admin:outbox_suppression_history": (200, 6, ""),
    "admin:outbox_suppression_delete": (403, 6, ""),
    "admin:outbox_suppression_change": (200, 6, ""),
    "admin:outbox_optout_lift": (200, 6, ""),
    "admin:outbox_optout_changelist": (200, 8, "OPTOUT"),
    "admin:outbox_optout_add": (403, 5, ""),
    "admin:outbox_optout_history": (200, 7, "ACCOUNT CHANGE"),
    "admin:outbox_optout_delete": (403, 6, ""),
    "admin:outbox_optout_change": (200, 6, ""),
    "admin:outbox_wording_words": (200, 11, "PROGRAMME"),
    "admin:outbox_wording_portal": (200, 7, ""),
    "admin:outbox_wording_changes": (200, 7, "ACCOUNT"),
    "admin:outbox_wording_changelist": (200, 6, "PROGRAMME"),
    "admin:outbox_wording_add": (403, 5, ""),
    "admin:outbox_wording_history": (200, 8, "ACCOUNT"),
    "admin:outbox_wording_delete": (302, 6, ""),
    "admin:outbox_wording_change": (302, 6, ""),
    "admin:workgroups_hub_changelist": (302, 5, ""),
    "admin:workgroups_hub_add": (403, 5, ""),
    "admin:workgroups_hub_history": (200, 7, "ACCOUNT CHANGE"),
    "admin:workgroups_hub_delete": (403, 6, ""),
    "admin:workgroups_hub_change": (200, 9, "BOROUGH"),
    "admin:workgroups_hub_preview_home": (200, 13, "BOROUGH PROGRAMME"),
    "admin:workgroups_hub_preview_journey": (200, 12, "PROGRAMME"),
    "admin:workgroups_hub_preview_privacy": (200, 7, ""),
    "admin:workgroups_programme_changelist": (200, 7, "PROGRAMME"),
    "admin:workgroups_programme_preview_new": (200, 10, ""),
    "admin:workgroups_programme_preview": (200, 15, "BOROUGH PROGRAMMELINK SESSION WORKGROUP YEAR"),
    "admin:workgroups_programme_add": (200, 6, "PROGRAMME"),
    "admin:workgroups_programme_history": (200, 7, "ACCOUNT CHANGE"),
    "admin:workgroups_programme_delete": (200, 16, "YEAR"),
    "admin:workgroups_programme_change": (200, 10, "PROGRAMME PROGRAMMELINK"),
    "admin:workgroups_hubmember_invite": (200, 6, ""),
    "admin:workgroups_hubmember_changelist": (200, 7, "ACCOUNT"),
    "admin:workgroups_hubmember_add": (200, 5, ""),
    "admin:workgroups_hubmember_history": (200, 8, "ACCOUNT CHANGE"),
    "admin:workgroups_hubmember_delete": (200, 8, ""),
    "admin:workgroups_hubmember_change": (200, 6, ""),
    "admin:workgroups_daytoavoid_changelist": (200, 10, "BOROUGH DAYTOAVOID"),
    "admin:workgroups_daytoavoid_add": (200, 6, "BOROUGH"),
    "admin:workgroups_daytoavoid_history": (200, 8, "ACCOUNT BOROUGH CHANGE"),
    "admin:workgroups_daytoavoid_delete": (200, 6, ""),
    "admin:workgroups_daytoavoid_change": (200, 7, "BOROUGH"),
    "admin:workgroups_termdate_borough": (404, 6, ""),
    "admin:workgroups_termdate_import": (200, 5, ""),
    "admin:workgroups_termdate_changelist": (200, 9, "BOROUGH DAYTOAVOID TERMDATE"),
    "admin:workgroups_termdate_add": (200, 6, "BOROUGH"),
    "admin:workgroups_termdate_history": (200, 9, "ACCOUNT BOROUGH CHANGE YEAR"),
    "admin:workgroups_termdate_delete": (200, 6, ""),
    "admin:workgroups_termdate_change": (200, 8, "BOROUGH"),
    "admin:enrolment_briefing_book": (200, 6, ""),
    "admin:enrolment_briefing_arrange": (200, 8, ""),
    "admin:enrolment_briefing_cancel": (200, 7, ""),
    "admin:enrolment_briefing_attendance": (200, 7, "BRIEFINGBOOKING"),
    "admin:enrolment_briefing_follow_up": (200, 8, ""),
    "admin:enrolment_briefing_flyer": (200, 6, ""),
    "admin:enrolment_briefing_remove_flyer": (200, 6, ""),
    "admin:enrolment_briefing_changelist": (200, 11, "BOROUGH BRIEFING"),
    "admin:enrolment_briefing_add": (200, 6, "BOROUGH"),
    "admin:enrolment_briefing_history": (200, 9, "ACCOUNT BOROUGH CHANGE YEAR"),
    "admin:enrolment_briefing_delete": (403, 7, ""),
    "admin:enrolment_briefing_change": (200, 11, "BRIEFINGBOOKING"),
    "admin:enrolment_briefingbooking_cancel": (200, 6, ""),
    "admin:enrolment_briefingbooking_new_link": (200, 6, ""),
    "admin:enrolment_briefingbooking_changelist": (200, 9, "BOROUGH BRIEFINGBOOKING"),
    "admin:enrolment_briefingbooking_add": (403, 5, ""),
    "admin:enrolment_briefingbooking_history": (200, 9, "ACCOUNT CHANGE SCHOOL"),
    "admin:enrolment_briefingbooking_delete": (403, 6, ""),
    "admin:enrolment_briefingbooking_change": (200, 7, ""),
    "admin:enrolment_question_changelist": (200, 7, "QUESTION"),
    "admin:enrolment_question_add": (200, 7, "PROGRAMME"),
    "admin:enrolment_question_history": (200, 8, "ACCOUNT CHANGE PROGRAMME"),
    "admin:enrolment_question_delete": (200, 6, ""),
    "admin:enrolment_question_change": (200, 7, "PROGRAMME"),
    "admin:enrolment_expressionofinterest_offer": (200, 10, ""),
    "admin:enrolment_expressionofinterest_review": (200, 6, ""),
    "admin:enrolment_expressionofinterest_end_review": (200, 6, ""),
    "admin:enrolment_expressionofinterest_match": (200, 12, "SCHOOL"),
    "admin:enrolment_expressionofinterest_set_aside": (200, 6, ""),
    "admin:enrolment_expressionofinterest_take_up": (200, 6, ""),
    "admin:enrolment_expressionofinterest_withdraw": (200, 7, ""),
    "admin:enrolment_expressionofinterest_new_links": (200, 6, ""),
    "admin:enrolment_expressionofinterest_changelist": (200, 20, "EXPRESSIONOFINTEREST SCHOOL"),
    "admin:enrolment_expressionofinterest_add": (200, 5, ""),
    "admin:enrolment_expressionofinterest_history": (200, 9, "ACCOUNT CHANGE SCHOOL"),
    "admin:enrolment_expressionofinterest_delete": (403, 6, ""),
    "admin:enrolment_expressionofinterest_change": (
        *(200, 21, "FURTHERFORM INTENDEDPARTICIPANT MESSAGE PROGRAMME WORKGROUP"),
    ),
    "admin:enrolment_pastparticipation_changelist": (
        *(200, 12, "HISTORYIMPORT PASTPARTICIPATION SCHOOL YEAR"),
    ),
    "admin:enrolment_pastparticipation_add": (200, 6, ""),
    "admin:enrolment_pastparticipation_history": (200, 10, "ACCOUNT CHANGE PROGRAMME SCHOOL"),
    "admin:enrolment_pastparticipation_delete": (200, 6, ""),
    "admin:enrolment_pastparticipation_change": (200, 7, "PROGRAMME"),
    "admin:enrolment_historyimport_columns": (302, 6, ""),
    "admin:enrolment_historyimport_words": (302, 6, ""),
    "admin:enrolment_historyimport_preview": (302, 6, ""),
    "admin:enrolment_historyimport_undo": (200, 8, "SCHOOL"),
    "admin:enrolment_historyimport_changelist": (200, 8, "HISTORYIMPORT"),
    "admin:enrolment_historyimport_add": (200, 6, ""),
    "admin:enrolment_historyimport_history": (200, 6, ""),
    "admin:enrolment_historyimport_delete": (403, 6, ""),
    "admin:enrolment_historyimport_change": (200, 8, "SCHOOL"),
    "admin:enrolment_unmatchedline_leave_out": (200, 6, ""),
    "admin:enrolment_unmatchedline_put_back": (200, 6, ""),
    "admin:enrolment_unmatchedline_changelist": (200, 9, "UNMATCHEDLINE"),
    "admin:enrolment_unmatchedline_add": (403, 5, ""),
    "admin:enrolment_unmatchedline_history":
        (200, 11, "ACCOUNT CHANGE HISTORYIMPORT PROGRAMME SCHOOL YEAR"),
    "admin:enrolment_unmatchedline_delete": (403, 6, ""),
    "admin:enrolment_unmatchedline_change": (200, 25, ""),
    "admin:workgroups_offering_copy": (200, 9, "WORKGROUP"),
    "admin:workgroups_offering_changelist": (200, 7, "PROGRAMME YEAR"),
    "admin:workgroups_offering_add": (200, 6, "PROGRAMME"),
    "admin:workgroups_offering_history": (200, 9, "ACCOUNT CHANGE PROGRAMME YEAR"),
    "admin:workgroups_offering_delete": (403, 7, ""),
    "admin:workgroups_offering_change": (200, 10, "WORKGROUP"),
    "admin:enrolment_mailing_add": (200, 10, "PROGRAMME WORKGROUP YEAR"),
    "admin:enrolment_mailing_edit": (200, 15, "MAILINGFILE PROGRAMME WORKGROUP YEAR"),
    "admin:enrolment_mailing_send": (200, 17, "ACCOUNT MAILINGFILE PARTICIPANT SCHOOL"),
    "admin:enrolment_mailing_stop": (200, 7, ""),
    "admin:enrolment_mailing_file": (200, 7, ""),
    "admin:enrolment_mailing_changelist": (200, 7, "MAILING"),
    "admin:enrolment_mailing_history": (200, 8, "ACCOUNT CHANGE"),
    "admin:enrolment_mailing_delete": (200, 7, ""),
    "admin:enrolment_mailing_change": (200, 26, "ACCOUNT MAILINGFILE MESSAGE PARTICIPANT SCHOOL"),
    "admin:enrolment_openingnotice_changelist": (200, 9, "OPENINGNOTICE"),
    "admin:enrolment_openingnotice_add": (403, 5, ""),
    "admin:enrolment_openingnotice_history": (200, 6, ""),
    "admin:enrolment_openingnotice_delete": (200, 6, ""),
    "admin:enrolment_openingnotice_change": (200, 6, ""),
    "admin:enrolment_place_accept": (200, 8, "INTENDEDPARTICIPANT"),
    "admin:enrolment_place_decline": (200, 6, ""),
    "admin:enrolment_place_withdraw": (200, 6, ""),
    "admin:enrolment_place_seat": (200, 6, ""),
    "admin:enrolment_place_give_up": (200, 7, ""),
    "admin:enrolment_place_changelist": (200, 9, "PLACE SCHOOL WORKGROUP"),
    "admin:enrolment_place_add": (403, 5, ""),
    "admin:enrolment_place_history": (200, 10, "ACCOUNT CHANGE SCHOOL WORKGROUP"),
    "admin:enrolment_place_delete": (403, 6, ""),
    "admin:enrolment_place_change": (200, 9, "MESSAGE PARTICIPANT"),
    "admin:workgroups_school_answer": (200, 19, "PROGRAMME"),
    "admin:workgroups_school_known": (200, 7, ""),
    "admin:workgroups_school_coverage": (200, 12, ""),
    "admin:workgroups_school_coverage_csv": (200, 11, ""),
    "admin:workgroups_school_coverage_xlsx": (200, 11, ""),
    "admin:workgroups_school_changelist": (200, 9, "SCHOOL"),
    "admin:workgroups_school_add": (403, 5, ""),
    "admin:workgroups_school_history": (200, 9, "ACCOUNT BOROUGH CHANGE"),
    "admin:workgroups_school_delete": (403, 6, ""),
    "admin:workgroups_school_change": (200, 27, "MESSAGE PROGRAMME WORKGROUP YEAR"),
    "admin:workgroups_registerimport_changelist": (200, 8, "REGISTERIMPORT"),
    "admin:workgroups_registerimport_add": (403, 5, ""),
    "admin:workgroups_registerimport_history": (200, 6, ""),
    "admin:workgroups_registerimport_delete": (403, 6, ""),
    "admin:workgroups_registerimport_change": (200, 6, ""),
    "admin:workgroups_schoollink_decide": (200, 8, ""),
    "admin:workgroups_schoollink_changelist": (200, 8, "SCHOOL"),
    "admin:workgroups_schoollink_add": (403, 5, ""),
    "admin:workgroups_schoollink_history": (200, 7, ""),
    "admin:workgroups_schoollink_delete": (403, 6, ""),
    "admin:workgroups_schoollink_change": (200, 11, "YEAR"),
    "admin:workgroups_successiondecision_decide": (200, 6, ""),
    "admin:workgroups_successiondecision_withdraw": (200, 6, ""),
    "admin:workgroups_successiondecision_changelist": (200, 8, "SCHOOL"),
    "admin:workgroups_successiondecision_add": (403, 5, ""),
    "admin:workgroups_successiondecision_history": (200, 9, "ACCOUNT CHANGE"),
    "admin:workgroups_successiondecision_delete": (403, 6, ""),
    "admin:workgroups_successiondecision_change": (200, 8, "YEAR"),
    "admin:enrolment_participant_send_link": (200, 7, ""),
    "admin:enrolment_participant_end_links": (200, 7, ""),
    "admin:enrolment_participant_changelist": (200, 8, "PARTICIPANT SCHOOL WORKGROUP"),
    "admin:enrolment_participant_add": (403, 5, ""),
    "admin:enrolment_participant_history": (200, 9, "ACCOUNT CHANGE SCHOOL"),
    "admin:enrolment_participant_delete": (403, 7, ""),
    "admin:enrolment_participant_change": (200, 8, "MESSAGE WORKGROUP"),
    "admin:workgroup_sessions_session_move": (200, 8, "PARTICIPANT SCHOOL"),
    "admin:workgroup_sessions_session_switch": (200, 8, "PARTICIPANT SCHOOL"),
    "admin:workgroup_sessions_session_cancel": (200, 8, "PARTICIPANT SCHOOL"),
    "admin:workgroup_sessions_session_changelist": (200, 8, "NUMBER SESSION WORKGROUP"),
    "admin:workgroup_sessions_session_add": (403, 5, ""),
    "admin:workgroup_sessions_session_history": (200, 8, "ACCOUNT CHANGE WORKGROUP"),
    "admin:workgroup_sessions_session_delete": (403, 6, ""),
    "admin:workgroup_sessions_session_change": (200, 12, "APOLOGY MESSAGE PARTICIPANT SCHOOL"),
    "admin:workgroups_workgroup_plan": (200, 9, "BOROUGH"),
    "admin:workgroups_workgroup_publish": (200, 8, "NUMBER"),
    "admin:workgroups_workgroup_changelist": (200, 11, "ACCOUNT PROGRAMME WORKGROUP YEAR"),
    "admin:workgroups_workgroup_add": (200, 8, "ACCOUNT BOROUGH PROGRAMME YEAR"),
    "admin:workgroups_workgroup_history": (200, 10, "ACCOUNT CHANGE"),
    "admin:workgroups_workgroup_delete": (403, 8, ""),
    "admin:workgroups_workgroup_change": (200, 16, "ACCOUNT BOROUGH MESSAGE PARTICIPANT SCHOOL SESSION"),
    "admin:app_list": (200, 5, ""),
    # --- sign-in ---
    "account_login": (200, 1, ""),
    "account_logout": (200, 3, ""),
    "account_inactive": (200, 3, ""),
    "account_reauthenticate": (302, 6, ""),
    "account_change_password": (200, 3, ""),
    "account_set_password": (302, 3, ""),
    "account_reset_password": (200, 1, ""),
    "account_reset_password_done": (200, 1, ""),
    "account_reset_password_from_key": (200, 1, ""),
    "account_reset_password_from_key_done": (200, 1, ""),
    "mfa_index": (200, 5, ""),
    "mfa_authenticate": (302, 3, ""),
    "mfa_reauthenticate": (200, 9, ""),
    "mfa_activate_totp": (302, 5, ""),
    "mfa_deactivate_totp": (200, 6, ""),
    "mfa_view_recovery_codes": (404, 4, ""),
    "mfa_generate_recovery_codes": (200, 5, ""),
    "mfa_download_recovery_codes": (404, 4, ""),
    # --- the same pages in other states ---
    "enrolment:fill_interest, programme": (200, 11, "PROGRAMME YEAR"),
    "enrolment:fill_interest, programme sent": (302, 14, ""),
    "enrolment:fill_interest, appetite": (200, 2, ""),
    "enrolment:fill_interest, appetite sent": (302, 5, ""),
    "enrolment:fill_interest, you": (200, 2, ""),
    "enrolment:fill_interest, you sent": (302, 5, ""),
    "enrolment:fill_interest, headteacher": (200, 2, ""),
    "enrolment:fill_interest, headteacher sent": (302, 5, ""),
    "enrolment:fill_interest, maths-lead": (200, 2, ""),
    "enrolment:fill_interest, maths-lead sent": (302, 5, ""),
    "enrolment:fill_interest, participants": (200, 2, ""),
    "enrolment:fill_interest, participants sent": (302, 5, ""),
    "enrolment:fill_interest, preferences": (200, 4, "BOROUGH WORKGROUP"),
    "enrolment:fill_interest, preferences sent": (302, 7, ""),
    "enrolment:fill_interest, barriers": (200, 2, ""),
    "enrolment:fill_interest, barriers sent": (302, 5, ""),
    "enrolment:fill_interest, commitment": (200, 2, ""),
    "enrolment:fill_interest, commitment sent": (302, 5, ""),
    "enrolment:fill_interest, questions": (200, 3, "QUESTION"),
    "enrolment:fill_interest, questions sent": (302, 6, ""),
    "enrolment:fill_interest, anything-else": (200, 2, ""),
    "enrolment:fill_interest, anything-else sent": (302, 5, ""),
    "enrolment:fill_interest, privacy": (200, 2, ""),
    "enrolment:fill_interest, privacy sent": (302, 5, ""),
    "enrolment:fill_interest, school looked for": (200, 4, "SCHOOL"),
    "enrolment:fill_interest, you sent back": (200, 3, ""),
    "enrolment:check_interest, sent": (302, 10, ""),
    "enrolment:check_interest, sent for a school again": (302, 10, ""),
    "enrolment:keep_interest, sent": (302, 8, ""),
    "enrolment:express_interest, looks for a school": (200, 5, "SCHOOL"),
    "enrolment:express_interest, sent back": (200, 6, "SCHOOL"),
    "enrolment:express_interest, sent": (302, 9, ""),
    "enrolment:answer_place, on offer": (200, 4, "INTENDEDPARTICIPANT NUMBER SESSION"),
    "workgroups:search_schools, found": (200, 7, "SCHOOL"),
    "workgroups:search_schools, as a page": (200, 7, "SCHOOL"),
    "enrolment:choose_offering, for a school": (200, 3, "PROGRAMME YEAR"),
    "site:suggest_step, suggested": (200, 16, "PROGRAMME"),
    "enrolment:ask_to_hear, closed": (200, 3, ""),
    "enrolment:ask_to_hear, sent": (302, 7, ""),
    "site:home, of an unknown host": (200, 2, "HUB"),
    "admin:login, without a role": (403, 6, "HUB"),
    "admin:enrolment_expressionofinterest_offer, chosen": (200, 8, "SCHOOL WORKGROUP"),
    "admin:enrolment_expressionofinterest_offer, preview": (200, 10, "EXPRESSIONOFINTEREST SCHOOL"),
    "admin:enrolment_expressionofinterest_review, chosen": (200, 6, "SCHOOL"),
    "admin:enrolment_expressionofinterest_match, found": (200, 12, "SCHOOL"),
    "admin:enrolment_expressionofinterest_add, found": (200, 11, "SCHOOL"),
    "admin:enrolment_expressionofinterest_add, form": (200, 7, "PROGRAMME YEAR"),
    "admin:enrolment_pastparticipation_add, found": (200, 12, "SCHOOL"),
    "admin:enrolment_pastparticipation_add, form": (200, 8, "PROGRAMME"),
    "admin:enrolment_historyimport_columns, explained": (200, 7, ""),
    "admin:enrolment_historyimport_words, explained": (200, 10, "PROGRAMME"),
    "admin:enrolment_historyimport_preview, explained": (200, 12, "SCHOOL"),
    "admin:enrolment_historyimport_change, explained": (200, 8, ""),
    "admin:enrolment_unmatchedline_change, searched": (200, 14, "SCHOOL"),
    "admin:enrolment_place_change, on offer": (200, 9, ""),
    "admin:enrolment_place_accept, on offer": (200, 8, "INTENDEDPARTICIPANT"),
    "admin:workgroup_sessions_session_delete, planned": (200, 7, ""),
    "admin:workgroups_workgroup_delete, draft": (200, 15, ""),
    "admin:workgroups_termdate_borough, chosen": (200, 7, ""),
    "admin:workgroups_workgroup_plan, preview": (200, 11, ""),
    "admin:workgroups_workgroup_change, sent back":
        (200, 16, "ACCOUNT BOROUGH MESSAGE PARTICIPANT SCHOOL SESSION"),
    "admin:outbox_message_words, of a letter": (200, 9, ""),
    "admin:outbox_wording_words, with an example": (200, 11, "PROGRAMME"),
    "admin:outbox_wording_words, previewed": (200, 10, "PROGRAMME"),
    "admin:index, for a lead": (200, 16, "WORKGROUP"),
    "admin:enrolment_mailing_changelist, for a lead": (200, 7, ""),
    "admin:enrolment_participant_changelist, for a lead": (200, 8, "PARTICIPANT SCHOOL WORKGROUP"),
    "admin:enrolment_place_changelist, for a lead": (200, 9, "PLACE SCHOOL WORKGROUP"),
    "admin:workgroup_sessions_session_changelist, for a lead": (200, 8, "NUMBER SESSION WORKGROUP"),
    "admin:workgroups_workgroup_changelist, for a lead": (200, 11, "ACCOUNT WORKGROUP"),
    "admin:enrolment_expressionofinterest_changelist, searched": (200, 22, "EXPRESSIONOFINTEREST SCHOOL"),
    "admin:enrolment_participant_changelist, searched": (200, 8, "PARTICIPANT SCHOOL WORKGROUP"),
    "admin:enrolment_place_changelist, searched": (200, 11, "PLACE SCHOOL WORKGROUP"),
    "admin:enrolment_pastparticipation_changelist, searched":
        (200, 14, "HISTORYIMPORT PASTPARTICIPATION SCHOOL YEAR"),
    "admin:enrolment_unmatchedline_changelist, searched": (200, 11, "UNMATCHEDLINE"),
    "admin:outbox_message_again_several, chosen": (200, 10, "MESSAGE"),
    "admin:outbox_message_retry_several, chosen": (200, 7, "MESSAGE"),
    "admin:outbox_message_changelist, searched": (200, 19, "HOLD MESSAGE SCHOOL"),
    "admin:workgroup_sessions_session_changelist, searched": (200, 10, "NUMBER SESSION WORKGROUP"),
    "admin:workgroups_programme_changelist, searched": (200, 7, "PROGRAMME"),
    "admin:workgroups_school_changelist, searched": (200, 11, "SCHOOL"),
    "admin:workgroups_workgroup_changelist, searched": (200, 13, "ACCOUNT PROGRAMME WORKGROUP YEAR"),
}
# fmt: on


@pytest.fixture
def world(db: None) -> Iterator[GrowingHub]:
    """At the factories' NOW, with the log quiet: some of the pages are refused."""
    logging.disable(logging.CRITICAL)
    with time_machine.travel(NOW, tick=False):
        yield GrowingHub()
    logging.disable(logging.NOTSET)


def costs_in(world: GrowingHub, names: str = "") -> dict[str, Cost]:
    """Of the pages whose name begins with ``names``: with one row of everything, then with three."""
    world.grow()
    one = ask_everything(world, names)
    world.grow()
    world.grow()
    three = ask_everything(world, names)
    return {name: Cost(one[name], asked) for name, asked in three.items()}


def complaints_about(costs: dict[str, Cost]) -> list[str]:
    """Where the costs differ from the table's, or grow with the rows."""
    wrong = [
        f"    {name!r}: {cost.entry},  # the table has {TABLE.get(name)} {cost.three.error}"
        for name, cost in costs.items()
        if cost.entry != TABLE.get(name)
    ]
    growing = [
        f"{name} asks {number} times more with three rows than with one: {sql}"
        for name, cost in costs.items()
        if len(cost.one.queries) != len(cost.three.queries)
        for sql, number in cost.grows_by.items()
    ]
    return [*wrong, *growing]


def test_every_page_takes_the_queries_of_the_table_for_one_row_and_for_three(world: GrowingHub):
    costs = costs_in(world)

    if complaints := complaints_about(costs):
        pytest.fail("\n".join(complaints), pytrace=False)
    assert set(costs) == set(TABLE), "the table speaks of what is no longer there"


def test_every_address_stands_in_the_table():
    assert {each.name for each in named_addresses()} - set(TABLE) == set()


def sow_walk(patch: pytest.MonkeyPatch) -> None:
    """A column that follows a foreign key which the list does not join."""

    def first_years(self: Any, briefing: Briefing) -> str:
        return str(briefing.academic_year.start_year)

    patch.setattr(BriefingAdmin, "joins", ("local_authority",))
    patch.setattr(BriefingAdmin, "starting", first_years, raising=False)
    patch.setattr(BriefingAdmin, "list_display", ("local_authority", "starting"))


def test_a_column_that_asks_once_a_row_is_found(world: GrowingHub, monkeypatch: pytest.MonkeyPatch):
    """The negative control: without zeal, which would end the request before it is counted."""
    sow_walk(monkeypatch)

    with zeal_ignore():
        costs = costs_in(world, "admin:enrolment_briefing_changelist")

    [wrong, growing] = complaints_about(costs)
    assert "'admin:enrolment_briefing_changelist': (200, " in wrong
    assert "asks 2 times more" in growing
    assert 'FROM "workgroups_academicyear"' in growing


def test_a_page_that_asks_once_a_row_raises_in_every_test(
    world: GrowingHub, monkeypatch: pytest.MonkeyPatch
):
    sow_walk(monkeypatch)
    world.grow()
    world.grow()

    asked = ask_everything(world, "admin:enrolment_briefing_changelist")

    [changelist] = asked.values()
    assert changelist.error.startswith("N+1 detected on enrolment.Briefing.academic_year")
