"""A programme in the words of schema.org, for search engines: a course, and where it is held."""

from collections.abc import Iterator
from typing import Any

from mathshub.links import absolute
from mathshub.site.catalogue import Entry, is_forming, places_left
from mathshub.site.groups_on_show import GroupOnShow, YearOfGroups
from mathshub.site.journey import Stage
from sessions.models import Session
from workgroups.models import Hub

MODES = {
    Session.Mode.VIRTUAL: "online",
    Session.Mode.TWILIGHT: "onsite",
    Session.Mode.FACE_TO_FACE: "onsite",
}


def course_of(
    entry: Entry, years: list[YearOfGroups], stage: Stage | None, hub: Hub
) -> dict[str, Any]:
    """The programme as a Course of the hub; its Work Groups with dates are the instances."""
    programme = entry.programme
    course: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": programme.name,
        "description": programme.summary or programme.name,
        "url": absolute(hub, "site:show_programme", programme.slug),
        "provider": {
            "@type": "Organization",
            "name": hub.name,
            "url": absolute(hub, "site:home"),
            "email": programme.contact_email or hub.contact_email,
        },
        "audience": {"@type": "EducationalAudience", "educationalRole": "teacher"},
    }
    if stage and stage.comes_after:
        course["coursePrerequisites"] = stage.comes_after
    if instances := list(_instances(years, hub)):
        course["hasCourseInstance"] = instances
    return course


def _instances(years: list[YearOfGroups], hub: Hub) -> Iterator[dict[str, Any]]:
    for year in years:
        for group in year.groups:
            if group.first_day and group.last_day:
                yield _instance(group, hub)


def _instance(group: GroupOnShow, hub: Hub) -> dict[str, Any]:
    modes = {MODES[Session.Mode(session.mode)] for session in group.sessions}
    instance: dict[str, Any] = {
        "@type": "CourseInstance",
        "name": group.work_group.name,
        "url": absolute(hub, "sessions:show_work_group", group.work_group.pk),
        "startDate": f"{group.first_day:%Y-%m-%d}",
        "endDate": f"{group.last_day:%Y-%m-%d}",
        "courseMode": "blended" if len(modes) > 1 else modes.pop(),
    }
    if is_forming(group.work_group):
        instance["description"] = f"Room for {places_left(group.work_group)} more schools"
    return instance
