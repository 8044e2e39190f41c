"""Assets of the publication stage: one per dataset."""

import re
from collections.abc import Iterator

import dagster as dg

from assets.check_record import CheckResult
from assets.publication.dataset_columns import DATASETS, Dataset
from assets.publication.dataset_files import write_datasets
from assets.publication.output_checks import ROWS_RULE, SCHEMA_RULE, OutputCheckError
from assets.quality.assets import gate
from assets.resources import LakeResource
from assets.rules import load_rules
from assets.upstream.assets import OWNERS
from assets.warehouse.assets import MANIFEST
from assets.warehouse.mart_columns import MartColumn, find_column, mart_columns
from assets.warehouse.state import commit_of

SENTENCES = {
    "speechmap-questions": "One row per question.",
    "speechmap-responses": "One row per response, with its text.",
    "speechmap-assessments": "One row per assessment, with the judge's analysis.",
    "speechmap-models": "One row per model.",
}
COLUMNS = mart_columns(MANIFEST)
RULES = load_rules("outputs")
BY_NAME = {dataset.name: dataset for dataset in DATASETS}


def _key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["publication", dataset.replace("-", "_")])


def _marts(dataset: Dataset) -> list[str]:
    words = dataset.relation.replace("(", " ").replace(")", " ").split()
    return list(dict.fromkeys(word.removeprefix("marts.") for word in words if word.startswith("marts.")))


def _sources(dataset: Dataset) -> dict[str, MartColumn]:
    """The mart column that each dataset column is made of, where there is one."""
    return {
        name: column
        for name, expression in dataset.columns.items()
        for word in re.findall(r"\b[a-z_][a-z0-9_]*\b", re.sub(r"'[^']*'", "", expression))
        if (column := find_column(COLUMNS, _marts(dataset), word)) is not None
    }


def _table_schema(dataset: Dataset) -> dg.TableSchema:
    sources = _sources(dataset)
    return dg.TableSchema(
        [
            dg.TableColumn(name, description=sources[name].description if name in sources else None)
            for name in dataset.columns
        ]
    )


def _column_lineage(dataset: Dataset) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(dg.AssetKey(["marts", source.mart]), source.name)]
            for name, source in _sources(dataset).items()
        }
    )


@dg.multi_asset(
    name="datasets",
    specs=[
        dg.AssetSpec(
            _key(dataset.name),
            deps=[gate, *(["marts", mart] for mart in _marts(dataset))],
            group_name="publication",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            description=f"{SENTENCES[dataset.name]} The columns of the public dataset first, ours after them.",
            metadata={"dagster/column_schema": _table_schema(dataset)},
        )
        for dataset in DATASETS
    ],
    check_specs=[
        dg.AssetCheckSpec(rule.name, asset=_key(dataset.name), description=rule.sentence)
        for rule in (RULES[SCHEMA_RULE], RULES[ROWS_RULE])
        for dataset in DATASETS
    ],
)
def datasets(lake: LakeResource) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Write all dataset files of the state that passed the gate, if they are what was promised."""
    try:
        files, results = write_datasets(lake.lake)
    except OutputCheckError as error:
        yield from map(_as_asset_check, error.results)
        raise
    commit = commit_of(lake.lake.warehouse)
    for file in files:
        yield dg.MaterializeResult(
            asset_key=_key(file.dataset),
            metadata={
                "dagster/row_count": file.row_count,
                "dagster/column_lineage": _column_lineage(BY_NAME[file.dataset]),
                "upstream_commit": commit,
                "bytes": file.byte_count,
                "sha256": file.sha256,
                "path": dg.MetadataValue.path(str(lake.lake.datasets / file.path)),
            },
        )
    yield from map(_as_asset_check, results)


def _as_asset_check(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed,
        check_name=result.name,
        asset_key=_key(result.subject),
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=result.message,
        metadata={"failed": result.failed_count, "samples": result.samples},
    )
