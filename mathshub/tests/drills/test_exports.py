"""Files that staff download: nothing that anybody typed is computed when a spreadsheet opens them."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from enrolment.tests.factories import make_past_participation
from mathshub import exports
from mathshub.testing.drill.drill import Drill
from mathshub.tests.addresses import named_addresses
from workgroups.models import Hub
from workgroups.tests.factories import make_local_authority, make_programme, make_school
from workgroups.tests.staff import staff_client

FORMULAS = ('=HYPERLINK("http://evil.example","Click")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1")
pytestmark = pytest.mark.django_db

# Days, kinds of message by the portal's own words, and numbers: nothing that anybody has typed.
NUMBERS_ALONE = ("admin:outbox_message_figures_csv", "admin:outbox_message_figures_xlsx")


def files_of(client: Client) -> Iterator[tuple[str, bytes]]:
    """Every address that ends like a table, whoever adds one, with what it sends."""
    for address in named_addresses():
        if address.name in NUMBERS_ALONE:
            continue
        if str(address.pattern.pattern).endswith((".csv", ".xlsx")):
            response = client.get(address.url(), {"phase": "all"})
            assert response.status_code == 200, address
            yield address.name, response.content


def computed_cells(content: bytes) -> tuple[int, int]:
    """How many cells a spreadsheet would compute, and how many show what was planted."""
    if content.startswith(b"PK"):
        cells = [cell for row in load_workbook(BytesIO(content)).active.rows for cell in row]
        computed = sum(cell.data_type == "f" for cell in cells)
        return computed, sum("evil.example" in str(cell.value) for cell in cells)
    rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    texts = [cell for row in rows for cell in row]
    computed = sum(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in texts)
    return computed, sum("evil.example" in text for text in texts)


def play_formulas(drill: Drill, hub: Hub) -> None:
    borough = make_local_authority(name="Hackney")
    hub.local_authorities.add(borough)
    for number, formula in enumerate(FORMULAS):
        school = make_school(
            **dict.fromkeys(("name", "trust_name", "town", "type_name"), formula),
            local_authority=borough,
        )
        programme = make_programme(name=formula, short_name="Stage", slug=f"stage-{number}")
        make_past_participation(school=school, programme=programme)
    files = dict(files_of(staff_client()))
    found = {name: computed_cells(content) for name, content in files.items()}
    drill.count("files without a table", int(len(files) < 2))
    drill.count("cells computed", sum(computed for computed, _ in found.values()))
    drill.count("files that do not show them", sum(not shown for _, shown in found.values()))
    drill.note(f"{len(FORMULAS)} formulas in {len(files)} files")


@pytest.mark.drill("formulas in exports", group="Files", promises=(9,))
def test_a_formula_that_somebody_typed_is_text_in_every_file(drill: Drill, hub: Hub) -> None:
    play_formulas(drill, hub)


def test_without_the_apostrophe_the_drill_finds_formulas(
    drill: Drill, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_BEGINS_FORMULA", ("nothing begins so",))
    play_formulas(drill, hub)
    assert any(each.startswith("cells computed") for each in drill.outcome().broken)
