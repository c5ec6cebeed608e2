"""What staff write to many: to whom, by filters that must all fit, and the text."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from enrolment.forms.attachments import CHOOSE_AGAIN, MOST_FILES, WORDS, FilesField
from enrolment.forms.fields import PlainText
from enrolment.models import Mailing, MailingFile, Participant
from enrolment.services.mailings import Text
from enrolment.services.mailings.audience import FILTERS
from mathshub.scope_admin import SeenForm
from workgroups.models import AcademicYear, LocalAuthority, Programme, WorkGroup

NO_LONGER = "One of those that you ticked is not to be had any more. Look at the ticks once more."
TICK_SOME = "Tick the Work Groups that you write to."
NOBODY = (
    "Tick at least one Work Group, programme, year, borough or role: with nothing ticked it goes to "
    "nobody."
)
PARTS = {
    "says": ("subject", "text"),
    "readers": ("to", "work_groups"),
    "finished": ("finished_groups",),
    "narrower": (
        "programmes",
        "academic_years",
        "local_authorities",
        "finished_too",
        "roles",
    ),
    "rest": ("replies_to", "without", "attachments"),
}


class GroupBoxes(forms.ModelMultipleChoiceField):
    """Work Groups, each with its year."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}, {obj.offering}"


def boxes(label: str, field: type = forms.ModelMultipleChoiceField, **options: Any) -> Any:
    return field(
        label=label,
        queryset=WorkGroup.objects.none(),  # set for each page, within the scope
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NO_LONGER, "required": TICK_SOME},
        **options,
    )


class MailingForm(SeenForm, forms.Form):
    """``within`` are the Work Groups that the writer may write to.

    Who leads groups, and does nothing else in the hub, chooses among those alone. Work Groups that
    have finished are offered apart: few are meant, and a hub has more of them each year.
    """

    subject = PlainText(label="Subject", max_length=150, missing="Give it a subject.")
    text = PlainText(
        label="Text",
        max_length=8_000,
        missing="Write the text.",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Plain text; an empty line begins a paragraph, web addresses become links. The "
        "next session of the reader and the names of school and hub are added below it.",
    )
    to = forms.ChoiceField(
        label="To whom",
        choices=Mailing.To.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say to whom it goes."},
    )
    work_groups = boxes("Work Groups", GroupBoxes)
    finished_groups = boxes("Work Groups that have finished", GroupBoxes)
    programmes = boxes("Programmes")
    academic_years = boxes("Years")
    local_authorities = boxes("Boroughs of the schools")
    finished_too = forms.BooleanField(
        label="Also Work Groups that have finished",
        required=False,
        help_text="Of these programmes, years and boroughs. Without this tick only those that run "
        "or are being formed.",
    )
    roles = forms.MultipleChoiceField(
        label="Roles of people with a seat",
        choices=Participant.Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    replies_to = forms.ChoiceField(
        label="Replies go to",
        choices=Mailing.Replies.choices,
        widget=forms.RadioSelect,
        initial=Mailing.Replies.LEADS,
        help_text="Where a Work Group has no lead, to the hub’s address.",
    )
    attachments = FilesField(label="Files", help_text=WORDS)
    without = forms.ModelMultipleChoiceField(
        label="Leave out these files",
        queryset=MailingFile.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        within: QuerySet[WorkGroup],
        leads_only: bool,
        mailing: Mailing | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.leads_only = leads_only
        self._offer(within)
        if leads_only:
            for name in ("programmes", "academic_years", "local_authorities", "finished_too"):
                del self.fields[name]
            self.fields["work_groups"].required = "finished_groups" not in self.fields
        kept = mailing.files.defer("content") if mailing else MailingFile.objects.none()
        self.kept = list(kept)
        if self.kept:
            self.fields["without"].queryset = kept  # type: ignore[attr-defined]
        else:
            del self.fields["without"]

    def _offer(self, within: QuerySet[WorkGroup]) -> None:
        groups = within.exclude(state__in=[WorkGroup.State.DRAFT, WorkGroup.State.CANCELLED])
        groups = groups.select_related("offering__programme", "offering__academic_year")
        boroughs = LocalAuthority.objects.filter(
            pk__in=groups.values("places__school__local_authority")
        )
        newest_first = groups.order_by("-offering__academic_year__start_year", "name")
        finished = Q(state=WorkGroup.State.FINISHED)
        offered = {
            "work_groups": newest_first.exclude(finished),
            "finished_groups": newest_first.filter(finished),
            "programmes": Programme.objects.filter(pk__in=groups.values("offering__programme")),
            "academic_years": AcademicYear.objects.filter(
                pk__in=groups.values("offering__academic_year")
            ),
            "local_authorities": boroughs.order_by("name"),
        }
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if begun := self.initial.get("work_groups"):
            for name in ("work_groups", "finished_groups"):
                self.initial[name] = [row.pk for row in offered[name].filter(pk__in=begun)]
        if not offered["finished_groups"].exists():
            del self.fields["finished_groups"]

    @property
    def parts(self) -> dict[str, list[forms.BoundField]]:
        """The fields as the page groups them, without those that are not asked."""
        return {
            part: [self[name] for name in names if name in self.fields]
            for part, names in PARTS.items()
        }

    @property
    def has_finished_ticked(self) -> bool:
        """Whether the finished Work Groups are to be seen at once."""
        return any(box.data["selected"] for box in self["finished_groups"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["work_groups"] = [
            *given.get("work_groups", ()),
            *(given.get("finished_groups") or ()),
        ]
        is_wrong = any(name in self.errors for name in (*FILTERS, "finished_groups"))
        if self.leads_only and not given["work_groups"] and not is_wrong:
            self.add_error("work_groups", TICK_SOME)
        elif not any(given.get(name) for name in FILTERS) and not is_wrong:
            self.add_error("work_groups", NOBODY)
        if given.get("roles") and given.get("to") not in (None, Mailing.To.PARTICIPANTS):
            self.add_error("roles", "Only people with a seat have a role here: tick none.")
        kept = len(self.kept) - len(given.get("without") or ())
        if kept + len(given.get("attachments") or ()) > MOST_FILES:
            self.add_error("attachments", f"With those kept that is more than {MOST_FILES} files.")
        elif self.errors and given.get("attachments"):
            self.add_error("attachments", CHOOSE_AGAIN)
        return given

    def text_of(self) -> Text:
        """What was written, of a form in order."""
        given = self.cleaned_data
        filters: dict[str, Any] = {
            name: [each if isinstance(each, str) else each.pk for each in given[name]]
            for name in FILTERS
            if given.get(name)
        }
        if given.get("finished_too"):
            filters["finished_too"] = True
        return Text(
            to=given["to"],
            filters=filters,
            subject=given["subject"],
            text=given["text"],
            replies_to=given["replies_to"],
            files=given["attachments"],
            without=[file.pk for file in given.get("without") or ()],
        )
