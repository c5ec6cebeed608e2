"""Where static files are kept and how their addresses are made."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Makes each file's address once: the manifest does not change while a process runs.

    A page names seven files, and looking them all up takes as long as a query.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of the file of that name, with its contents' hash in it."""
        known = self.__dict__.setdefault("_addresses", {})
        if name not in known:
            known[name] = super().url(name, force)
        return known[name]
