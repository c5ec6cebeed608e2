"""Addresses of interest and places; for whom each is stands in mathshub/ledger.py."""

from django.urls import path

from enrolment.views import (
    bookings,
    briefings,
    drafts,
    interest,
    manage,
    openings,
    places,
    received,
)

app_name = "enrolment"

urlpatterns = [
    path("briefings/", briefings.list_briefings, name="list_briefings"),
    path("briefings/<int:pk>/", briefings.show_briefing, name="show_briefing"),
    path("briefings/<int:pk>/booked/", briefings.briefing_booked, name="briefing_booked"),
    path("briefings/<int:pk>/waiting/", briefings.briefing_waiting, name="briefing_waiting"),
    path("briefings/<int:pk>/flyer/", briefings.show_flyer, name="show_flyer"),
    path("briefings/<int:pk>/flyer.pdf", briefings.flyer_pdf, name="flyer_pdf"),
    path("briefings/booking/<str:token>/", bookings.manage_booking, name="manage_booking"),
    path(
        "briefings/booking/<str:token>/briefing.ics",
        bookings.booking_calendar,
        name="booking_calendar",
    ),
    path("interest/", interest.choose_offering, name="choose_offering"),
    path("interest/<int:offering_id>/", interest.express_interest, name="express_interest"),
    path(
        "interest/<int:offering_id>/eligibility/",
        interest.explain_eligibility,
        name="explain_eligibility",
    ),
    path("interest/form/<str:token>/", drafts.resume_interest, name="resume_interest"),
    path("interest/form/<str:token>/check/", drafts.check_interest, name="check_interest"),
    path("interest/form/<str:token>/later/", drafts.keep_for_later, name="keep_interest"),
    path("interest/form/<str:token>/<slug:page_name>/", drafts.fill_page, name="fill_interest"),
    path("interest/received/<str:token>/", received.interest_received, name="interest_received"),
    path("interest/confirm/<str:token>/", received.confirm_address, name="confirm_address"),
    path("interest/manage/<str:token>/", manage.manage_interest, name="manage_interest"),
    path("interest/manage/<str:token>/hand-over/", manage.hand_over_contact, name="hand_over"),
    path("programmes/<slug:slug>/hear/", openings.ask_to_hear, name="ask_to_hear"),
    path("programmes/<slug:slug>/hear/thanks/", openings.will_hear, name="will_hear"),
    path("hear/<str:token>/stop/", openings.stop_hearing, name="stop_hearing"),
    path("place/<str:token>/", places.answer_place, name="answer_place"),
]
