"""What dbt has built on Spark, for sessions to come: where each table's files lie, and what each view selects.

A session's catalog ends with it. Layers are built in sessions of their own, and a person may build one model again.
"""

import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from assets.errors import PipelineError
from assets.exchange import Exchange
from assets.lake import Lake, read_json, write_json
from assets.spark.session import text_literal

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = "tables"
SCHEMAS = ("seeds", "staging", "intermediate", "marts")


@dataclass(frozen=True)
class BuiltRelation:
    """A table or a view.

    Attributes:
        schema: its schema.
        name: its name.
        folder: where a table's files lie in the exchange.
        query: what a view selects.
    """

    schema: str
    name: str
    folder: str | None = None
    query: str | None = None


@dataclass(frozen=True)
class SparkBuild:
    """The relations of one state of the tables.

    Attributes:
        name: the folder of the exchange that holds its tables and those that they replaced, and nothing else.
        relations: what was built so far.
    """

    name: str
    relations: list[BuiltRelation]

    def with_relations(self, rebuilt: Iterable[BuiltRelation]) -> "SparkBuild":
        """The build with some relations built, or built again."""
        known = {(relation.schema, relation.name): relation for relation in (*self.relations, *rebuilt)}
        return SparkBuild(self.name, list(known.values()))


def read_build(lake: Lake) -> SparkBuild:
    """The build under construction.

    Raises:
        PipelineError: there is none.
    """
    value = read_json(record_file(lake))
    if value is None:
        raise PipelineError(f"{lake.building_warehouse}: not built with Spark; run the whole stage `warehouse` first")
    return SparkBuild(value["name"], [BuiltRelation(**relation) for relation in value["relations"]])


def write_build(lake: Lake, build: SparkBuild) -> None:
    """Remember the build under construction."""
    write_json(record_file(lake), asdict(build))


def record_file(lake: Lake) -> Path:
    """Where the build under construction is remembered."""
    return lake.building / "spark_build.json"


def register_build(session: "SparkSession", exchange: Exchange, build: SparkBuild) -> str:
    """Call the relations of a build by their names.

    Returns:
        The folder of the exchange in which what this session writes will lie, tables by schema and name. It is a new
        one: Spark writes no table into a folder that is there.
    """
    folder = f"{TABLES}/{build.name}/{uuid4().hex[:8]}"
    for schema in SCHEMAS:
        location = text_literal(exchange.location(folder, schema))
        session.sql(f"create database {schema} location {location}")
    for relation in build.relations:
        if relation.folder is not None:
            location = text_literal(exchange.location(relation.folder))
            session.sql(f"create table {relation.schema}.`{relation.name}` using parquet location {location}")
    _create_views(session, [relation for relation in build.relations if relation.query is not None])
    return folder


def _create_views(session: "SparkSession", views: Sequence[BuiltRelation]) -> None:
    """Make each view as soon as there is what it selects from: one that was built again may stand anywhere."""
    from pyspark.errors import AnalysisException  # noqa: PLC0415 - not installed where DuckDB is the engine

    while views:
        postponed: list[BuiltRelation] = []
        for view in views:
            try:
                session.sql(f"create view {view.schema}.`{view.name}` as {view.query}")
            except AnalysisException:
                if len(postponed) + 1 == len(views):
                    raise
                postponed.append(view)
        views = postponed


def built_relations(
    session: "SparkSession", folder: str, built: Iterable[tuple[tuple[str, str], str | None]]
) -> list[BuiltRelation]:
    """What a session has built.

    Args:
        session: the session.
        folder: where its tables lie, as `register_build` said.
        built: schema and name of each relation, and the query that it was built from.
    """
    views = {(schema, row.viewName) for schema in SCHEMAS for row in session.sql(f"show views in {schema}").collect()}
    return [
        BuiltRelation(schema, name, query=query)
        if (schema, name) in views
        else BuiltRelation(schema, name, folder=f"{folder}/{schema}/{name}")
        for (schema, name), query in built
    ]


def remove_other_builds(lake: Lake, exchange: Exchange, kept: Collection[str]) -> None:
    """Remove the tables of builds that nothing shows or works on."""
    for name in set(exchange.folders(TABLES)) - set(kept):
        exchange.remove(f"{TABLES}/{name}")
    for folder in (lake.fetched / TABLES).glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder)
