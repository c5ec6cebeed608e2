"""The four stages of the mastery journey, with their texts in our own words."""

from typing import Any

STAGES: tuple[dict[str, Any], ...] = (
    {
        "name": "Mastery Readiness",
        "short_name": "Readiness",
        "slug": "mastery-readiness",
        "position": 1,
        "seats_per_school": 2,
        "is_starting_point": True,
        "asks_for_barriers": True,
        "has_visits": True,
        "strapline": "a year to get set",
        "summary": (
            "For schools that want teaching for mastery and have something in the way. Two "
            "teachers, regular visits, and a plan that is your own."
        ),
        "for_whom": (
            "State-funded primary schools that are committed to teaching for mastery and not yet "
            "placed to start: a new leadership team, many changes of staff, results that take up "
            "all attention, or mixed-age classes that nobody has shown you how to plan for.\n\n"
            "Readiness is a stepping stone. After its year you go on to Development."
        ),
        "what_is_involved": (
            "Two people from your school take part, one of them the maths lead. The headteacher "
            "comes to the first session.\n\n"
            "The Work Group, up to eight schools, meets six times over the year. In between, a "
            "Readiness lead visits you regularly, watches lessons with you, and helps you to write "
            "and carry out an action plan for your own barriers."
        ),
        "outcomes": (
            "Your staff share one picture of what good mathematics teaching looks like.\n\n"
            "Leaders know what stood in the way, and have begun to remove it.\n\n"
            "The school is ready to start Development in the following year."
        ),
        "cost": "Free to state-funded schools. You release two people for six sessions.",
    },
    {
        "name": "Mastery Development",
        "short_name": "Development",
        "slug": "mastery-development",
        "position": 2,
        "seats_per_school": 2,
        "is_starting_point": True,
        "is_once_only": True,
        "has_visits": True,
        "strapline": "two lead teachers",
        "summary": (
            "For schools that are ready to start. Two lead teachers learn, try out and bring back "
            "teaching for mastery, with a specialist beside them."
        ),
        "for_whom": (
            "State-funded primary schools that are ready to begin with teaching for mastery, "
            "straight away or after a year of Readiness.\n\n"
            "A school takes part in Development once. Have you done it before? Then Embedding or "
            "Sustaining is your next step."
        ),
        "what_is_involved": (
            "Two lead participants, chosen by the headteacher, meet with those of five or six "
            "other schools for six half-days. Each is held in a school: you watch a lesson, take it "
            "apart together, and plan what to try next.\n\n"
            "A Mastery Specialist visits you once a term. Between the sessions your lead "
            "participants run the same kind of meeting for their colleagues. Allow about ten days "
            "of release for the two together."
        ),
        "outcomes": (
            "Two teachers who teach for mastery with confidence and can show others how.\n\n"
            "Lessons that keep the class together: everyone meets the same idea, and support "
            "comes early to those who need it.\n\n"
            "A plan for the whole school, agreed with the headteacher."
        ),
        "cost": "Free to state-funded schools. You arrange cover for your two lead participants.",
    },
    {
        "name": "Mastery Embedding",
        "short_name": "Embedding",
        "slug": "mastery-embedding",
        "position": 3,
        "seats_per_school": 2,
        "strapline": "across the school",
        "summary": (
            "For schools that have done Development. What two teachers learnt becomes the way the "
            "whole school teaches."
        ),
        "for_whom": (
            "State-funded primary schools that have completed Development in an earlier year and "
            "want to carry it into every classroom."
        ),
        "what_is_involved": (
            "Two people from your school, normally the same lead participants as before, meet with "
            "about five other schools six times over the year.\n\n"
            "A Mastery Specialist works with you on what your school needs most: planning across "
            "year groups, helping colleagues to change their teaching, or keeping the curriculum "
            "coherent from Reception to Year 6."
        ),
        "outcomes": (
            "Teaching for mastery in every class, not only with the two who began it.\n\n"
            "Time for teachers to plan mathematics together, fixed in the timetable.\n\n"
            "Leaders who can see what is working and what to do next."
        ),
        "cost": "Free to state-funded schools. You arrange cover for your two participants.",
    },
    {
        "name": "Mastery Sustaining",
        "short_name": "Sustaining",
        "slug": "mastery-sustaining",
        "position": 4,
        "seats_per_school": 1,
        "takes_specialist_schools": True,
        "strapline": "six sessions, year on year",
        "summary": (
            "For schools that have been on the programme. Keep it alive: planning together, "
            "leading others, looking closely at progress."
        ),
        "for_whom": (
            "State-funded primary schools that took part in Development or Embedding in any "
            "earlier year, and schools of Mastery Specialists. You may come back every year."
        ),
        "what_is_involved": (
            "Your maths lead meets with other maths leads for six sessions over the year: "
            "twilights, virtual sessions, and some face to face.\n\n"
            "Together you work out how the mathematics of a topic builds up over the years, adapt "
            "your curriculum to what pupils have missed, and learn to lead it: watching lessons, "
            "reading pupils' work, running professional development. Class teachers of your school "
            "may join planning sessions led by a Mastery Specialist."
        ),
        "outcomes": (
            "All your teachers know the mathematics of the year's topics more deeply, and how it "
            "progresses.\n\n"
            "Maths leads build a habit of planning together that outlasts any one person.\n\n"
            "Professional development is something that all staff value and expect."
        ),
        "cost": "Free to state-funded schools. Most sessions are after school, so little cover is needed.",
    },
)

# One of those named is enough.
PREREQUISITES: dict[str, tuple[str, ...]] = {
    "mastery-embedding": ("mastery-development",),
    "mastery-sustaining": ("mastery-development", "mastery-embedding"),
}
REMINDER_DAYS = [14, 2]
