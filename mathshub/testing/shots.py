"""`make shots`: every kind of page at 390 and at 1180 pixels, as people see it in the demo.

    python -m mathshub.testing.shots [NAME ...]

Pictures go to VAR_DIR/shots, contact sheets of all of them, and of an e-mail of every kind, to
docs/looks/. The demo that runs on
PORT is photographed; where none does, one is started in VAR_DIR and stopped at the end.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from mathshub.processes import PROJECT_ROOT, Part, answers
from mathshub.testing import browser
from mathshub.testing.shot_list import SHOTS, Shot, sign_in_as_staff

PORT = int(os.environ.get("PORT", "8000"))
VAR_DIR = Path(os.environ.get("VAR_DIR", "var")).resolve()
SHEETS = PROJECT_ROOT / "docs" / "looks"
WIDTHS = {"phone": browser.PHONE, "desk": browser.DESK}
START_SECONDS = 120

# The contact sheet: thumbnails in columns, long pages cut; all in pixels.
MAIL = "mail"
THUMBNAIL = {"phone": (195, 520), "desk": (390, 520), MAIL: (390, 780)}
SHEET_WIDTH = 1240
GAP = 16
LABEL_HEIGHT = 18


def main() -> int:
    """Take the pictures that are named, or all of them and the contact sheets."""
    shots = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with running_demo(), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.find_chromium(), args=browser.CHROMIUM_OPTIONS
        )
        session = sign_in_once(chromium) if any(shot.as_staff for shot in shots) else None
        for label, width in WIDTHS.items():
            take(chromium, shots, label, width, session)
        mails = take_mail(chromium) if shots == SHOTS else []
        chromium.close()
    if shots == SHOTS:
        for label in WIDTHS:
            draw_sheet(label, [shot.name for shot in shots])
        draw_sheet(MAIL, mails)
    return 0


@contextmanager
def running_demo() -> Iterator[None]:
    """The demo on PORT: the one that is there, or one for as long as this takes."""
    if answers(PORT):
        yield
        return
    print("Starting the demo ...", flush=True)
    own = {"DEMO": "1", "PORT": str(PORT), "VAR_DIR": str(VAR_DIR)}
    env = os.environ | own | {"MAIL_HOURS": "0-24"}  # its e-mails leave whenever this runs
    command = [sys.executable, "manage.py", "start"]
    demo = Part("demo", command, log=VAR_DIR / "logs" / "demo.log", env=env)
    demo.start()
    try:
        demo.wait_until(lambda: answers(PORT), START_SECONDS)
        yield
    finally:
        demo.stop(grace=30)


def sign_in_once(chromium: Browser) -> StorageState:
    """The cookies of somebody signed in: each code of the second factor works once only."""
    context = new_context(chromium, browser.DESK)
    sign_in_as_staff(context.new_page(), PORT, VAR_DIR)
    session = context.storage_state()
    context.close()
    return session


def take(
    chromium: Browser, shots: list[Shot], label: str, width: int, session: StorageState | None
) -> None:
    """Photograph the pages at one width: strangers' first, then those of signed-in staff."""
    folder = VAR_DIR / "shots" / label
    folder.mkdir(parents=True, exist_ok=True)
    for as_staff in (False, True):
        group = [shot for shot in shots if shot.as_staff == as_staff]
        if not group:
            continue
        context = new_context(chromium, width, session if as_staff else None)
        for shot in group:
            photograph(context, shot, folder / f"{shot.name}.png")
        context.close()


def take_mail(chromium: Browser) -> list[str]:
    """Photograph an e-mail of every kind as a telephone shows it; returns their names."""
    folder = VAR_DIR / "shots" / MAIL
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"DEMO": "1", "VAR_DIR": str(VAR_DIR)}
    command = [sys.executable, "-m", "mathshub.testing.mail_shots", str(folder)]
    subprocess.run(command, env=env, cwd=PROJECT_ROOT, check=True)
    context = new_context(chromium, browser.PHONE)
    names = sorted(file.stem for file in folder.glob("*.html"))
    for name in names:
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri())
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        print(f"mail/{name}" + (f": {overflow} px too wide" if overflow > 0 else ""))
        page.close()
    context.close()
    return names


def new_context(
    chromium: Browser, width: int, session: StorageState | None = None
) -> BrowserContext:
    options = browser.CONTEXT_OPTIONS | {"viewport": {"width": width, "height": 844}}
    return chromium.new_context(**options, reduced_motion="reduce", storage_state=session)


def photograph(context: BrowserContext, shot: Shot, file: Path) -> None:
    """One page in its full height; says so when the page is wider than the screen."""
    page = context.new_page()
    shot.open(page, PORT)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=file, full_page=True)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    print(f"{file.parent.name}/{shot.name}" + (f": {overflow} px too wide" if overflow > 0 else ""))
    page.close()


def draw_sheet(label: str, names: list[str]) -> None:
    """All pictures of one width on one sheet, each with its name, in docs/looks/."""
    width, height = THUMBNAIL[label]
    columns = SHEET_WIDTH // (width + GAP)
    rows = -(-len(names) // columns)
    cell_height = height + LABEL_HEIGHT + GAP
    sheet = Image.new("RGB", (SHEET_WIDTH, GAP + rows * cell_height), "#d8d4cb")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for index, name in enumerate(names):
        left = GAP + index % columns * (width + GAP)
        top = GAP + index // columns * cell_height
        draw.text((left, top), name, fill="#1d1d1b", font=font)
        sheet.paste(thumbnail(label, name), (left, top + LABEL_HEIGHT))
    SHEETS.mkdir(parents=True, exist_ok=True)
    sheet.quantize(128).save(SHEETS / f"{label}.png", optimize=True)


def thumbnail(label: str, name: str) -> Image.Image:
    """The top of a picture, scaled to the width of its column."""
    width, height = THUMBNAIL[label]
    with Image.open(VAR_DIR / "shots" / label / f"{name}.png") as picture:
        scaled = picture.convert("RGB").resize((width, picture.height * width // picture.width))
    return scaled.crop((0, 0, width, min(scaled.height, height)))


if __name__ == "__main__":
    sys.exit(main())
