"""One step of the register's import, in a process of its own, so that its memory is its own.

    python -m mathshub.testing.bench.importing STEP FILE

Prints a line of JSON: seconds by the clock and of processor time, megabytes at most, statements
that wrote. Steps: `read` (csv alone), `copy` (COPY of the same file into a bare table), `upsert`
(Django's bulk_create over rows that are parsed already), `first` and `unchanged` (ours), `linked`
and `linked_again` (ours, with the links beside the file).
"""

import csv
import json
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  (models can be read from here on)

from workgroups.models import LocalAuthority, School  # noqa: E402
from workgroups.register import import_register  # noqa: E402
from workgroups.register.load import BATCH  # noqa: E402
from workgroups.register.read import open_register  # noqa: E402
from workgroups.register.rows import RowReader, SchoolRow  # noqa: E402

LINKS = "links.csv"
READS = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "SET")


def read(path: Path) -> None:
    with path.open(encoding="cp1252", newline="") as file:
        for _ in csv.reader(file):
            pass


def copy(path: Path) -> None:
    with path.open(encoding="cp1252", newline="") as file:
        columns = ", ".join(f"c{number} text" for number, _ in enumerate(next(csv.reader(file))))
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS bench_copied ({columns}); TRUNCATE bench_copied"
        )
        cursor.copy_expert(
            "COPY bench_copied FROM STDIN (FORMAT csv, HEADER, ENCODING 'WIN1252')", file
        )


def prepare_upsert(path: Path) -> Callable[[Path], None]:
    """Parse the rows, write the authorities; gives what is to be timed."""
    empty()
    with path.open("rb") as raw:
        reader = RowReader(register := open_register(raw, name=path.name))
        rows = [reader.read(line.cells) for line in register.lines()]
    authorities = {row.authority.code: row.authority for row in rows if row.authority}
    LocalAuthority.objects.bulk_create(
        LocalAuthority(code=each.code, name=each.name) for each in authorities.values()
    )
    ids = dict(LocalAuthority.objects.values_list("code", "id"))
    return lambda path: upsert(rows, reader.fields, ids)


def upsert(rows: list[SchoolRow], fields: list[str], ids: dict[str, int]) -> None:
    schools = (
        School(**row.values, local_authority_id=ids[row.authority.code] if row.authority else None)
        for row in rows
    )
    changed = [*(name for name in fields if name != "urn"), "local_authority"]
    with transaction.atomic():
        while batch := list(islice(schools, BATCH)):
            School.objects.bulk_create(
                batch, update_conflicts=True, unique_fields=["urn"], update_fields=changed
            )


def ours(path: Path) -> None:
    import_register(path)


def ours_linked(path: Path) -> None:
    import_register(path, links=path.with_name(LINKS))


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE workgroups_school, workgroups_localauthority, workgroups_schoollink CASCADE"
        )


def prepared(step: str, path: Path) -> Callable[[Path], None]:
    """What is to be timed, with what it needs made ready."""
    if step == "upsert":
        return prepare_upsert(path)
    if step in ("first", "linked"):
        empty()
    own = {"first": ours, "unchanged": ours, "linked": ours_linked, "linked_again": ours_linked}
    return ({"read": read, "copy": copy} | own)[step]


def main(step: str, path: Path) -> dict[str, float]:
    act = prepared(step, path)
    statements: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        statements.append(sql)
        return execute(sql, params, many, context)

    connection.ensure_connection()
    with connection.execute_wrapper(note):
        begun, cpu = time.perf_counter(), time.process_time()
        act(path)
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    writes = sum(not sql.startswith(READS) for sql in statements)
    return {"wall": wall, "cpu": cpu, "memory": most_memory(), "writes": writes}


def most_memory() -> float:
    """Megabytes that this program held at most; getrusage would count its parent's before it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
