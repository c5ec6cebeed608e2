"""A register of the whole country's size, invented from the demonstration's two extracts.

Schools, their types and standings are those of the extracts over and over; names, towns,
authorities, postcodes and numbers vary. The file is as wide as the real one: 140 columns, every
cell in quotation marks, the columns that the portal does not read filled as sparsely as there.
Of the links between its schools there are as many as between the real ones.
"""

import csv
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from mathshub.site.demo.load import DATA, REGISTER

ROWS = 50_515
PAIRS = 16_000  # of schools that followed each other; each has two lines in the file of links
MERGED = 0.02  # of them
WIDTH = 140  # columns of the register's file of all data
FILLED = 0.35  # of its cells that the portal does not read
WORDS = ("Not applicable", "Does not apply", "Mixed", "999", "2", "London", "Boarding school")
_BEGINNINGS = (
    *("Ash", "Bright", "Clay", "Dun", "East", "Fern", "Glen", "Hart", "Kings", "Lang", "Mar"),
    *("New", "Oak", "Pem", "Red", "Stan", "Thorn", "Whit"),
)
_ENDINGS = ("bury", "field", "ford", "ham", "ley", "mouth", "stead", "ton", "wick", "worth")
TOWNS = [begins + ends for begins, ends in product(_BEGINNINGS, _ENDINGS)]
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # that postcodes end in
STATUS = "EstablishmentStatus (code)"
KEPT = ("St", "The", "Holy", "Our")  # beginnings of names that stand before something else


def write_register(path: Path, *, rows: int = ROWS) -> Path:
    """The file, the same every time; returns its path."""
    chance = random.Random(rows)
    extracts = [row for name in REGISTER for row in _read(DATA / name)]
    columns = list(extracts[0])
    further = [f"Further column {number}" for number in range(1, WIDTH - len(columns) + 1)]
    with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(columns + further)
        for number in range(rows):
            row = extracts[number % len(extracts)] | {"URN": str(100_000 + number)}
            if number >= len(extracts):
                row |= _varied(row, number, chance)
            filling = (chance.choice(WORDS) if chance.random() < FILLED else "" for _ in further)
            writer.writerow([*row.values(), *filling])
    return path


def write_links(path: Path, *, rows: int = ROWS, pairs: int = PAIRS) -> Path:
    """The links of the register of so many rows, the same every time; returns its path."""
    chance = random.Random(pairs)
    extracts = [row for name in REGISTER for row in _read(DATA / name)]
    numbers = range(rows)
    closed = [n for n in numbers if extracts[n % len(extracts)][STATUS] == "2"]
    others = [n for n in numbers if extracts[n % len(extracts)][STATUS] != "2"]
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"])
        for before in chance.sample(closed, pairs):
            one, other = 100_000 + before, 100_000 + chance.choice(others)
            kind = " - merged" if chance.random() < MERGED else ""
            writer.writerow([one, other, "A school", f"Successor{kind}", "31-08-2019"])
            writer.writerow([other, one, "A school", f"Predecessor{kind}", "01-09-2019"])
    return path


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _varied(row: dict[str, str], number: int, chance: random.Random) -> dict[str, str]:
    town, authority = TOWNS[number % len(TOWNS)], 400 + number * 7 % 150
    first, *rest = row["EstablishmentName"].split()
    if first not in KEPT and chance.random() < 0.6:
        first = chance.choice(TOWNS)
    ends = "".join(chance.choices(LETTERS, k=2))
    return {
        "EstablishmentName": " ".join([first, *rest]),
        "LA (code)": str(authority),
        "LA (name)": f"{TOWNS[authority % len(TOWNS)]} Council {authority}",
        "Town": town,
        "Postcode": f"{town[:2].upper()}{chance.randrange(1, 30)} {chance.randrange(1, 9)}{ends}",
        "UKPRN": str(10_000_000 + number) if row["UKPRN"] else "",
    }
