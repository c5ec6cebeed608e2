"""What a hub writes for its e-mails: plain words, with names in brackets that each letter fills in.

    Dear [name], please answer by [reply by].

A name in brackets is one of a fixed list; a bracket itself is typed twice. Paragraphs, lists and web
addresses become what they are; all else, template syntax and HTML among it, stays what was typed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from django.template import Variable, VariableDoesNotExist
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from mathshub.plain_text import BULLET, Block, blocks_of

_MARKS = re.compile(r"\[\[|\]\]|\[[^\[\]\n]*\]|\[|\]")
ALONE = (
    "A bracket stands alone in “{near}”. Names go between two brackets, as in [{example}]; to write a "
    "bracket itself, type it twice."
)
EMPTY = "There is nothing between the brackets in “{near}”."
UNKNOWN = "[{name}] is not one of the names that this e-mail can fill in."
NEARBY = 15  # characters shown on either side of what is wrong


@dataclass(frozen=True)
class Placeholder:
    """A name that a letter fills in.

    ``path`` is where its templates find the value (“place.school”), ``words`` puts that into words.
    ``otherwise`` stands where there is none, so that no sentence is left with a hole.
    """

    name: str
    label: str
    path: str
    otherwise: str
    words: Callable[[Any], str] | None = None

    def value_in(self, context: Mapping[str, Any]) -> str:
        """What it says in this letter, on one line."""
        try:
            value = _variable(self.path).resolve(context)
        except VariableDoesNotExist:
            value = None
        if value is None or value == "" or value == []:
            return self.otherwise
        if self.words and not isinstance(value, str):
            value = self.words(value)
        return " ".join(str(value).split()) or self.otherwise


@dataclass(frozen=True)
class Name:
    """A name in brackets, as it was typed."""

    typed: str

    @property
    def key(self) -> str:
        return " ".join(self.typed.casefold().split())


Part = str | Name
Fill = Callable[[Name], str | None]
"""What stands for a name; None for one that is not known, which stays as typed."""


def problems_of(text: str, placeholders: Sequence[Placeholder]) -> list[str]:
    """Why the text can't be used, each in a sentence; nothing when it can."""
    known = {placeholder.name: placeholder for placeholder in placeholders}
    return list(dict.fromkeys(_problems(text, list(known))))


def _problems(text: str, known: list[str]) -> Iterator[str]:
    for mark in _MARKS.finditer(text):
        typed = mark.group()
        near = text[max(mark.start() - NEARBY, 0) : mark.end() + NEARBY].strip()
        if typed in ("[", "]"):
            yield ALONE.format(near=near, example=known[0] if known else "name")
        elif typed not in ("[[", "]]"):
            name = Name(typed[1:-1])
            if not name.key:
                yield EMPTY.format(near=near)
            elif name.key not in known:
                yield UNKNOWN.format(name=name.typed.strip()) + _nearest(name, known)


def _nearest(name: Name, known: list[str]) -> str:
    plain = re.sub(r"[_\-]", " ", name.key)
    near = get_close_matches(plain, known, n=1, cutoff=0.5)
    near = near or [each for each in known if each in plain or plain in each][:1]
    return f" Did you mean [{near[0]}]?" if near else ""


@lru_cache(maxsize=1000)
def parts_of(line: str) -> tuple[Part, ...]:
    """Words and names in turn. What is not well formed stays as it was typed."""
    parts: list[Part] = []
    at = 0
    for mark in _MARKS.finditer(line):
        parts.append(line[at : mark.start()])
        typed = mark.group()
        if typed in ("[[", "]]"):
            parts.append(typed[0])
        elif len(typed) > 1:
            parts.append(Name(typed[1:-1]))
        else:
            parts.append(typed)
        at = mark.end()
    parts.append(line[at:])
    return tuple(_joined(part for part in parts if part != ""))


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    """Words that follow one another as one: a web address may have brackets in it."""
    words = ""
    for part in parts:
        if isinstance(part, str):
            words += part
            continue
        if words:
            yield words
        words = ""
        yield part
    if words:
        yield words


def filling_from(placeholders: Sequence[Placeholder], context: Mapping[str, Any]) -> Fill:
    """How the names are filled in for one letter."""
    known = {placeholder.name: placeholder for placeholder in placeholders}

    def fill(name: Name) -> str | None:
        placeholder = known.get(name.key)
        return placeholder.value_in(context) if placeholder else None

    return fill


def as_line(text: str, fill: Fill) -> str:
    """For the subject: all on one line."""
    return " ".join(_plain(text, fill).split())


def as_text(text: str, fill: Fill) -> str:
    """For the plain text."""
    return "\n\n".join(_text_of(block, fill) for block in blocks_of(text))


def as_html(text: str, fill: Fill) -> SafeString:
    """For the HTML: paragraphs and lists; the hub's web addresses are links, filled-in ones are not."""
    return mark_safe("\n".join(_html_of(block, fill) for block in blocks_of(text)))  # noqa: S308


def _text_of(block: Block, fill: Fill) -> str:
    mark = BULLET if block.is_list else ""
    return "\n".join(mark + _plain(line, fill) for line in block.lines)


def _html_of(block: Block, fill: Fill) -> str:
    lines = [_markup(line, fill) for line in block.lines]
    if block.is_list:
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    return f"<p>{'<br>'.join(lines)}</p>"


def _plain(line: str, fill: Fill) -> str:
    return "".join(part if isinstance(part, str) else _value(part, fill) for part in parts_of(line))


def _markup(line: str, fill: Fill) -> str:
    return "".join(
        urlize(part, autoescape=True) if isinstance(part, str) else escape(_value(part, fill))
        for part in parts_of(line)
    )


def _value(name: Name, fill: Fill) -> str:
    value = fill(name)
    return f"[{name.typed}]" if value is None else value


@cache
def _variable(path: str) -> Variable:
    return Variable(path)
