"""Asks for every address as somebody of one hub, and reports whatever it learns of another.

At each address it asks for an own row, for another hub's row and for one that does not exist. The
other hub's mark must never come back, and its row must look the same as a missing one: the same
status, the same place to go, the same words. Whatever a form offers as a choice must be the own
hub's; whatever is sent must leave the other hub's rows as they were.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from zipfile import ZipFile

from django.db import IntegrityError, connection, transaction
from django.test import Client

from mathshub.accounts.models import Account
from mathshub.ledger import Audience, audience_of
from mathshub.scope import hub_scope
from mathshub.scope_admin import SeenForm
from mathshub.tests.addresses import Address
from mathshub.tests.page_forms import choices_in, forms_in, forms_sent_by
from mathshub.tests.probes import NOBODYS_ID, Probe, lookups, probes
from mathshub.tests.two_hubs import PlantedHub, marked_models, rows_of_hub

Echo = tuple[str, ...]
"""Patterns of what a page may repeat of a request without telling anything."""


@dataclass(frozen=True)
class Finding:
    """Something that one hub's person learnt of another hub, or did to it."""

    request: str
    what: str

    def __str__(self) -> str:
        return f"{self.request}: {self.what}"


@dataclass
class Crawler:
    """``client`` is signed in, or not, and asks at the host of ``own``."""

    client: Client
    own: PlantedHub
    other: PlantedHub
    sees_all_accounts: bool = False
    findings: list[Finding] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    """Names of the addresses that answered with a page."""
    told: set[str] = field(default_factory=set)
    """Names of those that showed the own hub's mark: what the crawler can judge at all."""
    asked: int = 0
    """How many requests were made."""
    _looks: dict[tuple[str, str, str], tuple[int, str, str]] = field(default_factory=dict)

    def crawl(self, addresses: Iterable[Address]) -> list[Finding]:
        self.client.raise_request_exception = False
        self._cookies = self.client.cookies.output(header="", sep=";")
        self._before = fingerprint(self.other)
        for address in addresses:
            if self.sees_all_accounts and audience_of(address.name) is Audience.SUPERUSER:
                continue
            for probe in probes(address, self.own, self.other):
                self._try(address, probe)
        self._compare_rows("the whole crawl")
        return self.findings

    # --- what is asked ---

    def _try(self, address: Address, probe: Probe) -> None:
        response = self._ask("GET", probe.own)
        if response.status_code == 200:
            self.opened.add(address.name)
            if self.own.mark.casefold() in " ".join(shown_by(response, probe.own)).casefold():
                self.told.add(address.name)
            self._try_forms(probe.own, response)
        if response.context and "cl" in response.context:
            self._try_list(probe.own, response.context["cl"])
        for others, missing in probe.others:
            self._compare("GET", others, missing)
            self._compare("POST", others, missing, sent_to(others), sent_to(missing))

    def _try_list(self, path: str, changes: Any) -> None:
        """A list's search, its filters, lookups that nobody offers, and its actions."""
        with hub_scope(self.own.hub):  # as while the page was made
            asked = list(lookups(changes, self.other))
        for name, theirs, nobodys in asked:
            pair = [f"{path}?{urlencode({name: value})}" for value in (theirs, nobodys)]
            self._compare("GET", *pair, echoes=(echo_of(name, theirs), echo_of(name, nobodys)))
        if changes.model in self.other.rows:
            for action in changes.model_admin.actions or ():
                for row in self.other.rows[changes.model]:
                    chosen = [
                        {"action": action, "_selected_action": pk} for pk in (row.pk, NOBODYS_ID)
                    ]
                    self._compare("POST", path, path, *chosen)

    def _try_forms(self, path: str, response: Any) -> None:
        """Every choice of a row in every form of a page: only own rows, and no others taken."""
        sent = forms_sent_by(response.content.decode(errors="replace"))
        with hub_scope(self.own.hub):  # as while the page was made
            shown = [each for each in forms_in(response.context or []) if _is_seen(each)]
            choices = list(choices_in(response.context or []))
            offered = [{row.hub_id for row in choice.queryset.all()} for _, choice in choices]
        names = {name for form in sent for name in form}
        for each in shown:
            asked = names & {each.add_prefix(name) for name in each.fields}
            if asked and each.as_of_name not in names:
                self._note("GET", path, "does not send back what its form showed")
        for (name, choice), hubs in zip(choices, offered, strict=True):
            if not hubs <= {self.own.hub.pk}:
                self._note("GET", path, f"the choice “{name}” offers another hub's rows")
            for row in self.other.rows[choice.queryset.model]:
                for form in sent:
                    if name in form:
                        self._ask("POST", path, form | {name: [str(row.pk)]})

    # --- what comes back ---

    def _ask(self, method: str, path: str, data: Any = None, *, echo: Echo = ()) -> Any:
        """One request, undone; notes an error page, the other hub's mark, or a change there."""
        self.asked += 1
        self.client.cookies = SimpleCookie(self._cookies)
        send = self.client.get if method == "GET" else self.client.post
        writes = Writes()
        with transaction.atomic(), connection.execute_wrapper(writes):
            response = send(path, data or {}, SERVER_NAME=self.own.hub.host)
            if writes.tables:
                self._judge_writes(f"{method} {path}", writes.tables)
            transaction.set_rollback(True)
        if response.status_code >= 500:
            error = getattr(response, "exc_info", (None, ""))[1]
            self._note(method, path, f"status {response.status_code} {error}".strip())
        headers = [value for name, value in response.headers.items() if name != "Location"]
        said = " ".join([*headers, *shown_by(response, path, echo)])
        if self.other.mark.casefold() in said.casefold():
            self._note(method, path, "shows the other hub's mark")
        return response

    def _look(self, method: str, path: str, data: Any, echo: Echo) -> tuple[int, str, str]:
        """What a request is answered with; the same one is not made twice."""
        key = (method, path, repr(data))
        if key not in self._looks:
            response = self._ask(method, path, data, echo=echo)
            self._looks[key] = (response.status_code, *shown_by(response, path, echo))
        return self._looks[key]

    def _compare(
        self,
        method: str,
        theirs: str,
        nobodys: str,
        data: Any = None,
        nobodys_data: Any = None,
        *,
        echoes: tuple[Echo, Echo] = ((), ()),
    ) -> None:
        """The other hub's row and a missing one must look the same."""
        first = self._look(method, theirs, data, echoes[0])
        second = self._look(method, nobodys, nobodys_data or data, echoes[1])
        if first != second:
            self._note(method, theirs, f"differs from a missing row ({nobodys})")

    def _judge_writes(self, request: str, tables: set[str]) -> None:
        if request.startswith("GET"):
            self.findings.append(Finding(request, f"a look changes {', '.join(sorted(tables))}"))
        try:
            connection.check_constraints()
        except IntegrityError as error:
            self.findings.append(Finding(request, f"would break a key: {error}"))
            return
        self._compare_rows(request)

    def _compare_rows(self, cause: str) -> None:
        if fingerprint(self.other) != self._before:
            self.findings.append(Finding(cause, "changed the other hub's rows"))

    def _note(self, method: str, path: str, what: str) -> None:
        self.findings.append(Finding(f"{method} {path}", what))


