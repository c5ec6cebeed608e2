"""Forms say what they ask, and what is wrong with the answers, to eyes and screen readers alike."""

import re
from datetime import date
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string
from django.test.html import parse_html

from mathshub.site.style_guide import SampleForm
from mathshub.site.templatetags.hub_forms import error_lines, govuk_widget


def ids_in(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


@pytest.fixture
def with_errors() -> SampleForm:
    form = SampleForm({"email": "office at school", "first_session_day": "31"})
    form.add_error(None, "This programme closed.")
    return form


def test_every_label_leads_to_a_control_of_the_page() -> None:
    html = render_crispy_form(SampleForm())
    targets = re.findall(r'<label[^>]* for="([^"]+)"', html)
    assert len(targets) >= len(SampleForm.base_fields)
    assert set(targets) <= set(ids_in(html))


def test_no_id_stands_twice(with_errors: SampleForm) -> None:
    ids = ids_in(render_crispy_form(with_errors))
    assert len(ids) == len(set(ids))


def test_controls_are_described_by_what_is_on_the_page(with_errors: SampleForm) -> None:
    html = render_crispy_form(with_errors)
    described = {
        part for value in re.findall(r'aria-describedby="([^"]+)"', html) for part in value.split()
    }
    assert {"id_email_helptext", "id_email_error", "id_first_session_error"} <= described
    assert described <= set(ids_in(html))


def test_each_line_of_the_error_summary_leads_to_its_field(with_errors: SampleForm) -> None:
    summary = render_to_string("hubforms/errors.html", {"form": with_errors})
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets[:3] == ["id_name", "id_email", "id_programme_0"]
    assert set(targets) <= set(ids_in(render_crispy_form(with_errors)))


def test_an_error_that_names_no_field_is_given_the_label_before_it() -> None:
    class Plain(forms.Form):
        borough = forms.CharField(label="Which borough?")
        name = forms.CharField(error_messages={"required": "Enter your name"})

    assert error_lines(Plain({})) == [
        {"words": "Which borough: This field is required.", "anchor": "id_borough"},
        {"words": "Enter your name", "anchor": "id_name"},
    ]


def test_what_was_typed_stays_and_stays_inert() -> None:
    form = SampleForm({"name": '"><script>alert(1)</script>', "first_session_day": "31st"})
    html = render_crispy_form(form)
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>" not in html
    assert re.search(r'name="first_session_day"[^>]* value="31st"', html)


def test_optional_questions_say_so_and_compulsory_ones_do_not() -> None:
    html = render_crispy_form(SampleForm())
    assert html.count('<span class="optional">(optional)</span>') == sum(
        not field.required for field in SampleForm.base_fields.values()
    )


def test_chosen_options_stay_chosen() -> None:
    html = render_crispy_form(SampleForm({"programme": "readiness", "days": ["tue", "thu"]}))
    assert re.findall(r'value="(\w+)" checked', html) == ["readiness", "tue", "thu"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (forms.CharField(max_length=9, widget=forms.TextInput({"autocomplete": "name"})), '<"&'),
        (forms.EmailField(required=False), ""),
        (forms.IntegerField(min_value=1, localize=True), 12000),
        (forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")), date(2026, 10, 8)),
        (forms.URLField(assume_scheme="https", disabled=True), "https://example.org/?a=1&b=2"),
    ],
)
def test_controls_drawn_quickly_are_those_that_django_draws(field: forms.Field, value: Any) -> None:
    class Short(forms.Form):
        answer = field

    bound = Short(initial={"answer": value}, prefix="p")["answer"]
    slowly = bound.as_widget(attrs={"class": "govuk-input"})
    assert_html_equal(govuk_widget(bound), slowly)
    typed = Short({"p-answer": str(value)}, prefix="p")["answer"]
    assert_html_equal(
        govuk_widget(typed).replace(" govuk-input--error", ""),
        typed.as_widget(attrs={"class": "govuk-input"}),
    )


def assert_html_equal(left: str, right: str) -> None:
    assert parse_html(left) == parse_html(right)
