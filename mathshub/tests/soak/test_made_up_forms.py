"""Very many posts to the form of interest over HTTP: what is told and what is stored agree."""

import random

from mathshub.testing.portal import LivePortal
from mathshub.testing.sizes import size
from mathshub.tests.soak.conftest import Soak
from mathshub.tests.soak.made_up_forms import MadeUpForms, compare
from workgroups.models import Hub

SEED = 20261122


def test_what_the_form_takes_is_stored_once_and_what_it_refuses_is_not(
    hub: Hub, live_portal: LivePortal, soak: Soak
):
    forms = MadeUpForms.make(random.Random(SEED), size(short=300, soak=10_000))
    answers = forms.send(live_portal, soak.progress)
    wrong = compare(forms, answers)

    found = ", ".join(f"{name}: {number}" for name, number in wrong.items() if number)
    soak.report(len(answers), f"{found or '0 errors, 0 lost'}; {forms.words_for(answers)}")
    assert not any(wrong.values()), wrong
