"""The fence around the dataset files: what was written is what was promised, and what the marts hold."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from assets.check_record import CheckResult
from assets.errors import PipelineError
from assets.publication.published_schema import Promise, read_promises
from assets.rules import Rule

SCHEMA_RULE, ROWS_RULE = "dataset_files_have_their_schema", "dataset_files_hold_their_marts"


class OutputCheckError(PipelineError):
    """Files that were written are not what they should be. `results`: of every check, those that passed too."""

    def __init__(self, results: list[CheckResult]) -> None:
        """Say in one message what is wrong."""
        broken = [f"{result.name} ({result.subject}): {result.message}" for result in results if result.blocks]
        super().__init__(f"the files that were there before stay in place: {'; '.join(broken)}")
        self.results = results


def check_dataset_files(
    warehouse: duckdb.DuckDBPyConnection, files: Mapping[str, Path], rules: Mapping[str, Rule]
) -> list[CheckResult]:
    """Check written dataset files; two results per promised dataset, samples name columns or counts.

    Args:
        warehouse: the promoted tables.
        files: the written file of each dataset.
        rules: the rules by name.
    """
    results = []
    for dataset, promise in read_promises().items():
        file = files.get(dataset)
        wrong = ["no file was written"] if file is None else _wrong_columns(warehouse, promise, file)
        results.append(rules[SCHEMA_RULE].result(dataset, wrong, "; ".join(wrong[:3])))
        # without its key a file's rows cannot be told apart
        results.append(_rows(warehouse, rules[ROWS_RULE], dataset, promise, None if wrong else file))
    return results


def require_promised(results: list[CheckResult]) -> None:
    """Make sure that no check of severity `error` has failed.

    Raises:
        OutputCheckError: some have.
    """
    if any(result.blocks for result in results):
        raise OutputCheckError(results)


def _wrong_columns(warehouse: duckdb.DuckDBPyConnection, promise: Promise, file: Path) -> list[str]:
    described = warehouse.execute("describe select * from read_parquet($file)", {"file": str(file)}).fetchall()
    found = {name: dtype for name, dtype, *_ in described}
    wrong = [f"{name} is absent" for name in promise.columns if name not in found]
    wrong += [f"{name} was not promised" for name in found if name not in promise.columns]
    wrong += [
        f"{name} is {found[name]}, promised is {dtype}"
        for name, dtype in promise.columns.items()
        if found.get(name, dtype) != dtype
    ]
    if not wrong and list(found) != list(promise.columns):
        wrong = [f"the columns stand in the order {', '.join(found)}"]
    return wrong


def _rows(
    warehouse: duckdb.DuckDBPyConnection, rule: Rule, dataset: str, promise: Promise, file: Path | None
) -> CheckResult:
    if file is None:
        return rule.result(dataset, ["not counted"], "not counted, for its columns are not those promised")
    [(rows, keys)] = warehouse.execute(
        f'select count(*), count(distinct "{promise.key}") from read_parquet($file)', {"file": str(file)}
    ).fetchall()
    [(expected,)] = warehouse.execute(f'select count(*) from marts."{promise.mart}"').fetchall()
    wrong = [] if rows == keys == expected else [f"{rows:,} rows, {keys:,} keys"]
    return rule.result(dataset, wrong, f"{rows:,} rows under {keys:,} keys, marts.{promise.mart} has {expected:,} rows")
