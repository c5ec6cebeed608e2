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
            "people, regular visits, and a plan that is your own."
        ),
        "for_whom": (
            "State-funded primary schools that are committed to teaching for mastery and meet a "
            "barrier, for example:\n\n"
            "- a new leadership team, or many changes of staff\n"
            "- results that take up all attention\n"
            "- mixed-age classes that nobody has shown you how to plan for\n\n"
            "Readiness is the stepping stone: after its year you go on to Development."
        ),
        "what_is_involved": (
            "A year of training together with other schools, and of support made for yours:\n\n"
            "- two people from your school take part, one of them the maths lead\n"
            "- up to eight schools meet for workshops; the headteacher comes to the first session\n"
            "- a Readiness lead visits you regularly and watches lessons with you\n"
            "- you write an action plan for your own barriers, and carry it out"
        ),
        "how_it_meets": "workshops, mostly face to face",
        "release_time": "two people for six sessions, and time with your Readiness lead",
        "outcomes": (
            "- Your staff share one picture of what good mathematics teaching looks like.\n"
            "- Leaders know what stood in the way, and have begun to remove it.\n"
            "- The school is ready to start Development in the following year."
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
            "Your headteacher chooses two lead participants. Over the year:\n\n"
            "- six or seven schools form a teacher research group, which meets for six half-days "
            "in one another’s classrooms: you watch a lesson, take it apart together, and plan "
            "what to try next\n"
            "- a Mastery Specialist makes a support visit to your school each term\n"
            "- between the sessions your lead participants run the school’s own research group for "
            "their colleagues"
        ),
        "how_it_meets": "half-days, face to face",
        "release_time": "about ten days for your two lead participants together",
        "outcomes": (
            "- Two teachers who teach for mastery with confidence and can show others how.\n"
            "- Lessons that keep the class together: everyone meets the same idea, and support "
            "comes early to those who need it.\n"
            "- A plan for the whole school, agreed with the headteacher."
        ),
        "cost": (
            "Free to state-funded schools. You arrange cover for your two lead participants; in "
            "some years there is a contribution of £1,000 towards it, and we say so here."
        ),
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
            "A Mastery Specialist works with you on what your school needs most:\n\n"
            "- planning across year groups\n"
            "- helping colleagues to change their teaching\n"
            "- keeping the curriculum coherent from Reception to Year 6"
        ),
        "how_it_meets": "face to face and virtual",
        "release_time": "two people for six sessions",
        "outcomes": (
            "- Teaching for mastery in every class, not only with the two who began it.\n"
            "- Time for teachers to plan mathematics together, fixed in the timetable.\n"
            "- Leaders who can see what is working and what to do next."
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
            "One person from your school, normally the maths lead, meets with other maths leads "
            "for six sessions over the year. Together you:\n\n"
            "- work out how the mathematics of a topic builds up over the years\n"
            "- develop, carry out and refine a recovery curriculum: one that starts from the "
            "published guidance and from what your pupils missed when school was disrupted\n"
            "- learn to lead mastery across the school: monitoring lessons and pupils’ work, and "
            "running professional development\n\n"
            "Class teachers of your school may join collaborative planning sessions, in which "
            "Mastery Specialists plan a run of lessons with them."
        ),
        "how_it_meets": "twilights, virtual and face to face",
        "release_time": "little: most sessions are after school",
        "outcomes": (
            "- All teachers of your school know the mathematics of the group’s topics more deeply, "
            "and how it progresses.\n"
            "- Subject leaders build a culture of planning together that outlasts any one person.\n"
            "- Professional development is something that all staff value and expect."
        ),
        "cost": "Free to state-funded schools. Most sessions are after school, so little cover is needed.",
    },
)

MASTERY_TEXT = (
    "Mastery means understanding something securely: so well that pupils can move on, and build "
    "on what came before. The NCETM, the national centre for the teaching of mathematics, "
    "developed the approach from what teachers do in Shanghai, Japan and Singapore. In such "
    "a classroom:\n\n"
    "- everybody is expected to succeed: all pupils can achieve in mathematics\n"
    "- the class stays together; the difference between pupils is met by support and early help, "
    "not by different work\n"
    "- key topics get more time, and go deeper\n"
    "- understanding of ideas and fluency in methods grow together\n\n"
    "Five Big Ideas hold it together:\n\n"
    "- coherence: small connected steps that every pupil can take\n"
    "- representation and structure: pictures and objects that lay the mathematics bare\n"
    "- mathematical thinking: pupils reason about ideas and explain them\n"
    "- fluency: facts and methods at hand, and the sense to choose between them\n"
    "- variation: examples chosen so that what matters stands out\n\n"
    "There are two starting points. Not every school can go straight into the formal programme: "
    "Readiness is the stepping stone into the programme of the year after. Hundreds of schools "
    "have come this way."
)

JOINING_TEXT = (
    "- Tell us of your school’s interest in the coming academic year by the form on this site.\n"
    "- In April we meet headteachers in each of our six boroughs, and this year once in the months "
    "before as well; there is a flyer for each briefing.\n"
    "- More questions? Write to us: we answer by e-mail.\n\n"
    "Everything stays adaptable: when schools are disrupted, more of our work together goes live "
    "online."
)

# Pages of the NCETM and of the Department for Education, each found in use elsewhere in 2026; they
# change their addresses at times.
_NCETM = "https://www.ncetm.org.uk"
_BIG_IDEAS = (
    "page",
    "Five Big Ideas in teaching for mastery",
    f"{_NCETM}/teaching-for-mastery/mastery-explained/five-big-ideas-in-teaching-for-mastery/",
)
_FILMS = (
    "video",
    "Video lessons for primary classes",
    f"{_NCETM}/resources/54454",
)
_GUIDANCE = (
    "paper",
    "Mathematics guidance for key stages 1 and 2",
    "https://www.gov.uk/government/publications/teaching-mathematics-in-primary-schools",
)
LINKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "mastery-readiness": (_BIG_IDEAS,),
    "mastery-development": (_FILMS, _BIG_IDEAS),
    "mastery-embedding": (_FILMS, _GUIDANCE),
    "mastery-sustaining": (_GUIDANCE,),
}
"""Kind, title and address of what each page leads to, by slug, in order."""

# One of those named is enough.
PREREQUISITES: dict[str, tuple[str, ...]] = {
    "mastery-embedding": ("mastery-development",),
    "mastery-sustaining": ("mastery-development", "mastery-embedding"),
}
