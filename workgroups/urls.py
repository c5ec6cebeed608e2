"""Addresses of what exists."""

from django.urls import path

from workgroups import views

app_name = "workgroups"

urlpatterns = [
    path("schools/search/", views.search_schools, name="search_schools"),
]
