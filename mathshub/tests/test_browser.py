"""The browser fixtures see what they are there to see."""

import pytest

from mathshub.testing.browser import totp_code
from mathshub.testing.page_quality import faults

STRICT = "default-src 'none'; script-src 'self'"
GOOD = '<html lang="en"><title>A</title><main><h1>A</h1><label>Name <input></label></main>'


@pytest.fixture
def show(page):
    """Show this HTML as if a server had sent it with a strict policy."""

    def show_html(html):
        answer = {"body": html, "content_type": "text/html"}
        answer["headers"] = {"Content-Security-Policy": STRICT}
        page.route("**/*", lambda route: route.fulfill(**answer))
        page.goto("http://hub.localhost/")
        return page

    return show_html


def test_axe_finds_a_field_without_a_label_and_nothing_on_a_good_page(show, axe):
    assert axe(show(GOOD)) == []
    [violation] = axe(show(GOOD.replace("label", "p")))
    assert violation.startswith("label: ")


@pytest.mark.parametrize(
    ("wrong", "report"),
    [
        ('<p style="color: red">', "CSP style-src-attr blocked inline"),
        ("<script>1</script>", "CSP script-src-elem blocked inline"),
        ('<img src="https://elsewhere.example/a.png" alt="">', "CSP img-src blocked https://else"),
    ],
)
def test_a_breach_of_the_policy_is_reported(show, browser_reports, wrong, report):
    show(GOOD + wrong)

    [found] = browser_reports
    assert found.startswith(report)
    browser_reports.clear()


def test_a_script_error_is_reported(show, page, browser_reports):
    show(GOOD)
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.wait_for_timeout(100)

    [found] = browser_reports
    assert "broken" in found
    browser_reports.clear()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("<style>p {width: 400px}</style><p>wide</p>", "pixels wide"),
        ("<style>button {border: 0}</style><button>Press</button>", "no edge where colours"),
        ("<style>a:focus {outline: 0}</style><a href='/x'>Go</a>", "focus can't be seen: <a"),
        ("<!-- " + " ".join(f"{n * 7919:x}" for n in range(40_000)) + " -->", "bytes"),
        ("<label>Name <input></label><button>Send</button>", ""),
    ],
)
def test_the_faults_of_a_page_are_seen(phone, wrong, fault):
    phone.set_content(GOOD.replace("</h1>", f"</h1>{wrong}"))
    found = [each for each in faults(phone) if "region" not in each]
    assert [fault in each for each in found] == [True] * bool(fault)


def test_the_page_of_a_hub_reaches_a_phone_without_a_report(live_portal, phone):
    answer = phone.goto(live_portal.url("/healthz"))

    assert answer.status == 200
    assert phone.evaluate("innerWidth") == 390


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804")])
def test_codes_are_those_of_the_standard(seconds, code):
    assert totp_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at=seconds) == code
