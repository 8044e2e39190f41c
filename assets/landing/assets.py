"""Assets of the landing stage: one per kind of row, and the corpus that they make up together."""

from collections.abc import Iterable, Iterator

import dagster as dg
import polars as pl

from assets.lake import Lake
from assets.landing.corpus import assemble_corpus
from assets.landing.kinds import KINDS, QUARANTINE_SCHEMA, Kind
from assets.landing.landed_columns import DESCRIPTIONS, upstream_key
from assets.landing.landed_file import write_empty_files
from assets.landing.landing import MANIFEST_SCHEMA, fetch_new_files, land_kind
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS, UpstreamResource
from assets.upstream.layout import ANALYSES, MODEL_METADATA, QUESTIONS, RESPONSES
from assets.upstream.sources import JUDGMENTS_SOURCE, SITE_SOURCE, read_state, read_tree

GROUP = "landing"
SOURCE_OF_KIND = {
    QUESTIONS: JUDGMENTS_SOURCE,
    RESPONSES: JUDGMENTS_SOURCE,
    ANALYSES: JUDGMENTS_SOURCE,
    MODEL_METADATA: SITE_SOURCE,
}
GRAINS = {
    QUESTIONS: "One row per question, as upstream wrote it.",
    RESPONSES: "One row per question and model: the current answer, with its visible text.",
    ANALYSES: "One row per question, model and judge: the label, and the answer that was judged.",
    MODEL_METADATA: "One row per model that the upstream site knows.",
}


def _table_schema(schema: dict[str, pl.DataType]) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(name, str(dtype), description=DESCRIPTIONS[name]) for name, dtype in schema.items()]
    )


def _column_lineage(kind: Kind, source: dg.AssetKey) -> dg.TableColumnLineage:
    keys = {column: upstream_key(kind.name, column) for column in kind.schema}
    return dg.TableColumnLineage(
        {column: [dg.TableColumnDep(source, key)] for column, key in keys.items() if key is not None}
    )


def _kind_spec(kind: Kind) -> dg.AssetSpec:
    source = dg.AssetKey(["upstream", SOURCE_OF_KIND[kind.name]])
    return dg.AssetSpec(
        ["landing", kind.name],
        deps=[source],
        group_name=GROUP,
        kinds={"polars", "parquet"},
        owners=OWNERS,
        description=GRAINS[kind.name],
        code_version=str(kind.parser_version),
        metadata={"dagster/column_schema": _table_schema(kind.schema)},
    )


def _corpus_spec(name: str, description: str, columns: Iterable[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["landing", name],
        deps=[["upstream", source] for source in (JUDGMENTS_SOURCE, SITE_SOURCE)],
        group_name=GROUP,
        kinds={"parquet"},
        owners=OWNERS,
        description=description,
        metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn(column) for column in columns])},
    )


# One step for all of them: a check that blocks on one kind must not wait for the manifest that it reads.
@dg.multi_asset(
    name="landing",
    specs=[
        *(_kind_spec(kind) for kind in KINDS.values()),
        _corpus_spec(
            "files",
            "One row per upstream file of the corpus: the manifest that says what the corpus is made of.",
            MANIFEST_SCHEMA,
        ),
        _corpus_spec(
            "quarantine",
            "One row per upstream row that could not be understood, with its place and the reason.",
            QUARANTINE_SCHEMA,
        ),
        _corpus_spec(
            "refresh",
            "One row: the upstream commit that the corpus stands for.",
            ("upstream", "upstream_commit", "committed_at", "site_metadata_commit", "state_id"),
        ),
    ],
)
def landing(lake: LakeResource, upstream: UpstreamResource) -> Iterator[dg.MaterializeResult[None]]:
    """Land what is new of each kind, then assemble the manifest of the corpus."""
    place = lake.lake
    write_empty_files(place)
    trees = {source: read_tree(place, source) for source in (JUDGMENTS_SOURCE, SITE_SOURCE)}
    fetched = fetch_new_files(place, pl.concat(trees.values()), upstream.locations())
    reports = {}
    for kind in KINDS.values():
        source = SOURCE_OF_KIND[kind.name]
        report = land_kind(place, kind, trees[source], upstream.locations())
        reports[kind.name] = report
        yield dg.MaterializeResult(
            asset_key=["landing", kind.name],
            metadata={
                "dagster/row_count": report.row_count,
                "dagster/column_lineage": _column_lineage(kind, dg.AssetKey(["upstream", source])),
                "upstream_commit": _commit(place, source),
                "quarantined_rows": report.quarantined_count,
                "files": report.manifest.height,
                "parsed_files": report.parsed_files,
                "parsed_bytes": report.parsed_bytes,
            },
        )
    states = {source: read_state(place, source) for source in (JUDGMENTS_SOURCE, SITE_SOURCE)}
    made = assemble_corpus(
        place,
        [report.manifest for report in reports.values()],
        {name: state for name, state in states.items() if state is not None},
    )
    rows = {
        "files": sum(report.manifest.height for report in reports.values()),
        "quarantine": sum(report.quarantined_count for report in reports.values()),
        "refresh": 1,
    }
    notes = {"files": {"fetched_files": fetched}}
    for name, count in rows.items():
        yield dg.MaterializeResult(
            asset_key=["landing", name],
            metadata={
                "dagster/row_count": count,
                "upstream_commit": made.upstream_commit,
                "corpus_id": made.corpus_id,
                **notes.get(name, {}),
            },
        )


def _commit(lake: Lake, source: str) -> str:
    state = read_state(lake, source)
    return state.commit if state else "not used"
