"""Lets SQLite leave it to the operating system when to write; Python loads this file into programs under test.

Dagster commits thousands of times in a run, and each time waits for the disk. What a killed process leaves behind is
the same without; a power cut would tell, which no test makes.
"""

from sqlite3 import Connection, dbapi2
from typing import Any

_connect = dbapi2.connect


def _connect_unsynced(*arguments: Any, **options: Any) -> Connection:
    connection = _connect(*arguments, **options)
    connection.execute("pragma synchronous = off")
    return connection


dbapi2.connect = _connect_unsynced
