"""What comes in by HTTP, however large or odd: a page comes back, and the portal goes on."""

import html
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import psutil
import pytest
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.db import models
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from enrolment.models import ExpressionOfInterest, InterestDraft, Participant, Place, Question
from enrolment.tests.factories import (
    make_briefing,
    make_expression,
    make_further_form,
    make_place,
    make_question,
)
from enrolment.tests.filling import (
    PAGES,
    check_url,
    first_page,
    form_url,
    new_page_token,
    offering_that_asks_all,
    page_url,
    ready_draft,
    ready_drafts,
    token_of,
)
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.outbox.services import plan_messages
from mathshub.outbox.sweep import sweep
from mathshub.scope import owned_models
from mathshub.testing.drill.drill import Drill
from mathshub.testing.drill.ledger import same
from mathshub.testing.portal import LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.browsing import FORM, Browser, Page
from mathshub.tests.drills.senders import acknowledge
from mathshub.tests.drills.tally import Tally, count_all
from mathshub.tests.drills.walking import SEND
from sessions.models import Session
from sessions.tests.factories import make_running_group, make_seat_in, make_session
from workgroups.models import Hub, Offering, Programme, WorkGroup
from workgroups.tests.factories import make_school
from workgroups.tests.staff import staff_client

MEGABYTE = 1_000_000
MULTIPART = "multipart/form-data; boundary=limit"


@pytest.fixture
def reader(live_portal: LivePortal) -> Browser:
    return Browser(live_portal.port)


def multipart(name: str, content: bytes) -> bytes:
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
    return head + content + b"\r\n--limit--\r\n"


def memory_of(portal: LivePortal) -> int:
    """Bytes held by gunicorn and its workers."""
    process = psutil.Process(portal.part.pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])


OFFICE = {"role": "office", "full_name": "Olu Ade", "email": "office@school.example"}


@pytest.fixture
def draft(offering: Offering) -> InterestDraft:
    """A form with every page there is, filled in by an office, that only has to be sent."""
    return ready_draft(
        offering=offering_that_asks_all(), school=make_school(), now=timezone.now(), you=OFFICE
    )


def refuse_and_go_on(
    drill: Drill, portal: LivePortal, draft: InterestDraft, bodies: list[tuple]
) -> None:
    """Each body is refused (or the connection ended) on the first page, a page in between and the
    last one; then the form is taken as before."""
    browser, wrong = Browser(portal.port), Tally()
    assert draft.offering is not None
    first = form_url(draft.offering)
    paths = (first, page_url(draft, "anything-else"), page_url(draft, "preferences"), later(draft))
    browser.get(first)
    before = memory_of(portal)
    for content_type, body in bodies * drill.size(short=1, full=10):
        for path in (*paths, check_url(draft)):
            answer = browser.send("POST", path, body, content_type=content_type)
            wrong["errors of ours"] += int(answer.status >= 500)
            wrong["taken"] += int(answer.status in (200, 302))
    grown = max(0, memory_of(portal) - before) / MEGABYTE
    wrong["expressions"] += ExpressionOfInterest.objects.count()
    wrong["forms begun"] += InterestDraft.objects.count() - 1
    wrong["forms changed"] += int(InterestDraft.objects.get().answers != draft.answers)
    wrong["no longer taken"] += int(not browser.post(check_url(draft), SEND).is_told)
    count_all(drill, wrong)
    drill.count("memory grown by more than 100 MB", int(grown > 100))
    drill.note(f"{len(bodies)} ways on {len(paths) + 1} pages, memory +{grown:.0f} MB")


def later(draft: InterestDraft) -> str:
    return reverse("enrolment:keep_interest", args=[token_of(draft)])


@pytest.mark.drill("10 MB in a field", group="Input", promises=(1, 8))
def test_ten_megabytes_in_a_field_are_refused(
    drill: Drill, live_portal: LivePortal, draft: InterestDraft
) -> None:
    much = b"a" * 10 * MEGABYTE
    bodies = [(FORM, b"anything_else=" + much), (MULTIPART, multipart("anything_else", much))]
    refuse_and_go_on(drill, live_portal, draft, bodies)


