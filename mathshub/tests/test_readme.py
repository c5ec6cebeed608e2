"""The README stays true: what it lists is what there is."""

import re
from pathlib import Path

from django.conf import settings

from mathshub.outbox.kinds import all_kinds
from workgroups.models import HubMember

README = Path(settings.BASE_DIR, "README.md").read_text()


def test_the_readme_lists_every_message_with_its_template() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|.*\| `([a-z_/]+)` \|$", README, re.MULTILINE)

    assert sorted(listed) == sorted((kind.name, kind.template) for kind in all_kinds())


def test_the_readme_lists_every_role() -> None:
    for role in HubMember.Role:
        assert f"| {role.label} |" in README


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^):]+)\)", README)

    assert [link for link in links if not Path(settings.BASE_DIR, link).exists()] == []
