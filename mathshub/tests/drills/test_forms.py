"""One form, sent more than once, from two tabs or by two people, over HTTP."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from enrolment.forms.tokens import make_form_token
from enrolment.models import ExpressionOfInterest, FurtherForm, InterestDraft
from enrolment.services.drafts import keep_page
from enrolment.services.interest import submit_expression
from enrolment.tests.factories import NOW, make_answers, make_expression
from enrolment.tests.filling import (
    PAGES,
    check_url,
    first_page,
    form_url,
    make_draft,
    new_page_token,
    page_url,
    ready_draft,
    ready_drafts,
    token_of,
)
from enrolment.tests.together import at_once, sql_seen_by, without_locks
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.browsing import Browser, all_at_once
from mathshub.tests.drills.tally import Tally, count_all
from mathshub.tests.drills.walking import SEND, fill_in_pages, go_on, let_readers_read
from mathshub.tests.soak.made_up_forms import MadeUpForms, compare
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_offering, make_school

TIMES = 8  # at the same moment


def filled_in(offering: Offering, address: str, school: School | None = None) -> InterestDraft:
    """A form that only has to be sent, of a school of its own unless one is given."""
    school = school or make_school()
    return ready_draft(offering=offering, school=school, address=address, now=timezone.now())


def rows_for(address: str) -> int:
    count: int = ExpressionOfInterest.objects.filter(sender_email=address).count()
    return count


def letters_to(address: str) -> int:
    return Message.objects.filter(recipient=address).count()


def reader_of(number: int, portal: LivePortal) -> Browser:
    """Each round from a network of its own: how much one may send is another drill's business."""
    return Browser(portal.port, network=f"198.51.100.{number}")


@pytest.mark.drill("double click", group="Capacity and forms", promises=(1, 7))
def test_a_form_that_is_sent_eight_times_at_once_counts_once(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink
) -> None:
    browser, wrong = Browser(live_portal.port), Tally()
    senders = [
        (make_school(), f"double{number}@school.example")
        for number in range(drill.size(short=6, full=60))
    ]
    drafts = ready_drafts(offering=offering, senders=senders, now=timezone.now())
    for (_, address), draft in zip(senders, drafts, strict=True):
        answers = all_at_once([partial(browser.post, check_url(draft), SEND)] * TIMES)
        wrong["clicks not told"] += sum(not answer.is_told for answer in answers)
        wrong["clicks told another reference"] += len({each.location for each in answers}) - 1
        wrong["not one expression"] += int(rows_for(address) != 1)
        wrong["not one letter"] += int(letters_to(address) != 1)
        drill.tell(address)
    wrong["further forms"] += FurtherForm.objects.count()
    count_all(drill, wrong)
    sweep()


@pytest.mark.drill("double click", group="Capacity and forms", promises=(1, 7))
@pytest.mark.parametrize("where", [pytest.param("first", id="on the first page")])
def test_a_first_page_that_is_sent_eight_times_at_once_begins_one_form(
    drill: Drill, live_portal: LivePortal, offering: Offering, where: str
) -> None:
    wrong = Tally()
    rounds = drill.size(short=3, full=60)
    for number in range(rounds):
        browser = reader_of(number, live_portal)
        form = first_page(offering, make_school(), form_token=new_page_token(offering))
        answers = all_at_once([partial(browser.post, form_url(offering), form)] * TIMES)
        wrong["clicks led nowhere"] += sum(answer.status != 302 for answer in answers)
        wrong["clicks led to another form"] += len({each.location for each in answers}) - 1
    wrong["forms too many"] += InterestDraft.objects.count() - rounds
    count_all(drill, wrong)


@pytest.mark.drill("back and send again", group="Capacity and forms", promises=(1, 7))
def test_going_back_and_sending_any_page_again_changes_nothing(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink
) -> None:
    wrong = Tally()
    for number in range(drill.size(short=3, full=30)):
        browser = reader_of(number, live_portal)
        address, school, token = (
            f"back{number}@school.example",
            make_school(),
            new_page_token(offering),
        )
        check = fill_in_pages(browser, offering, school, address, token=token)
        let_readers_read()
        sent = browser.post(check, SEND)
        wrong["not told"] += int(not sent.is_told)
        other = PAGES["you"] | {"email": address, "full_name": "Somebody Else"}
        again = [
            browser.post(check, SEND),
            browser.post(check.replace("check", "you"), other),
            browser.post(form_url(offering), first_page(offering, school, form_token=token)),
            browser.get(check.replace("check", "privacy")),
        ]
        wrong["led elsewhere"] += sum(each.location != sent.location for each in again)
        kept = ExpressionOfInterest.objects.filter(sender_email=address)
        names = list(kept.values_list("sender_name", flat=True))
        wrong["not what was sent first"] += int(names != ["Grace Obi"])
        drill.tell(address)
    Offering.objects.filter(pk=offering.pk).update(closes_on="2026-01-03")
    late = [browser.post(check, SEND), browser.get(check)]
    wrong["lost once the form is closed"] += sum(each.location != sent.location for each in late)
    count_all(drill, wrong)
    sweep()


