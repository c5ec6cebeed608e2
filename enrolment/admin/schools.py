"""Schools: what the register says, and what the hub has to do with each."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from enrolment.admin.chips import SchoolBoroughChips, SchoolStandingChips
from enrolment.admin.words import own_area, page_of, place_tag, state_tag
from enrolment.models import ExpressionOfInterest, Place
from mathshub.scope_admin import RegisterAdmin
from mathshub.scope_admin.cells import tag
from workgroups.models import School
from workgroups.permissions import leads_only_own_groups, only_own_groups
from workgroups.search import query_words


@admin.register(School)
class SchoolAdmin(RegisterAdmin):
    """Read only: the register is imported by ``manage.py import_schools``."""

    list_heading = "Schools"
    list_display = ("name", "local_authority", "place", "kind", "standing")
    list_select_related = ("local_authority",)
    list_filter = (SchoolBoroughChips, SchoolStandingChips)
    search_fields = ("search_text",)
    search_help_text = "Name, town, postcode or URN"
    ordering = ("name", "town")
    empty_words = (
        "The schools of the register will stand here. Whoever runs the portal imports them with "
        "“manage.py import_schools”."
    )
    change_form_template = "admin/enrolment/school.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """As the public search reads it: each word begins a word of the school's."""
        for word in query_words(search_term):
            queryset = queryset.filter(search_text__contains=f" {word}")
        return queryset, False

    def row_note(self, request: HttpRequest, obj: School) -> str:
        return f"URN {obj.urn}"

    @admin.display(description="town")
    def place(self, school: School) -> str:
        return " ".join(filter(None, [school.town, school.postcode]))

    @admin.display(description="phase")
    def kind(self, school: School) -> str:
        return school.phase_name.lower()

    @admin.display(description="status")
    def standing(self, school: School) -> SafeString:
        return tag(school.status_name.lower(), "leaf" if school.is_open else "plain")

    def facts(self, request: HttpRequest, obj: School) -> dict[str, Any]:
        places = Place.objects.filter(school=obj).select_related(
            "work_group__offering__programme", "work_group__offering__academic_year"
        )
        expressions = ExpressionOfInterest.objects.filter(school=obj).select_related(
            "offering__programme", "offering__academic_year"
        )
        if leads_only_own_groups(request.user):
            expressions = expressions.none()
        return {
            "facts": register_facts(obj, own_area(request)),
            "expressions": [
                {"row": each, "url": page_of(each), "tag": state_tag(each)} for each in expressions
            ],
            "places": [
                {"row": each, "url": page_of(each), "tag": place_tag(each)}
                for each in only_own_groups(request.user, places, "work_group")
            ],
        }


def register_facts(school: School, area: set[int]) -> list[tuple[str, Any]]:
    """What the register says of the school, in the order in which one asks."""
    ages = f"{school.low_age} to {school.high_age}" if school.high_age else ""
    borough = school.local_authority.name if school.local_authority else ""
    if borough and school.local_authority_id not in area:
        borough += ", outside the hub’s area"
    address = ", ".join(
        filter(None, [school.street, school.locality, school.town, school.postcode])
    )
    facts: list[tuple[str, Any]] = [
        ("URN", school.urn),
        ("Address", address),
        ("Borough", borough),
        ("Status", school.status_name),
        ("Type", school.type_name),
        ("Phase", school.phase_name),
        ("Ages", ages),
        ("Pupils", school.pupils),
        ("Trust", school.trust_name),
        ("Opened", school.opened_on),
        ("Closed", school.closed_on),
        ("Website", school.website),
    ]
    return [(name, value) for name, value in facts if value not in ("", None)]
