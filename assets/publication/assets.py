"""Assets of the publication stage: one per dataset."""

from collections.abc import Iterator

import dagster as dg

from assets.publication.dataset_columns import DATASETS
from assets.publication.dataset_files import write_datasets
from assets.quality.assets import gate
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS

SENTENCES = {
    "speechmap-questions": "One row per question.",
    "speechmap-responses": "One row per response, with its text.",
    "speechmap-assessments": "One row per assessment, with the judge's analysis.",
    "speechmap-models": "One row per model.",
}


def _key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["publication", dataset.replace("-", "_")])


def _marts(relation: str) -> list[dg.AssetKey]:
    words = relation.replace("(", " ").replace(")", " ").split()
    return [dg.AssetKey(word.split(".")) for word in sorted(set(words)) if word.startswith("marts.")]


@dg.multi_asset(
    name="datasets",
    specs=[
        dg.AssetSpec(
            _key(dataset.name),
            deps=[gate, *_marts(dataset.relation)],
            group_name="publication",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            description=f"{SENTENCES[dataset.name]} The columns of the public dataset first, ours after them.",
            metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn(name) for name in dataset.columns])},
        )
        for dataset in DATASETS
    ],
)
def datasets(lake: LakeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Write all dataset files of the state that passed the gate."""
    for file in write_datasets(lake.lake):
        yield dg.MaterializeResult(
            asset_key=_key(file.dataset),
            metadata={
                "dagster/row_count": file.row_count,
                "bytes": file.byte_count,
                "sha256": file.sha256,
                "path": dg.MetadataValue.path(str(lake.lake.datasets / file.path)),
            },
        )
