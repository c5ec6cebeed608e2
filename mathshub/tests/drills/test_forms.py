"""One form, sent more than once or from two tabs, over HTTP."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import islice
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from enrolment.forms.tokens import make_form_token
from enrolment.models import ExpressionOfInterest
from enrolment.services.interest import submit_expression
from enrolment.tests.factories import NOW, make_answers, make_expression
from enrolment.tests.filling import filled_in_now, form_url, new_page_token
from enrolment.tests.together import at_once
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.browsing import Browser, all_at_once
from mathshub.tests.drills.tally import Tally, count_all
from mathshub.tests.soak.made_up_forms import made_up_posts
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_offering


def form_of(offering: Offering, school: School, address: str) -> dict:
    return filled_in_now(offering, school, headteacher_email=address)


def rows_for(address: str) -> int:
    count: int = ExpressionOfInterest.objects.filter(headteacher_email=address).count()
    return count


@pytest.mark.drill("double click", group="Capacity and forms", promises=(1, 7))
def test_a_form_that_is_sent_twice_at_once_counts_once(
    drill: Drill,
    live_portal: LivePortal,
    offering: Offering,
    school: School,
    smtp_sink: SmtpSink,
) -> None:
    browser, url, wrong = Browser(live_portal.port), form_url(offering), Tally()
    for number in range(drill.size(short=6, full=60)):
        address = f"double{number}@school.example"
        form = form_of(offering, school, address)
        answers = all_at_once([partial(browser.post, url, form)] * 4)
        wrong["clicks not told"] += sum(answer.status != 302 for answer in answers)
        wrong["clicks told another reference"] += len({each.location for each in answers}) - 1
        wrong["not one expression"] += int(rows_for(address) != 1)
        drill.tell(address)
    count_all(drill, wrong)
    sweep()


@pytest.mark.drill("back and send again", group="Capacity and forms", promises=(1, 7))
def test_going_back_and_sending_the_form_again_changes_nothing(
    drill: Drill,
    live_portal: LivePortal,
    offering: Offering,
    school: School,
    smtp_sink: SmtpSink,
) -> None:
    browser, url, wrong = Browser(live_portal.port), form_url(offering), Tally()
    for number in range(drill.size(short=3, full=60)):
        address = f"back{number}@school.example"
        form = form_of(offering, school, address)
        first = browser.post(url, form)
        again = browser.post(url, form | {"headteacher_name": "Somebody Else"})
        wrong["led elsewhere"] += int((first.status, first.location) != (302, again.location))
        kept = ExpressionOfInterest.objects.filter(headteacher_email=address)
        names = list(kept.values_list("headteacher_name", flat=True))
        wrong["not what was sent first"] += int(names != ["Grace Obi"])
        drill.tell(address)
    wrong["lost once the form is closed"] += int(
        not leads_there_after_closing(browser, offering, form)
    )
    count_all(drill, wrong)
    sweep()


def leads_there_after_closing(browser: Browser, offering: Offering, form: dict) -> bool:
    """Whether the form that was taken still leads to its confirmation."""
    Offering.objects.filter(pk=offering.pk).update(closes_on="2026-01-03")
    return browser.post(form_url(offering), form).status == 302


@pytest.mark.drill("two tabs", group="Capacity and forms", promises=(1, 7))
def test_two_tabs_of_the_form_are_two_expressions(
    drill: Drill,
    live_portal: LivePortal,
    offering: Offering,
    school: School,
    smtp_sink: SmtpSink,
) -> None:
    """Each page that was shown counts: the hub sees both, and neither sender is left in doubt."""
    browser, url, wrong = Browser(live_portal.port), form_url(offering), Tally()
    for number in range(drill.size(short=2, full=30)):
        addresses = [f"tab{number}-{tab}@school.example" for tab in ("one", "two")]
        tokens = [browser.get(url).form("form_token")["form_token"] for _ in addresses]
        forms = [
            form_of(offering, school, address) | {"form_token": token[0]}
            for address, token in zip(addresses, tokens, strict=True)
        ]
        answers = all_at_once([partial(browser.post, url, form) for form in forms])
        wrong["tabs not told"] += sum(answer.status != 302 for answer in answers)
        wrong["tabs that share a reference"] += 2 - len({each.location for each in answers})
        drill.tell_all(addresses)
    count_all(drill, wrong)
    sweep()


def test_without_the_token_s_constraint_a_double_click_would_count_twice(hub: Hub) -> None:
    """The negative control."""
    offering, token = make_offering(), uuid4()
    answers = make_answers()

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


# --- tokens ---------------------------------------------------------------------------------


FORGED = ["", "forged", "interest-1.00.0~AAAA", "~", "\x00", "a" * 5_000, "interest-1.x.y~{}"]


@pytest.mark.drill("expired and forged tokens", group="Input", promises=(1, 7))
def test_a_token_that_is_not_ours_keeps_what_was_typed(
    drill: Drill,
    live_portal: LivePortal,
    offering: Offering,
    school: School,
    smtp_sink: SmtpSink,
) -> None:
    browser, url, wrong = Browser(live_portal.port), form_url(offering), Tally()
    elsewhere, real = new_page_token(make_offering()), new_page_token(offering)
    for number, token in enumerate([*FORGED, elsewhere, real[:-1], real.replace("interest", "x")]):
        address = f"forged{number}@school.example"
        form = form_of(offering, school, address)
        page = browser.post(url, form | {"form_token": token})
        wrong["taken"] += rows_for(address)
        wrong["not explained"] += int("Nothing you typed is lost" not in page.text)
        wrong["typed in vain"] += int(f'value="{address}"' not in page.text)
        shown = page.form("form_token")["form_token"][0]
        wrong["not taken afterwards"] += int(
            browser.post(url, form | {"form_token": shown}).status != 302
        )
        drill.tell(address)
    wrong["old page not taken"] += int(not is_old_page_taken(drill, browser, offering, school))
    count_all(drill, wrong)
    sweep()


def is_old_page_taken(drill: Drill, browser: Browser, offering: Offering, school: School) -> bool:
    """A page that stood open for a month, while the form is open."""
    a_month_ago = timezone.now() - timedelta(days=30)
    token = make_form_token(f"interest-{offering.pk}", now=a_month_ago)
    drill.tell("old-page@school.example")
    form = form_of(offering, school, "old-page@school.example") | {"form_token": token}
    return browser.post(form_url(offering), form).status == 302


# --- bots and bombs -------------------------------------------------------------------------


@pytest.mark.drill("bots", group="Input", promises=(1,))
def test_what_fills_in_every_field_is_not_taken(
    drill: Drill, live_portal: LivePortal, offering: Offering, school: School
) -> None:
    browser, wrong = Browser(live_portal.port), Tally()
    page = browser.get(form_url(offering))
    everything = {name: values or ["on"] for name, values in page.form("form_token").items()}
    bait = re.findall(r'name="(leave_empty)"', page.text)
    wrong["no bait on the page"] += int(bait != ["leave_empty"])
    for number in range(drill.size(short=3, full=30)):
        address = f"bot{number}@school.example"
        form = (
            everything | form_of(offering, school, address) | {"leave_empty": "https://x.example"}
        )
        answer = browser.post(form_url(offering), form)
        wrong["machines taken"] += rows_for(address)
        wrong["told nothing, were it a person"] += int("must stay empty" not in answer.text)
        wrong["typed in vain, were it a person"] += int(address not in answer.text)
    count_all(drill, wrong)


@pytest.mark.drill("form turned against a third party", group="Input", promises=(1, 8))
def test_the_form_does_not_fill_a_strangers_mailbox(
    drill: Drill, live_portal: LivePortal, offering: Offering, school: School
) -> None:
    """Forms from many networks name one address: after a hundred in an hour it is left alone.

    Those that are under way at the same moment may all be the hundredth: gunicorn's threads.
    """
    victim, threads = "victim@elsewhere.example", 8
    for _ in range(96):
        make_expression(offering=offering, headteacher_email=victim, submitted_at=timezone.now())
    url = form_url(offering)
    forms = [form_of(offering, school, victim) for _ in range(drill.size(short=16, full=200))]
    browsers = [Browser(live_portal.port, network=f"198.51.100.{n}") for n in range(len(forms))]
    answers = []
    for start in range(0, len(forms), threads):
        pairs = zip(browsers[start : start + threads], forms[start : start + threads], strict=True)
        answers += all_at_once([partial(each.post, url, form) for each, form in pairs])
    drill.count("beyond a hundred in an hour", rows_for(victim) - 100, allowed=threads)
    baits = ("Claim it at https://x.example", "WWW.x.example", "a://b")
    lured = [
        browsers[0].post(url, form_of(offering, school, victim) | {name: bait})
        for name in ("headteacher_name", "person_1_name", "school_typed")
        for bait in baits
    ]
    said = sum("leave out the web address" in answer.text for answer in lured)
    drill.count("links of others in letters of ours", len(lured) - said)
    refused = [answer for answer in answers if answer.status != 302]
    drill.count("let on for ever", int(len(refused) < len(forms) - 4 - threads))
    drill.count(
        "refused without a sentence",
        sum("Many forms have named this e-mail address" not in each.text for each in refused),
    )
    drill.count(
        "letters too many",
        Message.objects.filter(recipient=victim).count() - (rows_for(victim) - 96),
    )


@pytest.mark.drill("10,000 generated form posts", group="Input", promises=(1, 8))
def test_generated_posts_get_a_page_each(
    drill: Drill, live_portal: LivePortal, offering: Offering, school: School
) -> None:
    url, wrong, seen = form_url(offering), Tally(), Tally()
    count = drill.size(short=300, full=1500)
    bodies = list(islice(made_up_posts(drill.rng, offering, school), count))
    browsers = [Browser(live_portal.port, network=f"198.51.100.{n % 250}") for n in range(count)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each, body: each.send("POST", url, body), browsers, bodies))
    for answer in answers:
        seen[str(answer.status)] += 1
        wrong["errors of ours"] += int(answer.status >= 500)
        wrong["no answer"] += int(answer.status == 0)
    told = {answer.location for answer in answers if answer.status == 302}
    taken = ExpressionOfInterest.objects.count()
    wrong["told and stored differ"] += abs(len(told) - taken)
    wrong["stored without a letter"] += abs(taken - Message.objects.count())
    count_all(drill, wrong)
    drill.note(f"{count} posts: {', '.join(f'{n} x {each}' for each, n in sorted(seen.items()))}")
