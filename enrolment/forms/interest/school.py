"""Which school it is: the form's first page."""

from collections.abc import Mapping
from typing import Any

from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.school_question import NOT_LISTED, SchoolQuestion
from enrolment.models import InterestDraft
from workgroups.models import School


class SchoolPage(SchoolQuestion, Page):
    """Its answer stands in columns of the draft, where other tables can point at it."""

    name = "school"
    part = Part.SCHOOL
    title = "Which school are you from?"
    template = "enrolment/interest/school.html"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        draft: InterestDraft,
        school: School | None = None,
        typed: str = "",
    ) -> None:
        """``school`` or what was ``typed`` is known before anything was sent."""
        super().__init__(data, draft=draft)
        self.chosen_school = school or draft.school
        if self.chosen_school:
            chosen = {"school_typed": self.chosen_school.name, "urn": self.chosen_school.urn}
            self.initial.update(chosen)
        elif typed or draft.school_as_typed:
            self.initial.update(school_typed=typed or draft.school_as_typed, urn=NOT_LISTED)

    def look_for(self, typed: str, *, is_not_listed: bool) -> None:
        """Show the schools that fit what was typed, before the page is checked."""
        self.is_bound = False
        self.initial = {"school_typed": typed, "urn": NOT_LISTED if is_not_listed else ""}
        self.show_schools()

    def as_typed(self) -> list[Row]:
        return [Row("Your school", self.typed_school)] if self.typed_school else []

    def told(self) -> list[Row]:
        return []  # the draft's columns tell it
