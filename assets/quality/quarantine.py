"""The quarantine as a person reads it: of the state that was synced last, wherever its rows were refused."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import quarantine_paths, read_manifest
from assets.statistics.tables import TABLES
from assets.warehouse.state import building_state, state_of

COLUMNS = (
    "kind", "rule", "reason", "source", "path", "line", "blob_id", "row_sha256", "first_seen_commit", "first_seen_at",
)  # fmt: skip
# What there is to do about a rule; the reasons of single rows say what they lack.
REMEDIES: Mapping[str, str] = {
    "unknown_question": "no question file has the question; the row is used as soon as upstream has it",
    "unknown_label": "say in dbt_project/seeds/labels.csv what the label counts as",
    "unmatched_reference": "nobody has judged the answer and no response file holds it; it is used as soon as one does",
    "unknown_response": "the response is nowhere, or was refused itself; the row is used as soon as it is there",
    "another_question": "the Hub's data set contradicts itself",
    "missing_lfs_object": "the Git LFS object is gone at the remote; upstream has to push it again",
    "unreached_lfs_object": "the Git LFS server did not answer; the next run asks again",
}
MALFORMED = "the line is not what the parser expects; upstream has to mend it, or the parser has to learn it"


@dataclass(frozen=True)
class Quarantine:
    """Refused rows.

    Attributes:
        state: `current` where the tables of what was synced last tell, if need be those of a build that a check ended;
            `landing` where there are none, so that only rows that could not be landed are known; `shown` where only the
            last good state is left.
        rows: a mapping per refused row and rule with `COLUMNS`; times are ISO 8601 in UTC.
    """

    state: str
    rows: Sequence[Mapping[str, Any]]

    def only(self, rules: Collection[str], kinds: Collection[str]) -> "Quarantine":
        """The rows of some rules and kinds; of all where none is named."""
        rows = [row for row in self.rows if (not rules or row["rule"] in rules) and (not kinds or row["kind"] in kinds)]
        return Quarantine(self.state, rows)

    def by_rule(self) -> list[dict[str, Any]]:
        """Per kind and rule: count of rows, files, since when, and what to do; most rows first."""
        groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for row in self.rows:
            groups.setdefault((row["kind"], row["rule"]), []).append(row)
        found = [
            {
                "kind": kind,
                "rule": rule,
                "row_count": len(rows),
                "file_count": len({row["blob_id"] for row in rows}),
                "first_seen_at": min((row["first_seen_at"] for row in rows if row["first_seen_at"]), default=None),
                "remedy": REMEDIES.get(rule, MALFORMED),
            }
            for (kind, rule), rows in groups.items()
        ]
        return sorted(found, key=lambda group: (-group["row_count"], group["kind"], group["rule"]))

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {**asdict(self), "rules": self.by_rule()}


def read_quarantine(lake: Lake) -> Quarantine:
    """The refused rows of what was synced last.

    Raises:
        PipelineError: nothing has been landed yet, or the tables cannot be read.
    """
    if lake.manifest.exists():
        built = lake.building_warehouse
        tables = _tables_of(built) if state_of(built) == building_state(lake) else set()
        if ("marts", "quarantine") in tables:
            return Quarantine("current", _of_tables(built))
        if ("intermediate", "int_refused_rows") in tables:
            return Quarantine("current", _of_first_layer(lake))
        return Quarantine("landing", _of_landing(lake))
    if lake.warehouse.exists():
        return Quarantine("shown", _of_tables(lake.warehouse))
    raise PipelineError(f"{lake.root}: nothing is landed there yet; run `speechmap run` first")


def _tables_of(warehouse: Path) -> set[tuple[str, str]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return set(connection.execute("select schema_name, table_name from duckdb_tables()").fetchall())


def _of_tables(warehouse: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(COLUMNS)} from marts.quarantine order by kind, rule, path, line"
        ).fetchall()
    return [_as_mapping(row) for row in rows]


def _of_first_layer(lake: Lake) -> list[dict[str, Any]]:
    """The rows that the first layer of tables refused, where a check kept the others from being built."""
    with duckdb.connect(str(lake.building_warehouse), read_only=True) as connection:
        rows = connection.execute(
            _with_first_sight(
                lake,
                "select kind, rule, reason, source, path, line, blob_id, row_sha256 from intermediate.int_refused_rows",
            )
        ).fetchall()
    return [_as_mapping(row) for row in rows]


def _of_landing(lake: Lake) -> list[dict[str, Any]]:
    manifest = read_manifest(lake)
    with duckdb.connect() as connection:
        connection.register("files", manifest.drop("unknown_keys"))
        rows = connection.execute(
            _with_first_sight(
                lake,
                """
                select refused.kind, rule, reason, paths.source, paths.path, line, refused.blob_id, row_sha256
                from (
                    select kind, rule, reason, line, blob_id, row_sha256 from read_parquet($files)
                    union all
                    select kind, problem_rule, problem_reason, null, blob_id, null
                    from files
                    where problem_rule is not null
                ) as refused
                left join (
                    select kind, blob_id, min(path) as path, min(source) as source from files group by kind, blob_id
                ) as paths on refused.kind = paths.kind and refused.blob_id = paths.blob_id
                """,
            ),
            {"files": [str(path) for path in quarantine_paths(lake, manifest)]},
        ).fetchall()
    return [_as_mapping(row) for row in rows]


def _with_first_sight(lake: Lake, refused: str) -> str:
    """A query of `COLUMNS`, made of one that lacks what only the memory of earlier runs can tell."""
    nothing = ", ".join(f"null::{dtype} as {column}" for column, dtype in TABLES["refused_rows"].items())
    memory = f"(select {nothing})"
    if lake.refused_rows.exists():
        memory = f"read_parquet('{_quoted(lake.refused_rows)}')"
    return f"""
        select
            refused.kind, refused.rule, refused.reason, refused.source, refused.path, refused.line, refused.blob_id,
            coalesce(refused.row_sha256, memory.row_sha256), memory.first_seen_commit, memory.first_seen_at
        from ({refused}) as refused
        left join {memory} as memory
            on refused.kind = memory.kind and refused.rule = memory.rule and refused.blob_id = memory.blob_id
            and refused.line is not distinct from memory.line
        order by refused.kind, refused.rule, refused.path, refused.line
    """


def _as_mapping(row: tuple[Any, ...]) -> dict[str, Any]:
    found = dict(zip(COLUMNS, row, strict=True))
    seen = found["first_seen_at"]
    return {**found, "first_seen_at": f"{seen.isoformat()}+00:00" if seen else None}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
