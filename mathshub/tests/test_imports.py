"""Who may import whom: workgroups <- enrolment <- sessions <- site, and plumbing that all may use.

Read from the sources, so that an import inside a function counts as well.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("workgroups", "enrolment", "sessions")
# Each may import itself and those before it.
IN_ORDER = ("plumbing", *APPS, "mathshub.site")
# Beneath mathshub: plumbing that knows no app of ours.
PLUMBING = (
    "accounts",
    "outbox",
    "broker",
    "calendar",
    "client",
    "daytime",
    "daytime",
    "exports",
    "formats",
    "fragments",
    "headers",
    "ledger",
    "links",
    "logs",
    "plain_text",
    "prepared",
    "processes",
    "scope",
    "scope_admin",
    "statements",
    "static_files",
    "stopping",
)
# Name the apps by string and are imported by none, but for what starts the process.
TOP = ("settings", "urls", "celery", "wsgi")


def sources() -> list[Path]:
    """Our own modules, without tests, migrations and what only tests use."""
    found = [path for app in (*APPS, "mathshub") for path in (ROOT / app).rglob("*.py")]
    left_out = {"tests", "migrations", "testing"}
    return [path for path in found if not left_out & set(path.relative_to(ROOT).parts)]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(source: str) -> Iterator[str]:
    """Every module that the source imports; of ``from a import b`` it is ``a.b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def part_of(module: str) -> str | None:
    """Which part of the project a module is in; None for what is not ours."""
    first, _, rest = module.partition(".")
    if first in APPS:
        return first
    if first != "mathshub":
        return None
    second = rest.partition(".")[0]
    if second == "site":
        return "mathshub.site"
    if second in PLUMBING:
        return "plumbing"
    return "top" if second in TOP else None


def is_allowed(importer: str, imported: str) -> bool:
    """Whether a module of one part may import one of another."""
    if importer == "top":
        return imported in ("top", "plumbing")
    if imported == "top":
        return False
    return importer == imported or IN_ORDER.index(imported) < IN_ORDER.index(importer)


def wrong_imports(module: str, source: str) -> list[str]:
    importer = part_of(module)
    if importer is None:
        return []
    return [
        f"{module} imports {name}"
        for name in imports_of(source)
        if (imported := part_of(name)) is not None and not is_allowed(importer, imported)
    ]


def test_every_module_imports_only_what_it_may():
    wrong = [
        sentence
        for path in sources()
        for sentence in wrong_imports(module_of(path), path.read_text())
    ]
    assert wrong == []


def test_every_module_of_the_project_package_is_of_some_part():
    names = {path.stem for path in (ROOT / "mathshub").iterdir() if is_code(path)}
    assert names - {"testing", "tests", "__init__"} == {*PLUMBING, *TOP, "site"}


def is_code(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("workgroups.views", "from enrolment.models import Place"),
        ("enrolment.services.places", "def offer():\n    from sessions import models"),
        ("sessions.views", "import mathshub.site.views"),
        ("mathshub.outbox.sweep", "from workgroups.models import Hub"),
        ("mathshub.links", "from mathshub.site import views"),
        ("workgroups.search", "from mathshub.settings import DEMO"),
    ],
)
def test_a_wrong_import_is_noticed(module: str, source: str):
    assert len(wrong_imports(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sessions.views", "from enrolment.models import Seat\nfrom workgroups.models import Hub"),
        ("mathshub.site.views", "from sessions import bar"),
        ("enrolment.views", "from mathshub.links import absolute\nfrom django.urls import path"),
    ],
)
def test_a_right_import_is_let_through(module: str, source: str):
    assert wrong_imports(module, source) == []


def test_apps_import_nothing_from_views_or_admin_into_their_services():
    """models -> services -> forms -> admin, views -> urls: the first half knows nothing of the last."""
    below, above = {"models", "services"}, {"forms", "views", "admin", "urls"}
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in sources()
        if (parts := module_of(path).split("."))[0] in APPS and below & set(parts[1:2])
        for name in imports_of(path.read_text())
        if name.split(".")[0] in APPS and above & set(name.split(".")[1:2])
    ]
    assert wrong == []
