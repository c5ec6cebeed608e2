"""The hub's own questions on the form of interest."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from enrolment.models import Question
from enrolment.models.questions import MOST_QUESTIONS
from mathshub.scope_admin import HubOwnedAdmin


@admin.register(Question)
class QuestionAdmin(HubOwnedAdmin):
    list_heading = "Questions of our own"
    list_display = ("wording", "for_programme", "kind", "is_required", "is_asked")
    search_fields = ("wording",)
    search_help_text = "Words of the question"
    joins = ("programme",)
    ordering = ("position", "id")
    add_words = "Add a question"
    empty_words = (
        "What you want to know beside the usual questions: the number of classes, say. It stands "
        "on a page of its own in the form, and with the answers of each school. Up to "
        f"{MOST_QUESTIONS} are asked on one form, in their order."
    )
    fieldsets = (
        ("The question", {"fields": ("wording", "hint", "kind", "choices")}),
        ("Where it stands", {"fields": ("programme", "position", "is_required", "is_asked")}),
    )

    def object_title(self, obj: Question) -> str:
        return obj.wording

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new one stands last."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"position": Question.next_position()} | given

    @admin.display(description="asked for", ordering="programme__position")
    def for_programme(self, obj: Any) -> str:
        return str(obj.programme or "every programme")
