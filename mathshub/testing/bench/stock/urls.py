"""One stock admin for each hub whose rows are to be listed: /<hub's id>/stock/expression/."""

import os
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mathshub.testing.bench.stock.models import Expression


class ExpressionAdmin(admin.ModelAdmin):
    list_display = (
        "reference",
        "school",
        "offering",
        "submitted_at",
        "state",
        "headteacher_name",
    )
    list_select_related = ("school", "offering__programme")
    list_per_page = 50
    search_fields = ("school__name", "reference", "headteacher_name")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).filter(hub_id=int(self.admin_site.name))


def site_of(hub: str) -> admin.AdminSite:
    site = admin.AdminSite(name=hub)
    site.register(Expression, ExpressionAdmin)
    return site


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns: list[Any] = [path("healthz", healthz)]
urlpatterns += [path(f"{hub}/", site_of(hub).urls) for hub in os.environ["STOCK_HUBS"].split(",")]
