"""The pages that `make shots` photographs, and how each is reached in the demo."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from mathshub.processes import PROJECT_ROOT
from mathshub.testing import browser

HUB = "lea-valley.localhost"
CLOSED_HUB = "wandle.localhost"  # where the window of a stage has closed
Step = Callable[[Page], object]
"""What a visitor does to bring the page to show what is wanted."""


class Shot:
    """One picture: its name, the path where the visit begins, and the steps from there."""

    def __init__(
        self,
        name: str,
        path: str,
        *steps: Step,
        as_staff: bool = False,
        status: int = 200,
        host: str = HUB,
    ) -> None:
        self.name = name
        self.path = path
        self.steps = steps
        self.as_staff = as_staff
        self.host = host
        self.status = status  # of the answer with which the visit begins

    def open(self, page: Page, port: int) -> None:
        """Bring the page to what is wanted. Raises LookupError when it is not there."""
        answer = page.goto(f"http://{self.host}:{port}{self.path}")
        if answer is None or answer.status != self.status:
            raise LookupError(f"{self.path} does not answer with {self.status}")
        for step in self.steps:
            step(page)


def follow(pattern: str) -> Step:
    """Open the first link whose address or words match. Raises LookupError when none does."""

    def follow_link(page: Page) -> None:
        links = page.locator("a[href]").evaluate_all("all => all.map(a => [a.href, a.innerText])")
        address = next(
            (
                href
                for href, words in links
                if re.search(pattern, href) or re.search(pattern, words)
            ),
            None,
        )
        if address is None:
            raise LookupError(f"no link like {pattern} on {page.url}")
        page.goto(address)

    return follow_link


def press(words: str) -> Step:
    """Press the first button with these words."""

    def press_button(page: Page) -> None:
        page.get_by_role("button", name=words).first.click()
        page.wait_for_load_state()

    return press_button


def fill(label: str, text: str) -> Step:
    """Type into the field of this label."""
    return lambda page: page.get_by_label(label, exact=True).first.fill(text)


def tick(label: str) -> Step:
    """Choose the answer with these words."""
    return lambda page: page.get_by_label(label, exact=True).first.check()


def tick_all(page: Page) -> None:
    """Tick every box of the page."""
    for box in page.get_by_role("checkbox").all():
        box.check()


def choose(label: str, path: Path) -> Step:
    """Choose a file for the field of this label."""
    return lambda page: page.get_by_label(label, exact=True).set_input_files(path)


def leave_out_unknown_words(page: Page) -> None:
    """Leave out the rows of the programmes that the portal could not guess."""
    for select in page.locator("select[name^=programme_]").all():
        if not select.input_value():
            select.select_option("leave-out")


def preview_here(page: Page) -> None:
    """Send the form to its preview in this tab: the pictures are taken of one."""
    page.locator("button[formaction]").evaluate("button => button.removeAttribute('formtarget')")
    page.locator("button[formaction]").click()
    page.wait_for_load_state()


def typing(label: str, text: str) -> Step:
    """Type into the field of this label and wait for what it suggests."""

    def type_text(page: Page) -> None:
        page.get_by_label(label, exact=True).first.press_sequentially(text)
        page.get_by_role("listbox").get_by_role("option").filter(has_text="URN").first.wait_for()

    return type_text


def staff(name: str, path: str, *steps: Step) -> Shot:
    """A picture that only somebody signed in can take."""
    return Shot(name, path, *steps, as_staff=True)


def sign_in_as_staff(page: Page, port: int, var_dir: Path) -> None:
    """Sign in to the admin with the first address, password and secret that the demo lists."""
    listed = (var_dir / "demo-sign-ins.txt").read_text()
    found = [
        re.search(pattern, listed, re.MULTILINE)
        for pattern in (r"(\S+@\S+)", r"^ *password +(\S+)$", r"^ *TOTP secret +(\S+)$")
    ]
    email, password, secret = (match[1] if match else "" for match in found)
    site = f"http://{HUB}:{port}"
    browser.sign_in(page, site, email=email, password=password, totp_secret=secret)


# The pages of the form of interest in order, each with what a school's office answers there.
A_SCHOOL_OF_THE_DEMO = "100261"  # a URN is found without a choice
THE_FORM: dict[str, tuple[Step, ...]] = {
    "interest": (fill("School name, town or postcode", A_SCHOOL_OF_THE_DEMO),),
    "interest-programme": (),
    "interest-appetite": (tick("Yes"),),
    "interest-you": (
        tick("Somebody else at the school"),
        fill("Your name", "Olu Ade"),
        fill("Your work e-mail address", "olu.ade@school.example"),
    ),
    "interest-headteacher": (
        fill("Headteacher’s name", "Grace Obi"),
        fill("Headteacher’s e-mail address", "head@school.example"),
    ),
    "interest-maths-lead": (),
    "interest-participants": (),
    "interest-preferences": (),
    "interest-barriers": (),
    "interest-commitment": (tick_all,),
    "interest-questions": (),
    "interest-anything-else": (),
    "interest-privacy": (tick_all,),
    "interest-check": (lambda page: page.wait_for_timeout(4_000),),  # as long as a reader takes
}
BEGIN = follow(r"/interest/\d+/$")


def on_the_way_to(name: str) -> list[Step]:
    """From the choice of a programme to that page of the form."""
    steps: list[Step] = [BEGIN]
    for page, answers in THE_FORM.items():
        if page == name:
            break
        steps += [*answers, go_on]
    return steps


def go_on(page: Page) -> None:
    """To the page after this one; a hub may have no questions of its own."""
    page.get_by_role("button", name="Go on").last.click()
    page.wait_for_load_state()


def interest(name: str, *more: Step, on: str = "") -> Shot:
    """A page of the form as it is first seen, or after what is done on the page ``on``."""
    return Shot(name, "/interest/", *on_the_way_to(on or name), *more)


def mail(name: str, words: str, *steps: Step) -> Shot:
    """An e-mail to who sent the form of “interest-received”, or what it leads to."""
    return Shot(name, "/demo/mail/?to=olu.ade", wait_for_sender, follow(words), *steps)


def wait_for_sender(page: Page) -> None:
    """It looks every five seconds."""
    page.wait_for_timeout(6_000)
    page.reload()


RECEIVED = r"^We have your expression"


INTEREST = [
    *map(interest, THE_FORM),
    interest("interest-errors", press("Go on"), on="interest"),
    interest("interest-appetite-errors", press("Go on"), on="interest-appetite"),
    interest("interest-you-errors", press("Go on"), on="interest-you"),
    interest(
        "interest-you-meant",
        *THE_FORM["interest-you"],
        fill("Your work e-mail address", "olu.ade@gmial.com"),
        press("Go on"),
        on="interest-you",
    ),
    interest(
        "interest-participants-errors",
        lambda page: page.locator("[name=person_1_name]").fill(""),
        lambda page: page.locator("[name=person_1_email]").fill("sam@"),
        press("Go on"),
        on="interest-participants",
    ),
    interest("interest-commitment-errors", press("Go on"), on="interest-commitment"),
    interest("interest-privacy-errors", press("Go on"), on="interest-privacy"),
    interest("interest-later", press("Finish another time"), on="interest-preferences"),
    interest(
        "interest-received",
        *THE_FORM["interest-check"],
        press("Send our expression of interest"),
        on="interest-check",
    ),
    mail("interest-confirm", RECEIVED, follow(r"/interest/confirm/")),
    mail("interest-manage", RECEIVED, follow(r"/interest/manage/")),
    mail(
        "interest-hand-over",
        RECEIVED,
        follow(r"/interest/manage/"),
        follow(r"/hand-over/"),
    ),
    mail(
        "interest-withdraw",
        RECEIVED,
        follow(r"/interest/manage/"),
        follow(r"ask=withdraw"),
    ),
    Shot("interest-gone", "/interest/form/wrong/", status=404),
    mail("mail-interest-received", RECEIVED),
]

PUBLIC = [
    Shot("home", "/"),
    Shot("programmes", "/programmes/"),
    Shot("programme", "/programmes/", follow(r"/programmes/[^/]+/$")),
    Shot("journey", "/journey/"),
    Shot("which-step", "/journey/which-step/"),
    Shot("which-step-suggested", "/journey/which-step/?ready=yes&urn=999030"),
    Shot("programme-closed", "/programmes/mastery-embedding/", host=CLOSED_HUB),
    Shot("hear-when-open", "/programmes/mastery-embedding/hear/", host=CLOSED_HUB),
    Shot("briefings", "/briefings/"),
    Shot("briefing", "/briefings/", follow(r"/briefings/\d+/$")),
    Shot("briefing-errors", "/briefings/", follow(r"/briefings/\d+/$"), press("Book my seat")),
    Shot("briefing-flyer", "/briefings/", follow(r"/briefings/\d+/$"), follow(r"/flyer/$")),
    Shot("work-group", "/programmes/", follow(r"/programmes/[^/]+/$"), follow(r"/work-groups/")),
    Shot("choose-programme", "/interest/"),
    *INTEREST,
    Shot("schools-search", "/schools/search/"),
    Shot("schools-found", "/schools/search/?q=st+josephs"),
    Shot("schools-closed", "/schools/search/?q=selwyn+infants"),
    Shot("schools-none", "/schools/search/?q=zyx+school"),
    Shot(
        "interest-school",
        "/interest/",
        follow(r"/interest/\d+/$"),
        typing("School name, town or postcode", "st josehps"),
    ),
    Shot("place-offered", "/demo/mail/", follow(r"^A place in"), follow(r"/place/")),
    Shot("my-link", "/my/"),
    Shot("my-sessions", "/demo/mail/", follow(r"^Session \d"), follow(r"/my/[^/]+/$")),
    Shot("not-found", "/nothing-here/", status=404),
    Shot("wrong-link", "/my/wrong/", status=404),
    Shot("privacy", "/privacy/"),
    Shot("accessibility", "/accessibility/"),
    Shot("sign-in", "/account/login/"),
    Shot("forgotten-password", "/account/password/reset/"),
    Shot("sent-mail", "/demo/mail/"),
    Shot("sent-mail-message", "/demo/mail/", follow(r"^Session \d")),
    Shot("style-guide", "/style-guide/"),
]

PAST = "/admin/enrolment/pastparticipation/"
MAILINGS = "/admin/enrolment/mailing/"
SPREADSHEETS = "/admin/enrolment/historyimport/"
SAMPLE = PROJECT_ROOT / "docs" / "past-participation-sample.csv"
CHOSEN = (choose("Spreadsheet", SAMPLE), press("Go on"))
EXPRESSIONS = "/admin/enrolment/expressionofinterest/"
BRIEFINGS = "/admin/enrolment/briefing/"
WORK_GROUPS = "/admin/workgroups/workgroup/"
SEATS_NAMED = "/admin/outbox/message/?state=sent&kind=seat-named"
A_SCHOOL = r"/school/\d+/change/"
TERMS = "/admin/workgroups/termdate/"
SESSIONS = "/admin/workgroup_sessions/session/"
A_SESSION_TO_COME = (f"{SESSIONS}?when=to-come", follow(r"\d/change/"))
ADMIN = [
    staff("admin", "/admin/"),
    staff("admin-expressions", EXPRESSIONS),
    staff("admin-expression", f"{EXPRESSIONS}?state=received", follow(r"\d/change/")),
    staff(
        "admin-offer", f"{EXPRESSIONS}?state=received", follow(r"\d/change/"), follow(r"/offer/")
    ),
    staff(
        "admin-review", f"{EXPRESSIONS}?state=received", follow(r"\d/change/"), follow(r"/review/")
    ),
    staff(
        "admin-match", f"{EXPRESSIONS}?borough=unmatched", follow(r"\d/change/"), follow(r"/match/")
    ),
    staff("admin-telephone", f"{EXPRESSIONS}add/"),
    staff("admin-briefings", BRIEFINGS),
    staff("admin-briefing", f"{BRIEFINGS}?when=to-come&o=2", follow(r"\d/change/")),
    staff(
        "admin-briefing-move",
        f"{BRIEFINGS}?when=to-come",
        follow(r"\d/change/"),
        follow(r"/arrange/"),
    ),
    staff(
        "admin-briefing-attendance",
        f"{BRIEFINGS}?when=held",
        follow(r"\d/change/"),
        follow(r"/attendance/"),
    ),
    staff("admin-bookings", "/admin/enrolment/briefingbooking/"),
    staff("admin-programme", "/admin/workgroups/programme/", follow(r"programme/\d+/change/")),
    staff(
        "admin-programme-preview",
        "/admin/workgroups/programme/",
        follow(r"programme/\d+/change/"),
        preview_here,
    ),
    staff("admin-places", "/admin/enrolment/place/"),
    staff("admin-place", "/admin/enrolment/place/", follow(r"\d/change/")),
    staff("admin-participant", "/admin/enrolment/participant/", follow(r"\d/change/")),
    staff("admin-offering", "/admin/workgroups/offering/", follow(r"\d/change/")),
    staff("admin-work-groups", WORK_GROUPS),
    staff("admin-work-group", f"{WORK_GROUPS}?state=running", follow(r"\d/change/")),
    staff("admin-plan", f"{WORK_GROUPS}?state=draft", follow(r"\d/change/"), follow(r"/plan/")),
    staff("admin-session", SESSIONS, follow(r"\d/change/")),
    staff("admin-session-move", *A_SESSION_TO_COME, follow(r"/move/")),
    staff(
        *("admin-session-letter", *A_SESSION_TO_COME, follow(r"/move/")),
        *(fill("To (optional)", "18:00"), press("See the letter first")),
    ),
    staff("admin-session-cancel", *A_SESSION_TO_COME, follow(r"/cancel/")),
    staff("admin-schools", "/admin/workgroups/school/"),
    staff("admin-school", EXPRESSIONS, follow(r"\d/change/"), follow(A_SCHOOL)),
    staff(
        "admin-school-answer",
        *(EXPRESSIONS, follow(r"\d/change/"), follow(A_SCHOOL), follow(r"/answer/")),
    ),
    staff("admin-coverage", "/admin/workgroups/school/coverage/"),
    staff("admin-mergers", "/admin/workgroups/schoollink/"),
    staff("admin-merger-decisions", "/admin/workgroups/successiondecision/"),
    staff("admin-merger", "/admin/workgroups/schoollink/", follow(r"\d/change/")),
    staff(
        "admin-merger-decide",
        "/admin/workgroups/schoollink/",
        follow(r"\d/change/"),
        follow(r"/decide/"),
    ),
    staff("admin-imports", "/admin/workgroups/registerimport/"),
    staff("admin-import", "/admin/workgroups/registerimport/", follow(r"\d/change/")),
    staff("admin-past", PAST),
    staff("admin-past-one", PAST, follow(r"\d/change/")),
    staff("admin-spreadsheet-choose", f"{SPREADSHEETS}add/"),
    staff("admin-spreadsheet-columns", f"{SPREADSHEETS}add/", *CHOSEN),
    staff("admin-spreadsheet-words", f"{SPREADSHEETS}add/", *CHOSEN, press("Go on")),
    staff(
        "admin-spreadsheet-preview",
        f"{SPREADSHEETS}add/",
        *CHOSEN,
        press("Go on"),
        leave_out_unknown_words,
        press("Show what will happen"),
    ),
    staff("admin-spreadsheet", f"{SPREADSHEETS}?state=loaded", follow(r"\d/change/")),
    staff(
        "admin-spreadsheet-undo",
        f"{SPREADSHEETS}?state=loaded",
        follow(r"\d/change/"),
        follow(r"/undo/"),
    ),
    staff("admin-tray", "/admin/enrolment/unmatchedline/?state=waiting"),
    staff(
        "admin-tray-line", "/admin/enrolment/unmatchedline/?state=waiting", follow(r"\d/change/")
    ),
    staff("admin-messages", "/admin/outbox/message/"),
    staff("admin-message", "/admin/outbox/message/", follow(r"\d/change/")),
    staff(
        "admin-message-came-back", "/admin/outbox/message/?state=came-back", follow(r"\d/change/")
    ),
    staff("admin-mailings", MAILINGS),
    staff("admin-mailing-write", f"{MAILINGS}add/"),
    staff("admin-mailing", MAILINGS, follow("We meet in the library")),
    staff("admin-mailing-draft", MAILINGS, follow("What should next year")),
    staff("admin-mailing-send", MAILINGS, follow("What should next year"), follow(r"/send/")),
    staff("admin-message-again", SEATS_NAMED, follow(r"\d/change/"), follow(r"/again/")),
    staff("admin-messages-again", SEATS_NAMED, tick_all, press("Send once more …")),
    staff("admin-messages-figures", "/admin/outbox/message/figures/"),
    staff("admin-messages-figures-months", "/admin/outbox/message/figures/?by=month"),
    staff(
        "admin-messages-about",
        *(f"{WORK_GROUPS}?state=running", follow(r"\d/change/"), follow(r"work_group=\d")),
    ),
    staff("admin-going-out", "/admin/outbox/message/going-out/"),
    staff(
        "admin-going-out-line",
        "/admin/outbox/message/going-out/",
        follow(r"going-out/\d{4}-\d\d-\d\d/[1-9]\d*/session-reminder/"),
    ),
    staff(
        "admin-skip",
        "/admin/outbox/message/going-out/",
        follow(r"going-out/\d{4}-\d\d-\d\d/[1-9]\d*/session-reminder/"),
        follow(r"/skip/"),
    ),
    staff("admin-hold-all", "/admin/outbox/hold/all/"),
    staff("admin-holds", "/admin/outbox/hold/"),
    staff("admin-wordings", "/admin/outbox/wording/"),
    staff("admin-wording", "/admin/outbox/wording/words/?kind=place-offered"),
    staff(
        *("admin-wording-preview", "/admin/outbox/wording/words/?kind=place-offered"),
        fill("Opening (optional)", "Dear [name],\n\nwe look forward to working with [school]."),
        press("Preview"),
    ),
    staff("admin-mail-not-wanted", "/admin/outbox/optout/"),
    staff(
        "admin-mail-not-wanted-lift",
        "/admin/outbox/optout/",
        follow(r"\d/change/"),
        follow(r"/lift/"),
    ),
    staff("admin-terms", TERMS),
    staff("admin-terms-borough", f"{TERMS}?year=2028", follow(r"/borough/")),
    staff("admin-terms-import", f"{TERMS}import/"),
    staff("admin-days-to-avoid", "/admin/workgroups/daytoavoid/"),
    staff("admin-days-to-avoid-add", "/admin/workgroups/daytoavoid/add/"),
    staff("admin-hub", "/admin/workgroups/hub/", follow(r"\d/change/")),
    staff("admin-second-factor", "/account/2fa/"),
]

SHOTS = PUBLIC + ADMIN
