"""Makes it quick to write Dagster's records in SQLite; Python loads this file into programs under test.

Dagster commits thousands of times in a run. Each time it waits for the disk: what a killed process leaves behind is the
same without; a power cut would tell, which no test makes. And each time it makes an engine of its own, which compiles
its statement anew: that is a third of a run's work. What stands in the records afterwards is the same.
"""

import sys
from sqlite3 import Connection, dbapi2
from typing import Any

_connect = dbapi2.connect


def _connect_unsynced(*arguments: Any, **options: Any) -> Connection:
    connection = _connect(*arguments, **options)
    connection.execute("pragma synchronous = off")
    return connection


dbapi2.connect = _connect_unsynced


def _keep_engines() -> None:
    import sqlalchemy  # takes a moment, which not every program needs
    from sqlalchemy.pool import NullPool

    create, kept = sqlalchemy.create_engine, {}

    def create_once(url: str, **options: Any) -> sqlalchemy.Engine:
        if options.get("poolclass") is not NullPool:
            return create(url, **options)  # type: ignore[no-any-return]  # it holds connections, which are not shared
        if url not in kept:
            kept[url] = create(url, **options)
        return kept[url]

    sqlalchemy.create_engine = create_once


# Before Dagster is loaded, which keeps the function for itself.
if "pytest" in sys.modules or any(argument.endswith(("/speechmap", "/dagster")) for argument in sys.orig_argv[:3]):
    _keep_engines()
