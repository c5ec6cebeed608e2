"""Posts to every page of the form of interest as schools, bots and broken browsers send them.

Made by a seeded generator, sent over HTTP; then what was told and what is stored are compared.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, urlencode
from uuid import UUID

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from enrolment.forms.tokens import BadFormToken, read_form_token
from enrolment.models import ExpressionOfInterest, FurtherForm, InterestDraft, Question
from enrolment.tests.filling import (
    PAGES,
    check_url,
    first_page,
    form_url,
    new_page_token,
    offering_that_asks_all,
    page_url,
    ready_drafts,
    token_of,
)
from mathshub.outbox.models import Message
from mathshub.testing.portal import LivePortal
from mathshub.tests.drills.browsing import Browser
from workgroups.models import Offering, School
from workgroups.tests.factories import make_school

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
EXTRA_FIELDS = [
    "find",
    "leave_empty",
    "email_is_right",
    "appetite_reason",
    "later",
    "of_offering",
    "hub",
    "state",
]
FIRST, SCHOOL, PROGRAMME, LATER, CHECK = "first", "school", "programme", "later", "check"
KINDS = (*PAGES, SCHOOL, PROGRAMME, LATER, *[FIRST] * 3, *[CHECK] * 3)
ROLES = ("headteacher", "maths_lead", "office")
ONE_IN = 5
"""So many posts repeat an earlier one, as it was."""
POSTS_A_FORM = 8
SENDERS, NETWORKS = 4, 200
LETTERS = ("eoi-received", "eoi-again", "eoi-joined")

Pairs = list[tuple[str, Any]]


@dataclass(frozen=True)
class Post:
    """One post to a page of a form; ``form`` is the token of the draft, or of the first page."""

    page: str
    path: str
    body: bytes
    form: UUID | None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    post: Post
    status: int
    location: str


@dataclass(frozen=True)
class MadeUpForms:
    """Forms of many schools, some half filled in, and posts to their pages."""

    drafts: list[InterestDraft]
    posts: list[Post]

    @classmethod
    def make(cls, rng: random.Random, count: int) -> "MadeUpForms":
        """So many posts; an eighth as many forms, of which some are of one school."""
        cache.clear()  # what earlier posts counted
        offering = offering_that_asks_all()
        drafts = _make_drafts(rng, offering, count // POSTS_A_FORM + 1)
        return cls(drafts, list(_make_posts(rng, offering, drafts, count)))

    def send(
        self,
        portal: LivePortal,
        progress: Callable[..., Iterable[Any]] = lambda rounds, total: rounds,
    ) -> list[Answer]:
        """Several at a time, from so many networks that none is one too many."""

        def send(numbered: tuple[int, Post]) -> Answer:
            number, post = numbered
            browser = Browser(portal.port, network=f"198.51.100.{number % NETWORKS}")
            page = browser.send("POST", post.path, post.body)
            return Answer(post, page.status, page.location)

        with ThreadPoolExecutor(SENDERS) as pool:
            found = pool.map(send, enumerate(self.posts))
            return list(progress(found, total=len(self.posts)))

    def words_for(self, answers: list[Answer]) -> str:
        """“300 posts: 180 x 200, 120 x 302; 25 forms sent”."""
        statuses = sorted(Counter(answer.status for answer in answers).items())
        words = ", ".join(f"{number} x {status}" for status, number in statuses)
        return f"{len(answers)} posts: {words}; {len(_sent(answers))} forms sent"


def compare(forms: MadeUpForms, answers: list[Answer]) -> dict[str, int]:
    """What does not agree, by name; all of it must be 0."""
    sent = _sent(answers)
    stored = set(ExpressionOfInterest.objects.values_list("form_token", flat=True))
    stored |= set(FurtherForm.objects.values_list("form_token", flat=True))
    begun = _begun(answers)
    made = {draft.form_token for draft in forms.drafts}
    kept = set(InterestDraft.objects.values_list("form_token", flat=True)) - made
    statuses = Counter(answer.status for answer in answers)
    unlike = [places for places in (*sent.values(), *begun.values()) if len(places) > 1]
    letters = Message.objects.filter(kind__in=LETTERS).count()
    return {
        "errors of ours": sum(n for status, n in statuses.items() if status >= 500),
        "no answer": statuses[0],
        "told, and not stored": len(set(sent) - stored),
        "stored, and not told": len(stored - set(sent)),
        "begun, and not kept": len(set(begun) - kept),
        "kept, and not begun": len(kept - set(begun)),
        "told two things": len(unlike),
        "not one letter each": abs(letters - len(stored)),
        "of both kinds of answer there were none": int(not {200, 302} <= set(statuses)),
        "nothing sent, or nothing begun": int(not sent or not begun),
    }


def _sent(answers: Iterable[Answer]) -> dict[UUID | None, set[str]]:
    """The forms that were told to have arrived, with where they were led."""
    found: dict[UUID | None, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.status == 302 and "/received/" in answer.location:
            found[answer.post.form].add(answer.location)
    return dict(found)


def _begun(answers: Iterable[Answer]) -> dict[UUID | None, set[str]]:
    """The first pages that were taken, with the link of the form that each began."""
    found: dict[UUID | None, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.status == 302 and answer.post.page == FIRST:
            found[answer.post.form].add(answer.location.split("/")[3])
    return dict(found)


def _make_drafts(rng: random.Random, offering: Offering, count: int) -> list[InterestDraft]:
    schools = [make_school() for _ in range(count * 3 // 4 + 1)]
    senders = [
        (schools[number % len(schools)], f"head{number}@school.example") for number in range(count)
    ]
    drafts = ready_drafts(offering=offering, senders=senders, now=timezone.now())
    for draft in rng.sample(drafts, count // 3):
        pages = list(draft.answers.items())
        draft.answers = dict(pages[: rng.randrange(len(pages))])
        draft.save(update_fields=["answers"])
    return drafts


def _make_posts(
    rng: random.Random, offering: Offering, drafts: list[InterestDraft], count: int
) -> Iterator[Post]:
    maker = _Maker(rng, offering, list(Question.objects.values_list("pk", flat=True)))
    made: list[Post] = []
    for _ in range(count):
        if made and rng.randrange(ONE_IN) == 0:
            yield rng.choice(made)
            continue
        number = rng.randrange(len(drafts))
        made.append(maker.make(rng.choice(KINDS), drafts[number], number))
        yield made[-1]


@dataclass(frozen=True)
class _Maker:
    """Fills a page in as a school does, and then some of its fields otherwise."""

    rng: random.Random
    offering: Offering
    questions: list[int]

    def make(self, page: str, draft: InterestDraft, number: int) -> Post:
        pairs = self._filled_in(page, draft, number)
        for _ in range(self.rng.choice([0, 0, 1, 1, 2, 4])):
            self._spoil(pairs)
        body = self._body(pairs)
        if page == FIRST:
            return Post(page, form_url(self.offering), body, token_in(body, self.offering))
        return Post(page, _path(draft, page), body, draft.form_token)

    def _filled_in(self, page: str, draft: InterestDraft, number: int) -> Pairs:
        fields = dict(PAGES.get(page, {}))
        school: School | None = draft.school
        assert school is not None
        match page:
            case "first":
                fields = first_page(self.offering, school, form_token=new_page_token(self.offering))
            case "school":
                fields = {"school_typed": school.name, "urn": school.urn}
            case "programme":
                fields = {"offering": str(self.offering.pk)}
            case "you":
                address = f"head{number}@school.example"
                fields |= {"email": address, "role": self.rng.choice(ROLES)}
            case "questions":
                fields = {f"question_{pk}": self.rng.choice(AWKWARD) for pk in self.questions}
            case "later":
                fields = {"email": f"later{number}@school.example"}
            case "check":
                fields = {"leave_empty": ""}
        return [
            (name, each)
            for name, value in fields.items()
            for each in (value if isinstance(value, list) else [value])
        ]

    def _spoil(self, pairs: Pairs) -> None:
        extra = (self.rng.choice(EXTRA_FIELDS), self.rng.choice(AWKWARD))
        if not pairs:
            pairs.append(extra)
            return
        place = self.rng.randrange(len(pairs))
        name = pairs[place][0]
        match self.rng.randrange(6):
            case 0:
                del pairs[place]
            case 1:
                pairs.insert(place, pairs[place])
            case 2:
                pairs[place] = (name, self.rng.choice(AWKWARD))
            case 3:
                pairs[place] = (
                    name,
                    bytes(self.rng.choices(range(256), k=self.rng.randrange(200))),
                )
            case 4:
                pairs.append(extra)
            case 5:
                pairs[place] = (name, str(pairs[place][1])[:-1])

    def _body(self, pairs: Pairs) -> bytes:
        if self.rng.randrange(10) == 0:
            self.rng.shuffle(pairs)
        return "&".join(
            f"{name}={quote_from_bytes(value)}"
            if isinstance(value, bytes)
            else urlencode([(name, value)])
            for name, value in pairs
        ).encode()


def _path(draft: InterestDraft, page: str) -> str:
    if page == CHECK:
        return check_url(draft)
    if page == LATER:
        return reverse("enrolment:keep_interest", args=[token_of(draft)])
    return page_url(draft, page)


def token_in(body: bytes, offering: Offering) -> UUID | None:
    """The page of ours that a body says it comes from: of several tokens, as Django, the last."""
    tokens = [part[11:] for part in body.split(b"&") if part.startswith(b"form_token=")]
    try:
        text = tokens[-1].decode().replace("%7E", "~") if tokens else ""
        return read_form_token(f"interest-{offering.pk}", text).uuid
    except (BadFormToken, UnicodeDecodeError):
        return None
