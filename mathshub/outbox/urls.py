"""Addresses that stand in messages; for whom each is stands in mathshub/ledger.py."""

from django.urls import path

from mathshub.outbox import provider, views

app_name = "outbox"

urlpatterns = [
    path("came-back/", provider.hear_of_bounces, name="hear_of_bounces"),
    path("<str:token>/stop/", views.stop_mail, name="stop_mail"),
]
