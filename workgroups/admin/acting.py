"""Pages with one button that does something, which for most of them writes to people."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from mathshub.outbox.admin.telling import Rehearsal, act_as_asked, is_silent
from mathshub.scope_admin import PortalAdmin
from workgroups.errors import Refusal


class ActPages(PortalAdmin):
    def act_page(
        self,
        request: HttpRequest,
        *,
        act: Callable[[], Any],
        words: str | Callable[[Any], str],
        back: str,
        to: str | Callable[[Any], str] = "",
        form: forms.BaseForm | None = None,
        refused_field: str | None = None,
        silent_words: str = "",
        **page: Any,
    ) -> HttpResponse:
        """Show the page; or do what it says, once its form is in order, and say so.

        ``words`` say what was done, and ``to`` (by default ``back``) is where they stand: both are
        given, or made of what ``act`` returns. What an action that writes to people adds to
        ``page`` is ``silent_button``, with ``silent_words``, where it can be done without e-mail,
        and ``has_letter`` where only the letter can be seen first. A ``Refusal`` stands in the
        form, at ``refused_field``; without a form, on the page that this one came from.
        """
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                result = act_as_asked(request, act)
            except Refusal as refusal:
                if form is None:
                    return self.done(request, str(refusal), to=back, level=messages.ERROR)
                form.add_error(refused_field, str(refusal))
            else:
                if not isinstance(result, Rehearsal):
                    said = silent_words if is_silent(request) and silent_words else words
                    return self.done(request, _of(result, said), to=_of(result, to) or back)
                page["rehearsal"] = result
        return self.form_page(request, form=form, back=back, **page)


def _of(result: Any, given: str | Callable[[Any], str]) -> str:
    return given if isinstance(given, str) else given(result)
