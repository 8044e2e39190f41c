"""The quarantine as a person reads it: of the state that was synced last, wherever its rows were refused."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import quarantine_paths, read_manifest
from assets.warehouse.state import building_state, state_of

COLUMNS = (
    "kind", "rule", "reason", "source", "path", "line", "blob_id", "row_sha256", "first_seen_commit", "first_seen_at",
)  # fmt: skip
# What there is to do about a rule; the reasons of single rows say what they lack.
REMEDIES: Mapping[str, str] = {
    "unknown_question": "no question file has the question; the row is used as soon as upstream has it",
    "unknown_label": "say in dbt_project/seeds/labels.csv what the label counts as",
    "unmatched_reference": "nobody has judged the answer and no response file holds it; it is used as soon as one does",
    "unknown_response": "the Hub does not have the response, or it was refused itself",
    "another_question": "the Hub's data set contradicts itself",
    "missing_lfs_object": "the Git LFS object is gone at the remote; upstream has to push it again",
    "unreached_lfs_object": "the Git LFS server did not answer; the next run asks again",
}
MALFORMED = "the line is not what the parser expects; upstream has to mend it, or the parser has to learn it"


@dataclass(frozen=True)
class Quarantine:
    """Refused rows.

    Attributes:
        state: `current` where the tables of what was synced last tell; `landing` where these were not built, so that
            only rows that could not be landed are known; `shown` where only the last good state is left.
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
        if state_of(lake.building_warehouse) == building_state(lake) and _has_quarantine(lake.building_warehouse):
            return Quarantine("current", _of_tables(lake.building_warehouse))
        return Quarantine("landing", _of_landing(lake))
    if lake.warehouse.exists():
        return Quarantine("shown", _of_tables(lake.warehouse))
    raise PipelineError(f"{lake.root}: nothing is landed there yet; run `speechmap run` first")


def _has_quarantine(warehouse: Path) -> bool:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select count(*) from duckdb_tables() where schema_name = 'marts' and table_name = 'quarantine'"
        return bool(connection.execute(query).fetchall()[0][0])


def _of_tables(warehouse: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(COLUMNS)} from marts.quarantine order by kind, rule, path, line"
        ).fetchall()
    return [_as_mapping(row) for row in rows]


def _of_landing(lake: Lake) -> list[dict[str, Any]]:
    manifest = read_manifest(lake)
    with duckdb.connect() as connection:
        connection.register("files", manifest.drop("unknown_keys"))
        memory = f"read_parquet('{_quoted(lake.refused_rows)}')" if lake.refused_rows.exists() else "no_memory"
        connection.execute(
            "create temp table no_memory (kind varchar, rule varchar, blob_id varchar, line integer, "
            "first_seen_commit varchar, first_seen_at timestamp)"
        )
        rows = connection.execute(
            f"""
            with
            paths as (
                select kind, blob_id, min(path) as path, min(source) as source from files group by kind, blob_id
            ),
            refused as (
                select kind, rule, reason, line, blob_id, row_sha256 from read_parquet($files)
                union all
                select kind, problem_rule, problem_reason, null, blob_id, null
                from files
                where problem_rule is not null
            )
            select
                refused.kind, refused.rule, refused.reason, paths.source, paths.path, refused.line, refused.blob_id,
                refused.row_sha256, memory.first_seen_commit, memory.first_seen_at
            from refused
            left join paths on refused.kind = paths.kind and refused.blob_id = paths.blob_id
            left join {memory} as memory
                on refused.kind = memory.kind and refused.rule = memory.rule and refused.blob_id = memory.blob_id
                and refused.line is not distinct from memory.line
            order by refused.kind, refused.rule, paths.path, refused.line
            """,
            {"files": [str(path) for path in quarantine_paths(lake, manifest)]},
        ).fetchall()
    return [_as_mapping(row) for row in rows]


def _as_mapping(row: tuple[Any, ...]) -> dict[str, Any]:
    found = dict(zip(COLUMNS, row, strict=True))
    seen = found["first_seen_at"]
    return {**found, "first_seen_at": f"{seen.isoformat()}+00:00" if seen else None}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