def _is_seen(form: Any) -> bool:
    """Whether the form compares what its page showed of a row with what is there when it is sent."""
    is_new = getattr(getattr(form, "instance", None), "pk", "of no row") is None
    return isinstance(form, SeenForm) and bool(form.as_of) and not is_new


class Writes:
    """Notes which tables are written to, but for those that keep sessions and counts."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        wrote = re.match(r"(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) \W?(\w+)", sql)
        if wrote and wrote[1] not in {"django_session", "cache_entries"}:
            self.tables.add(wrote[1])
        return execute(sql, params, many, context)


def sent_to(path: str) -> dict[str, str]:
    """What a POST to the path carries: what its query says, and a confirmation."""
    return dict(parse_qsl(path.partition("?")[2])) | {"post": "yes"}


def echo_of(name: str, value: object) -> Echo:
    """How a page may say again what was asked: in links, in hidden fields, a search in its box."""
    value = re.escape(str(value))
    said = (rf"{name}={value}\b", rf'name="{name}" value="{value}"')
    return said if value.isdigit() else (*said, value)


def shown_by(response: Any, path: str, echo: Echo = ()) -> tuple[str, str]:
    """Where a response leads and what it says, without what was asked and tokens against forgery."""
    body = text_of(response).replace("\r\n ", "")  # folded calendar lines
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    where = response.headers.get("Location", "")
    paths = [re.escape(written) for written in (path, quote(path), quote(path, safe=""))]
    for asked in (*paths, *echo):
        body, where = re.sub(asked, "…", body), re.sub(asked, "…", where)
    return where, body


def text_of(response: Any) -> str:
    """What the response says; of a workbook, which is packed, what its sheets say."""
    content = response.content
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as book:
            content = b"".join(
                book.read(name) for name in book.namelist() if "docProps" not in name
            )
    return content.decode(errors="replace")


def fingerprint(planted: PlantedHub) -> int:
    """Changes with anything in the hub's rows."""
    rows = [
        [*map(_as_plain_values, rows_of_hub(model, planted.hub).order_by("pk").values_list())]
        for model in marked_models()
    ]
    accounts = Account.objects.filter(pk__in=[each.pk for each in planted.rows[Account]])
    return hash(repr([rows, list(accounts.values_list("pk", "name", "email", "password"))]))


def _as_plain_values(row: tuple[Any, ...]) -> list[Any]:
    """A view of bytes looks different each time, whatever it shows."""
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]
