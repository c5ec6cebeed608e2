"""How many SQL statements a request takes, counted in this process on the same database."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mathshub.testing.bench.load import Request, UnexpectedAnswer


def queries_of(request: Request, *, again: Request | None = None) -> int:
    """The statements of the request the second time, or of ``again``, which counts in its place.

    Raises ``UnexpectedAnswer``.
    """
    _ask(request)
    with CaptureQueriesContext(connection) as captured:
        _ask(again or request)
    return len(captured)


def _ask(request: Request) -> None:
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    response = Client(headers=headers).generic(
        request.method,
        request.path,
        request.body,
        content_type=request.headers.get("Content-Type", "text/html"),
    )
    if response.status_code != request.expected:
        raise UnexpectedAnswer(f"{request.path} answered {response.status_code} to the test client")
