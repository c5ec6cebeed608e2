"""What a school took part in, and what it has asked for: once only, and one step after the other."""

from django.utils.text import get_text_list

from enrolment.eligibility.answer import Answer, Finding, Reason
from enrolment.eligibility.record import SchoolRecord, Step, Took
from workgroups.models import School


def has_it_done_this(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    """Development once only per school; what was broken off may be taken up again."""
    of_this = [took for took in record.took if took.programme_id == step.programme.pk]
    if now := [took for took in of_this if took.start_year == step.start_year]:
        return Finding(
            Reason.HAS_PLACE,
            Answer.CHECK_WITH_US,
            f"By our record it takes part in {now[-1].programme} in {now[-1].year} already.",
        )
    done = [took for took in of_this if took.start_year < step.start_year]
    if not (done and step.programme.is_once_only):
        return None
    finished = [took for took in done if took.is_completed is not False]
    if not finished:
        return _did_not_finish(Reason.DONE_BEFORE, _latest(done))
    return Finding(
        Reason.DONE_BEFORE,
        Answer.NOT_HERE,
        f"{_it_took(_latest(finished))}, and a school does so once.{_what_fits(step, record)}",
    )


def has_it_gone_past(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    """A way into the journey is behind a school that has done what comes after it."""
    if not step.programme.is_starting_point or _has_done_once(step, record):
        return None
    behind = {programme.pk for programme in step.later}
    later = [
        took
        for took in record.took
        if took.programme_id in behind and took.start_year <= step.start_year
    ]
    if not later:
        return None
    gone = [took for took in later if took.is_completed is not False]
    if not gone:
        return _did_not_finish(Reason.GONE_PAST, _latest(later))
    return Finding(
        Reason.GONE_PAST,
        Answer.NOT_HERE,
        f"{_it_took(_latest(gone), step)}, which comes after {step.programme}."
        f"{_what_fits(step, record)}",
    )


def has_it_done_what_comes_before(
    school: School, step: Step, record: SchoolRecord
) -> Finding | None:
    """One of the programmes before it in any earlier year, or being a Mastery Specialist's school."""
    if not step.needs:
        return None
    needed = {programme.pk for programme in step.needs}
    took = [each for each in record.took if each.programme_id in needed]
    before = [each for each in took if each.start_year < step.start_year]
    finished = [each for each in before if each.is_completed is not False]
    if finished:
        return Finding(Reason.FOLLOWS, Answer.YES, f"{_it_took(_latest(finished))}.")
    if record.has_mastery_specialist and step.programme.takes_specialist_schools:
        return Finding(Reason.SPECIALIST, Answer.YES, "A Mastery Specialist works there.")
    if before:
        return _did_not_finish(Reason.NOT_FINISHED, _latest(before))
    if took:
        return Finding(
            Reason.SAME_YEAR,
            Answer.CHECK_WITH_US,
            f"{step.programme} follows {took[0].programme}, in which it takes part in "
            f"{took[0].year}: it is the step for a later year.",
        )
    follows = f"{step.programme} follows {get_text_list([*map(str, step.needs)])}"
    return Finding(
        Reason.NO_RECORD,
        Answer.CHECK_WITH_US,
        f"{follows}, and we have no record of your school there: tell us when it took part.",
        f"{follows}: the hub has no record that the school took part.",
    )


def _did_not_finish(reason: Reason, took: Took) -> Finding:
    """That it did not is for staff: anybody may choose any school on the form."""
    return Finding(
        reason,
        Answer.CHECK_WITH_US,
        f"{_it_took(took)}: tell us how far you came.",
        f"{_it_took(took)} and, by the hub’s record, did not finish.",
    )


def has_it_asked(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    references = record.asked.get(step.offering_id, ())
    if not references:
        return None
    return Finding(
        Reason.ASKED_ALREADY,
        Answer.CHECK_WITH_US,
        "Your school has told us of its interest already this year.",
        f"It has asked for this already this year ({', '.join(references)}).",
    )


def _has_done_once(step: Step, record: SchoolRecord) -> bool:
    """Whether it did the programme itself, so that this alone is to be said."""
    return step.programme.is_once_only and any(
        took.programme_id == step.programme.pk
        and took.start_year <= step.start_year
        and took.is_completed is not False
        for took in record.took
    )


def _what_fits(step: Step, record: SchoolRecord) -> str:
    """What follows the furthest that it took of this programme and those after it, in a sentence."""
    came_to = {
        took.programme_id
        for took in record.took
        if took.start_year <= step.start_year and took.is_completed is not False
    }
    reached = [programme for programme in step.later if programme.pk in came_to]
    fits = step.later[reached[-1]] if reached else step.leads_to
    if fits:
        return f" {get_text_list([*map(str, fits)])} is the next step."
    if reached and not reached[-1].is_once_only:
        return f" It may come back to {reached[-1]}."
    return ""


def _latest(took: list[Took]) -> Took:
    return max(took, key=lambda each: each.start_year)


def _it_took(took: Took, step: Step | None = None) -> str:
    """“It took part in Mastery Development in 2023/24 (as Old Hall Primary School)”.

    In the year of ``step``, where that is given, “It takes part”.
    """
    then = f" (as {took.as_school})" if took.as_school else ""
    verb = "takes" if step and took.start_year == step.start_year else "took"
    return f"It {verb} part in {took.programme} in {took.year}{then}"
