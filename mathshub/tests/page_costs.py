"""What each page costs in queries, asked as somebody to whom it opens, and which rows it shows."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import ExpressionOfInterest, Place, UnmatchedLine
from enrolment.tests.filling import (
    check_url,
    first_page,
    form_url,
    hearing_token,
    page_url,
    token_of,
)
from mathshub.accounts.tests.factories import sign_in
from mathshub.ledger import Audience, audience_of
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from mathshub.tests.addresses import named_addresses
from mathshub.tests.growing_hub import MAILBOX, GrowingHub, rows_shown
from mathshub.tests.probes import probes
from sessions.models import Session
from workgroups.models import Hub, HubMember, School, WorkGroup, WorkGroupLead
from workgroups.tests.factories import make_account, make_member

STRANGER, STAFF, SUPERUSER = "stranger", "staff", "superuser"
LEAD, ELSEWHERE = "Work Group Lead", "staff of other hubs"
EVERYBODY = (STRANGER, STAFF, SUPERUSER, LEAD, ELSEWHERE)
ROLES = {STAFF: HubMember.Role.ADMINISTRATOR, LEAD: HubMember.Role.WORK_GROUP_LEAD}
WHO_ASKS = {
    Audience.PUBLIC: STRANGER,
    Audience.LINK_HOLDER: STRANGER,
    Audience.MACHINE: STRANGER,
    Audience.ACCOUNT: STAFF,
    Audience.HUB: STAFF,
    Audience.SUPERUSER: SUPERUSER,
}
# Who is signed in is sent away from these.
FOR_STRANGERS = ("account_login", "account_reset_password")
LISTS_OF_A_LEAD = (
    "enrolment_mailing",
    "enrolment_participant",
    "enrolment_place",
    "workgroup_sessions_session",
    "workgroups_workgroup",
)
SEARCHED = {
    "enrolment_expressionofinterest": "q=ExpressionOfInterest&state=received",
    "enrolment_participant": "q=Participant",
    "enrolment_pastparticipation": "q=school&outcome=completed",
    "enrolment_place": "q=Place&state=accepted",
    "enrolment_unmatchedline": "q=St&state=waiting",
    "outbox_message": "q=Message&state=waiting",
    "workgroup_sessions_session": "q=WorkGroup&when=to-come",
    "workgroups_programme": "q=Programme",
    "workgroups_school": "q=school&standing=open",
    "workgroups_workgroup": "q=WorkGroup&state=forming",
}
# A transaction of the request's own is bracketed so, within that of the test.
BRACKETS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass(frozen=True)
class Page:
    """A request by its name in the table of costs; ``form`` makes it a POST."""

    name: str
    path: str
    who: str = STAFF
    form: dict[str, Any] | None = None
    host: str = ""
    accept: str = ""


@dataclass(frozen=True)
class Asked:
    """What a request was answered with, and at what cost."""

    status: int
    queries: list[str]
    shown: dict[str, int]
    error: str = ""


@dataclass(frozen=True)
class Cost:
    """A page with one row of everything, and the same with three."""

    one: Asked
    three: Asked

    @property
    def lists(self) -> str:
        """The models of which it shows two rows more, of at least one before."""
        grown = (
            name
            for name, number in self.three.shown.items()
            if number >= self.one.shown.get(name, number) + 2
        )
        return " ".join(sorted(grown))

    @property
    def entry(self) -> tuple[int, int, str]:
        """As the table has it: status, queries, and what it lists."""
        return (self.three.status, len(self.three.queries), self.lists)

    @property
    def grows_by(self) -> Counter[str]:
        """The queries that three rows take beyond those of one, their values left out."""
        one, three = (
            Counter(map(_without_values, each)) for each in (self.one.queries, self.three.queries)
        )
        return three - one


def _without_values(sql: str) -> str:
    return re.sub(r"\?(, ?\?)+", "?", re.sub(r"'[^']*'|\b\d+\b", "?", sql))


def ask_everything(world: GrowingHub, names: str = "") -> dict[str, Asked]:
    """Every page as the world stands, by its name in the table of costs; nothing stays of it.

    Only those whose name begins with ``names``.
    """
    with transaction.atomic():
        ContentType.objects.get_for_models(*apps.get_models())  # kept by a process once asked for
        browsers = {who: _browser(who, world) for who in EVERYBODY}
        asked = {
            page.name: _ask(page, browsers[page.who])
            for page in pages(world)
            if page.name.startswith(names)
        }
        transaction.set_rollback(True)
    return asked


def pages(world: GrowingHub) -> Iterator[Page]:
    """Each address with the first row of each model; then what a path alone does not ask for."""
    planted = world.planted()
    for address in named_addresses():
        [first, *_] = probes(address, planted, planted)
        yield Page(address.name, first.own, who_asks_for(address.name))
    yield from _public_pages_in_other_states(world)
    yield from _admin_pages_in_other_states(world)
    yield from _lists_in_other_states()


def who_asks_for(name: str) -> str:
    audience = audience_of(name)
    assert audience is not None, f"{name} is in no ledger"
    return STRANGER if name.startswith(FOR_STRANGERS) else WHO_ASKS[audience]


def _public_pages_in_other_states(world: GrowingHub) -> Iterator[Page]:
    interest = form_url(world.offering)
    with hub_scope(world.hub):
        school = School.objects.earliest("pk")
        offered = Place.objects.unanswered().latest("pk")
    token = make_token("place", offered.pk, offered.link_generation)
    filled = first_page(world.offering, school)
    # By a word that all schools have: names alone are alike or not as their numbers fall.
    found = filled | {"school_typed": "school", "searched_for": "school"}
    looking = found | {"urn": "", "find": "yes"}
    search = reverse("workgroups:search_schools")
    yield from _pages_of_a_form(world)
    for name, path, form in (
        ("enrolment:express_interest, looks for a school", interest, looking),
        ("enrolment:express_interest, sent back", interest, found | {"urn": ""}),
        ("enrolment:express_interest, sent", interest, filled),
        ("enrolment:answer_place, on offer", reverse("enrolment:answer_place", args=[token]), None),
        ("workgroups:search_schools, found", f"{search}?q=school", None),
    ):
        yield Page(name, path, STRANGER, form)
    found = f"{search}?q=school"
    yield Page("workgroups:search_schools, as a page", found, STRANGER, accept="text/html")
    offerings = reverse("enrolment:choose_offering")
    yield Page("enrolment:choose_offering, for a school", f"{offerings}?urn={school.urn}", STRANGER)
    suggested = reverse("site:suggest_step")
    yield Page("site:suggest_step, suggested", f"{suggested}?ready=yes&urn={school.urn}", STRANGER)
    yield Page("enrolment:ask_to_hear, closed", "/programmes/closed/hear/", STRANGER)
    sent = {"form_token": hearing_token(world.closed_programme), "email": MAILBOX}
    yield Page("enrolment:ask_to_hear, sent", "/programmes/closed/hear/", STRANGER, sent)
    yield Page("site:home, of an unknown host", "/", STRANGER, host="unknown.localhost")
    yield Page("admin:login, without a role", reverse("admin:login"), ELSEWHERE)


def _pages_of_a_form(world: GrowingHub) -> Iterator[Page]:
    """Each page of a form that is filled in, shown and sent; sent in the end, and sent again."""
    draft, first = world.draft_again, world.draft_first
    fill, check = "enrolment:fill_interest", "enrolment:check_interest"
    for name in draft.answers:
        yield Page(f"{fill}, {name}", page_url(draft, name), STRANGER)
        typed = draft.answers[name]["typed"]
        yield Page(f"{fill}, {name} sent", page_url(draft, name), STRANGER, typed)
    # By a word that all schools have, as on the first page.
    looking = {"school_typed": "school", "urn": "", "find": "yes"}
    yield Page(f"{fill}, school looked for", page_url(draft, "school"), STRANGER, looking)
    yield Page(f"{fill}, you sent back", page_url(draft, "you"), STRANGER, {"email": "x"})
    yield Page(f"{check}, sent", check_url(first), STRANGER, {"leave_empty": ""})
    yield Page(f"{check}, sent for a school again", check_url(draft), STRANGER, {"leave_empty": ""})
    later = reverse("enrolment:keep_interest", args=[token_of(draft)])
    yield Page("enrolment:keep_interest, sent", later, STRANGER, {"email": "a@school.example"})


def _admin_pages_in_other_states(world: GrowingHub) -> Iterator[Page]:
    with hub_scope(world.hub):
        offered = Place.objects.unanswered().latest("pk")
        waiting = ExpressionOfInterest.objects.new().exclude(school=None)
        chosen = [str(each.pk) for each in waiting.order_by("pk")]
        unmatched = ExpressionOfInterest.objects.filter(school=None).earliest("pk")
        urn = School.objects.earliest("pk").urn
        unmatched_line = UnmatchedLine.objects.earliest("pk")
        planned = Session.objects.filter(state=Session.State.PLANNED).earliest("pk")
        messages = list(Message.objects.order_by("pk").values_list("pk", flat=True))
        letter = Message.objects.filter(kind="eoi-received").earliest("pk")
    words = reverse("admin:outbox_wording_words")
    offer = reverse("admin:enrolment_expressionofinterest_offer")
    review = reverse("admin:enrolment_expressionofinterest_review")
    ticked = urlencode({"chosen": chosen}, doseq=True)
    group = {"group": world.group.pk, "reply_by": "2026-12-20"}
    rhythm = {"count": 6, "first_on": "2026-12-03", "weekday": 3, "every_weeks": 5}
    plan = reverse("admin:workgroups_workgroup_plan", args=[world.group.pk])
    place = reverse("admin:enrolment_place_change", args=[offered.pk])
    change_group = reverse("admin:workgroups_workgroup_change", args=[world.group.pk])
    match = reverse("admin:enrolment_expressionofinterest_match", args=[unmatched.pk])
    past = reverse("admin:enrolment_pastparticipation_add")
    line = reverse("admin:enrolment_unmatchedline_change", args=[unmatched_line.pk])
    terms = reverse("admin:workgroups_termdate_borough")
    of_borough = {"borough": f"{world.group.local_authorities.earliest('pk').code}", "year": 2026}
    telephone = reverse("admin:enrolment_expressionofinterest_add")
    ticked_messages = urlencode({"chosen": messages}, doseq=True)
    for name, path in {
        **{
            f"admin:outbox_message_{page}, chosen": (
                f"{reverse(f'admin:outbox_message_{page}')}?{ticked_messages}"
            )
            for page in ("again_several", "retry_several")
        },
        "admin:enrolment_expressionofinterest_offer, chosen": f"{offer}?{ticked}",
        "admin:enrolment_expressionofinterest_offer, preview": (
            f"{offer}?{ticked}&{urlencode(group)}"
        ),
        "admin:enrolment_expressionofinterest_review, chosen": f"{review}?{ticked}",
        "admin:enrolment_expressionofinterest_match, found": f"{match}?q=school",
        "admin:enrolment_expressionofinterest_add, found": f"{telephone}?q=school",
        "admin:enrolment_expressionofinterest_add, form": f"{telephone}?urn={urn}",
        "admin:enrolment_pastparticipation_add, found": f"{past}?q=school",
        "admin:enrolment_pastparticipation_add, form": f"{past}?urn={urn}",
        **{
            f"admin:enrolment_historyimport_{step}, explained": reverse(
                f"admin:enrolment_historyimport_{step}", args=[world.explained.pk]
            )
            for step in ("columns", "words", "preview", "change")
        },
        "admin:enrolment_unmatchedline_change, searched": f"{line}?q=school",
        "admin:enrolment_place_change, on offer": place,
        "admin:enrolment_place_accept, on offer": place.replace("change", "accept"),
        "admin:workgroup_sessions_session_delete, planned": reverse(
            "admin:workgroup_sessions_session_delete", args=[planned.pk]
        ),
        "admin:workgroups_workgroup_delete, draft": reverse(
            "admin:workgroups_workgroup_delete", args=[world.draft.pk]
        ),
        "admin:outbox_message_words, of a letter": reverse(
            "admin:outbox_message_words", args=[letter.pk]
        ),
        "admin:outbox_wording_words, with an example": f"{words}?kind=place-offered",
        "admin:workgroups_termdate_borough, chosen": f"{terms}?{urlencode(of_borough)}",
        "admin:workgroups_workgroup_plan, preview": (
            f"{plan}?{urlencode(rhythm | {'pattern': 'twilight'})}"
        ),
    }.items():
        yield Page(name, path)
    typed = {"subject": "", "opening": "Dear [school],", "closing": "", "show": "preview"}
    shown = f"{words}?kind=eoi-received"
    yield Page("admin:outbox_wording_words, previewed", shown, form=typed)
    yield Page("admin:workgroups_workgroup_change, sent back", change_group, form={"name": ""})


def _lists_in_other_states() -> Iterator[Page]:
    """A lead's own, and those that are searched and filtered."""
    for name in ("admin:index", *(f"admin:{each}_changelist" for each in LISTS_OF_A_LEAD)):
        yield Page(f"{name}, for a lead", reverse(name), LEAD)
    for name, query in SEARCHED.items():
        name = f"admin:{name}_changelist"
        yield Page(f"{name}, searched", f"{reverse(name)}?{query}")


