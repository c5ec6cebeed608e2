"""Every fault that the portal has to survive, by name; and those that nothing can be drilled of yet.

A test compares this list with the drills: each name is either drilled or waits here for something.
"""

MESSAGE_PATH = "Message path"
SMTP = "SMTP"
CAPACITY_AND_FORMS = "Capacity and forms"
TIME = "Time"
INPUT = "Input"
FILES = "Files"

FAULTS: dict[str, tuple[str, ...]] = {
    MESSAGE_PATH: (
        "worker groups killed mid-batch",
        "broker stopped",
        "broker frozen",
        "broker flushed",
        "broker full",
        "database restarted at once during posts",
        "two beats",
        "no beat for an hour",
        "four senders claim at once",
        "sender stopped past its lease, then continued",
        "poison message",
        "senders told to end by a deploy",
        "20,000 reminders due in one minute",
        "session moved or cancelled after queueing",
        "transaction rolled back after the row",
        "killed between the server's yes and its record",
    ),
    SMTP: (
        "some addresses refused for good (550)",
        "put off twice, then taken (450)",
        "server closes mid-batch (421)",
        "server hangs in the text",
        "connection cut in the text",
        "taken, but the reply is lost",
        "server away for a day",
        "password refused (535)",
        "account throttled (452)",
        "mailbox full or message too big (552)",
        "message refused (554)",
        "letters that few servers take before the @",
        "line breaks in names",
        "bounce before the row is marked",
    ),
    CAPACITY_AND_FORMS: (
        "12 administrators into 3 places",
        "accepting against a lowered capacity",
        "withdraw, promote and accept at once",
        "double click",
        "back and send again",
        "two tabs",
        "two people of one school at once",
        "lock held for 15 seconds",
        "two administrators edit one record",
    ),
    TIME: (
        "reminder days across both clock changes",
        "a wall time that does not exist",
        "a wall time that comes twice",
        "server in another time zone",
        "worker late, after the session",
        "calendars of clock-change days in three readers",
        "moves and the calendar's UID and SEQUENCE",
        "odd text in calendars",
    ),
    INPUT: (
        "10 MB in a field",
        "5,000 fields",
        "NUL characters",
        "bidirectional overrides",
        "invalid UTF-8",
        "odd addresses",
        "bots",
        "form turned against a third party",
        "expired and forged tokens",
        "template syntax in a hub's own text",
        "stored script in every field",
        "10,000 generated form posts",
    ),
    FILES: (
        "file with a byte order mark",
        "UTF-16 file",
        "cp1252 file",
        "semicolons",
        "ragged rows",
        "duplicate headers",
        "a million rows",
        "one cell of 50 MB",
        "formulas in exports",
        "the same import twice",
        "another hub's school in a file",
    ),
}

NOT_YET: dict[str, str] = {
    "withdraw, promote and accept at once": "the waiting list, which promotes",
}
"""What the drill of a fault waits for."""

PROMISES: dict[int, str] = {
    1: "An expression of interest whose confirmation page was shown is never lost.",
    2: "Every message ends sent, dead, cancelled or suppressed, and staff see it; none is overdue "
    "by 15 minutes while the mail server is up.",
    3: "Each message goes at least once; at most one duplicate for each killed sender or connection "
    "lost after the text, under the same Message-ID.",
    4: "Work that was left behind is picked up again within 65 seconds.",
    5: "A mail server that is away for a day costs delay only; no reminder goes after its session "
    "began.",
    6: "No Work Group is overbooked.",
    7: "One expression for each form that was shown, for ever.",
    8: "The form answers quickly, also while the broker or the mail server is down or frozen.",
    9: "One hub never sees another's data.",
    10: "Silence is noticed.",
    11: "What is kept briefly goes when its time has come.",
    12: "After a permanent refusal no further mail goes to that address until a person lifts it.",
}
