"""Nobody's work is written over unseen: a form remembers what its page showed.

A page carries beside its form a short print of each value that stood in it. When the form comes
back and a value that it would change has become another meanwhile, nothing is saved: the page says
what it is now, and saving once more is then a decision.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import formats, timezone
from django.utils.text import Truncator

LOCK_TIMEOUT = "55P03"  # PostgreSQL's code
View = Callable[..., HttpResponse]
SHOWN = 200  # characters of a value that has become another
HELD = (
    "Somebody else is changing this at the moment. Nothing was changed: please try again in a "
    "minute."
)
CHANGED = (
    "{label}: since you opened this page somebody has changed it to “{now}”. Nothing is saved yet. "
    "Save again to have what stands here, or type theirs."
)


class SeenForm(forms.BaseForm):
    """A form over values that others may change too: its ``initial`` are the values of now."""

    @property
    def as_of_name(self) -> str:
        """Under which name the page sends back what it showed."""
        return self.add_prefix("as_of")

    @property
    def as_of(self) -> str:
        """For the page: what is shown in each field, as "name:print name:print"."""
        return " ".join(f"{name}:{print_}" for name, print_ in self._prints().items())

    def clean(self) -> Any:
        cleaned = super().clean()
        if getattr(getattr(self, "instance", None), "is_held_elsewhere", False):
            raise ValidationError(HELD)
        for name in self._changed_meanwhile():
            now = _in_words(self.fields[name], self._value_of_now(name))
            self.add_error(name, CHANGED.format(label=self.fields[name].label or name, now=now))
        return cleaned

    def _changed_meanwhile(self) -> list[str]:
        """The fields that this form would change, and that have become others since it was shown.

        None where the page did not say what it showed.
        """
        sent = self.data.get(self.as_of_name, "")
        shown = dict(part.split(":", 1) for part in sent.split() if ":" in part)
        prints = self._prints()
        return [
            name
            for name in self.changed_data
            if name in shown and name in prints and shown[name] != prints[name]
        ]

    def _prints(self) -> dict[str, str]:
        """Of what can be typed; hidden controls are the page's own notes, and nobody else's work."""
        typed = [name for name, field in self.fields.items() if not field.widget.is_hidden]
        return {name: _print_of(self._value_of_now(name)) for name in typed}

    def _value_of_now(self, name: str) -> Any:
        return self.get_initial_for_field(self.fields[name], name)


def with_lock(lock: Callable[[], Any]) -> Callable[[View], View]:
    """A page whose ``SeenForm`` is compared and saved while ``lock`` is held, so that nobody's work
    comes between: it locks what the services of the page lock first.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def run(admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return view(admin, request, *args, **kwargs)
            try:
                with transaction.atomic():
                    lock()
                    return view(admin, request, *args, **kwargs)
            except OperationalError as error:
                _raise_unless_held(error)
                here = request.get_full_path()
                return admin.done(request, HELD, to=here, level=messages.ERROR)

        return run

    return decorate


def with_row_lock(view: View) -> View:
    """The same for a page about one row, where that row is the lock: ``row_or_404`` takes it."""
    return with_lock(lambda: None)(view)


class SavesWhatWasSeen(admin.ModelAdmin):
    """An admin that locks the row while its form is saved, and whose forms are ``SeenForm``."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """While a form is saved the row is locked first: Django writes all its columns, and would
        undo what the row's school, or a colleague, has changed since it was read. A row that
        others keep locked is marked, and its form then says so.
        """
        if request.method != "POST" or not connection.in_atomic_block:
            return super().get_object(request, object_id, from_field)
        is_ours = self._lock(object_id)
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.is_held_elsewhere = not is_ours
        return found

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form: Any = super().get_form(request, obj, change, **kwargs)
        return type(form)(form.__name__, (SeenForm, form), {})

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As Django's; a row that others keep locked gets a sentence."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except OperationalError as error:
            _raise_unless_held(error)
            return self.say_held(request, object_id)

    def _lock(self, object_id: str) -> bool:
        """Lock the row until the transaction ends; False when others keep it for too long."""
        try:
            pk = self.opts.pk.to_python(object_id)
            with transaction.atomic():
                rows = self.model._default_manager.select_for_update(of=("self",), no_key=True)
                rows.filter(pk=pk).order_by("pk").first()
        except ValidationError:
            return True  # no row has such a key
        except OperationalError as error:
            _raise_unless_held(error)
            return False
        return True

    def say_held(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The answer where nothing could be done because others keep the row locked."""
        raise NotImplementedError


def _raise_unless_held(error: OperationalError) -> None:
    if getattr(error.__cause__, "pgcode", None) != LOCK_TIMEOUT:
        raise error


def _print_of(value: Any) -> str:
    return hashlib.blake2s(repr(_plain(value)).encode(), digest_size=5).hexdigest()


def _plain(value: Any) -> Any:
    """What two equal values have in common, be they rows, their keys, or lists of them."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (list, tuple, models.QuerySet)):
        return sorted((_plain(each) for each in value), key=repr)
    return value


def _in_words(field: forms.Field, value: Any) -> str:
    return Truncator(_words(field, value)).chars(SHOWN)


def _words(field: forms.Field, value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(field, forms.ModelChoiceField):
        return ", ".join(map(str, _rows(field, value))) or "a row that is no longer here"
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return ", ".join(map(str, value)) if isinstance(value, list) else formats.localize(value)


def _rows(field: forms.ModelChoiceField, value: Any) -> Iterable[models.Model]:
    keys = [_plain(each) for each in value] if isinstance(value, list) else [_plain(value)]
    return field.queryset.filter(pk__in=keys) if field.queryset is not None else []
