"""Reading rows together with what their names are made of: “Readiness 2026/27” stands in three tables."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.db import models, router
from django.http import HttpRequest
from django.utils.text import capfirst


def with_names(rows: models.QuerySet) -> models.QuerySet:
    """``rows`` joined with what ``str`` of each reads: the admin's joins, or every foreign key."""
    owner: Any = admin.site._registry.get(rows.model)
    joins = getattr(owner, "joins", ())
    return rows.select_related(*joins)


class WhatGoesWithIt(NestedObjects):
    """What is deleted with a row, or keeps it: all rows of a kind in one query, with their names."""

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> Any:
        return with_names(super().related_objects(related_model, related_fields, objs))


def deleted_with(
    objs: Any, request: HttpRequest, admin_site: admin.AdminSite
) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
    """As Django's ``get_deleted_objects``, but a query for each kind of row, not for each row."""
    collector = WhatGoesWithIt(using=router.db_for_write(objs[0]._meta.model), origin=objs)
    collector.collect(objs)
    lacking = set()

    def judge(row: models.Model) -> str:
        owner = admin_site._registry.get(type(row))
        if owner and not owner.has_delete_permission(request, row):
            lacking.add(str(row._meta.verbose_name))
        return _words(row)

    going = collector.nested(judge)
    gone: Any = collector.model_objs
    numbers = {str(model._meta.verbose_name_plural): len(rows) for model, rows in gone.items()}
    protected: set[Any] = collector.protected
    return going, numbers, lacking, sorted(map(_words, protected))


def _words(row: models.Model) -> str:
    return f"{capfirst(row._meta.verbose_name)}: {row}"
