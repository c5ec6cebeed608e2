"""The list of faults, the drills and what is not yet drilled agree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mathshub.testing.drill.faults import FAULTS, NOT_YET, PROMISES

GROUP_OF = {fault: group for group, faults in FAULTS.items() for fault in faults}


def marks() -> list[tuple[str, dict]]:
    """(name of the fault, keywords) of every mark ``pytest.mark.drill`` in this folder."""
    paths = sorted(Path(__file__).parent.glob("test_*.py"))
    return [mark for path in paths for mark in marks_in(path.read_text())]


def marks_in(source: str) -> Iterator[tuple[str, dict]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.drill":
            keywords = {each.arg: ast.literal_eval(each.value) for each in node.keywords}
            yield ast.literal_eval(node.args[0]), keywords


def test_every_fault_is_drilled_or_waits_for_something() -> None:
    drilled = {name for name, _ in marks()}
    assert set(GROUP_OF) - drilled - set(NOT_YET) == set()


def test_nothing_is_both_drilled_and_not_yet() -> None:
    drilled = {name for name, _ in marks()}
    assert drilled & set(NOT_YET) == set()
    assert set(NOT_YET) <= set(GROUP_OF)


@pytest.mark.parametrize(("name", "keywords"), marks(), ids=lambda value: str(value)[:40])
def test_a_drill_names_its_fault_its_group_and_its_promises(name: str, keywords: dict) -> None:
    assert set(keywords) == {"group", "promises"}
    assert GROUP_OF.get(name) == keywords["group"]
    assert keywords["promises"]
    assert set(keywords["promises"]) <= set(PROMISES)
