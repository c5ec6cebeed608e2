"""Every kind of message that the portal knows is complete."""

from collections.abc import Callable

from mathshub.outbox.checks import check_templates
from mathshub.outbox.kinds import Kind, all_kinds


def test_every_registered_kind_has_its_three_templates() -> None:
    assert {"eoi-received", "eoi-digest", "place-offered", "seat-named", "session-reminder"} <= {
        kind.name for kind in all_kinds()
    }
    assert check_templates() == []


def test_a_kind_without_its_files_is_named(register_kind: Callable[..., Kind]) -> None:
    register_kind(name="half-done")  # its templates are not on the path here
    assert [each.msg.partition(": ")[0] for each in check_templates()] == [
        "Message kind 'half-done'"
    ] * 3
