"""What the browser tests and the screenshots share: Chromium, sign-in, axe-core, CSP reports."""

import base64
import hmac
import shutil
import struct
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG_AND_GOOD_PRACTICE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOTP_SECONDS = 30

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # it refuses to run as root otherwise, and CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # No look-ups of hosts outside this machine.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CONTEXT_OPTIONS: dict[str, Any] = {
    "locale": "en-GB",
    "timezone_id": "Europe/London",
    "viewport": {"width": 1180, "height": 900},
}
DESK, PHONE = 1180, 390  # pixels: the two widths that every page is looked at

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  const where = `${event.sourceFile || event.documentURI}:${event.lineNumber}`;
  reportToTest(`CSP ${event.effectiveDirective} blocked ${event.blockedURI} at ${where}`);
});
"""


def find_chromium() -> str | None:
    """The system's Chromium; None when there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def collect_reports(context: BrowserContext) -> list[str]:
    """A list that fills with CSP violations and uncaught script errors of the context's pages."""
    reports: list[str] = []
    context.expose_function("reportToTest", lambda report: reports.append(report))
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("weberror", lambda error: reports.append(f"script error: {error.error}"))
    return reports


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page as it stands, one line each; empty when clean."""
    page.evaluate(AXE.read_text())  # not add_script_tag, which the page's own CSP would block
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})",
        WCAG_AND_GOOD_PRACTICE,
    )
    return [
        f"{violation['id']}: {violation['help']} at "
        + ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
        for violation in found["violations"]
    ]


def totp_code(secret: str, at: float | None = None) -> str:
    """The six digits of RFC 6238 for a base32 secret at a POSIX time; now when none is given."""
    seconds = time.time() if at is None else at
    counter = struct.pack(">Q", int(seconds) // TOTP_SECONDS)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def sign_in(page: Page, site: str, *, email: str, password: str, totp_secret: str = "") -> None:
    """Sign in on the page of `site` (scheme, host and port), with the second factor if given."""
    page.goto(f"{site}/admin/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    if totp_secret:
        page.locator("input[name=code]").fill(totp_code(totp_secret))
        page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/admin/**")
