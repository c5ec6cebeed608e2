"""What the hub itself has decided of a school, and whether it lies in the hub's area."""

from django.utils.text import get_text_list

from enrolment.eligibility.answer import Answer, Finding, Reason
from enrolment.eligibility.record import SchoolRecord, Step
from workgroups.area import OUTSIDE


def what_the_hub_decided(step: Step, record: SchoolRecord) -> Finding | None:
    decided = record.answers.get(step.offering_id)
    if decided is None:
        return None
    if decided.is_yes:
        return Finding(
            Reason.HUB_SAYS_YES,
            Answer.YES,
            "We have confirmed that it can take part.",
            f"The hub has decided that it can take part: {decided.reason}.",
        )
    return Finding(
        Reason.HUB_SAYS_NO,
        Answer.NOT_HERE,
        "We would like to talk with you about it first.",
        f"The hub has decided that it can’t take part: {decided.reason}.",
    )


def is_it_ours(record: SchoolRecord) -> Finding | None:
    if not record.is_out_of_area:
        return None
    where = f"It is in {record.borough}, {OUTSIDE}" if record.borough else f"It is {OUTSIDE}"
    if record.other_hubs:
        return Finding(
            Reason.OUT_OF_AREA,
            Answer.YES,
            f"{where}: {get_text_list([*record.other_hubs])} works there. You may choose your hub.",
            f"{where}: {get_text_list([*record.other_hubs])} lists that borough.",
        )
    return Finding(
        Reason.OUT_OF_AREA,
        Answer.YES,
        f"{where}. Schools from outside are welcome to ask.",
        f"{where}; no hub of this portal lists that borough.",
    )
