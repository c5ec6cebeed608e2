"""A reader at a browser that speaks real HTTP to the portal: cookies, forms as the page has them."""

import http.client
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from mathshub.tests.page_forms import forms_sent_by

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    """What came back; status 0 when the connection ended without an answer."""

    status: int
    text: str = ""
    location: str = ""

    @property
    def is_told(self) -> bool:
        """Whether it leads to the page that says: we have your expression of interest."""
        return self.status == 302 and "/received/" in self.location

    def form(self, name: str) -> dict[str, Any]:
        """What the page's form with a field of that name would send as it stands."""
        [found] = [form for form in forms_sent_by(self.text) if name in form]
        return dict(found)


@dataclass
class Browser:
    """One reader of the hub on ``host``; ``network`` is where the proxy says they are.

    Who waits for longer than ``timeout`` seconds is gone.
    """

    port: int
    host: str = "lea-valley.localhost"
    network: str = "192.0.2.1"
    timeout: float = 30
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_staff(cls, port: int, client: Client, **options: Any) -> "Browser":
        """The browser of whoever is signed in at the test client."""
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        return cls(port, cookies=cookies, **options)

    def get(self, path: str, **headers: str) -> Page:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, Any]) -> Page:
        return self.send("POST", path, urlencode(fields, doseq=True).encode())

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = FORM,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """One request as it is, on a connection of its own."""
        sent = {"Host": self.host, "X-Forwarded-For": self.network} | dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = content_type
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, sent)
            return self._read(connection.getresponse())
        except (OSError, http.client.HTTPException):
            return Page(0)
        finally:
            connection.close()

    def _read(self, response: http.client.HTTPResponse) -> Page:
        text = response.read().decode(errors="replace")
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Page(response.status, text, response.headers.get("Location", ""))


def all_at_once(actions: Sequence[Callable[[], Page]]) -> list[Page]:
    """Do all of it at the same moment, each in a thread of its own."""
    together = Barrier(len(actions))

    def act(action: Callable[[], Page]) -> Page:
        together.wait(timeout=30)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))