@pytest.mark.drill("two tabs", group="Capacity and forms", promises=(1, 7))
def test_two_tabs_of_one_form_are_both_kept_and_count_once(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink
) -> None:
    """Each tab changes a page at the same moment as the other, then both send at once."""
    wrong = Tally()
    for number in range(drill.size(short=4, full=60)):
        browser = reader_of(number, live_portal)
        address = f"tabs{number}@school.example"
        draft = filled_in(offering, address)
        you = PAGES["you"] | {"email": address, "full_name": "Grace Marsh"}
        lead = PAGES["maths-lead"] | {"full_name": "Ana Lima"}
        pages = all_at_once(
            [
                partial(browser.post, page_url(draft, "you"), you),
                partial(browser.post, page_url(draft, "maths-lead"), lead),
            ]
        )
        wrong["pages not taken"] += sum(page.location != check_url(draft) for page in pages)
        sent = all_at_once([partial(browser.post, check_url(draft), SEND)] * 2)
        wrong["tabs not told"] += sum(not page.is_told for page in sent)
        wrong["tabs told another reference"] += len({page.location for page in sent}) - 1
        kept = ExpressionOfInterest.objects.filter(sender_email=address)
        names = list(kept.values_list("sender_name", "maths_lead_name"))
        wrong["a tab's answer lost, or counted twice"] += int(
            names != [("Grace Marsh", "Ana Lima")]
        )
        drill.tell(address)
    count_all(drill, wrong)
    sweep()


@pytest.mark.drill("two tabs", group="Capacity and forms", promises=(1, 7))
@pytest.mark.parametrize("what", [pytest.param("forms", id="a form in each")])
def test_a_form_in_each_of_two_tabs_is_one_expression_and_the_mailbox_learns_of_it(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink, what: str
) -> None:
    wrong = Tally()
    for number in range(drill.size(short=2, full=30)):
        browser = reader_of(number, live_portal)
        address, school = f"twice{number}@school.example", make_school()
        shown = [browser.get(form_url(offering)).form("form_token") for _ in range(2)]
        checks = [
            fill_in_pages(browser, offering, school, address, token=form["form_token"][0])
            for form in shown
        ]
        let_readers_read()
        sent = all_at_once([partial(browser.post, check, SEND) for check in checks])
        wrong["tabs not told"] += sum(not page.is_told for page in sent)
        wrong["tabs that share a reference"] += 2 - len({page.location for page in sent})
        wrong["not one expression"] += int(rows_for(address) != 1)
        again = FurtherForm.objects.filter(sender_email=address, is_from_known_mailbox=True)
        wrong["not one form joined to it"] += int(again.count() != 1)
        drill.tell(address, count=2)
    count_all(drill, wrong)
    sweep()


@pytest.mark.drill("two people of one school at once", group="Capacity and forms", promises=(1, 7))
def test_two_people_of_one_school_at_once_are_one_expression_and_one_further_form(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink
) -> None:
    """Neither page says which is which; each hears by a mail of its own."""
    wrong = Tally()
    for number in range(drill.size(short=4, full=60)):
        browser = reader_of(number, live_portal)
        school = make_school()
        people = [f"{name}{number}@school.example" for name in ("grace", "olu")]
        drafts = [filled_in(offering, address, school) for address in people]
        sent = all_at_once([partial(browser.post, check_url(draft), SEND) for draft in drafts])
        wrong["people not told"] += sum(not page.is_told for page in sent)
        wrong["people that share a reference"] += 2 - len({page.location for page in sent})
        first = ExpressionOfInterest.objects.filter(school=school)
        further = FurtherForm.objects.filter(expression__school=school)
        wrong["not one expression"] += int(first.count() != 1)
        wrong["not one further form"] += int(further.count() != 1)
        contacts = {each.sender_email for each in (*first, *further)}
        wrong["contacts lost"] += len(set(people) - contacts)
        pages = {without_what_is_theirs(browser.get(page.location).text) for page in sent}
        wrong["pages that tell them apart"] += len(pages) - 1
        drill.tell_all(people)
    count_all(drill, wrong)
    sweep()
    kinds = Message.objects.values_list("kind", flat=True).order_by("kind").distinct()
    drill.count("told alike by mail", int(list(kinds) != ["eoi-joined", "eoi-received"]))


