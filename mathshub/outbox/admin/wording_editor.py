"""One editor for a hub's words, be they of a kind of e-mail or of one message that waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from mathshub.outbox.admin.words import without_links
from mathshub.outbox.forms import WordingForm
from mathshub.outbox.wording_preview import Sample
from mathshub.scope_admin import PortalAdmin, posted

# The e-mail's own styles, nothing fetched, no script, and none of its links leads anywhere.
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
NO_LINKS = '<base target="_blank">'
PARTS_IN_WORDS = {"subject": "Subject", "opening": "Opening", "closing": "Closing"}
PREVIEW, AS_EMAIL = "preview", "as-email"


@dataclass(frozen=True)
class Editing:
    """What is worded: ``texts`` as they stand, ``upper`` what an empty box leaves to be said.

    ``alone`` is whether a programme leaves out the words for all programmes; None where it can't.
    """

    title: str
    sample: Sample
    texts: Mapping[str, str]
    upper: Mapping[str, str]
    back: str
    save: Callable[[WordingForm], HttpResponse]
    button: str = "Save"
    will: Sequence[str] = ()
    alone: bool | None = None
    context: dict[str, Any] = field(default_factory=dict)


def edit(admin: PortalAdmin, request: HttpRequest, editing: Editing) -> HttpResponse:
    """The page; with its preview; the e-mail alone, for the frame on it; or what saving answers."""
    worded = editing.sample.kind.worded
    assert worded, "only what may be worded is edited"
    form = WordingForm(
        posted(request),
        initial={**editing.texts, "alone": bool(editing.alone)},
        placeholders=worded.placeholders,
        otherwise=editing.sample.said_without(_left_to_say(editing, bool(editing.alone))),
        asks_alone=editing.alone is not None,
    )
    asked = request.POST.get("show", "")
    if not form.is_valid():
        return _page(admin, request, editing, form, preview=None)
    if asked == AS_EMAIL:
        return _frame(editing, form)
    if asked == PREVIEW:
        return _page(admin, request, editing, form, preview=_shown(editing, form))
    return editing.save(form)


def _left_to_say(editing: Editing, is_alone: bool) -> Mapping[str, str]:
    return dict.fromkeys(editing.upper, "") if is_alone else editing.upper


def _shown(editing: Editing, form: WordingForm) -> dict[str, Any]:
    left = _left_to_say(editing, form.stands_alone)
    said = {part: text or left[part] for part, text in form.texts.items()}
    words = editing.sample.words(said)
    return {
        "subject": words.subject,
        "text": without_links(words.text),
        "html": words.html,
        "sent": form.texts | ({"alone": "on"} if form.stands_alone else {}),
    }


def _frame(editing: Editing, form: WordingForm) -> HttpResponse:
    response = HttpResponse(NO_LINKS + _shown(editing, form)["html"])
    response["Content-Security-Policy"] = FRAME_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _page(
    admin: PortalAdmin,
    request: HttpRequest,
    editing: Editing,
    form: WordingForm,
    *,
    preview: dict[str, Any] | None,
) -> TemplateResponse:
    worded = editing.sample.kind.worded
    assert worded, "only what may be worded is edited"
    page = admin.form_page(
        request,
        title=editing.title,
        button=editing.button,
        back=editing.back,
        form=form,
        will=editing.will,
        template="admin/outbox/wording.html",
        placeholders=worded.placeholders,
        note=worded.note,
        reader=editing.sample.reader,
        preview=preview,
        **editing.context,
    )
    page._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]  # read by csp
    return page
