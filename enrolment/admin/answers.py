"""The further answers of a form of interest, in words."""

from collections.abc import Mapping
from typing import Any

from enrolment.forms.interest import in_a_list
from enrolment.forms.interest.wishes import DAYS, MODES

# The further questions of the form of interest, by their names there, as short headings.
QUESTIONS = {
    "appetite_reason": "What would have to change",
    "groups": "Work Groups, best first",
    "release": "Headteacher agrees to release staff",
    "attendance": "Headteacher agrees to attendance",
    "visits": "Headteacher agrees to visits",
    "barriers": "What stands in the way",
    "days": "Days that suit",
    "modes": "Sessions that suit",
    "anything_else": "Anything else",
    "commitment": "Headteacher agrees to release staff",
    "privacy": "Has read the privacy notice",
}
LABELS: dict[str, dict[str, str]] = {"days": dict(DAYS), "modes": dict(MODES)}
"""What was chosen from a list, as the list had it."""


def answers_in_words(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(question, answer), both readable; also those of older forms."""
    said = [
        (
            QUESTIONS.get(name, name.replace("_", " ").capitalize()),
            _readable(answer, LABELS.get(name, {})),
        )
        for name, answer in answers.items()
        if name != "questions" and answer not in ("", None, [], {})
    ]
    own = answers.get("questions", [])
    return [*said, *((each["question"], each["answer"]) for each in own)]


def _readable(answer: Any, labels: Mapping[str, str]) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list):
        return in_a_list([_readable(each, labels) for each in answer])
    if isinstance(answer, str):
        return labels.get(answer, answer)
    return str(answer)
