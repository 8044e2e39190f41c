"""A Postgres of one's own on loopback."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from tests.end_to_end.ports import free_port

# Where Debian keeps the server's programs, of which only the client's are on the path.
DEBIAN = Path("/usr/lib/postgresql")
NAME = "dagster"
PASSWORD = "any: connections from this machine are trusted"  # noqa: S105


@dataclass(frozen=True)
class Postgres:
    """A running server with one empty database."""

    port: int

    @property
    def environment(self) -> dict[str, str]:
        """What `orchestration/deployment/dagster.yaml` reads."""
        return {
            "DAGSTER_POSTGRES_HOST": "127.0.0.1",
            "DAGSTER_POSTGRES_PORT": str(self.port),
            "DAGSTER_POSTGRES_DB": NAME,
            "DAGSTER_POSTGRES_USER": NAME,
            "DAGSTER_POSTGRES_PASSWORD": PASSWORD,
        }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, dbname=NAME, user=NAME, password=PASSWORD)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()


def postgres_programs() -> Path | None:
    """Folder of the server's programs; None where Postgres is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max((path.parent for path in DEBIAN.glob("*/bin/initdb")), default=None)


@contextmanager
def postgres_server(programs: Path) -> Iterator[Postgres]:
    """Start a server whose data is gone when the block ends."""
    # Postgres does not run as root, and what pytest makes is closed to everybody else.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="speechmap-postgres-"))
    postgres = Postgres(free_port())
    try:
        shutil.chown(folder, user)
        _as(user, folder, programs / "initdb", "--username", NAME, "--auth", "trust", "--no-sync", folder / "data")
        options = f"-p {postgres.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        control = (programs / "pg_ctl", "--pgdata", folder / "data", "--wait")
        _as(user, folder, *control, "--log", folder / "log", "--options", options, "start")
        try:
            _as(user, folder, programs / "createdb", "-h", folder, "-p", str(postgres.port), "-U", NAME, NAME)
            yield postgres
        finally:
            _as(user, folder, *control, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _as(user: str, folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)),
        user=user if os.geteuid() == 0 else None,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        # a server that outlives the command would keep a pipe open
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, (command[0], (folder / "log").read_text() if (folder / "log").exists() else "")