def without_what_is_theirs(page: str) -> str:
    """The page without the reference, the address and the link of whom it is shown to."""
    return re.sub(
        r"[0-9A-Z]{4}-[0-9A-Z]{4}|\w+@school\.example|nonce=\"[^\"]+\"|/received/[^/\"]+", "", page
    )


# --- negative controls


def test_without_the_token_s_constraint_a_double_click_would_count_twice(hub: Hub) -> None:
    offering, token = make_offering(), uuid4()
    # Of a school that the register does not know: no other constraint counts it once.
    answers = make_answers(school=None, school_as_typed="Marsh Gate School")

    def submit() -> object:
        return submit_expression(
            answers,
            offering=offering,
            form_token=token,
            source=ExpressionOfInterest.Source.WEB,
            by=None,
            now=NOW,
        )

    with without_unique_token():
        at_once(hub, [submit] * 4)
        assert ExpressionOfInterest.objects.filter(form_token=token).count() > 1
        assert Message.objects.count() == 1, "the message's key still counts once"
        ExpressionOfInterest.objects.all().delete()


@contextmanager
def without_unique_token() -> Iterator[None]:
    field = ExpressionOfInterest._meta.get_field("form_token")
    loose = field.clone()
    loose._unique = False
    loose.set_attributes_from_name("form_token")
    loose.model = ExpressionOfInterest
    with connection.schema_editor() as editor:
        editor.alter_field(ExpressionOfInterest, field, loose)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(ExpressionOfInterest, loose, field)


def test_without_the_school_s_constraint_two_people_would_be_two_expressions(hub: Hub) -> None:
    offering, school = make_offering(), make_school()

    def submit(address: str) -> object:
        return submit_expression(
            make_answers(school=school, sender_email=address),
            offering=offering,
            form_token=uuid4(),
            source=ExpressionOfInterest.Source.WEB,
            by=None,
            now=NOW,
        )

    with without_constraint("expression_once_per_school_and_offering"):
        at_once(hub, [partial(submit, "grace@school.example"), partial(submit, "o@school.example")])
        assert ExpressionOfInterest.objects.count() == 2
        ExpressionOfInterest.objects.all().delete()


@contextmanager
def without_constraint(name: str) -> Iterator[None]:
    [constraint] = [each for each in ExpressionOfInterest._meta.constraints if each.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ExpressionOfInterest, constraint)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(ExpressionOfInterest, constraint)


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize("is_locked", [True, False])
def test_without_the_draft_s_lock_a_tab_would_lose_its_answer(hub: Hub, is_locked: bool) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    both_about_to_write = Barrier(2)

    def hold_up(sql: str) -> str:
        if sql.startswith('UPDATE "enrolment_interestdraft"'):
            with suppress(BrokenBarrierError):
                both_about_to_write.wait(timeout=1)
        return sql if is_locked else without_locks(sql)

    def keep(page: str) -> object:
        with sql_seen_by(hold_up):
            return keep_page(draft, page=page, kept={}, now=NOW)

    at_once(hub, [partial(keep, "you"), partial(keep, "appetite")])
    draft.refresh_from_db()
    assert len(draft.answers) == (2 if is_locked else 1)


# --- tokens ---------------------------------------------------------------------------------


FORGED = ["", "forged", "interest-1.00.0~AAAA", "~", "\x00", "a" * 5_000, "interest-1.x.y~{}"]


@pytest.mark.drill("expired and forged tokens", group="Input", promises=(1, 7))
def test_a_token_that_is_not_ours_keeps_what_was_typed(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink
) -> None:
    browser, url, wrong = Browser(live_portal.port), form_url(offering), Tally()
    elsewhere, real = new_page_token(make_offering()), new_page_token(offering)
    for number, token in enumerate([*FORGED, elsewhere, real[:-1], real.replace("interest", "x")]):
        address, school = f"forged{number}@school.example", make_school()
        page = browser.post(url, first_page(offering, school, form_token=token))
        wrong["taken"] += int(page.status != 200 or InterestDraft.objects.count() != number)
        wrong["not explained"] += int("Nothing you typed is lost" not in page.text)
        wrong["typed in vain"] += int(f'value="{school.name}"' not in page.text)
        shown = page.form("form_token")["form_token"][0]
        wrong["not taken afterwards"] += send_whole_form(browser, offering, school, address, shown)
        drill.tell(address)
    a_month_ago = timezone.now() - timedelta(days=30)
    old = make_form_token(f"interest-{offering.pk}", now=a_month_ago)
    drill.tell("old-page@school.example")
    wrong["old page not taken"] += send_whole_form(
        browser, offering, make_school(), "old-page@school.example", old
    )
    count_all(drill, wrong)
    sweep()


