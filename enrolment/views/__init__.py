"""Pages for schools: briefings, the form of interest, and what its signed links open."""
