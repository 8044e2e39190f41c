"""What changed between two commits of the upstream, in models, responses, assessments and labels.

Rows are compared, not files: a file that moved, was sorted anew or became a Git LFS pointer is no change. Nothing of
what the last run has built is touched; files that have never been seen are landed, so asking again is fast.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import landed_paths
from assets.landing.kinds import KINDS
from assets.landing.landed_file import write_empty_files
from assets.landing.landing import fetch_new_files, land_kind
from assets.upstream.layout import ANALYSES, QUESTIONS, RESPONSES
from assets.upstream.mirror import Mirror
from assets.upstream.source_list import GitSource
from assets.upstream.tree import SourceState, sync_tree
from assets.warehouse.dbt_manifest import DBT_PROJECT

COMPARED = (QUESTIONS, RESPONSES, ANALYSES)
# What makes a judgment the same one: what was judged, how, when, and why.
JUDGMENT = ("raw_label", "assessed_at", "content_sha256", "md5(judge_analysis)")
SEEDS = DBT_PROJECT / "seeds"


@dataclass(frozen=True)
class Names:
    """Names that one of two commits has and the other lacks, sorted."""

    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class Counts:
    """Rows that only the newer commit has, only the older has, and that both have in different form."""

    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class Flip:
    """A judge's label of one answer that the newer commit tells otherwise."""

    judge: str
    before: str
    after: str
    category: str
    question_id: str
    model: str


