"""Kinds of message: each app registers its own, with what it says and whether it is still wanted."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mathshub.outbox.models import Message
from mathshub.outbox.wording_text import Placeholder


@dataclass(frozen=True)
class Letter:
    """What one message says, rendered at send time.

    ``template`` names three files: templates/<template>.subject.txt, .txt and .html; they also
    know ``hub`` and ``recipient_name``. The two text files need no ``autoescape off``.
    ``attachments`` are (file name, content, MIME type with parameters). Answers go to ``reply_to``,
    where there is anybody, else to the hub.

    ``own`` are words for this reader alone, by the names that the templates know them by. Letters
    that are ``alike``, which is all that they say beside them, are rendered once and filled in.

    ``programme`` is the id of the programme that it is about, whose wording it has.
    """

    template: str
    context: dict
    attachments: list[tuple[str, bytes, str]] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)
    alike: Hashable = None
    reply_to: list[str] = field(default_factory=list)
    programme: int | None = None


@dataclass(frozen=True)
class Worded:
    """That a hub may word a kind of letter, and say its notice of the day on top.

    The words are those round what every letter must say: heading, date, place, link and code stay
    ours. ``group`` is where the kind stands in the list, ``note`` what staff must know. ``example`` is
    a context for its templates, shown while the hub has no such letter.
    """

    group: str
    placeholders: tuple[Placeholder, ...]
    example: Mapping[str, Any] = field(hash=False)
    by_programme: bool = True
    note: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of message.

    ``render(message, now)`` reads the rows afresh and returns the letter. ``unwanted(message, now)``
    returns why it should no longer go ("the seat was given up"), or an empty string. Both run
    within the scope of the message's hub.

    A kind that goes to many at the same hour may have ``look(message, now)`` as well, which answers
    both from rows that are read once: the letter, or why it should no longer go.

    ``template`` is the one that its letters use, so that a check can miss its files before a
    message does. A kind that ``leaves_paused_hub`` goes also while the hub holds its messages. One
    that ``keeps_no_text`` carries a secret: its context and bodies are wiped once it has ended. One
    that ``leaves_by_day`` can wait: it goes between 7 and 19 o'clock in London. An ``optional`` one
    says at its foot how to stop it, and goes to no mailbox that has done so. One that goes to schools
    and participants can be ``worded`` by the hub, or written by it altogether and then only
    ``has_notice``, as worded ones do.
    """

    name: str
    label: str
    render: Callable[[Message, datetime], Letter]
    unwanted: Callable[[Message, datetime], str]
    priority: Message.Priority = Message.Priority.IMMEDIATE
    expires_after: timedelta = timedelta(hours=72)
    template: str = ""
    leaves_paused_hub: bool = False
    keeps_no_text: bool = False
    leaves_by_day: bool = False
    optional: bool = False
    look: Callable[[Message, datetime], Letter | str] | None = None
    worded: Worded | None = None
    has_notice: bool = False

    def letter_or_reason(self, message: Message, now: datetime) -> Letter | str:
        """The letter, or why it should no longer go; raises whatever the kind raises."""
        if self.look:
            return self.look(message, now)
        return self.unwanted(message, now) or self.render(message, now)


_kinds: dict[str, Kind] = {}
_planners: list[Callable[[datetime], int]] = []
# What each of them is going to write between two moments, as ``services.Draft``.
_foreseers: list[Callable[[datetime, datetime], Iterable[Any]]] = []


def register(kind: Kind) -> Kind:
    """Make a kind known; each name once."""
    if kind.name in _kinds:
        raise ValueError(f"Message kind {kind.name!r} is registered twice.")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """The kind of that name; raises ``KeyError``."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every kind that is registered, in the order of registration."""
    return list(_kinds.values())


def is_registered(name: str) -> bool:
    """Whether messages of that kind are still written; an older message may be of one that is not."""
    return name in _kinds


def is_optional(name: str) -> bool:
    """Whether its reader may stop such mail; nothing that is not registered can be stopped."""
    return name in _kinds and _kinds[name].optional


def worded_kinds() -> list[Kind]:
    """Those that a hub may word, in the order of registration."""
    return [kind for kind in _kinds.values() if kind.worded]


def kind_words(name: str) -> str:
    """The kind's own words; its name where no app registers it any more."""
    return next((kind.label for kind in all_kinds() if kind.name == name), name)


def names_that_leave_paused_hubs() -> list[str]:
    """The kinds that no pause holds back."""
    return [kind.name for kind in _kinds.values() if kind.leaves_paused_hub]


def names_that_keep_no_text() -> list[str]:
    """The kinds whose text must not outlive the sending."""
    return [kind.name for kind in _kinds.values() if kind.keeps_no_text]


def names_that_leave_by_day() -> list[str]:
    """The kinds that can wait for the day."""
    return [kind.name for kind in _kinds.values() if kind.leaves_by_day]


def register_planner(planner: Callable[[datetime], int]) -> Callable[[datetime], int]:
    """A function that inserts the messages due to be written at ``now``, for the hub in scope.

    It must be safe to run any number of times: keys make its inserts once only. It returns how
    many messages it added. Called for each hub by ``outbox.services.plan_messages``.
    """
    _planners.append(planner)
    return planner


def planners() -> list[Callable[[datetime], int]]:
    return list(_planners)


def register_foreseer(
    foreseer: Callable[[datetime, datetime], Iterable[Any]],
) -> Callable[[datetime, datetime], Iterable[Any]]:
    """A function that says what a planner will write after the first moment, up to the second.

    It writes nothing. Its drafts, of the hub in scope, have the keys under which the planner will
    write them, and say when they are due: so staff see them beforehand, and may skip them.
    """
    _foreseers.append(foreseer)
    return foreseer


def foreseers() -> list[Callable[[datetime, datetime], Iterable[Any]]]:
    return list(_foreseers)
