"""Which engine builds the tables: DuckDB in this process, or Spark on any master.

Either builds the same models and runs the same tests, and afterwards the warehouse under construction is a DuckDB file
that holds every relation; what Spark has built stands there as views over its files.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import duckdb

from assets.exchange import Exchange
from assets.lake import Lake
from assets.rules import Rule
from assets.spark.catalog import (
    BuiltRelation,
    SparkBuild,
    built_relations,
    read_build,
    record_file,
    register_build,
    remove_other_builds,
    write_build,
)
from assets.spark.session import SparkConfig, spark_session
from assets.spark.sources import hand_over_landed, hand_over_tables, register_sources
from assets.warehouse.dbt_build import NodeResult, build, require_success
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.exported_tables import exported_builds, forget_exported_tables, register_exported_tables
from assets.warehouse.failing_keys import failing_keys
from assets.warehouse.state import building_state

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BuiltLayer:
    """What dbt says of each node of a layer, and the first rows that break each failed test, by their keys."""

    results: list[NodeResult]
    samples: dict[str, list[str]]


class Engine(Protocol):
    """What builds tables."""

    @property
    def dialect(self) -> str:
        """Name of its SQL."""

    def begin(self, lake: Lake) -> None:
        """Prepare for building all tables anew: nothing of an earlier build may stand beside them."""

    def build_layer(self, lake: Lake, selection: Sequence[str], rules: Mapping[str, Rule]) -> BuiltLayer:
        """Build and test the nodes that dbt's options select.

        Raises:
            PipelineError: the engine or dbt could not begin, or gave up.
        """


@dataclass(frozen=True)
class DuckDbEngine:
    """DuckDB, in the file of the warehouse under construction."""

    dialect: str = "duckdb"

    def begin(self, lake: Lake) -> None:
        """All that an earlier build left is in the file of the warehouse, which is a new one."""

    def build_layer(self, lake: Lake, selection: Sequence[str], rules: Mapping[str, Rule]) -> BuiltLayer:
        """Build and test the nodes that dbt's options select."""
        # What Spark has built before stays readable, but is no state of its tables any more.
        record_file(lake).unlink(missing_ok=True)
        results = build(lake.building_warehouse, lake.building / "dbt", *selection, rules=rules)
        forget_exported_tables(
            lake.building_warehouse, [result.relation for result in results if result.relation and result.passed]
        )
        with duckdb.connect(str(lake.building_warehouse), read_only=True) as connection:

            def fetch(query: str) -> tuple[list[str], list[tuple[object, ...]]]:
                found = connection.execute(query)
                return [name for name, *_ in found.description or []], found.fetchall()

            return BuiltLayer(results, failing_keys(results, fetch, quote='"'))


@dataclass(frozen=True)
class SparkEngine:
    """Spark, with what it reads and writes in an exchange."""

    config: SparkConfig
    exchange: Exchange
    dialect: str = "spark"

    def begin(self, lake: Lake) -> None:
        """Name the folder of a new build, and remove those that nothing shows."""
        self.exchange.claim()
        remove_other_builds(lake, self.exchange, exported_builds(lake.warehouse))
        write_build(lake, SparkBuild(f"{building_state(lake)[:12]}-{uuid4().hex[:8]}", []))

    def build_layer(self, lake: Lake, selection: Sequence[str], rules: Mapping[str, Rule]) -> BuiltLayer:
        """Build and test the nodes that dbt's options select, and let the warehouse read what was built."""
        self.exchange.claim()
        read_build(lake)  # before anything is written: there may be none to add to
        new_files = hand_over_landed(lake, self.exchange)
        LOG.info("%s new landed files handed to Spark", f"{new_files:,}")
        hand_over_tables(lake, self.exchange)
        with self.session(lake) as (session, folder):
            results = build(
                lake.building_warehouse, lake.building / "dbt", *selection, rules=rules, engine=self.dialect
            )

            def fetch(query: str) -> tuple[list[str], list[tuple[object, ...]]]:
                found = session.sql(query)
                return found.columns, [tuple(row) for row in found.collect()]

            samples = failing_keys(results, fetch, quote="`")
            built = [(result.relation, result.query) for result in results if result.relation and result.passed]
            relations = built_relations(session, folder, built)
        write_build(lake, read_build(lake).with_relations(relations))
        self._register(lake, relations)
        return BuiltLayer(results, samples)

    @contextmanager
    def session(self, lake: Lake) -> Iterator[tuple["SparkSession", str]]:
        """A session that knows what was handed over and what was built; and the folder for what is written in it."""
        with spark_session(self.config) as session:
            register_sources(session, self.exchange)
            yield session, register_build(session, self.exchange, read_build(lake))

    def _register(self, lake: Lake, relations: Sequence[BuiltRelation]) -> None:
        tables = {
            (relation.schema, relation.name): self.exchange.fetch(relation.folder, lake.fetched / relation.folder)
            for relation in relations
            if relation.folder is not None
        }
        register_exported_tables(lake.building_warehouse, tables, ensure_manifest(), read_build(lake).name)
        views = [relation.name for relation in relations if relation.query]
        if views:
            # They hold nothing that Spark would have to compute: here they are over the same files.
            require_success(
                build(lake.building_warehouse, lake.building / "dbt", "--select", *views, "--resource-type", "model")
            )
