"""Assets of the landing stage: one per kind of row, and the corpus that they make up together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import dagster as dg

from assets.annotation.sync import REVIEWS
from assets.hub.assets import ASSET_NAMES as HUB_ASSET_NAMES
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS, HubKind
from assets.landing.corpus import SourceVersion
from assets.landing.kinds import LANDED_KINDS, QUARANTINE_SCHEMA, Kind
from assets.landing.land_corpus import CorpusReport, land_corpus
from assets.landing.landed_columns import DESCRIPTIONS, upstream_key
from assets.landing.landing import MANIFEST_SCHEMA
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS, UpstreamResource
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES
from assets.upstream.source_list import GitSource, holding

GROUP = "landing"
GRAINS = {
    QUESTIONS: "One row per question, as upstream wrote it.",
    RESPONSES: "One row per question and model: the current answer, with its visible text.",
    ANALYSES: "One row per question, model and judge: the label, and the answer that was judged.",
    REFERENCES: "One row per question and model: the label that the judges of an experiment are expected to give.",
    MODEL_METADATA: "One row per model that the upstream site knows.",
    LAB_METADATA: "One row per lab that the upstream site knows.",
    HUB_MODELS: "One row per model that the Hub lists.",
    HUB_QUESTIONS: "One row per question of the Hub.",
    HUB_RESPONSES: "One row per response of the Hub, with its text.",
    HUB_ASSESSMENTS: "One row per response and judge of the Hub.",
    REVIEWS: "One row per reviewer and response: the label that a person gave here.",
}


def landing_asset(sources: Sequence[GitSource]) -> dg.AssetsDefinition:
    """The step that lands every kind. One step for all: a check that blocks on one kind must not wait for the
    manifest that it reads.
    """

    @dg.multi_asset(name="landing", specs=_specs(sources))
    def landing(lake: LakeResource, upstream: UpstreamResource) -> Iterator[dg.MaterializeResult[None]]:
        report = land_corpus(lake.lake, upstream.source_list())
        for name, metadata in _evidence(report, sources).items():
            yield dg.MaterializeResult(
                asset_key=["landing", name],
                metadata={"upstream_commit": report.corpus.upstream_commit, **metadata},
            )

    return landing


def _evidence(report: CorpusReport, sources: Sequence[GitSource]) -> dict[str, dict[str, Any]]:
    """Metadata of each asset of the stage."""
    revisions = {source.source: source.revision for source in report.corpus.sources}
    corpus = {"corpus_id": report.corpus.corpus_id}
    landed = {
        kind: {
            "dagster/row_count": done.row_count,
            "dagster/column_lineage": _column_lineage(LANDED_KINDS[kind], sources),
            "revisions": {name: revisions.get(name, "not used") for name in _source_names(kind, sources)},
            "quarantined_rows": done.quarantined_count,
            "files": done.manifest.height,
            "parsed_files": done.parsed_files,
            "parsed_bytes": done.parsed_bytes,
            "seconds": report.seconds[kind],
        }
        for kind, done in report.kinds.items()
    }
    return landed | {
        "files": {
            **corpus,
            "dagster/row_count": report.manifest.height,
            "revisions": revisions,
            "fetched_files": report.fetched.files,
            "fetched_bytes": report.fetched.byte_count,
            "parsed_files": sum(done.parsed_files for done in report.kinds.values()),
            "parsed_bytes": sum(done.parsed_bytes for done in report.kinds.values()),
            "landed_rows": sum(done.row_count for done in report.kinds.values()),
            "seconds": report.seconds,
        },
        "quarantine": {
            **corpus,
            "dagster/row_count": sum(report.quarantined.values()),
            "quarantined_rows_by_rule": report.quarantined,
        },
        "refresh": {**corpus, "dagster/row_count": 1},
        "sources": {**corpus, "dagster/row_count": len(report.corpus.sources)},
    }


def _specs(sources: Sequence[GitSource]) -> list[dg.AssetSpec]:
    return [
        *(_kind_spec(kind, sources) for kind in LANDED_KINDS.values()),
        _corpus_spec(
            "files",
            "One row per file of the corpus: the manifest that says what the corpus is made of.",
            MANIFEST_SCHEMA,
            sources,
        ),
        _corpus_spec(
            "quarantine",
            "One row per row that could not be understood, with its place and the reason.",
            QUARANTINE_SCHEMA,
            sources,
        ),
        _corpus_spec(
            "refresh",
            "One row: the upstream commit that the corpus stands for.",
            ("upstream", "upstream_commit", "committed_at", "state_id"),
            sources,
        ),
        _corpus_spec(
            "sources",
            "One row per source: the commit, or the revision of the Hub or the reviews, that the corpus holds of it.",
            [field.name for field in fields(SourceVersion)],
            sources,
        ),
    ]


def _kind_spec(kind: Kind | HubKind, sources: Sequence[GitSource]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["landing", kind.name],
        deps=_keys(kind.name, sources),
        group_name=GROUP,
        kinds={"polars", "parquet"},
        owners=OWNERS,
        description=GRAINS[kind.name],
        code_version=str(kind.parser_version),
        metadata={"dagster/column_schema": _table_schema(kind)},
    )


def _corpus_spec(name: str, description: str, columns: Iterable[str], sources: Sequence[GitSource]) -> dg.AssetSpec:
    keys = {key for kind in LANDED_KINDS for key in _keys(kind, sources)}
    return dg.AssetSpec(
        ["landing", name],
        deps=sorted(keys),
        group_name=GROUP,
        kinds={"parquet"},
        owners=OWNERS,
        description=description,
        metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn(column) for column in columns])},
    )


def _source_names(kind: str, sources: Sequence[GitSource]) -> list[str]:
    return [kind] if kind in HUB_KINDS or kind == REVIEWS else [source.name for source in holding(sources, kind)]


def _keys(kind: str, sources: Sequence[GitSource]) -> list[dg.AssetKey]:
    """Assets that the rows of a kind come from."""
    if kind in HUB_KINDS:
        return [dg.AssetKey(["hub", HUB_ASSET_NAMES[kind]])]
    if kind == REVIEWS:
        return [dg.AssetKey(["annotation", REVIEWS])]
    return [dg.AssetKey(["upstream", source.name]) for source in holding(sources, kind)]


def _table_schema(kind: Kind | HubKind) -> dg.TableSchema:
    meanings = kind.descriptions if isinstance(kind, HubKind) else DESCRIPTIONS
    return dg.TableSchema(
        [dg.TableColumn(name, str(dtype), description=meanings[name]) for name, dtype in kind.schema.items()]
    )


def _column_lineage(kind: Kind | HubKind, sources: Sequence[GitSource]) -> dg.TableColumnLineage:
    made_of = {
        column: kind.key(column) if isinstance(kind, HubKind) else upstream_key(kind.name, column)
        for column in kind.schema
    }
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(source, key) for source in _keys(kind.name, sources)]
            for column, key in made_of.items()
            if key is not None
        }
    )
