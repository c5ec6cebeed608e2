"""Addresses of interest and places; for whom each is stands in mathshub/ledger.py."""

from django.urls import path

from enrolment.views import briefings, interest, manage, openings, places

app_name = "enrolment"

urlpatterns = [
    path("briefings/", briefings.list_briefings, name="list_briefings"),
    path("interest/", interest.choose_offering, name="choose_offering"),
    path("interest/<int:offering_id>/", interest.express_interest, name="express_interest"),
    path(
        "interest/<int:offering_id>/eligibility/",
        interest.explain_eligibility,
        name="explain_eligibility",
    ),
    path("interest/received/<str:token>/", interest.interest_received, name="interest_received"),
    path("interest/manage/<str:token>/", manage.manage_interest, name="manage_interest"),
    path("programmes/<slug:slug>/hear/", openings.ask_to_hear, name="ask_to_hear"),
    path("programmes/<slug:slug>/hear/thanks/", openings.will_hear, name="will_hear"),
    path("hear/<str:token>/stop/", openings.stop_hearing, name="stop_hearing"),
    path("place/<str:token>/", places.answer_place, name="answer_place"),
]
