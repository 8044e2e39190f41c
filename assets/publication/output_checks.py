"""The fence around the dataset files: what was written is what was promised, and what the marts hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from assets.check_record import CheckResult
from assets.errors import PipelineError
from assets.publication.dataset import DEFAULT_CONFIG
from assets.publication.published_datasets import published_datasets
from assets.publication.published_schema import Promise, read_promises
from assets.publication.redaction import found_sql
from assets.rules import Rule

SCHEMA_RULE, ROWS_RULE = "dataset_files_have_their_schema", "dataset_files_hold_their_marts"
SECRETS_RULE, GROUPS_RULE = "dataset_files_hold_no_secrets", "dataset_files_have_small_row_groups"
OUTPUT_RULES = (SCHEMA_RULE, ROWS_RULE, SECRETS_RULE, GROUPS_RULE)
MEGABYTE = 1_000_000
# How columns are made one text, by type, and types that cannot hold what must not be published.
SEARCHED = {"VARCHAR": "{}", "VARCHAR[]": "array_to_string({}, chr(0))"}
HARMLESS = ("BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP")


class OutputCheckError(PipelineError):
    """Files that were written are not what they should be. `results`: of every check, those that passed too."""

    def __init__(self, results: list[CheckResult]) -> None:
        """Say in one message what is wrong."""
        broken = [f"{result.name} ({result.subject}): {result.message}" for result in results if result.blocks]
        super().__init__(f"the files that were there before stay in place: {'; '.join(broken)}")
        self.results = results


def check_dataset_files(
    warehouse: duckdb.DuckDBPyConnection, folder: Path, rules: Mapping[str, Rule]
) -> list[CheckResult]:
    """Check written dataset files; a result per dataset and rule, samples name tables, columns or counts.

    Args:
        warehouse: the promoted tables.
        folder: where the files were written, a folder per dataset.
        rules: the rules by name.
    """
    promises = read_promises()
    results = []
    for dataset in published_datasets():
        wrong: dict[str, list[str]] = {rule: [] for rule in OUTPUT_RULES}
        for config, files in dataset.configs.items():
            promise = promises[dataset.name, config]
            table = _Table(warehouse, promise, config, [folder / dataset.name / file.path for file in files])
            unlike = table.wrong_columns()
            wrong[SCHEMA_RULE] += unlike
            if unlike:  # without its key a file's rows cannot be told apart
                wrong[ROWS_RULE].append(table.named("not counted, for its columns are not those promised"))
                wrong[SECRETS_RULE].append(table.named("not searched, for its columns are not those promised"))
                continue
            rows, is_wrong = table.rows()
            wrong[ROWS_RULE] += [rows] * is_wrong
            wrong[SECRETS_RULE] += table.secrets()
            wrong[GROUPS_RULE] += table.large_groups(rules[GROUPS_RULE].threshold)
        results += [rules[rule].result(dataset.name, found, "; ".join(found[:3])) for rule, found in wrong.items()]
    return results


def require_promised(results: list[CheckResult]) -> None:
    """Make sure that no check of severity `error` has failed.

    Raises:
        OutputCheckError: some have.
    """
    if any(result.blocks for result in results):
        raise OutputCheckError(results)


class _Table:
    """The written files of one table beside what is promised of it."""

    def __init__(
        self, warehouse: duckdb.DuckDBPyConnection, promise: Promise, config: str, files: Sequence[Path]
    ) -> None:
        self._warehouse = warehouse
        self._promise = promise
        self._config = config
        self._files = list(files)
        self._written = {"files": [str(file) for file in files]}

    def named(self, finding: str) -> str:
        """A finding with the table's name, where the dataset has several."""
        return finding if self._config == DEFAULT_CONFIG else f"{self._config}: {finding}"

    def wrong_columns(self) -> list[str]:
        """How the columns of each file differ from those promised."""
        return [self.named(wrong) for file in self._files for wrong in self._wrong_columns(file)]

    def _wrong_columns(self, file: Path) -> list[str]:
        if not file.exists():
            return ["no file was written"]
        promised = self._promise.columns
        described = self._warehouse.execute("describe select * from read_parquet($file)", {"file": str(file)})
        found = {name: dtype for name, dtype, *_ in described.fetchall()}
        wrong = [f"{name} is absent" for name in promised if name not in found]
        wrong += [f"{name} was not promised" for name in found if name not in promised]
        wrong += [
            f"{name} is {found[name]}, promised is {dtype}"
            for name, dtype in promised.items()
            if found.get(name, dtype) != dtype
        ]
        if not wrong and list(found) != list(promised):
            wrong = [f"the columns stand in the order {', '.join(found)}"]
        return wrong

    def rows(self) -> tuple[str, bool]:
        """How many rows there are beside those of the mart, and whether that is wrong."""
        key, mart = self._promise.key, self._promise.mart
        counted = f'count(distinct "{key}")' if key else "count(*)"
        [(rows, keys)] = self._warehouse.execute(
            f"select count(*), {counted} from read_parquet($files)", self._written
        ).fetchall()
        [(expected,)] = self._warehouse.execute(f'select count(*) from marts."{mart}"').fetchall()
        under = f" under {keys:,} keys" if key else ""
        return self.named(f"{rows:,} rows{under}, marts.{mart} has {expected:,} rows"), not rows == keys == expected

    def secrets(self) -> list[str]:
        """Columns that hold what may be an e-mail address, a key or a user id, with the number of rows."""
        columns = self._promise.columns
        unknown = [name for name, dtype in columns.items() if dtype not in (*SEARCHED, *HARMLESS)]
        if unknown:
            return [self.named(f"{', '.join(unknown)}: not searched, for nobody has said how")]
        texts = [name for name, dtype in columns.items() if dtype in SEARCHED]
        quoted = [SEARCHED[columns[name]].format(f'"{name}"') for name in texts]
        # One search of each row says, nearly always, that there is nothing; which column it is, is asked only else.
        if not texts or self._hits([f"concat_ws(chr(0), {', '.join(quoted)})"]) == (0,):
            return []
        counts = zip(texts, self._hits(quoted), strict=True)
        return [self.named(f"{name} in {count:,} rows") for name, count in counts if count]

    def _hits(self, expressions: Sequence[str]) -> tuple[int, ...]:
        counts = ", ".join(f"count(*) filter ({found_sql(expression)})" for expression in expressions)
        [found] = self._warehouse.execute(f"select {counts} from read_parquet($files)", self._written).fetchall()
        return tuple(found)

    def large_groups(self, most: float) -> list[str]:
        """Files with a row group that is larger, unpacked, than so many megabytes."""
        groups = self._warehouse.execute(
            "select file_name, max(size) from (select file_name, row_group_id, sum(total_uncompressed_size) as size "
            "from parquet_metadata($files) group by all) group by file_name having max(size) > $most order by 1",
            {**self._written, "most": int(most * MEGABYTE)},
        ).fetchall()
        return [self.named(f"{Path(name).name}: {size / MEGABYTE:,.0f} MB") for name, size in groups]