@pytest.mark.drill("5,000 fields", group="Input", promises=(1, 8))
def test_five_thousand_fields_are_refused(
    drill: Drill, live_portal: LivePortal, draft: InterestDraft
) -> None:
    fields = "&".join(f"field{number}=x" for number in range(5_000)).encode()
    same = "&".join(["days=monday"] * 5_000).encode()
    parts = b"".join(multipart(f"f{n}", b"x").removesuffix(b"--limit--\r\n") for n in range(5_000))
    bodies = [(FORM, fields), (FORM, same), (MULTIPART, parts + b"--limit--\r\n")]
    refuse_and_go_on(drill, live_portal, draft, bodies)


# --- characters ---------------------------------------------------------------------------

# Each text that the form takes, by its page, and what else stands on that page.
TEXTS = (
    ("school", "school_typed", ""),
    ("appetite", "appetite_reason", ""),
    ("you", "full_name", "office@school.example"),
    ("you", "email", "Olu Ade"),
    ("headteacher", "full_name", "grace@school.example"),
    ("headteacher", "email", "Grace Obi"),
    ("maths-lead", "full_name", "sam@school.example"),
    ("maths-lead", "email", "Sam Okafor"),
    ("participants", "person_1_name", "sam@school.example"),
    ("participants", "person_1_email", "Sam Okafor"),
    ("barriers", "barriers", ""),
    ("anything-else", "anything_else", ""),
)


def send_in_each_field(drill: Drill, reader: Browser, draft: InterestDraft, sent: str) -> None:
    """In each field of the form it is refused in words, and what else was typed stays."""
    wrong = Tally()
    assert draft.offering is not None
    question = Question.objects.get(kind=Question.Kind.TEXT)
    for name, field, beside in (*TEXTS, ("questions", f"question_{question.pk}", "")):
        typed = {"you": OFFICE}.get(name, PAGES.get(name, {})) | {field: sent}
        page = reader.post(page_url(draft, name), typed)
        wrong["errors of ours"] += int(page.status >= 500 or not page.status)
        wrong["taken"] += int(page.status == 302)
        wrong["refused without a sentence"] += int("can’t be shown" not in page.text)
        wrong["typed in vain"] += int(bool(beside) and f'value="{beside}"' not in page.text)
    first = first_page(
        draft.offering, None, form_token=new_page_token(draft.offering), school_typed=sent
    )
    for path, typed in ((form_url(draft.offering), first), (later(draft), {"email": sent})):
        page = reader.post(path, typed)
        wrong["taken"] += int(page.status != 200)
        wrong["refused without a sentence"] += int("can’t be shown" not in page.text)
    for path in ODD_ADDRESSES:
        answer = reader.get(path.format(quote(sent), offering=draft.offering.pk))
        wrong["errors of ours, elsewhere"] += int(answer.status >= 500 or not answer.status)
    wrong["stored"] += ExpressionOfInterest.objects.count() + InterestDraft.objects.count() - 1
    wrong["changed"] += int(InterestDraft.objects.get().answers != draft.answers)
    wrong["mailed"] += Message.objects.count()
    count_all(drill, wrong)


# Where an address or a query takes text from the reader.
ODD_ADDRESSES = (
    "/{}",
    "/?{}=1",
    "/schools/search/?q={}",
    "/interest/{offering}/eligibility/?urn={}",
    "/interest/form/{}/",
    "/interest/form/{}/you/",
    "/interest/form/{}/check/",
    "/interest/form/{}/later/",
    "/interest/confirm/{}/",
    "/interest/manage/{}/",
    "/interest/manage/{}/hand-over/",
    "/interest/received/{}/",
    "/place/{}/",
    "/my/{}/",
    "/my/calendar/{}.ics",
    "/programmes/{}/",
    "/work-groups/{}/",
    "/accounts/login/?next={}",
    "/static/{}",
)


@pytest.mark.drill("NUL characters", group="Input", promises=(1, 8))
def test_nul_is_refused_in_words(drill: Drill, reader: Browser, draft: InterestDraft) -> None:
    send_in_each_field(drill, reader, draft, "Gr\x00ace")


@pytest.mark.drill("bidirectional overrides", group="Input", promises=(1,))
def test_text_that_reads_other_than_it_is_is_refused_in_words(
    drill: Drill, reader: Browser, draft: InterestDraft
) -> None:
    send_in_each_field(drill, reader, draft, "Grace \u202eibO")