@dataclass(frozen=True)
class RevisionDiff:
    """What changed from one commit to another.

    `responses.changed`: answers whose text is another. `assessments.changed`: judgments of one judge on one
    question's answer that were made anew; `flips` are those of them with another canonical label. `missing`: files
    whose Git LFS object is not to be had, which count as not there.
    """

    before: SourceState
    after: SourceState
    models: Names
    judges: Names
    questions: Counts
    responses: Counts
    assessments: Counts
    by_model: list[dict[str, Any]]
    by_judge: list[dict[str, Any]]
    flips: list[Flip]
    missing: list[str]

    def flip_counts(self) -> list[dict[str, Any]]:
        """Number of flips per judge and pair of labels."""
        counts: dict[tuple[str, str, str], int] = {}
        for flip in self.flips:
            key = (flip.judge, flip.before, flip.after)
            counts[key] = counts.get(key, 0) + 1
        return [{"judge": judge, "from": old, "to": new, "count": n} for (judge, old, new), n in sorted(counts.items())]

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON values; `changed` goes by the name that people use for it."""
        return {
            "from": {"commit": self.before.commit, "committed_at": self.before.committed_at.isoformat()},
            "to": {"commit": self.after.commit, "committed_at": self.after.committed_at.isoformat()},
            "models": asdict(self.models),
            "judges": asdict(self.judges),
            "questions": _named(self.questions, "reworded"),
            "responses": {**_named(self.responses, "regenerated"), "by_model": self.by_model},
            "assessments": {**_named(self.assessments, "re_judged"), "by_judge": self.by_judge},
            "labels_flipped": self.flip_counts(),
            "flips": [_flip_as_json(flip) for flip in self.flips],
            "missing_files": self.missing,
        }


def diff_revisions(lake: Lake, source: GitSource, before: str, after: str) -> RevisionDiff:
    """Compare two revisions of a source; the data directory must be locked.

    Raises:
        PipelineError: a revision is unknown, or the remote cannot be read.
    """
    mirror = Mirror(lake.mirror(source.name), source.location)
    sides = [sync_tree(replace(source, revision=revision), mirror) for revision in (before, after)]
    write_empty_files(lake)
    locations = {source.name: source.location}
    fetch_new_files(lake, pl.concat([tree for _, tree in sides]).filter(pl.col("kind").is_in(COMPARED)), locations)
    manifests = [
        pl.concat([land_kind(lake, KINDS[kind], tree, locations).manifest for kind in COMPARED]) for _, tree in sides
    ]
    if all(manifest.is_empty() for manifest in manifests):
        raise PipelineError(f"neither {before} nor {after} holds questions, responses or analyses")
    with duckdb.connect() as connection:
        for side, manifest in zip(("before", "after"), manifests, strict=True):
            _register(connection, lake, side, manifest)
        return _compare(connection, sides[0][0], sides[1][0], _missing(manifests))


def _register(connection: duckdb.DuckDBPyConnection, lake: Lake, side: str, manifest: pl.DataFrame) -> None:
    """One row per question, answer and judgment of a commit; where a file repeats one, the latest."""
    latest = {
        QUESTIONS: ("category, question_id", "line desc", "category, question_id, sha256(question) as form"),
        RESPONSES: (
            "category, question_id, model",
            "responded_at desc nulls last, line desc",
            "category, question_id, model, content_sha256 as form",
        ),
        ANALYSES: (
            "category, question_id, model, judge",
            "assessed_at desc nulls last, line desc",
            f"category, question_id, model, judge, label, concat_ws(' ', {', '.join(JUDGMENT)}) as form",
        ),
    }
    for kind, (key, order, columns) in latest.items():
        paths = [str(path) for path in landed_paths(lake, manifest, kind)]
        rows = _judged("read_parquet($paths)") if kind == ANALYSES else "read_parquet($paths)"
        connection.execute(
            f"create table {kind}_{side} as select {columns} from {rows} "
            f"qualify row_number() over (partition by {key} order by {order}) = 1",
            {"paths": paths},
        )


def _judged(analyses: str) -> str:
    """Analyses with the canonical names of judge and label, where the seeds know them."""
    return (
        f"(select analyses.*, coalesce(registry.judge, trim(judge_model)) as judge, "
        f"coalesce(labels.label, analyses.raw_label) as label from {analyses} as analyses "
        f"left join read_csv('{SEEDS / 'judge_registry.csv'}') as registry on trim(judge_model) = registry.raw_judge "
        f"left join read_csv('{SEEDS / 'labels.csv'}') as labels on trim(analyses.raw_label) = labels.raw_label)"
    )


def _compare(
    connection: duckdb.DuckDBPyConnection, before: SourceState, after: SourceState, missing: list[str]
) -> RevisionDiff:
    keys = {
        QUESTIONS: ("category", "question_id"),
        RESPONSES: ("category", "question_id", "model"),
        ANALYSES: ("category", "question_id", "model", "judge"),
    }
    for kind, key in keys.items():
        connection.execute(
            f"create view {kind}_changes as select {', '.join(key)}, "
            "case when older.form is null then 'added' when newer.form is null then 'removed' else 'changed' end "
            f"as change from {kind}_before as older full join {kind}_after as newer using ({', '.join(key)}) "
            "where older.form is distinct from newer.form"
        )
    flips = connection.execute(
        "select judge, older.label, newer.label, category, question_id, model from analyses_before as older "
        "join analyses_after as newer using (category, question_id, model, judge) "
        "where older.label != newer.label order by all"
    ).fetchall()
    return RevisionDiff(
        before=before,
        after=after,
        models=_names(connection, "model", (RESPONSES, ANALYSES)),
        judges=_names(connection, "judge", (ANALYSES,)),
        questions=_counts(connection, QUESTIONS),
        responses=_counts(connection, RESPONSES),
        assessments=_counts(connection, ANALYSES),
        by_model=_by(connection, RESPONSES, "model", "regenerated"),
        by_judge=_by(connection, ANALYSES, "judge", "re_judged"),
        flips=[Flip(*flip) for flip in flips],
        missing=missing,
    )


def _names(connection: duckdb.DuckDBPyConnection, column: str, kinds: Sequence[str]) -> Names:
    def only(side: str, other: str) -> list[str]:
        there, elsewhere = (
            " union ".join(f"select {column} from {kind}_{which}" for kind in kinds) for which in (side, other)
        )
        query = f"(from ({there})) except (from ({elsewhere})) order by all"
        return [name for (name,) in connection.execute(query).fetchall()]

    return Names(added=only("after", "before"), removed=only("before", "after"))


def _counts(connection: duckdb.DuckDBPyConnection, kind: str) -> Counts:
    rows = connection.execute(f"select change, count(*) from {kind}_changes group by change").fetchall()
    return Counts(**{"added": 0, "removed": 0, "changed": 0, **dict(rows)})


def _by(connection: duckdb.DuckDBPyConnection, kind: str, column: str, changed: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        f"select {column}, count(*) filter (where change = 'added'), count(*) filter (where change = 'removed'), "
        f"count(*) filter (where change = 'changed') from {kind}_changes group by {column} order by {column}"
    ).fetchall()
    return [{column: name, "added": new, "removed": gone, changed: other} for name, new, gone, other in rows]


def _missing(manifests: Sequence[pl.DataFrame]) -> list[str]:
    return sorted({path for one in manifests for path in one.filter(pl.col("problem_rule").is_not_null())["path"]})


def _named(counts: Counts, changed: str) -> dict[str, int]:
    return {"added": counts.added, "removed": counts.removed, changed: counts.changed}


def _flip_as_json(flip: Flip) -> dict[str, str]:
    values = asdict(flip)
    return {**values, "from": values.pop("before"), "to": values.pop("after")}
