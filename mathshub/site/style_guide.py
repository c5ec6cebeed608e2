"""The living style guide: every piece of the look in every state, in the demonstration only."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout, Submit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Cell = dict[str, Any]


def _cell(state: str, date: str = "", words: str = "", share: float | None = None) -> Cell:
    return {"state": state, "date": date, "words": words, "share": share}


TEACHER = [
    _cell("came", "8 Oct"),
    _cell("apology", "19 Nov"),
    _cell("next", "14 Jan"),
    _cell("to_come", "4 Mar", "online"),
    _cell("to_come", "6 May", "school"),
    _cell("unconfirmed"),
]
EVERY_STATE = [
    _cell("came", "8 Oct"),
    _cell("apology", "5 Nov"),
    _cell("absent", "19 Nov"),
    _cell("held", "3 Dec"),
    _cell("no_register", "10 Dec"),
    _cell("cancelled", "14 Jan"),
    _cell("next", "4 Feb"),
    _cell("to_come", "4 Mar"),
    _cell("unconfirmed"),
]
GROUP = [
    _cell("came", "8 Oct", "12 of 14 came", 12 / 14),
    _cell("came", "19 Nov", "7 of 14 came", 7 / 14),
    _cell("no_register", "10 Dec"),
    _cell("next", "14 Jan", "13 expected"),
    _cell("to_come", "4 Mar", "online"),
    _cell("unconfirmed"),
]
LENGTHS = [
    [TEACHER[i] if i < 4 else _cell("to_come", f"{i} June", "school") for i in range(length)]
    for length in (3, 4, 5, 7, 12)
]
STAGES = [
    {
        "name": "Readiness",
        "strap": "a year to get set",
        "entry": "start here …",
        "stepping": True,
        "url": "#readiness",
    },
    {
        "name": "Development",
        "strap": "two lead teachers",
        "entry": "… or here",
        "url": "#development",
    },
    {"name": "Embedding", "strap": "across the school", "url": "#embedding"},
    {"name": "Sustaining", "strap": "six sessions, year on year", "url": "#sustaining"},
]


class _ChoiceWithHints(forms.RadioSelect):
    hints = {
        "development": "Two teachers, six sessions, visits between them.",
        "readiness": "For schools that want to and have something in the way.",
    }


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Your name", error_messages={"required": "Enter your name"})
    email = forms.EmailField(
        label="Work e-mail",
        help_text="We write to this address only about this expression.",
        error_messages={"invalid": "Enter an e-mail address like name@school.example.org"},
    )
    programme = forms.ChoiceField(
        label="Which step is right for you?",
        choices=[("readiness", "Mastery Readiness"), ("development", "Mastery Development")],
        widget=_ChoiceWithHints,
        error_messages={"required": "Choose a step"},
    )
    days = forms.MultipleChoiceField(
        label="Which days suit you?",
        choices=[("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    borough = forms.ChoiceField(
        label="Borough", choices=[("", "Choose"), ("h", "Hackney"), ("n", "Newham")]
    )
    first_session = forms.DateField(
        label="When is the first session?",
        help_text="For example, 8 10 2026.",
        widget=forms.SelectDateWidget,
        error_messages={"invalid": "February 2027 has 28 days: enter a day that exists"},
    )
    message = forms.CharField(
        label="Anything we should know?", max_length=500, widget=forms.Textarea, required=False
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    understood = forms.BooleanField(
        label="The headteacher knows and will release both teachers.",
        help_text="Six sessions, about three hours each.",
        error_messages={"required": "Tick the box once the headteacher knows"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset("Who you are", "name", "email"),
            "programme",
            "days",
            "borough",
            "first_session",
            "message",
            "password",
            "understood",
            HTML('<p class="meta">Nothing on this page is stored.</p>'),
        )
        self.helper.add_input(Submit("send", "Send our expression of interest"))


def _form_with_errors() -> SampleForm:
    form = SampleForm(
        {
            "wrong-email": "office at school",
            "wrong-first_session_day": "31",
            "wrong-first_session_month": "2",
            "wrong-first_session_year": "2027",
        },
        prefix="wrong",
    )
    form.add_error(None, "This programme closed while you were typing: choose another one.")
    return form


@login_not_required
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every piece and state on one page, for eyes and for axe."""
    context = {
        "page_title": "Everything the portal is drawn with",
        "kicker": "Style guide",
        "teacher": TEACHER,
        "every_state": EVERY_STATE,
        "group": GROUP,
        "lengths": LENGTHS,
        "stages": STAGES,
        "blank": SampleForm(prefix="blank"),
        "wrong": _form_with_errors(),
        "page_obj": Paginator(range(200), 10).page(7),
    }
    return render(request, "site/style_guide.html", context)
