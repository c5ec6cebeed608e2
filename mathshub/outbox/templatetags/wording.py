"""Where a hub's own words stand in an e-mail: ``{% worded "opening" %}ours{% endworded %}``."""

from dataclasses import dataclass

from django import template
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString

register = template.Library()


@dataclass(frozen=True)
class Filled:
    """One part of a hub's words, its names filled in."""

    text: str
    html: SafeString


@register.tag
def worded(parser: Parser, token: Token) -> "WordedNode":
    """The hub's own words, or where it has none what stands between the tags.

    In plain text the empty lines round ours stay; where ours say nothing, an empty line parts the
    hub's opening from what follows it, and its closing from what it follows.
    """
    part = token.split_contents()[1].strip("\"'")
    nodelist = parser.parse(("endworded",))
    parser.delete_first_token()
    return WordedNode(part, nodelist)


class WordedNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, part: str, nodelist: NodeList) -> None:
        self.part = part
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        ours = self.nodelist.render(context)
        if (told := context.get("ours")) is not None and not context.autoescape:
            told[self.part] = ours.strip()
        filled: Filled | None = (context.get("hub_words") or {}).get(self.part)
        if filled is None:
            return ours
        theirs = filled.html if context.autoescape else self._in_place_of(ours, filled.text)
        return SafeString(theirs)

    def _in_place_of(self, ours: str, theirs: str) -> str:
        if ours.strip():
            before, after = ours[: -len(ours.lstrip())], ours[len(ours.rstrip()) :]
        else:
            before, after = ("", "\n\n") if self.part == "opening" else ("\n\n", "")
        return f"{before}{theirs}{after}"
