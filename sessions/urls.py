"""Addresses of Work Groups' schedules and of participants' own pages."""

from django.urls import path

from sessions import views

app_name = "sessions"

urlpatterns = [
    path("work-groups/<int:pk>/", views.show_work_group, name="show_work_group"),
    path("my/", views.request_link, name="request_link"),
    path("my/calendar/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("my/<str:token>/", views.show_my_sessions, name="show_my_sessions"),
    path(
        "my/<str:token>/apology/<int:session_pk>/",
        views.answer_for_session,
        name="give_apology",
    ),
]