@pytest.mark.drill("NUL characters", group="Input", promises=(1, 8))
@pytest.mark.parametrize("where", [pytest.param("staff", id="in the admin")])
def test_searching_the_admin_for_anything_gets_a_page(
    drill: Drill, live_portal: LivePortal, offering: Offering, where: str
) -> None:
    lead, wrong = Browser.of_staff(live_portal.port, staff_client()), Tally()
    expression, texts = make_expression(offering=offering), drill.size(short=1, full=5)
    lists = [reverse("admin:index"), *(url for url in map(list_of, apps.get_models()) if url)]
    matching = reverse("admin:enrolment_expressionofinterest_match", args=[expression.pk])
    for path in [*lists, matching, reverse("admin:enrolment_expressionofinterest_offer")]:
        for sent in ("%00", "9" * 30, "%ff%fe", "%E2%80%AE", "%F0%9F%A7%AE")[:texts]:
            for query in ("q", "p", "o", "state", "chosen", "offering", "e", "all", "borough"):
                status = lead.get(f"{path}?{query}={sent}").status
                wrong["errors of ours"] += int(status >= 500 or not status)
                if not drill.is_full:
                    break
        status = lead.get(f"{path}%00/change/").status
        wrong["errors of ours"] += int(status >= 500 or not status)
    count_all(drill, wrong)