def _browser(who: str, world: GrowingHub) -> Client:
    """Signed in as far as such a person signs in."""
    client = Client(raise_request_exception=False)
    if who == STRANGER:
        return client
    account = make_account(is_superuser=who == SUPERUSER)
    if who == ELSEWHERE:
        for hub in Hub.objects.exclude(pk=world.hub.pk):
            with hub_scope(hub):
                make_member(account=account)
    elif who != SUPERUSER:
        with hub_scope(world.hub):
            member = make_member(account=account, role=ROLES[who])
            for group in WorkGroup.objects.filter(offering=world.offering):
                WorkGroupLead.objects.create(work_group=group, member=member)
    sign_in(client, account).get("/admin/")  # the first request of a session notes when it began
    return client


def _ask(page: Page, client: Client) -> Asked:
    """One request, undone with its cookies."""
    cookies = client.cookies.output(header="", sep=";")
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        send = client.get if page.form is None else client.post
        headers = {"Accept": page.accept} if page.accept else {}
        host = page.host or "testserver"
        response = send(page.path, page.form, headers=headers, SERVER_NAME=host)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies)
    queries = [query["sql"] for query in captured if not query["sql"].startswith(BRACKETS)]
    said = response.content.decode(errors="replace")
    error = getattr(response, "exc_info", None)
    return Asked(response.status_code, queries, rows_shown(said), str(error[1]) if error else "")
