"""Members of staff: added by their e-mail address, by hub administrators only."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from mathshub.accounts.who import account_of
from mathshub.scope_admin import HubOwnedAdmin, posted
from workgroups.admin.acting import ActPages
from workgroups.errors import Refusal
from workgroups.models import HubMember
from workgroups.services.staff import (
    add_member,
    invite_again,
    refuse_to_lose_last_administrator,
)

ROLE_HINTS = {
    HubMember.Role.ADMINISTRATOR: "Everything in the hub, also who works for it.",
    HubMember.Role.HUB_LEAD: "Interest, places, Work Groups, sessions, messages, settings.",
    HubMember.Role.WORK_GROUP_LEAD: "Sees the own Work Groups only; moves their sessions.",
    HubMember.Role.VIEWER: "Sees everything, changes nothing.",
}


class RoleChoice(forms.RadioSelect):
    hints = ROLE_HINTS


class AddMemberForm(forms.Form):
    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(max_length=120)
    role = forms.ChoiceField(choices=HubMember.Role.choices, widget=RoleChoice)


class RoleForm(forms.ModelForm):
    class Meta:
        model = HubMember
        fields = ("role",)

    def clean_role(self) -> str:
        role = self.cleaned_data["role"]
        try:
            # From the database: the form has not changed the row yet, but may have the instance.
            refuse_to_lose_last_administrator(HubMember.objects.get(pk=self.instance.pk), role=role)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return role


@admin.register(HubMember)
class HubMemberAdmin(ActPages, HubOwnedAdmin):
    list_heading = "Members of staff"
    list_display = ("account", "email", "role")
    list_filter = ()
    search_fields = ("account__email", "account__name")
    joins = ("account",)
    form = RoleForm
    fields = ("role",)
    add_words = "Add a member of staff"
    empty_words = "Everybody who works for the hub will stand here, with what they may do."

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        plain = {"widget": RoleChoice, "choices": HubMember.Role.choices}
        return super().formfield_for_choice_field(db_field, request, **kwargs | plain)

    @admin.display(description="e-mail address")
    def email(self, member: HubMember) -> str:
        return member.account.email

    def facts(self, request: HttpRequest, obj: HubMember) -> dict[str, Any]:
        return {
            "facts": [
                ("E-mail address", obj.account.email),
                ("Password", "set" if obj.account.has_usable_password() else "not chosen yet"),
                ("Added on", timezone.localdate(obj.created_at)),
            ],
            "buttons": [
                {"url": self.url("invite", obj.pk), "words": "Send the invitation again, 1 e-mail"}
            ]
            if self.has_change_permission(request, obj)
            else [],
        }

    def own_urls(self) -> list:
        return [("<int:pk>/invite/", self.invite, "invite")]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """By address: the account is made where there is none."""
        if not self.has_add_permission(request):
            return redirect(self.url("changelist"))
        form = AddMemberForm(posted(request))
        return self.act_page(
            request,
            title="Add a member of staff",
            lead="They get an e-mail with a link to choose a password, and are asked to set up an "
            "authenticator app when they first sign in.",
            form=form,
            refused_field="email",
            button="Add them, 1 e-mail",
            silent_button="Add them, no e-mail",
            silent_words="They were added, and no e-mail was sent: send the invitation when they "
            "are to sign in.",
            back=self.url("changelist"),
            act=lambda: add_member(**form.cleaned_data, by=account_of(request), now=timezone.now()),
            words=lambda member: (
                f"{member.account} was added, and gets an e-mail with the way to sign in."
            ),
        )

    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        member = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            title=f"Send the invitation to {member.account} again?",
            will=[f"One e-mail goes to {member.account.email}, with the way to sign in."],
            button="Send it, 1 e-mail",
            has_letter=True,
            back=self.url("change", member.pk),
            act=lambda: invite_again(member, now=timezone.now()),
            words=f"The invitation goes to {member.account.email} again.",
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Taking the role away closes this hub to the person at once; the account stays."""
        member = self.row_or_404(request, object_id)
        try:
            refuse_to_lose_last_administrator(member, role=None)
        except Refusal as refusal:
            return self.done(
                request, str(refusal), to=self.url("change", member.pk), level=messages.ERROR
            )
        return super().delete_view(request, object_id, extra_context)
