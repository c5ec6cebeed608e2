"""Reports of mail servers are understood, and nothing else is taken for one."""

import re
from email import message_from_string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mathshub.outbox.bounces import BounceKind
from mathshub.outbox.delivery_reports import Report, is_report, read_reports
from mathshub.outbox.tests import reports
from mathshub.outbox.tests.reports import HEAD, OURS, report

PERMANENT, GAVE_UP = BounceKind.PERMANENT, BounceKind.GAVE_UP
ALL = [reports.EXCHANGE, reports.POSTFIX, reports.GMAIL, reports.COMPLAINT]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            reports.EXCHANGE,
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; "
            "Recipient head@school.example not found by SMTP address lookup",
        ),
        (
            reports.POSTFIX,
            "550 5.1.1 <head@school.example>: Recipient address rejected: User unknown in virtual "
            "mailbox table",
        ),
        (
            reports.GMAIL,
            "550-5.1.1 The email account that you tried to reach does not exist.",
        ),
    ],
    ids=["Exchange", "Postfix", "Gmail"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_address_that_does_not_exist_is_reported_with_the_server_s_words(
    text: str, reason: str, newline: str
) -> None:
    raw = text.replace("\n", newline).encode()
    assert read_reports(raw) == [Report(OURS, HEAD, PERMANENT, reason)]


def test_a_complaint_is_understood() -> None:
    assert read_reports(reports.COMPLAINT.encode()) == [
        Report(OURS, HEAD, BounceKind.COMPLAINT, "")
    ]


@pytest.mark.parametrize(
    "text", [reports.OUT_OF_OFFICE, reports.READ_RECEIPT, reports.DELAYED, reports.RELAYED, ""]
)
def test_answers_receipts_and_delays_report_nothing(text: str) -> None:
    assert read_reports(text.encode()) == []


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "550 5.1.1 no such user", PERMANENT),
        ("5.2.1", "550 5.2.1 mailbox disabled", PERMANENT),
        ("5.0.0", "550 No such user", PERMANENT),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", PERMANENT),
        ("5.4.4", "Host or domain name not found", PERMANENT),
        ("5.0.0", "550 5.7.1 Message rejected as spam", GAVE_UP),
        ("5.7.1", "550 5.7.1 blocked by policy", GAVE_UP),
        ("5.2.2", "552 5.2.2 mailbox full", GAVE_UP),
        ("5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large", GAVE_UP),
        ("5.2.4", "550 5.2.4 list can't be expanded", GAVE_UP),
        ("5.2.0", "554 5.2.0 STOREDRV.Deliver.Exception:QuotaExceededException", GAVE_UP),
        ("5.1.8", "550 5.1.8 Access denied, bad outbound sender", GAVE_UP),
        ("5.0.0", "550 5.2.3 message too large", GAVE_UP),
        ("5.0.0", "552 Message size exceeds fixed limit", GAVE_UP),
        ("5.0.0", "554 Transaction failed", GAVE_UP),
        ("5.0.0", "550 No such user at [192.5.7.1]", PERMANENT),
        ("5.6.0", "554 5.6.0 content refused", GAVE_UP),
        ("4.4.7", "Message expired", GAVE_UP),
        ("4.4.1", "connect to mx.school.example: Connection timed out", GAVE_UP),
        ("5.4.6", "554 5.4.6 Hop count exceeded", GAVE_UP),
        ("rubbish", "", GAVE_UP),
    ],
)
def test_only_what_speaks_of_the_address_is_for_good(
    status: str, diagnostic: str, kind: BounceKind
) -> None:
    [found] = read_reports(report(status, diagnostic))
    assert found.kind is kind


@pytest.mark.parametrize(
    ("final", "original", "meant"),
    [
        (HEAD, "", HEAD),
        (HEAD, HEAD, HEAD),
        ("g.obi@elsewhere.example", HEAD, HEAD),
        ("head+1@school.example", "head+2B1@school.example", "head+1@school.example"),
        ("<Head@School.example>", "", "Head@School.example"),
    ],
)
def test_the_address_that_we_wrote_to_is_meant(final: str, original: str, meant: str) -> None:
    [found] = read_reports(report("5.1.1", "550 5.1.1", recipient=final, original=original))
    assert found.address == meant


def test_a_report_on_several_addresses_tells_each() -> None:
    block = f"Final-Recipient: rfc822;{HEAD}\nAction: failed\nStatus: 5.1.1"
    other = block.replace(HEAD, "office@school.example")
    raw = reports.EXCHANGE.replace(
        f"Final-Recipient: rfc822;{HEAD}", f"{other}\n\nFinal-Recipient: rfc822;{HEAD}"
    )
    assert [found.address for found in read_reports(raw.encode())] == [
        "office@school.example",
        HEAD,
    ]


def test_a_report_that_names_no_message_says_nothing() -> None:
    raw = reports.POSTFIX.replace(f"Message-ID: {OURS}\n", "")
    assert read_reports(raw.encode()) == []


def test_its_own_message_id_is_never_taken_for_ours() -> None:
    raw = reports.EXCHANGE.replace(OURS, "nothing")
    assert read_reports(raw.encode()) == []


@pytest.mark.parametrize("text", ALL)
def test_a_report_is_known_by_its_first_header(text: str) -> None:
    assert is_report(str(message_from_string(text)["Content-Type"]))
    assert not is_report("text/plain")


@given(st.binary(max_size=400), st.sampled_from(ALL), st.data())
def test_whatever_comes_is_read_without_an_error(
    junk: bytes, text: str, data: st.DataObject
) -> None:
    """Cut anywhere, with anything in the middle."""
    raw = text.encode()
    read_reports(junk)
    place = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(place, len(raw)))
    for each in read_reports(raw[:place] + junk + raw[end:]):
        assert len(each.reason) <= 160
        assert "\n" not in each.reason + each.address + each.message_id


@given(st.text(max_size=60), st.text(max_size=60))
def test_odd_words_in_a_report_stay_words(status: str, diagnostic: str) -> None:
    for each in read_reports(report(status, diagnostic or "x")):
        assert each.reason.isprintable()


FIELDS = re.findall(r"(?m)^([A-Z][\w-]+):", reports.EXCHANGE)
ENCODED_WORDS = st.builds(
    "=?{}?{}?{}?=".format,
    st.sampled_from(["utf-8", "us-ascii", "utf-7", "idna", "hex", "no-such", "\0", ""]),
    st.sampled_from("bqBQx"),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12),
)


@given(st.sampled_from(FIELDS), st.binary(max_size=60) | ENCODED_WORDS.map(str.encode))
@example("In-Reply-To", b"=?utf-8?b?A?=")
@example("Content-Type", b"multipart/report; boundary=x\nIn-Reply-To: =?utf-8?b?A?=")
def test_no_field_of_a_report_is_an_error(name: str, value: bytes) -> None:
    line = name.encode() + b": " + value
    raw = re.sub(rb"(?m)^%s:.*$" % name.encode(), lambda _: line, reports.EXCHANGE.encode())
    read_reports(raw)
    read_reports(line + b"\n" + raw)
