"""dbt in this process, on one warehouse file after another.

The file always has the same path while dbt works on it (dbt throws its parse cache away when the path, an environment
variable, changes), and is moved into a folder of its own when dbt is done.
"""

import gc
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from assets.rules import load_rules
from assets.statistics.latent_labels import write_dawid_skene
from assets.statistics.pair_intervals import write_pair_intervals
from assets.statistics.refused_rows import MEMORY_SCHEMA, write_refused_rows
from assets.statistics.style_bias import write_style_bias
from assets.statistics.style_features import write_style_features
from assets.statistics.tables import writing
from assets.warehouse.dbt_build import AFTER_STATISTICS
from assets.warehouse.table_rules import apply_rules, kind_of_test, thresholds

STATISTICS = (
    partial(write_pair_intervals, replicates=50),
    write_dawid_skene,
    write_style_features,
    write_style_bias,
    partial(write_refused_rows, memory=pl.DataFrame(schema=MEMORY_SCHEMA), hash_rows=lambda places: {}),
)
# Rules that good data may break, too; that they find what they should is tested for each.
FINDINGS = {"judgments_are_of_current_texts", "errors_have_no_text", "models_answer_whole_sets"}
PROJECT = Path(__file__).parents[2] / "dbt_project"


@dataclass(frozen=True)
class Build:
    """A finished warehouse, what dbt said about each of its nodes, the queries of its models and tests, and the kind of
    each test (empty for a test of its own).
    """

    warehouse: Path
    statuses: dict[str, str]
    queries: dict[str, str]
    kinds: dict[str, str]

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    def value(self, query: str) -> Any:
        [[value]] = self.rows(query)
        return value

    def status(self, node: str) -> str:
        """dbt's word on a model, seed or test, by its name."""
        return self.statuses[node]

    def problems(self) -> dict[str, str]:
        """Every node that did not go well, but for warnings that tell what the data is like."""
        return {
            node: status
            for node, status in self.statuses.items()
            if status not in {"success", "pass"} and (node not in FINDINGS or status != "warn")
        }


class DbtProject:
    """The project, parsed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._warehouse = folder / "building" / "warehouse.duckdb"
        self._warehouse.parent.mkdir(parents=True)
        self._options = [
            "--project-dir", str(PROJECT),
            "--profiles-dir", str(PROJECT),
            "--target-path", str(folder / "target"),
            "--log-path", str(folder / "logs"),
            "--no-write-json",
            "--quiet",
            "--vars", json.dumps(thresholds(load_rules("tables"))),
        ]  # fmt: skip
        os.environ["SPEECHMAP_WAREHOUSE"] = str(self._warehouse)
        parsed = self._invoke(None, "parse")
        if not parsed.success:
            raise AssertionError(f"dbt cannot parse the project: {parsed.exception}")
        self._manifest = parsed.result
        apply_rules(self._manifest, load_rules("tables"))

    def build(self, landing: Callable[[Path], None], *arguments: str) -> Build:
        """Land a corpus, `dbt build` it in two layers with the statistics between them, and set the warehouse aside.

        Args:
            landing: makes schema `landing` in the DuckDB file of that path.
            arguments: further arguments of `dbt build`, not a selection of models.
        """
        self._warehouse.unlink(missing_ok=True)
        landing(self._warehouse)
        results = self._results("build", *arguments, "--exclude", AFTER_STATISTICS)
        with writing(self._warehouse) as connection:
            for write in STATISTICS:
                write(connection)
        results += self._results("build", *arguments, "--select", AFTER_STATISTICS)
        return self._set_aside(results)

    def test_changed(self, build: Build, changes: Sequence[str], *arguments: str) -> Build:
        """Change tables of a finished warehouse behind dbt's back and run the data tests on the result.

        Args:
            build: the finished warehouse; it stays as it is.
            changes: SQL statements.
            arguments: further arguments of `dbt test`, say a selection.
        """
        shutil.copyfile(build.warehouse, self._warehouse)
        with duckdb.connect(str(self._warehouse)) as connection:
            for change in changes:
                connection.execute(change)
        return self._set_aside(self._results("test", "--exclude-resource-type", "unit_test", *arguments))

    def _results(self, *arguments: str) -> list[Any]:
        result = self._invoke(self._manifest, *arguments)
        if result.result is None:
            raise AssertionError(f"dbt {arguments[0]} did not run: {result.exception}")
        return list(result.result)

    def _set_aside(self, results: list[Any]) -> Build:
        self._count += 1
        finished = self._folder / f"build_{self._count}" / self._warehouse.name
        finished.parent.mkdir()
        self._warehouse.rename(finished)
        statuses = {one.node.name: str(one.status) for one in results}
        queries = {
            one.node.name: one.node.compiled_code for one in results if one.node.resource_type in {"model", "test"}
        }
        kinds = {one.node.name: kind_of_test(one.node) for one in results if one.node.resource_type == "test"}
        return Build(finished, statuses, queries, kinds)

    def _invoke(self, manifest: Any, *arguments: str) -> Any:
        os.environ["SPEECHMAP_WAREHOUSE"] = str(self._warehouse)
        try:
            return dbtRunner(manifest=manifest).invoke([*arguments, *self._options])
        finally:
            DuckDBConnectionManager.close_all_connections()
            gc.collect()
