"""Whatever way a register is written, it says the same: any columns, order, encoding, codes, dates."""

import csv
import io
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workgroups.models import LocalAuthority, School
from workgroups.register import import_register
from workgroups.register.rows import COLUMNS, REQUIRED
from workgroups.tests.registers import ROW

pytestmark = pytest.mark.django_db
OPTIONAL = sorted({each.name for each in COLUMNS} & set(ROW) - set(REQUIRED))
CODES = [column for column in ROW if column.endswith("(code)") and column != "Trusts (code)"]


def is_told_apart(word: str) -> bool:
    """Whether no letters of it stand in a row that would be letters of UTF-8 as well, such as “é––”."""
    return word.encode("cp1252").decode("utf-8", "ignore").isascii()


WORDS = (
    st.text(st.sampled_from("abc ’–éZ'"), min_size=1, max_size=12)
    .filter(str.strip)
    .filter(is_told_apart)
)
SCHOOL = st.fixed_dictionaries(
    {
        "EstablishmentName": WORDS,
        "Town": WORDS,
        "LA (code)": st.sampled_from(["204", "316"]),
        "EstablishmentStatus (code)": st.sampled_from(["1", "2", "3", "4"]),
        "TypeOfEstablishment (code)": st.sampled_from(["1", "2", "34"]),
        "OpenDate": st.sampled_from(["", "01-09-1975", "28-02-2024"]),
        "Trusts (name)": st.sampled_from(["", "Marsh Trust"]),
    }
)
REGISTER = st.dictionaries(
    st.integers(10_000, 10_030) | st.integers(100_000, 100_030) | st.integers(400_000, 400_030),
    SCHOOL,
    min_size=1,
    max_size=8,
)
DRIFT = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(["cp1252", "utf-8", "utf-8-sig"]),
        "left_out": st.sets(st.sampled_from(OPTIONAL)),
        "newline": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        "padded": st.booleans(),
        "slashes": st.booleans(),
        "spaced": st.booleans(),
        "seed": st.integers(0, 1_000),
    }
)


def written(register: dict[int, dict[str, str]], drift: dict[str, Any]) -> bytes:
    chance = Random(drift["seed"])
    columns = [column for column in ROW if column not in drift["left_out"]] + ["A new column"]
    chance.shuffle(columns)
    rows = [_drifted(urn, values, drift) for urn, values in register.items()]
    chance.shuffle(rows)
    out = io.StringIO()
    writer = csv.DictWriter(
        out,
        columns,
        restval="?",
        extrasaction="ignore",
        quoting=drift["quoting"],
        lineterminator=drift["newline"],
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(drift["encoding"])


def _drifted(urn: int, values: dict[str, str], drift: dict[str, Any]) -> dict[str, str]:
    name = {"204": "Hackney", "316": "Newham"}[values["LA (code)"]]
    row = ROW | values | {"URN": str(urn), "LA (name)": name}
    for column in CODES:
        row[column] = row[column].zfill(3) if drift["padded"] else str(int(row[column]))
    if drift["slashes"]:
        row["OpenDate"] = row["OpenDate"].replace("-", "/")
    if drift["spaced"]:
        row["EstablishmentName"] = f"\xa0{row['EstablishmentName']}  "
    return row


def stored() -> list[tuple[Any, ...]]:
    fields = [field.name for field in School._meta.fields if field.name not in KEYS]
    return list(School.objects.order_by("urn").values_list("local_authority__code", *fields))


KEYS = ("id", "local_authority", "register_print")


@settings(max_examples=60, deadline=None)  # four imports each
@given(register=REGISTER, drift=DRIFT, keep=st.integers(1, 8))
def test_a_register_written_in_another_way_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    register: dict[int, dict[str, str]],
    drift: dict[str, Any],
    keep: int,
):
    School.objects.all().delete()  # of the example before
    path = tmp_path_factory.mktemp("drift") / "register.csv"
    plain = {"encoding": "cp1252", "left_out": set(), "newline": "\n", "quoting": csv.QUOTE_ALL}
    plain |= {"padded": True, "slashes": False, "spaced": False, "seed": 0}
    path.write_bytes(written(register, plain))
    assert import_register(path, is_forced=True).created == len(register)
    before = stored()

    part = dict(list(register.items())[:keep])
    for rows, way in ((register, plain), (register, drift), (part, drift), (register, plain)):
        path.write_bytes(written(rows, way))
        outcome = import_register(path, is_forced=True)
        assert (outcome.unchanged, outcome.rows) == (len(rows), len(rows)), outcome.complaints
        assert stored() == before
    assert set(LocalAuthority.objects.values_list("name", flat=True)) <= {"Hackney", "Newham"}
    # Children's centres and Welsh schools are there, and nobody can pick them.
    english = {str(urn) for urn in register if 100_000 <= urn < 400_000}
    assert {school.urn for school in School.objects.pickable()} <= english