def send_whole_form(
    browser: Browser, offering: Offering, school: School, address: str, token: str
) -> int:
    """1 when a form that begins with this page does not arrive."""
    check = fill_in_pages(browser, offering, school, address, token=token)
    let_readers_read()
    return int(not browser.post(check, SEND).is_told)


@pytest.mark.drill("expired and forged tokens", group="Input", promises=(1, 7))
@pytest.mark.parametrize("what", [pytest.param("links", id="links of a form")])
def test_a_link_that_is_not_ours_opens_no_form_and_changes_none(
    drill: Drill, live_portal: LivePortal, offering: Offering, what: str
) -> None:
    """Nor does one of another purpose, of a draft that is gone, or that was for an earlier link."""
    browser, wrong = Browser(live_portal.port), Tally()
    draft = filled_in(offering, "grace@school.example")
    real, row = token_of(draft), draft.pk
    others = [make_token(purpose, row, 1) for purpose in ("manage", "received", "place", "my")]
    stale = [make_token("draft", row, 2), make_token("draft", row + 1_000, 1)]
    for token in [*(each for each in FORGED if each.isprintable()), real[:-1], *others, *stale]:
        for page in (*PAGES, "school", "programme", "check", "later"):
            path = f"/interest/form/{token}/{page}/"
            for answer in (browser.get(path), browser.post(path, PAGES.get(page, SEND))):
                wrong["opened"] += int(answer.status in (200, 302))
                wrong["errors of ours"] += int(answer.status >= 500 or not answer.status)
    kept = InterestDraft.objects.get().answers
    wrong["changed"] += int(kept != draft.answers)
    wrong["sent"] += ExpressionOfInterest.objects.count()
    wrong["not taken by its own link"] += int(not browser.post(check_url(draft), SEND).is_told)
    count_all(drill, wrong)


# --- bots and bombs -------------------------------------------------------------------------


@pytest.mark.drill("bots", group="Input", promises=(1,))
def test_what_fills_in_every_field_or_is_too_quick_is_not_taken(
    drill: Drill, live_portal: LivePortal, offering: Offering
) -> None:
    browser, wrong = Browser(live_portal.port), Tally()
    bait = {"leave_empty": "https://x.example"}
    page = browser.get(form_url(offering))
    everything = {name: values or ["on"] for name, values in page.form("form_token").items()}
    draft = filled_in(offering, "bot@school.example")
    shown = (page.text, browser.get(check_url(draft)).text)
    baits = [re.findall(r'name="(leave_empty)"', text) for text in shown]
    wrong["no bait on a page"] += int(baits != [["leave_empty"]] * 2)
    for number in range(drill.size(short=3, full=30)):
        school = make_school()
        form = everything | first_page(offering, school, form_token=new_page_token(offering))
        first = browser.post(form_url(offering), form | bait)
        wrong["machines let in"] += InterestDraft.objects.count() - number - 1
        wrong["typed in vain, were it a person"] += int(school.name not in first.text)
        last = browser.post(check_url(draft), bait)
        quick = browser.post(
            fill_in_pages(browser, offering, school, f"quick{number}@school.example"), SEND
        )
        wrong["machines taken"] += ExpressionOfInterest.objects.count()
        wrong["told nothing, were it a person"] += sum(
            words not in answer.text
            for words, answer in (
                ("must stay empty", first),
                ("must stay empty", last),
                ("That was very quick", quick),
            )
        )
    wrong["a person not taken afterwards"] += int(not browser.post(check_url(draft), SEND).is_told)
    count_all(drill, wrong)


