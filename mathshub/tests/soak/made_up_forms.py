"""Forms of interest as schools, bots and broken browsers send them, made by a seeded generator."""

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode
from uuid import UUID

from enrolment.forms.tokens import BadFormToken, read_form_token
from enrolment.tests.filling import filled_in_now
from workgroups.models import Offering, School

AWKWARD = [
    "\x00",
    "\u202eevil\u202c",
    "\ufffd\ufeff\u200b",
    "a" * 5_000,
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% include 'x' %}",
    "'; DROP TABLE enrolment_place; --",
    "Bcc: a@b.example\r\nX: y",
    "9" * 40,
    "-1",
    "١٢٣٤٥٦",
    "O’Neil-Łukasiewicz 🧮",
    "not-listed",
    "=HYPERLINK(1)",
    "𝕲" * 130,
    " \t\r\n ",
    "",
]
EXTRA_FIELDS = ["find", "leave_empty", "barriers", "anything_else", "person_3_name", "hub", "state"]
ONE_IN = 5
"""So many posts repeat an earlier one, as it was."""

Pairs = list[tuple[str, Any]]


def made_up_posts(rng: random.Random, offering: Offering, school: School) -> Iterator[bytes]:
    """Bodies without end."""
    sent: list[bytes] = []
    while True:
        if sent and rng.randrange(ONE_IN) == 0:
            yield rng.choice(sent)
            continue
        sent.append(_body(rng, _form(rng, offering, school, len(sent))))
        yield sent[-1]


def token_in(body: bytes, offering: Offering) -> UUID | None:
    """The page of ours that a body says it comes from: of several tokens, as Django, the last."""
    tokens = [part[11:] for part in body.split(b"&") if part.startswith(b"form_token=")]
    try:
        text = tokens[-1].decode().replace("%7E", "~") if tokens else ""
        return read_form_token(f"interest-{offering.pk}", text).uuid
    except (BadFormToken, UnicodeDecodeError):
        return None


def _form(rng: random.Random, offering: Offering, school: School, number: int) -> Pairs:
    """As a school fills it in, and then some of the fields otherwise."""
    form = filled_in_now(offering, school, headteacher_email=f"head{number}@school.example")
    pairs = [(name, value) for name, value in form.items() if name != "days"]
    pairs += [("days", day) for day in form["days"]]
    for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
        _spoil(rng, pairs)
    return pairs


def _spoil(rng: random.Random, pairs: Pairs) -> None:
    place = rng.randrange(len(pairs))
    name = pairs[place][0]
    match rng.randrange(6):
        case 0:
            del pairs[place]
        case 1:
            pairs.insert(place, pairs[place])
        case 2:
            pairs[place] = (name, rng.choice(AWKWARD))
        case 3:
            pairs[place] = (name, bytes(rng.choices(range(256), k=rng.randrange(200))))
        case 4:
            pairs.append((rng.choice(EXTRA_FIELDS), rng.choice(AWKWARD)))
        case 5:
            pairs[place] = (name, str(pairs[place][1])[:-1])


def _body(rng: random.Random, pairs: Pairs) -> bytes:
    if rng.randrange(10) == 0:
        rng.shuffle(pairs)
    return "&".join(
        f"{name}={quote_from_bytes(value)}"
        if isinstance(value, bytes)
        else urlencode([(name, value)])
        for name, value in pairs
    ).encode()
