"""The wording of e-mails: which are the portal's, the hub's, a programme's; each edited and shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst

from mathshub.outbox.admin.wording_editor import PARTS_IN_WORDS, Editing, edit
from mathshub.outbox.forms import WordingForm
from mathshub.outbox.kinds import Kind, worded_kinds
from mathshub.outbox.models import Wording
from mathshub.outbox.wording import lock_wordings, set_wording, wording_for
from mathshub.outbox.wording_preview import sample_of
from mathshub.scope import current_hub
from mathshub.scope_admin import HubOwnedAdmin, is_key, with_lock
from mathshub.scope_admin.history import Change, Names, changes_told


@dataclass(frozen=True)
class Line:
    """A kind of e-mail in the list."""

    words: str
    url: str
    is_worded: bool
    programmes: list[tuple[str, str]]
    """Those that have words of their own, with where to change them."""


@admin.register(Wording)
class WordingAdmin(HubOwnedAdmin):
    list_heading = "Wording of e-mails"
    fields = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def object_title(self, obj: Wording) -> str:
        return _title(_kind_or_404(obj.kind), obj.programme)

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("words/", self.words, "words"),
            ("portal/", self.back_to_portal, "portal"),
            ("changes/", self.what_changed, "changes"),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *rest: Any) -> HttpResponse:
        """A wording is edited on the page of its kind and programme."""
        row = self.row_or_404(request, object_id)
        return redirect(self._url("words", row.kind, row.programme_id))

    def delete_view(self, request: HttpRequest, object_id: str, *rest: Any) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        return redirect(self._url("portal", row.kind, row.programme_id))

    # --- the list ---

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return self.page(
            request,
            "admin/outbox/wording_list.html",
            title=self.list_heading,
            groups=list(self._groups()),
            may_change=self.has_change_permission(request),
        )

    def _groups(self) -> Iterator[tuple[str, list[Line]]]:
        rows = list(Wording.objects.select_related("programme"))
        kinds = worded_kinds()
        for group in dict.fromkeys(kind.worded.group for kind in kinds if kind.worded):
            of_group = [kind for kind in kinds if kind.worded and kind.worded.group == group]
            yield group, [self._line(kind, rows) for kind in of_group]

    def _line(self, kind: Kind, rows: list[Wording]) -> Line:
        own = [row for row in rows if row.kind == kind.name]
        return Line(
            words=capfirst(kind.label),
            url=self._url("words", kind.name),
            is_worded=any(row.programme_id is None for row in own),
            programmes=[
                (
                    f"{row.programme} ({_whose(row)})",
                    self._url("words", kind.name, row.programme_id),
                )
                for row in own
                if row.programme_id
            ],
        )

    # --- one kind, for one programme or for all ---

    @with_lock(lock_wordings)
    def words(self, request: HttpRequest) -> HttpResponse:
        kind, programme = self._asked(request)
        key = programme and programme.pk
        hub, now = current_hub(), timezone.now()
        of_kind = list(Wording.objects.filter(kind=kind.name))
        own = next((row for row in of_kind if row.programme_id == key), Wording())
        of_all = next((row for row in of_kind if row.programme_id is None), Wording())
        here = self._url("words", kind.name, key)

        def save(form: WordingForm) -> HttpResponse:
            alone = form.stands_alone
            set_wording(kind.name, key, form.texts, stands_alone=alone, by=request.user)
            words = "Saved. All that leaves from now on says it so, also what waits already."
            return self.done(request, words, to=here)

        editing = Editing(
            title=_title(kind, programme),
            sample=sample_of(kind, hub, key, now),
            texts=own.texts,
            upper=of_all.texts if key else Wording().texts,
            back=self.url("changelist"),
            save=save,
            alone=own.stands_alone if key and (of_all.pk or own.stands_alone) else None,
            context={
                "choices": self._choices(kind, key, of_kind),
                "portal_url": own.pk and self._url("portal", kind.name, key),
                "portal_words": _back_words(programme),
                "changes_url": self._url("changes", kind.name, key),
            },
        )
        return edit(self, request, editing)

    def back_to_portal(self, request: HttpRequest) -> HttpResponse:
        """Leave the hub's words, once that is confirmed; they stay among what was changed."""
        kind, programme = self._asked(request)
        key = programme and programme.pk
        here = self._url("words", kind.name, key)
        if not wording_for(kind.name, key).pk:
            return self.done(request, "There are no words of your own to leave.", to=here)
        if request.method != "POST":
            return self.form_page(
                request,
                title=f"{_back_words(programme)}?",
                lead=_title(kind, programme),
                will=[
                    "All that leaves from now on says it so, also what waits already.",
                    "Your words stay among what was changed, and can be typed again from there.",
                ],
                button=_back_words(programme),
                back=here,
            )
        set_wording(kind.name, key, dict.fromkeys(Wording.PARTS, ""), by=request.user)
        words = "Your own words are left out. All that leaves from now on says it as shown here."
        return self.done(request, words, to=here)

    def what_changed(self, request: HttpRequest) -> HttpResponse:
        """Every wording that was, also of what has gone back to the portal's words."""
        kind, programme = self._asked(request)
        key = programme and programme.pk
        return self.page(
            request,
            "admin/outbox/wording_changes.html",
            title=f"What was changed: {_title(kind, programme)}",
            back=self._url("words", kind.name, key),
            changes=changes_told(Wording, _told, kind=kind.name, programme_id=key),
        )

    def changes(self, request: HttpRequest, obj: Any) -> list[Change]:
        return changes_told(Wording, _told, id=obj.pk)

    def _asked(self, request: HttpRequest) -> tuple[Kind, Any]:
        """The kind and the programme that the address names; 404 where there is none such."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        kind = _kind_or_404(request.GET.get("kind", ""))
        wanted = request.GET.get("programme", "")
        if not wanted:
            return kind, None
        programmes = apps.get_model("workgroups.Programme")._default_manager
        found = programmes.filter(pk=wanted).first() if is_key(wanted) else None
        if found is None or not (kind.worded and kind.worded.by_programme):
            raise Http404
        return kind, found

    def _choices(self, kind: Kind, here: int | None, rows: list[Wording]) -> list[dict[str, Any]]:
        """The programmes for which the kind may say something else, and all of them."""
        if not (kind.worded and kind.worded.by_programme):
            return []
        worded = {row.programme_id: row for row in rows}
        programmes = apps.get_model("workgroups.Programme")._default_manager.all()
        named = [(None, "All programmes"), *((each.pk, str(each)) for each in programmes)]
        return [
            {
                "url": self._url("words", kind.name, key),
                "words": words,
                "is_here": key == here,
                "said_in": _whose(worded[key]) if key in worded else "",
            }
            for key, words in named
        ]

    def _url(self, page: str, kind: str, programme: int | None = None) -> str:
        asked = {"kind": kind} | ({"programme": str(programme)} if programme else {})
        return f"{self.url(page)}?{urlencode(asked)}"


def _kind_or_404(name: str) -> Kind:
    found = next((kind for kind in worded_kinds() if kind.name == name), None)
    if found is None:
        raise Http404
    return found


def _title(kind: Kind, programme: Any) -> str:
    return f"{capfirst(kind.label)}: {programme}" if programme else capfirst(kind.label)


def _whose(row: Wording) -> str:
    return "own words" if any(row.texts.values()) else "the portal’s words"


def _back_words(programme: Any) -> str:
    return "Back to the words for all programmes" if programme else "Back to the portal’s words"


def _told(row: Any, names: Names) -> str:
    """A saving as a whole: what was said from then on."""
    if row.history_type == "-":
        return "Back to the words as elsewhere"
    texts = ((PARTS_IN_WORDS[part], getattr(row, part)) for part in Wording.PARTS)
    told = [f"{label}: {text}" for label, text in texts if text]
    return "\n\n".join(
        [*told, *(["Without the words for all programmes"] if row.stands_alone else [])]
    )
