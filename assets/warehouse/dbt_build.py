"""dbt in this process, on the project as it was parsed last.

Started as a program, dbt needs ten seconds for its imports and for reading the project before it builds anything, twice
in a run. What its results mean for checks belongs in `dbt_results`.
"""

import gc
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.errors import PipelineError
from assets.progress import progress
from assets.rules import Rule, load_rules
from assets.warehouse.dbt_manifest import DBT_PROJECT, DUCKDB, WAREHOUSE_VARIABLE, parsed_project
from assets.warehouse.table_rules import apply_rules, kind_of_test, thresholds

PASSED = {"pass", "success"}
MOST_OF_A_MESSAGE = 300  # characters
# Selects the models that are made from tables of the stage `statistics`, which are made from the others'.
AFTER_STATISTICS = "tag:after_statistics"


class DbtBuildError(PipelineError):
    """Some models could not be built, or tests of severity `error` failed."""


@dataclass(frozen=True)
class NodeResult:
    """What dbt says of one seed, model or test.

    Attributes:
        name: its name.
        resource_type: `seed`, `model` or `test`.
        subject: name of what it makes or tests; of a test of several models, its own name.
        status: dbt's word: `success`, `pass`, `warn`, `fail`, `error` or `skipped`.
        message: what dbt adds, on one line.
        failed_count: rows that break a test.
        seconds: how long it took.
        relation: schema and name of what it makes.
        query: the SQL that a model or test was compiled to.
        kind: of a test, name of the generic test that it is an instance of; empty for any other.
    """

    name: str
    resource_type: str
    subject: str
    status: str
    message: str = ""
    failed_count: int = 0
    seconds: float = 0.0
    relation: tuple[str, str] | None = None
    query: str | None = None
    kind: str = ""

    @property
    def passed(self) -> bool:
        """Whether it went well; a warning is no success."""
        return self.status in PASSED


def build(
    warehouse: Path, target: Path, *selection: str, rules: Mapping[str, Rule] | None = None, engine: str = DUCKDB
) -> list[NodeResult]:
    """`dbt build`, without unit tests: these try the models' code, which is the test suite's work.

    Args:
        warehouse: the DuckDB file, which nothing may hold open; where it is built by another engine, unused.
        target: folder for the compiled SQL.
        selection: dbt's options that select nodes; everything if there are none.
        rules: the rules of tables, by name; those of the rules file if not given.
        engine: name of dbt's target. Spark's models are built in the session that is open in this process.

    Returns:
        A result per node, in the order in which they were done; nodes that did not go well among them.

    Raises:
        PipelineError: dbt could not begin, or gave up.
    """
    # takes seconds, and `speechmap --help` must not wait for it
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.artifacts.schemas.run import RunExecutionResult  # noqa: PLC0415
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    os.environ[WAREHOUSE_VARIABLE] = str(warehouse)
    rules = load_rules("tables") if rules is None else rules
    manifest = parsed_project(engine=engine)
    apply_rules(manifest, rules)
    options = {
        "project-dir": DBT_PROJECT, "profiles-dir": DBT_PROJECT, "target-path": target, "log-path": target,
        "target": engine,
        "log-level-file": "warn", "exclude-resource-type": "unit_test", "vars": json.dumps(thresholds(rules)),
    }  # fmt: skip
    arguments = [text for option, value in options.items() for text in (f"--{option}", str(value))]
    with progress("building tables", "models and tests") as work:

        def follow(event: Any) -> None:
            if event.info.name == "LogStartLine":
                work.total = event.data.total
                work.advance()

        try:
            outcome = dbtRunner(manifest=manifest, callbacks=[follow]).invoke(
                ["build", "--quiet", "--no-write-json", *arguments, *selection]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
            gc.collect()  # cursors that are still about keep the file open
    if not isinstance(outcome.result, RunExecutionResult):
        raise PipelineError(f"dbt: {outcome.exception or 'could not begin'}")
    return [_node_result(result) for result in outcome.result.results]


def require_success(results: list[NodeResult]) -> None:
    """Make sure that every model was built and no test of severity `error` failed.

    Raises:
        DbtBuildError: some were not.
    """
    failed = [result for result in results if result.status in {"fail", "error"}]
    if failed:
        reasons = "; ".join(f"{result.name}: {result.message[:MOST_OF_A_MESSAGE]}" for result in failed)
        raise DbtBuildError(f"dbt: {len(failed):,} of {len(results):,} models and tests failed: {reasons}")


def _node_result(result: Any) -> NodeResult:
    node = result.node
    is_test = node.resource_type == "test"
    attached = (getattr(node, "attached_node", None) or node.name) if is_test else node.name
    return NodeResult(
        name=node.name,
        resource_type=str(node.resource_type),
        subject=attached.rpartition(".")[2],
        status=str(result.status),
        message=" ".join((result.message or "").split()),
        failed_count=(result.failures or 0) if is_test else 0,
        seconds=result.execution_time,
        relation=None if is_test else (node.schema, node.alias),
        query=getattr(node, "compiled_code", None),
        kind=kind_of_test(node) if is_test else "",
    )
