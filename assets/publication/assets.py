"""Assets of the publication stage: one per dataset as it is written here, and one per dataset on the Hub."""

from collections.abc import Iterator

import dagster as dg

from assets.check_record import CheckResult
from assets.hub.client import PUBLIC_ENDPOINT
from assets.hub.retries import Retries
from assets.publication.column_meanings import column_meanings
from assets.publication.column_sources import column_sources, marts_of
from assets.publication.dataset import Dataset
from assets.publication.dataset_files import write_datasets
from assets.publication.output_checks import OUTPUT_RULES, OutputCheckError
from assets.publication.publish import Publication, publish
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.publication.published_schema import read_promises
from assets.publication.refresh_facts import DatasetChanges, FileFacts
from assets.quality.assets import gate
from assets.resources import LakeResource
from assets.rules import load_rules
from assets.upstream.assets import OWNERS
from assets.warehouse.assets import MANIFEST
from assets.warehouse.mart_columns import MartColumn, mart_columns
from assets.warehouse.state import commit_of

GROUP = "publication"
COLUMNS = mart_columns(MANIFEST)
RULES = load_rules("outputs")
DATASETS = published_datasets()


class PublicationResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where datasets are published and how patiently, or why they are not: `disabled_because` is empty where they are.

    The token is read from HF_TOKEN alone, so that it is in no configuration.
    """

    disabled_because: str = ""
    namespace: str = ""
    datasets: list[str] = []  # noqa: RUF012 - a field, which the base class copies
    endpoint: str = PUBLIC_ENDPOINT
    private: bool = False
    timeout: float = PublishTarget.timeout
    attempts: int = Retries.attempts
    first_wait: float = Retries.first_wait

    def target(self) -> PublishTarget | None:
        """Where to; None where nothing is published."""
        if self.disabled_because:
            return None
        retries = Retries(self.attempts, self.first_wait)
        return PublishTarget(self.namespace, tuple(self.datasets), self.endpoint, self.private, self.timeout, retries)


def _key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["publication", dataset.replace("-", "_")])


def _hub_key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["publication", "hub", dataset.replace("-", "_")])


def _marts(dataset: Dataset) -> list[str]:
    return list(dict.fromkeys(mart for file in dataset.files for mart in marts_of(file)))


def _columns(dataset: Dataset) -> dict[str, MartColumn | None]:
    """The mart column behind each column, if there is one; by `table.column` where there are several tables."""
    return {
        _named(dataset, config, column): sources.get(column)
        for config, files in dataset.configs.items()
        for sources in [column_sources(files[0], COLUMNS)]
        for column in files[0].columns
    }


def _table_schema(dataset: Dataset) -> dg.TableSchema:
    """Columns with their promised types, and the meaning that the card tells."""
    promises, meanings = read_promises(), column_meanings(dataset, COLUMNS)
    return dg.TableSchema(
        [
            dg.TableColumn(_named(dataset, config, column), dtype, description=meanings[config][column])
            for config in dataset.configs
            for column, dtype in promises[dataset.name, config].columns.items()
        ]
    )


def _named(dataset: Dataset, config: str, column: str) -> str:
    """A column's name within a dataset: `table.column` where there are several tables."""
    return column if len(dataset.configs) == 1 else f"{config}.{column}"


def _column_lineage(dataset: Dataset) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(dg.AssetKey(["marts", source.mart]), source.name)]
            for name, source in _columns(dataset).items()
            if source is not None
        }
    )


@dg.multi_asset(
    name="datasets",
    specs=[
        dg.AssetSpec(
            _key(dataset.name),
            deps=[gate, *(["marts", mart] for mart in _marts(dataset))],
            group_name=GROUP,
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            description=f"{dataset.sentence} The columns of the public dataset first, ours after them."
            if dataset.hub_columns
            else dataset.sentence,
            metadata={"dagster/column_schema": _table_schema(dataset)},
        )
        for dataset in DATASETS
    ],
    check_specs=[
        dg.AssetCheckSpec(rule, asset=_key(dataset.name), description=RULES[rule].sentence)
        for rule in OUTPUT_RULES
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
    for dataset in DATASETS:
        of_dataset = [file for file in files if file.dataset == dataset.name]
        yield dg.MaterializeResult(
            asset_key=_key(dataset.name),
            metadata={
                "dagster/row_count": sum(file.row_count for file in of_dataset),
                "dagster/column_lineage": _column_lineage(dataset),
                "upstream_commit": commit,
                "bytes": sum(file.byte_count for file in of_dataset),
                "redacted_rows": sum(file.redacted_count for file in of_dataset),
                "files": _file_table(of_dataset),
                "path": dg.MetadataValue.path(str(lake.lake.datasets / dataset.name)),
            },
        )
    yield from map(_as_asset_check, results)


# One step for all of them: what refers to each other is published in one order, under one tag.
@dg.multi_asset(
    name="hub_datasets",
    specs=[
        dg.AssetSpec(
            _hub_key(dataset.name),
            deps=[_key(dataset.name)],
            group_name=GROUP,
            kinds={"huggingface"},
            owners=OWNERS,
            description=f"{dataset.sentence} On the Hub, with its card; nothing where publishing is off.",
            metadata={"dagster/column_schema": _table_schema(dataset)},
            skippable=True,
        )
        for dataset in DATASETS
    ],
)
def hub_datasets(
    context: dg.AssetExecutionContext, lake: LakeResource, publication: PublicationResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Publish what has changed of the dataset files; says so where nothing is published."""
    target = publication.target()
    if target is None:
        context.log.info(f"nothing is published: {publication.disabled_because}")
        return
    published = publish(lake.lake, target)
    if published.withheld:
        context.log.warning(f"nothing is published: {published.withheld}")
        return
    yield from _published(published, commit_of(lake.lake.warehouse))


def _published(published: Publication, upstream_commit: str) -> Iterator[dg.MaterializeResult[None]]:
    for dataset in published.datasets:
        yield dg.MaterializeResult(
            asset_key=_hub_key(dataset.dataset),
            metadata={
                "dagster/row_count": dataset.row_count,
                "upstream_commit": upstream_commit,
                "tag": published.tag,
                "commit": dataset.commit or "none",
                "link": dg.MetadataValue.url(dataset.link),
                "is_changed": dataset.is_changed,
                "bytes": dataset.byte_count,
                **_moved_rows(dataset.changes),
            },
        )


def _moved_rows(changes: DatasetChanges) -> dict[str, int]:
    """Rows that came and went, where that is known of every table."""
    moved = [(table.added, table.removed) for table in changes.tables]
    known = [(added, removed) for added, removed in moved if added is not None and removed is not None]
    if not known or len(known) < len(moved):
        return {}
    return {"rows_added": sum(added for added, _ in known), "rows_removed": sum(removed for _, removed in known)}


def _file_table(files: list[FileFacts]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord({"file": file.path, "rows": file.row_count, "bytes": file.byte_count, "sha256": file.sha256})
            for file in files
        ]
    )


def _as_asset_check(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed,
        check_name=result.name,
        asset_key=_key(result.subject),
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=result.message,
        metadata={"failed": result.failed_count, "samples": result.samples},
    )
