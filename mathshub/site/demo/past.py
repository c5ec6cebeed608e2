"""What the hub's spreadsheet says of the years before the portal: loaded as an administrator would."""

import csv
from datetime import timedelta
from io import StringIO

from enrolment.models import PastParticipation
from enrolment.services.participation import record_participation
from enrolment.services.spreadsheets import (
    explain_spreadsheet,
    load_spreadsheet,
    table_of,
    take_spreadsheet,
)
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.meaning import Meaning
from mathshub.site.demo.scene import Scene
from mathshub.site.demo.schools import OUTSIDE
from workgroups.models import AcademicYear

Outcome = PastParticipation.Outcome
HEADER = ("URN", "School", "Programme", "Year", "Completed?", "Lead teacher")
FILE_NAME = "Work Groups before the portal.csv"
# How the spreadsheet calls the programmes, and what is meant.
WORDS = {
    "TfM Readiness": "mastery-readiness",
    "TfM Dev": "mastery-development",
    "Embedding": "mastery-embedding",
    "Sustaining": "mastery-sustaining",
}
OUTCOMES = {"Y": Outcome.COMPLETED, "dropped out": Outcome.NOT_COMPLETED, "": Outcome.NOT_KNOWN}
# Schools by their place among the mainstream ones; how many years before this one; completed.
# It agrees with the story: those of this year's Sustaining and Embedding come from somewhere.
ROWS = (
    (slice(0, 3), "TfM Dev", 4, "Y"),
    (slice(0, 3), "Embedding", 3, "Y"),
    (slice(0, 2), "Sustaining", 2, "Y"),
    (slice(3, 6), "TfM Readiness", 2, "Y"),
    (slice(19, 20), "TfM Readiness", 3, "dropped out"),
    (slice(25, 27), "TfM Readiness", 2, ""),
)
LOADED_DAYS_AGO = 40


def tell_past(scene: Scene) -> None:
    """A spreadsheet that was loaded, with two lines in the tray, and one school by telephone."""
    at = scene.before(days=LOADED_DAYS_AGO)
    spreadsheet = take_spreadsheet(
        spreadsheet_of(scene), file_name=FILE_NAME, by=scene.lead, now=at - timedelta(minutes=9)
    )
    table = table_of(spreadsheet)
    columns = guess_roles(table.header.cells, [table.column(each) for each in table.columns])
    meaning = Meaning(
        columns=columns,
        programmes={word.casefold(): scene.programmes[slug].pk for word, slug in WORDS.items()},
        outcomes={word.casefold(): outcome for word, outcome in OUTCOMES.items()},
    )
    assert set(columns) >= {Role.URN, Role.PROGRAMME, Role.YEAR, Role.OUTCOME}
    explain_spreadsheet(spreadsheet, meaning=meaning)
    load_spreadsheet(spreadsheet, by=scene.lead, now=at)
    year, _ = AcademicYear.objects.get_or_create(start_year=scene.year - 3)
    record_participation(
        scene.mainstream[20],
        programme=scene.programmes["mastery-readiness"],
        academic_year=year,
        outcome=Outcome.COMPLETED,
        note="Told by telephone; the hub has no list of that year",
        by=scene.lead,
        now=at + timedelta(days=2),
    )


def spreadsheet_of(scene: Scene) -> bytes:
    """As hubs keep them: in Excel's CSV, with a column that the portal does not need."""
    text = StringIO()
    sheet = csv.writer(text)
    sheet.writerow(HEADER)
    for which, word, years_ago, completed in ROWS:
        for school in scene.mainstream[which]:
            sheet.writerow(
                [school.urn, school.name, word, _year(scene, years_ago), completed, "Ines Quennell"]
            )
    outside = scene.schools[OUTSIDE]
    sheet.writerow([outside.urn, outside.name, "TfM Dev", _year(scene, 3), "Y", "Bram Oduya"])
    near_miss = scene.mainstream[7].name.split()[0]
    sheet.writerow(["", f"{near_miss} Primary", "TfM Readiness", _year(scene, 3), "Y", ""])
    return text.getvalue().encode("utf-8-sig")


def _year(scene: Scene, years_ago: int) -> str:
    return str(AcademicYear(start_year=scene.year - years_ago))
