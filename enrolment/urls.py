"""Addresses of interest and places; for whom each is stands in mathshub/ledger.py."""

from django.urls import path

from enrolment.views import bookings, briefings, interest, manage, places

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
    path("interest/received/<str:token>/", interest.interest_received, name="interest_received"),
    path("interest/manage/<str:token>/", manage.manage_interest, name="manage_interest"),
    path("place/<str:token>/", places.answer_place, name="answer_place"),
]
