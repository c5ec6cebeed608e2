"""What the log may not hold."""

import logging

from mathshub.links import make_token
from mathshub.logs import HideTokens


def test_a_signed_link_is_not_logged() -> None:
    path = f"/my/{make_token('my', 12, 3)}/apology/4/"
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", (path,), None)

    HideTokens().filter(record)

    assert record.getMessage() == "Not Found: /my/<token>/apology/4/"