def list_of(model: type[models.Model]) -> str:
    """The address of its list in the admin; empty for what has none."""
    if not admin.site.is_registered(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.drill("invalid UTF-8", group="Input", promises=(1, 8))
def test_bytes_that_are_no_text_get_a_page(
    drill: Drill, reader: Browser, draft: InterestDraft
) -> None:
    wrong = Tally()
    offering = draft.offering
    assert offering is not None
    token = new_page_token(offering).encode()
    for raw in (b"%FF%FE", b"\xff\xfe", b"%C3", b"\xed\xa0\x80", b"%F5%80%80%80", b"+%80"):
        bodies = {
            form_url(offering): b"form_token=" + token + b"&school_typed=Gr" + raw + b"&urn=" + raw,
            page_url(draft, "you"): b"full_name=Gr" + raw + b"&role=" + raw,
            page_url(draft, "anything-else"): b"anything_else=Gr" + raw,
        }
        # Raw bytes are read as Latin-1, as browsers of old sent them: they may well be letters.
        may_be_letters = raw == b"\xff\xfe"
        for path, body in bodies.items():
            answer = reader.send("POST", path, body)
            wrong["errors of ours"] += int(answer.status >= 500 or not answer.status)
            is_said = "can’t be shown" in answer.text or may_be_letters
            wrong["refused without a sentence"] += int(not is_said)
        for name in ("you", "anything-else", "privacy", "nothing"):
            part = reader.send(
                *("POST", page_url(draft, name), multipart("full_name", raw)),
                content_type=MULTIPART,
            )
            wrong["errors of ours"] += int(part.status >= 500 or not part.status)
    for path in ODD_ADDRESSES:
        for raw in ("%FF%FE", "%C3", "%ED%A0%80"):
            answer = reader.get(path.format(raw, offering=offering.pk))
            wrong["errors of ours, elsewhere"] += int(answer.status >= 500 or not answer.status)
    odd = [{"Cookie": "sessionid=\xff\xfe"}, {"Referer": "http://\xff/"}, {"If-None-Match": "\xff"}]
    for headers in [*odd, {"Accept-Language": "\xff;q=\xfe"}, {"Host": "lea-valley.\xff"}]:
        status = reader.send("GET", "/", headers=headers).status
        wrong["errors of ours, by header"] += int(status >= 500 or not status)
    count_all(drill, wrong)


# --- addresses ----------------------------------------------------------------------------

ADDRESSES = (
    "o'neil+maths@school.example",
    "a@b.example",
    f"{'a' * 64}@{'b' * 60}.example",
    '"quoted name"@school.example',
    "grace@münchen.example",
    "grace@xn--mnchen-3ya.example",
    "GRACE@SCHOOL.EXAMPLE",
    "grace.@school.example",
    "grace@[192.0.2.1]",
    "grace@localhost",
    "gräce@school.example",
    "grace@school",
    "grace @school.example",
    "<grace@school.example>",
    "grace@school.example, other@school.example",
    "grace@school.example\r\nBcc: other@school.example",
    "-grace@-school.example",
    "grace@school..example",
    "@",
    "a" * 250 + "@b.example",
)


@pytest.mark.drill("odd addresses", group="Input", promises=(1, 2))
def test_an_odd_address_is_refused_in_words_or_written_to(
    drill: Drill, reader: Browser, offering: Offering, smtp_sink: SmtpSink
) -> None:
    wrong, taken = Tally(), []
    senders = [(make_school(), f"head{number}@school.example") for number in range(len(ADDRESSES))]
    drafts = ready_drafts(offering=offering, senders=senders, now=timezone.now())
    for address, draft in zip(ADDRESSES, drafts, strict=True):
        answer = reader.post(page_url(draft, "you"), PAGES["you"] | {"email": address})
        wrong["errors of ours"] += int(answer.status >= 500 or not answer.status)
        said = "Your work e-mail address: " in html.unescape(answer.text)
        wrong["refused without a sentence"] += int(answer.status == 200 and not said)
        if answer.status == 302:
            taken.append(address)
            wrong["kept, and not sent"] += int(not reader.post(answer.location, SEND).is_told)
        else:
            again = reader.post(later(draft), {"email": address}).text
            wrong["a link without a sentence"] += int("Your e-mail address: " not in again)
    wrong["links mailed"] += Message.objects.filter(kind="draft-link").count()
    sweep()
    stored = Message.objects.values_list("recipient", "state")
    ends = {same(recipient): state for recipient, state in stored}
    for address in taken:  # some of them no server takes: those end dead, and go nowhere
        is_dead = ends.get(same(address)) == Message.State.DEAD
        drill.tell(address, end=Message.State.DEAD if is_dead else Message.State.SENT)
    drill.forbid("other@school.example")
    drill.forbid(PAGES["participants"]["person_1_email"])
    count_all(drill, wrong)
    dead = list(ends.values()).count(Message.State.DEAD)
    drill.note(f"{len(ADDRESSES)} addresses, {len(taken)} taken, {dead} of them dead")


# --- text that would be more than text ------------------------------------------------------

TEMPLATE = "{{ 7|add:70000 }}{% now 'Y' %}{{ settings.SECRET_KEY }}"
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
KEYS = {
    "slug",
    "host",
    "message_id",
    "email",
    "address",
    "password",
    "kind",
    "key",
    "state",
    "reference",
    "urn",
}


@pytest.mark.drill("template syntax in a hub's own text", group="Input", promises=(9,))
def test_a_hubs_own_text_stays_literal(
    drill: Drill, live_portal: LivePortal, hub: Hub, settings: Settings, smtp_sink: SmtpSink
) -> None:
    seen = everything_said(drill, live_portal, hub, settings, TEMPLATE)
    drill.count("carried out", sum("70007" in text for text in seen.values()))
    literal = sum("{% now" in html.unescape(text) for text in seen.values())
    drill.count("nowhere to be seen", int(literal < 12))
    drill.note(f"literal in {literal} of {len(seen)} pages, letters and calendars")


@pytest.mark.drill("stored script in every field", group="Input", promises=(9,))
def test_a_script_in_every_field_stays_text(
    drill: Drill, live_portal: LivePortal, hub: Hub, settings: Settings, smtp_sink: SmtpSink
) -> None:
    seen = everything_said(drill, live_portal, hub, settings, SCRIPT)
    pages = {name: text for name, text in seen.items() if not name.startswith(("text of", "ics"))}
    drill.count("live script", sum("<script>alert" in text for text in pages.values()))
    drill.count("live image", sum("<img src=x" in text for text in pages.values()))
    shown = sum("<script>alert" in html.unescape(text) for text in seen.values())
    drill.count("nowhere to be seen", int(shown < 12))
    drill.note(f"shown as text in {shown} of {len(seen)}; PDF not yet")


def everything_said(
    drill: Drill, portal: LivePortal, hub: Hub, settings: Settings, text: str
) -> dict[str, str]:
    """Pages for the public, schools, participants and staff, letters and calendar, with ``text``
    in every text that the hub or a school writes."""
    cache.clear()
    settings.MAIL_HOURS = (0, 24)  # also at night the reminder leaves
    session, place, expression, participant = plant_rows()
    form = plant_form(text)
    for model in [*owned_models(), Hub]:
        write_everywhere(model, text)
    acknowledge(expression, ["head@school.example"])
    plan_messages(timezone.now())
    drill.tell_all(["head@school.example", place.contact_email, participant.email])
    sweep()
    public, lead = Browser(portal.port), Browser.of_staff(portal.port, staff_client())
    seen = {
        path: said(public, path) for path in public_pages(session, place, expression, participant)
    }
    seen |= {path: said(public, path) for path in pages_of(form)}
    seen |= {
        path: said(lead, path) for path in staff_pages(session, place, expression, participant)
    }
    feed = reverse("sessions:calendar_feed", args=[token("calendar", participant)])
    ics = said(public, feed)
    seen["ics"] = "\n".join(
        str(event[n]) for event in Calendar.from_ical(ics).walk("VEVENT") for n in event
    )
    for number, delivery in enumerate(drill.sink.deliveries):
        seen[f"letter {number}"] = delivery.html
        seen[f"text of letter {number}"] = delivery.text
    return seen


def said(browser: Browser, path: str) -> str:
    page: Page = browser.get(path)
    assert page.status == 200, (path, page.status, page.location)
    return page.text


def token(purpose: str, row: models.Model) -> str:
    return make_token(purpose, row.pk, row.link_generation)  # type: ignore[attr-defined]


def key_token(purpose: str, row: ExpressionOfInterest) -> str:
    return make_token(purpose, row.form_token, row.link_generation)


def plant_rows() -> tuple[Session, Place, ExpressionOfInterest, Participant]:
    now = timezone.now()
    place = make_place(now=now)
    group = make_running_group(offering=place.work_group.offering)
    session = make_session(work_group=group, starts_at=now + timedelta(hours=36))
    seat = make_seat_in(group)
    make_briefing(starts_at=now + timedelta(days=7))
    return session, place, place.expression, seat.participant


def plant_form(text: str) -> InterestDraft:
    """A form of an unlisted school, with the text in what each page takes."""
    make_question(wording="Which books?")
    make_further_form()
    name = text.replace("://", "")
    return ready_draft(
        offering=offering_that_asks_all(),
        now=timezone.now(),
        appetite={"appetite": "yes", "appetite_reason": text},
        you=OFFICE | {"full_name": name},
        headteacher=PAGES["headteacher"] | {"full_name": name},
        maths_lead=PAGES["maths-lead"] | {"full_name": name},
        participants=PAGES["participants"] | {"person_1_name": name},
        barriers={"barriers": text},
        questions={f"question_{each.pk}": text for each in Question.objects.filter(kind="text")},
        anything_else={"anything_else": text},
    )


def pages_of(form: InterestDraft) -> Iterator[str]:
    yield from (page_url(form, name) for name in (*form.answers, "school"))
    yield from (check_url(form), later(form))


def write_everywhere(model: type[models.Model], text: str) -> None:
    """``text`` into every free text of every row of the model, as far as it fits."""
    fields = [
        each
        for each in model._meta.fields
        if type(each) in (models.CharField, models.TextField)
        and each.name not in KEYS
        and not each.choices
        and each.editable
        and (each.max_length or 999) >= 80
    ]
    for pk in model._default_manager.values_list("pk", flat=True) if fields else []:
        changes = {each.name: text[: (each.max_length or 999) - 9] + f" {pk}" for each in fields}
        model._default_manager.filter(pk=pk).update(**changes)


def public_pages(
    session: Session, place: Place, expression: ExpressionOfInterest, participant: Participant
) -> Iterator[str]:
    programme: Programme = session.work_group.offering.programme
    names = ("site:home", "site:list_programmes", "site:show_journey", "site:show_privacy")
    yield from map(reverse, (*names, "enrolment:choose_offering", "enrolment:list_briefings"))
    yield reverse("site:show_programme", args=[programme.slug])
    yield reverse("sessions:show_work_group", args=[session.work_group_id])
    yield form_url(session.work_group.offering)
    yield reverse("enrolment:answer_place", args=[token("place", place)])
    yield reverse("enrolment:manage_interest", args=[token("manage", expression)])
    yield reverse("enrolment:hand_over", args=[token("manage", expression)])
    yield reverse("enrolment:interest_received", args=[key_token("received", expression)])
    yield reverse("enrolment:confirm_address", args=[key_token("confirm", expression)])
    yield reverse("sessions:show_my_sessions", args=[token("my", participant)])


def staff_pages(*rows: models.Model) -> Iterator[str]:
    yield reverse("admin:index")
    group = WorkGroup.objects.get(pk=rows[0].work_group_id)  # type: ignore[attr-defined]
    for row in (*rows, group, group.offering.programme):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_change", args=[row.pk])
    for message in Message.objects.all():
        yield reverse("admin:outbox_message_change", args=[message.pk])
