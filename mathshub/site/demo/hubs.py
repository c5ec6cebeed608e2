"""The two invented hubs: their names, boroughs and texts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Borough:
    """A real borough, and where the invented schools in it stand (a made-up post town area)."""

    code: str  # as the register numbers it
    name: str
    gss_code: str
    town: str
    outward_code: str
    easting: int  # metres, roughly its middle
    northing: int


@dataclass(frozen=True)
class HubPlan:
    """What the demonstration says about one hub."""

    slug: str
    name: str
    boroughs: tuple[Borough, ...]
    outside: Borough  # a neighbour, from which a school asks all the same
    welcome_heading: str
    welcome_text: str
    processor: str
    contact_phone: str
    first_urn: int
    school_names: tuple[str, ...]
    notice_text: str = ""
    closed_early: str = ""  # the stage whose window for the next year has closed already

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"

    @property
    def contact_email(self) -> str:
        return f"hello@{self.slug}.example.org"

    @property
    def half_term_differs_in(self) -> tuple[Borough, ...]:
        """The two boroughs whose half-terms are not in the same week as the others'."""
        return self.boroughs[1], self.boroughs[4]


LEA_VALLEY = HubPlan(
    slug="lea-valley",
    name="Lea Valley Maths Hub",
    boroughs=(
        Borough("204", "Hackney", "E09000012", "London", "E8", 534500, 184500),
        Borough("301", "Barking and Dagenham", "E09000002", "Dagenham", "RM9", 548000, 185500),
        Borough("311", "Havering", "E09000016", "Romford", "RM1", 553500, 187500),
        Borough("316", "Newham", "E09000025", "London", "E13", 540500, 183500),
        Borough("317", "Redbridge", "E09000026", "Ilford", "IG1", 543500, 188500),
        Borough("320", "Waltham Forest", "E09000031", "London", "E17", 537500, 190000),
    ),
    outside=Borough("309", "Haringey", "E09000014", "London", "N15", 532500, 189500),
    welcome_heading="Every child can learn maths deeply",
    welcome_text=(
        "We bring primary schools together in small Work Groups, led by a Mastery Specialist, "
        "for six sessions over the year. It is free to state-funded schools."
    ),
    processor="Plainfields Primary School (demonstration), the hub's lead school",
    contact_phone="020 7946 0184",
    first_urn=999001,
    school_names=(
        "Plainfields Primary School",
        "Ferry Road Primary School",
        "Marsh Gate School",
        "Old Mill Junior School",
        "Tally Lane Primary School",
        "Abacus Green Primary School",
        "Lantern Lock Primary School",
        "Numberfield Primary School",
        "Sixpenny Row Primary School",
        "Heron Reach Primary School",
        "Kite Wharf Primary School",
        "Halfacre Primary School",
        "Ropemakers' Field Primary School",
        "Countingwell Infant School",
        "Willow Sluice Primary School",
        "Bobbin Street Primary School",
        "Evensted Primary School",
        "Towpath Community Primary School",
        "Candle Hill Primary School",
        "Tenframe Primary School",
        "Skylark Marsh Primary School",
        "Nettlefold Lane Primary School",
        "Dovetail Primary School",
        "Sum Street Primary School",
        "Farthing Bridge Primary School",
        "Osier Island Primary School",
        "Compass Yard Primary School",
        "Barge House Primary School",
        "Lower Lea Meadow School",
        "Silver Heron Primary School",
    ),
)

WANDLE = HubPlan(
    slug="wandle",
    name="Wandle Maths Hub",
    boroughs=(
        Borough("306", "Croydon", "E09000008", "Croydon", "CR0", 532500, 164500),
        Borough("314", "Kingston upon Thames", "E09000021", "Kingston", "KT1", 519500, 167500),
        Borough("315", "Merton", "E09000024", "London", "SW19", 525500, 169500),
        Borough("318", "Richmond upon Thames", "E09000027", "Twickenham", "TW1", 516500, 173500),
        Borough("319", "Sutton", "E09000029", "Sutton", "SM1", 526000, 164000),
        Borough("212", "Wandsworth", "E09000032", "London", "SW18", 526500, 174500),
    ),
    outside=Borough("208", "Lambeth", "E09000022", "London", "SW2", 531000, 174000),
    welcome_heading="Maths that the whole class understands",
    welcome_text=(
        "Teachers from neighbouring schools plan, teach and look closely together, six times a "
        "year, with a Mastery Specialist beside them. State-funded schools pay nothing."
    ),
    processor="Watercress Lane Primary School (demonstration), the hub's lead school",
    contact_phone="020 7946 0527",
    first_urn=999101,
    school_names=(
        "Watercress Lane Primary School",
        "Snuff Mill Primary School",
        "Threeways School",
        "Millrace Junior School",
        "Numberline Road Primary School",
        "Kingfisher Weir Primary School",
        "Lavender Sidings Primary School",
        "Fairshares Primary School",
        "Quartermile Primary School",
        "Otter Bank Primary School",
        "Print Works Primary School",
        "Fivebridges Primary School",
        "Bleachers' Field Primary School",
        "Acorn Tally Infant School",
        "Mint Field Primary School",
        "Tramway Primary School",
        "Long Measure Primary School",
        "Gravel Ford Primary School",
        "Protractor Hill Primary School",
        "Heath Ladder Primary School",
        "Calico Green Primary School",
        "Doubleday Lane Primary School",
        "Pepper Mead Primary School",
        "Twelvetrees Walk Primary School",
        "Wheelwright Primary School",
        "Reed Pool Primary School",
        "Chalk Spring Primary School",
        "Plumb Line Primary School",
        "Upper Wandle Meadow School",
        "Heron and Hare Primary School",
    ),
    notice_text=(
        "Our telephone line is closed this fortnight. Please write to us instead: "
        "we answer within a working day."
    ),
    closed_early="mastery-embedding",
)

HUBS = (LEA_VALLEY, WANDLE)  # the first one is what plain localhost shows
