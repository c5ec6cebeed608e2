"""Which address somebody may have meant whose domain looks mistyped."""

from difflib import get_close_matches

# Where schools' people have their mail. A school's own domain is as good as any, and known to none:
# only what is nearly one of these is asked about.
_KNOWN = (
    "aol.com",
    "btinternet.com",
    "gmail.com",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "lgflmail.org",
    "live.co.uk",
    "me.com",
    "outlook.com",
    "sky.com",
    "yahoo.co.uk",
    "yahoo.com",
)
# The endings of schools' own domains, and slips for them.
_ENDINGS = {
    ".sch.co.uk": ".sch.uk",
    ".sch.ik": ".sch.uk",
    ".sch.uj": ".sch.uk",
    ".shc.uk": ".sch.uk",
    ".sch.u": ".sch.uk",
    ".schuk": ".sch.uk",
    ".co.ik": ".co.uk",
    ".co.uj": ".co.uk",
    ".couk": ".co.uk",
    ".cm": ".com",
    ".con": ".com",
    ".cmo": ".com",
    ".ogr": ".org",
    ".orguk": ".org.uk",
}
NEAR = 0.82  # of difflib's measure: one slip in a short name


def meant_address(address: str) -> str:
    """The address that may have been meant, or nothing where it looks right."""
    mailbox, at, domain = address.rpartition("@")
    domain = domain.lower()
    if not at or domain in _KNOWN:
        return ""
    for wrong, right in _ENDINGS.items():
        if domain.endswith(wrong):
            return f"{mailbox}@{domain.removesuffix(wrong)}{right}"
    near = get_close_matches(domain, _KNOWN, n=1, cutoff=NEAR)
    return f"{mailbox}@{near[0]}" if near else ""
