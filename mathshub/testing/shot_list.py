"""The pages that `make shots` photographs, and how each is reached in the demo."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from mathshub.testing import browser

HUB = "lea-valley.localhost"
Step = Callable[[Page], object]
"""What a visitor does to bring the page to show what is wanted."""


class Shot:
    """One picture: its name, the path where the visit begins, and the steps from there."""

    def __init__(self, name: str, path: str, *steps: Step, as_staff: bool = False) -> None:
        self.name = name
        self.path = path
        self.steps = steps
        self.as_staff = as_staff

    def open(self, page: Page, port: int) -> None:
        """Bring the page to what is wanted."""
        page.goto(f"http://{HUB}:{port}{self.path}")
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


PUBLIC = [
    Shot("home", "/"),
    Shot("programmes", "/programmes/"),
    Shot("programme", "/programmes/", follow(r"/programmes/[^/]+/$")),
    Shot("journey", "/journey/"),
    Shot("briefings", "/briefings/"),
    Shot("work-group", "/programmes/", follow(r"/programmes/[^/]+/$"), follow(r"/work-groups/")),
    Shot("choose-programme", "/interest/"),
    Shot("interest", "/interest/", follow(r"/interest/\d+/$")),
    Shot("interest-errors", "/interest/", follow(r"/interest/\d+/$"), press("Send")),
    Shot("place-offered", "/demo/mail/", follow(r"^A place in"), follow(r"/place/")),
    Shot("my-link", "/my/"),
    Shot("my-sessions", "/demo/mail/", follow(r"^Session \d"), follow(r"/my/[^/]+/$")),
    Shot("not-found", "/nothing-here/"),
    Shot("wrong-link", "/my/wrong/"),
    Shot("privacy", "/privacy/"),
    Shot("accessibility", "/accessibility/"),
    Shot("sign-in", "/account/login/"),
    Shot("forgotten-password", "/account/password/reset/"),
    Shot("sent-mail", "/demo/mail/"),
    Shot("sent-mail-message", "/demo/mail/", follow(r"^Session \d")),
    Shot("style-guide", "/demo/style-guide/"),
]

EXPRESSIONS = "/admin/enrolment/expressionofinterest/"
WORK_GROUPS = "/admin/workgroups/workgroup/"
ADMIN = [
    ("admin", "/admin/"),
    ("admin-expressions", EXPRESSIONS),
    ("admin-expression", f"{EXPRESSIONS}?state=received", follow(r"\d/change/")),
    ("admin-offer", f"{EXPRESSIONS}?state=received", follow(r"\d/change/"), follow(r"/offer/")),
    ("admin-telephone", f"{EXPRESSIONS}add/"),
    ("admin-places", "/admin/enrolment/place/"),
    ("admin-place", "/admin/enrolment/place/", follow(r"\d/change/")),
    ("admin-participant", "/admin/enrolment/participant/", follow(r"\d/change/")),
    ("admin-offering", "/admin/workgroups/offering/", follow(r"\d/change/")),
    ("admin-work-groups", WORK_GROUPS),
    ("admin-work-group", f"{WORK_GROUPS}?state=running", follow(r"\d/change/")),
    ("admin-plan", f"{WORK_GROUPS}?state=draft", follow(r"\d/change/"), follow(r"/plan/")),
    ("admin-session", "/admin/workgroup_sessions/session/", follow(r"\d/change/")),
    ("admin-schools", "/admin/workgroups/school/"),
    ("admin-messages", "/admin/outbox/message/"),
    ("admin-message", "/admin/outbox/message/", follow(r"\d/change/")),
    ("admin-hub", "/admin/workgroups/hub/", follow(r"\d/change/")),
    ("admin-second-factor", "/account/2fa/"),
]

SHOTS = PUBLIC + [Shot(name, path, *steps, as_staff=True) for name, path, *steps in ADMIN]
