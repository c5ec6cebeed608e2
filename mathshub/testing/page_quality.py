"""What every public page must be, in any state: read, reached by keyboard, narrow, visible, light."""

import gzip

from playwright.sync_api import Page

from mathshub.testing.browser import PHONE, axe_violations

NARROW = 320  # pixels: a small phone, and 1,280 pixels at 400 %
HEAVIEST = 60_000  # bytes compressed, without the typeface
TALL = 844

# Each control that is drawn must have an edge of its own: where colours are forced, grounds are not.
_WITHOUT_EDGE = """
() => [...document.querySelectorAll("main input, main textarea, main select, main button, main a.btn")]
  .filter((each) => each.type !== "hidden" && each.tabIndex >= 0 && each.checkVisibility())
  .filter((each) => !each.classList.contains("linklike"))
  .filter((each) => {
    const drawn = ["radio", "checkbox"].includes(each.type)
      ? getComputedStyle(each.labels[0], "::before")
      : getComputedStyle(each);
    return drawn.borderTopStyle === "none" || parseFloat(drawn.borderTopWidth) === 0;
  })
  .map((each) => each.outerHTML.slice(0, 90))
"""
_LISTEN = """
() => {
  window.reached = new Set();
  window.unseen = [];
  document.addEventListener("focusin", ({ target }) => {
    reached.add(target);
    const styles = [getComputedStyle(target), getComputedStyle(target, "::after")];
    if (target.labels?.[0]) {
      styles.push(getComputedStyle(target.labels[0], "::before"));
    }
    if (!styles.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none")) {
      unseen.push(`focus can't be seen: ${target.outerHTML.slice(0, 90)}`);
    }
  });
  document.activeElement.blur();
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((each) => each.tabIndex >= 0 && !each.disabled && each.type !== "hidden")
    .filter((each) => each.checkVisibility());
  const groups = new Set();
  window.stops = stops.filter((each) => {
    if (each.type !== "radio") {
      return true;
    }
    const isFirst = !groups.has(each.name);
    groups.add(each.name);
    return isFirst;
  });
  return window.stops.length;
}
"""
_MISSED = """
() => {
  const names = new Set([...reached].filter((each) => each.type === "radio").map((each) => each.name));
  const missed = stops.filter((each) => !reached.has(each) && !names.has(each.name));
  return [...unseen, ...missed.map((each) => `not reached: ${each.outerHTML.slice(0, 90)}`)];
}
"""

_COMPRESSED = """
async (url) => {
  const answer = await fetch(url);
  const packed = answer.body.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}
"""

_files: dict[str, int] = {}


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands; empty when nothing is."""
    return [
        *_too_wide(page),
        *axe_violations(page),
        *_without_edges(page),
        *_lost_by_keyboard(page),
        *_too_heavy(page),
    ]


def _too_wide(page: Page) -> list[str]:
    page.set_viewport_size({"width": NARROW, "height": TALL})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": PHONE, "height": TALL})
    return [f"{width} pixels wide"] if width > NARROW else []


def _without_edges(page: Page) -> list[str]:
    page.emulate_media(forced_colors="active")
    found = page.evaluate(_WITHOUT_EDGE)
    page.emulate_media(forced_colors="none")
    return [f"no edge where colours are forced: {each}" for each in found]


def _lost_by_keyboard(page: Page) -> list[str]:
    """From the top of the page, by the Tab key alone."""
    for _ in range(page.evaluate(_LISTEN) + 1):
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate(_MISSED)
    return found


def _too_heavy(page: Page) -> list[str]:
    loaded = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    parts = [len(gzip.compress(page.content().encode()))]
    parts += [_weight_of(page, url) for url in set(loaded) if ".woff2" not in url]
    return [f"{sum(parts)} bytes compressed"] if sum(parts) > HEAVIEST else []


def _weight_of(page: Page, url: str) -> int:
    """Files are asked for once; what a search answers, each time."""
    if url not in _files or "/static/" not in url:
        _files[url] = page.evaluate(_COMPRESSED, url)
    return _files[url]
