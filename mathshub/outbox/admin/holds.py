"""Holds: keeping back all messages, a Work Group's or a single one, and letting them go."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from mathshub.outbox.admin.going_out import held_words
from mathshub.outbox.admin.hold_forms import LOOK_AGAIN, HoldForm, LiftForm, proposed_end
from mathshub.outbox.admin.words import day_words, mails_to
from mathshub.outbox.going_out import Person, expiry_of, foreseen, people_in
from mathshub.outbox.holding import (
    AlreadyHeld,
    CannotBeHeld,
    NotHeld,
    alter_hold,
    can_be_held,
    end_of,
    expires_while_held,
    kept_back,
    lift_hold,
    place_hold,
    within,
)
from mathshub.outbox.models import Hold, Message
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin, posted, with_row_lock
from mathshub.scope_admin.cells import count, tag

CODES_LEAVE = "Sign-in codes and invitations of staff leave all the same."
NO_LAPSE = "Offers of places that nobody answers do not lapse meanwhile."


class StandingChips(ChipFilter):
    title = "state"
    parameter_name = "state"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        stands = Q(lifted_at=None, until__gte=timezone.localdate())
        return [Chip("stands", "holds", stands), Chip("over", "over", ~stands)]


@admin.register(Hold)
class HoldAdmin(HubOwnedAdmin):
    list_heading = "Messages that are held"
    list_display = ("what", "reason", "until", "state")
    list_filter = (StandingChips,)
    joins = ("work_group", "message", "placed_by", "lifted_by")
    fields = ()
    change_form_template = "admin/outbox/mail_not_wanted.html"
    change_list_template = "admin/outbox/hold_list.html"
    empty_words = (
        "What is held will stand here with its reason and its end: all messages, those of a Work "
        "Group, or a single one. What will go out leads to each of them."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is placed on pages that say what that means; so is its lifting."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def object_title(self, obj: Hold) -> str:
        return (
            held_words(obj)
            if obj.is_standing(timezone.localdate())
            else f"Hold that is over: {obj}"
        )

    # --- the list's columns ---

    @admin.display(description="what is held")
    def what(self, hold: Hold) -> str:
        return str(hold)

    @admin.display(description="state")
    def state(self, hold: Hold) -> SafeString:
        return _state_tag(hold)

    # --- one hold ---

    def facts(self, request: HttpRequest, obj: Hold) -> dict[str, Any]:
        now = timezone.now()
        stands = obj.is_standing(timezone.localdate(now))
        number, people, _ = people_in(within(obj))
        facts = [
            ("Why", obj.reason),
            ("Until the end of", day_words(obj.until)),
            ("Placed", _at(obj.placed_at, obj.placed_by)),
            ("Lifted", _at(obj.lifted_at, obj.lifted_by)),
            ("Waiting", mails_to(number, people) if stands and number else ""),
        ]
        return {
            "state": _state_tag(obj),
            "facts": [(name, value) for name, value in facts if value],
            "buttons": [
                {"url": self.url(name, obj.pk), "words": words, "first": False}
                for name, words in (("lift", "Let them go…"), ("alter", "Change reason or end"))
            ]
            if stands and self.has_change_permission(request, obj)
            else [],
        }

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("all/", self.hold_all, "all"),
            ("group/<int:group_pk>/", self.hold_group, "group"),
            ("message/<int:message_pk>/", self.hold_message, "message"),
            ("<int:pk>/alter/", self.alter, "alter"),
            ("<int:pk>/lift/", self.lift, "lift"),
        ]

    def hold_all(self, request: HttpRequest) -> HttpResponse:
        going_out = reverse("admin:outbox_message_going_out")
        return self._place(request, Hold(), title="Hold all messages?", back=going_out)

    def hold_group(self, request: HttpRequest, group_pk: int) -> HttpResponse:
        groups = apps.get_model("workgroups.WorkGroup")._default_manager
        group = groups.filter(pk=group_pk).first()
        if group is None:
            raise Http404
        title = f"Hold the messages of {group}?"
        back = reverse("admin:outbox_message_going_out")
        return self._place(request, Hold(work_group=group), title=title, back=back)

    def hold_message(self, request: HttpRequest, message_pk: int) -> HttpResponse:
        message = Message.objects.filter(pk=message_pk).first()
        if message is None:
            raise Http404
        back = reverse("admin:outbox_message_change", args=[message_pk])
        if not can_be_held(message):
            return self.done(request, str(CannotBeHeld()), to=back, level=messages.ERROR)
        title = f"Hold the message to {message.recipient_name or message.recipient}?"
        return self._place(request, Hold(message=message), title=title, back=back)

    def _place(self, request: HttpRequest, hold: Hold, *, title: str, back: str) -> HttpResponse:
        """The page that places ``hold``, which is not saved yet."""
        if not request.user.has_perm("outbox.add_hold"):
            raise PermissionDenied
        now = timezone.now()
        today = timezone.localdate(now)
        hold.until = proposed_end(hold.message, today)
        form = HoldForm(posted(request), today=today, hold=hold)
        if form.is_valid() and form.is_seen:
            try:
                placed = place_hold(
                    work_group=hold.work_group,
                    message=hold.message,
                    reason=form.cleaned_data["reason"],
                    until=form.cleaned_data["until"],
                    by=request.user,
                    now=now,
                )
            except (AlreadyHeld, CannotBeHeld) as refusal:
                return self.done(request, str(refusal), to=back, level=messages.INFO)
            words = f"Held until the end of {day_words(placed.until)}. No e-mail was sent."
            return self.done(request, words, to=back)
        return self._form_page(
            request, form, hold, now, title=title, button="Hold, no e-mail", back=back
        )

    @with_row_lock
    def alter(self, request: HttpRequest, pk: int) -> HttpResponse:
        hold, now = self.row_or_404(request, pk, change=True), timezone.now()
        back = self.url("change", pk)
        if not hold.is_standing(timezone.localdate(now)):
            return self.done(request, str(NotHeld()), to=back, level=messages.INFO)
        form = HoldForm(posted(request), today=timezone.localdate(now), hold=hold)
        if form.is_valid() and form.is_seen:
            reason, until = form.cleaned_data["reason"], form.cleaned_data["until"]
            alter_hold(hold, reason=reason, until=until)
            return self.done(request, "It was changed. No e-mail was sent.", to=back)
        return self._form_page(
            request,
            form,
            hold,
            now,
            title="Change the reason or the end",
            button="Save, no e-mail",
            back=back,
        )

    def _form_page(
        self,
        request: HttpRequest,
        form: HoldForm,
        hold: Hold,
        now: datetime,
        *,
        title: str,
        button: str,
        back: str,
    ) -> HttpResponse:
        day = form.day
        lead = LOOK_AGAIN if form.is_bound and form.is_valid() else str(hold) if hold.pk else ""
        form.show(day)
        number, people, first = people_in(_due_by(hold, day))
        return self.form_page(
            request,
            title=title,
            lead=lead,
            form=form,
            will=_what_it_means(hold, day, number, people, now),
            button=button,
            back=back,
            template="admin/outbox/with_people.html",
            **_people(first, people, "Who waits", _waiting_list(hold)),
        )

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        hold, now = self.row_or_404(request, pk, change=True), timezone.now()
        back = self.url("change", pk)
        if not hold.is_standing(timezone.localdate(now)):
            return self.done(request, str(NotHeld()), to=back, level=messages.INFO)
        free = kept_back(hold, now=now).filter(expires_at__gt=now)
        number, people, first = people_in(free.filter(due_at__lte=now))
        form = LiftForm(posted(request), mails=mails_to(number, people)) if number else None
        if request.method == "POST" and (form is None or form.is_valid()):
            drop = form is not None and form.cleaned_data["overdue"] == LiftForm.DROP
            return self._lifted(request, hold, drop=drop, now=now)
        later = free.filter(due_at__gt=now).count()
        elsewhere = within(hold).count() - kept_back(hold, now=now).count()
        return self.form_page(
            request,
            title="Lift the hold?",
            lead=f"{hold}, held until the end of {day_words(hold.until)}: {hold.reason}",
            form=form,
            will=_what_lifting_means(number, people, later, elsewhere),
            button=f"Lift the hold, {mails_to(number, people)} at most"
            if number
            else "Lift the hold, no e-mail at once",
            back=back,
            template="admin/outbox/with_people.html",
            **_people(first, people, "Who should have been written to by now", ""),
        )

    def _lifted(
        self, request: HttpRequest, hold: Hold, *, drop: bool, now: datetime
    ) -> HttpResponse:
        back = self.url("change", hold.pk)
        try:
            number = lift_hold(hold, drop=drop, by=request.user, now=now)
        except NotHeld as refusal:
            return self.done(request, str(refusal), to=back, level=messages.INFO)
        if not number:
            return self.done(request, "The hold is lifted. No e-mail goes at once.", to=back)
        words = "dropped" if drop else "on the way"
        said = f"The hold is lifted: {count(number, 'e-mail')} {words}."
        return self.done(request, said, to=back)


def _due_by(hold: Hold, day: date) -> Any:
    """What waits and would leave by the end of that day."""
    return within(hold).filter(due_at__lt=end_of(day))


def _what_it_means(hold: Hold, day: date, number: int, people: int, now: datetime) -> list[str]:
    until = day_words(day)
    drafts = [] if hold.message_id else foreseen(now, end_of(day))
    if hold.work_group_id:
        drafts = [draft for draft in drafts if draft.work_group_id == hold.work_group_id]
    lost = _due_by(hold, day).filter(expires_while_held(day)).count()
    lost += sum(expiry_of(draft) <= end_of(day) for draft in drafts)
    sentences = [
        f"Kept back: {mails_to(number, people)} that would leave until then."
        if number
        else f"Nothing waits that would leave by the end of {until}.",
    ]
    if drafts:
        written = f"{count(len(drafts), 'e-mail')} that will be written until then"
        sentences.append(f"Kept back, too: {written}.")
    if lost:
        which = "It" if hold.message_id else f"{lost} of them"
        sentences.append(
            f"{which} would be past by the end of {until}, as reminders are of a session that has "
            "begun: what is past is never sent."
        )
    if number + len(drafts) > lost:
        after = day_words(day + timedelta(days=1))
        which = "The others go by themselves" if lost else "It goes by itself"
        sentences.append(f"{which} from {after} on, unless the hold is lifted before.")
    if not hold.message_id:
        sentences.append(NO_LAPSE)
    if not hold.message_id and not hold.work_group_id:
        sentences.append(CODES_LEAVE)
    return sentences


def _what_lifting_means(number: int, people: int, later: int, elsewhere: int) -> list[str]:
    sentences = [
        f"{mails_to(number, people).capitalize()} should have gone by now. You choose what becomes "
        "of them."
        if number
        else "Nothing of it is overdue: no e-mail goes at once."
    ]
    if later:
        sentences.append(f"Later, as they fall due: {count(later, 'e-mail')}.")
    if elsewhere:
        sentences.append(f"Still kept back by another hold: {count(elsewhere, 'e-mail')}.")
    return sentences


def _people(first: list[Person], people: int, words: str, all_url: str) -> dict[str, Any]:
    more = people - len(first)
    return {
        "people": first,
        "more": more,
        "people_words": words,
        "all_url": all_url if more else "",
    }


def _waiting_list(hold: Hold) -> str:
    """The list of all that waits."""
    url = reverse("admin:outbox_message_changelist")
    return url + "?state=waiting" if not hold.work_group_id else ""


def _at(moment: datetime | None, by: Any) -> str:
    if moment is None:
        return ""
    at = timezone.localtime(moment)
    return f"{day_words(at.date())}, {at:%H:%M}" + (f", {by}" if by else "")


def _state_tag(hold: Hold) -> SafeString:
    if hold.lifted_at:
        return tag("lifted", "plain")
    return tag("holds", "sun") if hold.is_standing(timezone.localdate()) else tag("over", "plain")
