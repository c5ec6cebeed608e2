"""What a browser must fetch for its first page of the portal, compressed as it is sent."""

import gzip
from collections.abc import Iterator
from html.parser import HTMLParser

from mathshub.testing.bench.figures import Row, at_most
from mathshub.testing.bench.load import Request, UnexpectedAnswer
from mathshub.testing.bench.stage import HOST, Stage

TITLE = "The weight of a first page"
KILOBYTE = 1000  # as browsers' tools count
PAGES = ("/", "/programmes/", "/journey/", "/interest/")


def measure(stage: Stage) -> Iterator[Row]:
    """The heaviest of the pages on which a school may arrive."""
    weights = {path: weight_of(stage, path) for path in PAGES}
    heaviest = max(weights, key=lambda path: sum(weights[path].values()))
    parts = weights[heaviest]
    yield Row(
        "First page: HTML, CSS and JS",
        ours=sum(parts.values()) / KILOBYTE,
        unit="kB compressed",
        target=at_most(60),
        details={"page": heaviest} | {name: f"{size:,} B" for name, size in parts.items()},
    )


def weight_of(stage: Stage, path: str) -> dict[str, int]:
    """Compressed bytes of the page and of each style sheet and script that it names."""
    html = _fetch(stage, path)
    files = _Files()
    files.feed(html.decode())
    # The portal leaves the compression of pages to the proxy in front of it.
    sizes = {"HTML": len(gzip.compress(html))}
    return sizes | {_name(each): len(_fetch(stage, each, "br")) for each in files.found}


class _Files(HTMLParser):
    """The style sheets and scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        names = [given.get("src"), given.get("data-components")] if tag == "script" else []
        if tag == "link" and given.get("rel") == "stylesheet":
            names.append(given.get("href"))
        self.found += [name for name in names if name]


def _fetch(stage: Stage, path: str, encoding: str = "identity") -> bytes:
    asked = Request(path, headers={"Host": HOST, "Accept-Encoding": encoding})
    answer = stage.portal.fetch(asked)
    if answer.headers.get("Content-Encoding", "identity") != encoding:
        raise UnexpectedAnswer(f"{path} is not compressed as asked")
    return answer.body


def _name(path: str) -> str:
    """“main.css” of a file whose name carries its contents' hash."""
    name, _hash, ending = path.rpartition("/")[2].rsplit(".", 2)
    return f"{name}.{ending}"