@pytest.mark.drill("bots", group="Input", promises=(1, 8))
@pytest.mark.parametrize("who", [pytest.param("people", id="many people behind one address")])
def test_sixty_schools_behind_sixty_addresses_and_thirty_teachers_behind_one_all_pass(
    drill: Drill, live_portal: LivePortal, offering: Offering, smtp_sink: SmtpSink, who: str
) -> None:
    """All of the way through, within minutes; the teachers are of one school."""
    schools = [(make_school(), f"198.51.100.{n}") for n in range(drill.size(short=20, full=60))]
    teachers = [(make_school(), "203.0.113.9")] * 30
    senders = [
        (Browser(live_portal.port, network=network), school, f"person{number}@school.example")
        for number, (school, network) in enumerate([*schools, *teachers])
    ]
    with ThreadPoolExecutor(4) as pool:
        checks = list(pool.map(lambda each: fill_in_pages(each[0], offering, *each[1:]), senders))
        let_readers_read()
        sent = list(pool.map(lambda each, check: each[0].post(check, SEND), senders, checks))
    drill.tell_all(address for _, _, address in senders)
    drill.count("turned away", sum(not page.is_told for page in sent))
    drill.count("expressions", abs(ExpressionOfInterest.objects.count() - len(schools) - 1))
    drill.count("further forms", abs(FurtherForm.objects.count() - len(teachers) + 1))
    sweep()
    drill.wait_until_ended()


@pytest.mark.drill("form turned against a third party", group="Input", promises=(1, 8))
def test_the_form_does_not_fill_a_strangers_mailbox(
    drill: Drill, live_portal: LivePortal, offering: Offering
) -> None:
    """Forms from many networks name one address: it gets three mails, whatever they ask for.

    After a hundred forms in an hour none is stored. Those that are under way at the same moment may
    all be the hundredth: gunicorn's threads.
    """
    victim, threads = "victim@elsewhere.example", 8
    for _ in range(96):
        make_expression(offering=offering, headteacher_email=victim, submitted_at=timezone.now())
    senders = [(make_school(), victim) for _ in range(drill.size(short=16, full=200))]
    drafts = ready_drafts(offering=offering, senders=senders, now=timezone.now())
    browsers = [Browser(live_portal.port, network=f"198.51.100.{n}") for n in range(len(drafts))]
    answers = []
    for start in range(0, len(drafts), threads):
        pairs = list(zip(browsers, drafts, strict=True))[start : start + threads]
        answers += all_at_once([partial(each.post, check_url(form), SEND) for each, form in pairs])
        all_at_once(
            [partial(each.post, later_url(form), {"email": victim}) for each, form in pairs]
        )
    drill.count("mails beyond three in a day", max(0, letters_to(victim) - 3))
    drill.count("no mail at all", int(not letters_to(victim)))
    stored = ExpressionOfInterest.objects.filter(sender_email=victim).count()
    drill.count("beyond a hundred in an hour", max(0, stored - 4), allowed=threads)
    refused = [answer for answer in answers if answer.status != 302]
    drill.count("let on for ever", int(len(refused) < len(drafts) - 4 - threads))
    drill.count(
        "refused without a sentence",
        sum("Many forms have named this e-mail address" not in each.text for each in refused),
    )
    drill.count("links of others in letters of ours", lures_taken(browsers[0], offering))


def later_url(draft: InterestDraft) -> str:
    return reverse("enrolment:keep_interest", args=[token_of(draft)])


def lures_taken(browser: Browser, offering: Offering) -> int:
    """How many web addresses in what stands in letters are not refused in words."""
    draft = filled_in(offering, "lure@school.example")
    office = PAGES["you"] | {"role": "office", "email": "lure@school.example"}
    browser.post(page_url(draft, "you"), office)
    go_on(browser, browser.get(page_url(draft, "nothing")), offering, "lure@school.example")
    taken = 0
    for page, name in (
        ("school", "school_typed"),
        ("you", "full_name"),
        ("headteacher", "full_name"),
        ("maths-lead", "full_name"),
        ("participants", "person_1_name"),
    ):
        for bait in ("Claim it at https://x.example", "WWW.x.example", "a://b"):
            form = {"you": office}.get(page, PAGES.get(page, {}))
            answer = browser.post(page_url(draft, page), form | {name: bait})
            taken += int("leave out the web address" not in answer.text)
    return taken


@pytest.mark.drill("10,000 generated form posts", group="Input", promises=(1, 8))
def test_generated_posts_to_every_page_get_a_page_each(
    drill: Drill, live_portal: LivePortal, hub: Hub
) -> None:
    forms = MadeUpForms.make(drill.rng, drill.size(short=300, full=1500))
    answers = forms.send(live_portal)
    for name, number in compare(forms, answers).items():
        drill.count(name, number)
    drill.note(forms.words_for(answers))
