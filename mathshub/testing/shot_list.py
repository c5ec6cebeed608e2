"""The pages that `make shots` photographs, and how each is reached in the demo."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from mathshub.testing import browser

HUB = "lea-valley.localhost"


@dataclass(frozen=True)
class Shot:
    """One picture: its name, and how a page of this host is brought to show what is wanted."""

    name: str
    open: Callable[[Page, str], None]
    as_staff: bool = False
    host: str = HUB


def at(path: str) -> Callable[[Page, str], None]:
    """Open this path."""
    return lambda page, site: _go(page, site + path)


def following(path: str, *links: str) -> Callable[[Page, str], None]:
    """Open this path, then follow the first link whose address matches each pattern in turn."""

    def open_page(page: Page, site: str) -> None:
        _go(page, site + path)
        for pattern in links:
            addresses = page.locator("a[href]").evaluate_all("links => links.map(a => a.href)")
            address = next((each for each in addresses if re.search(pattern, each)), None)
            if address is None:
                raise LookupError(f"no link like {pattern} on {page.url}")
            _go(page, address)

    return open_page


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


def _go(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")


SHOTS = [
    Shot("home", at("/")),
    Shot("programmes", at("/programmes/")),
    Shot("programme", following("/programmes/", r"/programmes/[^/]+/$")),
    Shot("journey", at("/journey/")),
    Shot("briefings", at("/briefings/")),
    Shot("choose-programme", at("/interest/")),
    Shot("interest", following("/interest/", r"/interest/\d+/$")),
    Shot("work-group", following("/programmes/", r"/programmes/[^/]+/$", r"/work-groups/\d+/$")),
    Shot("my-link", at("/my/")),
    Shot("privacy", at("/privacy/")),
    Shot("accessibility", at("/accessibility/")),
    Shot("not-found", at("/nothing-here/")),
    Shot("sign-in", at("/admin/login/")),
    Shot("admin", at("/admin/"), as_staff=True),
]
