"""What a missing Git LFS object costs: how many rows, of which models, by which judges.

The rows themselves are not to be had, so this is told from the files beside them: the responses and the analyses
of one model and question set have as many rows, those of another model to the same set as well, and the files of
one folder have one judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

import polars as pl

from assets.lake import Lake
from assets.upstream.layout import ANALYSES

PREFIX_OF_ANALYSES = "compliance_"


@dataclass(frozen=True)
class MissingObject:
    """One file without its object. `row_count` is None, and the lists are empty, where nothing tells."""

    path: str
    reason: str
    row_count: int | None
    models: list[str]
    judges: list[str]

    def cost(self) -> str:
        """In words."""
        rows = "an unknown number of rows" if self.row_count is None else f"about {self.row_count} rows"
        by = f", judged by {', '.join(self.judges)}" if self.judges else ""
        return f"this costs {rows} of {', '.join(self.models) or 'an unknown model'}{by}"


def cost_of_missing_objects(lake: Lake, manifest: pl.DataFrame) -> list[MissingObject]:
    """The files of a manifest (columns of `MANIFEST_SCHEMA`) that lack their LFS object, in order of path."""
    missing = manifest.filter(pl.col("problem_rule").is_not_null()).sort("path")
    there = manifest.filter(pl.col("landed_file").is_not_null())
    return [_cost(lake, file, there) for file in missing.iter_rows(named=True)]


def _cost(lake: Lake, file: dict[str, object], there: pl.DataFrame) -> MissingObject:
    path, kind, folder = str(file["path"]), str(file["kind"]), str(file["folder"])
    stem = pl.col("path").str.split("/").list.last().str.strip_prefix(PREFIX_OF_ANALYSES)
    namesakes = there.filter(stem == _stem(path))
    neighbours = there.filter((pl.col("folder") == folder) & (pl.col("kind") == kind))
    models = _values(lake, namesakes, "model")
    if kind != ANALYSES:
        judges = []
    elif file["judge"] is not None:
        judges = [str(file["judge"])]
    else:
        judges = _values(lake, neighbours.head(1), "judge_model")
    return MissingObject(
        path=path,
        reason=str(file["problem_reason"]),
        row_count=_row_count(path, namesakes, neighbours),
        models=models or [f"the model that {_stem(path)} names"],
        judges=judges,
    )


def _row_count(path: str, namesakes: pl.DataFrame, neighbours: pl.DataFrame) -> int | None:
    """Rows of the same model and question set, else of the file whose name begins most alike: of the same set."""
    if namesakes.height:
        return int(namesakes["row_count"].to_list()[0])
    counts = {_stem(other): count for other, count in neighbours.select("path", "row_count").iter_rows()}
    alike = max(counts, key=lambda other: _shared(_stem(path), other), default=None)
    return None if alike is None else int(counts[alike])


def _shared(one: str, other: str) -> int:
    """Number of characters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _values(lake: Lake, files: pl.DataFrame, column: str) -> list[str]:
    """Distinct values of a column in landed files that have it."""
    found: set[str] = set()
    for path in _paths(files):
        landed = pl.scan_parquet(lake.root / path)
        if column in landed.collect_schema():
            found |= set(landed.select(pl.col(column).drop_nulls().unique()).collect().to_series())
    return sorted(found)


def _paths(files: pl.DataFrame) -> Iterable[str]:
    return files["landed_file"].to_list()


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removeprefix(PREFIX_OF_ANALYSES)
