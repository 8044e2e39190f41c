"""Column lineage of the dbt models: which columns of which relations each of their columns is made of.

It follows from the models' SQL and the columns of the relations that they read. dagster-dbt can work it out, too, but
anew from the bottom for each column, which takes longer than building the tables; here a relation inside a query is
looked at once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import duckdb
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

# Schema and name of a relation, and one of its columns.
Origin = tuple[str, str, str]
Origins = dict[str, list[Origin]]


def relation_schema(warehouse: Path) -> MappingSchema:
    """The columns of all relations of a warehouse, as `column_origins` needs them to know what `*` stands for."""
    columns: dict[str, Any] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for schema, relation, column, data_type in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = current_database() and not internal"
        ).fetchall():
            columns.setdefault(schema, {}).setdefault(relation, {})[column] = data_type
    return MappingSchema(columns, dialect="duckdb")


def column_origins(query: str, schema: MappingSchema, dialect: str = "duckdb") -> Origins:
    """Origins of each column of a query, sorted; none for a constant, or for all columns of a query not understood.

    Args:
        query: a `select`, as dbt compiles it.
        schema: what `relation_schema` gave.
        dialect: whose SQL it is.
    """
    try:
        tree = qualify(parse_one(query, dialect=dialect), schema=schema, dialect=dialect)
        scope = build_scope(tree)
    except SqlglotError:  # newer SQL than the parser knows: the tables are right all the same
        return {}
    if scope is None:
        return {}
    known: dict[tuple[int, str], set[Origin]] = {}
    return {column: sorted(_origins(scope, column, known)) for column in _columns(scope)}


def _origins(scope: Scope, column: str, known: dict[tuple[int, str], set[Origin]]) -> set[Origin]:
    key = (id(scope), column)
    if key in known:
        return known[key]
    found: set[Origin] = set()
    known[key] = found  # a recursive relation adds nothing by what it takes from itself
    position = _columns(scope).index(column)
    if isinstance(scope.expression, exp.SetOperation):
        for branch in scope.set_operation_scopes:
            found |= _origins(branch, _columns(branch)[position], known)
        return found
    sources = _sources(scope)
    for used in _query(scope).selects[position].find_all(exp.Column):
        source = sources.get(used.table)
        if isinstance(source, exp.Table):
            found.add((source.db, source.name, used.name))
        elif isinstance(source, Scope):
            found |= _origins(source, used.name, known)
    return found


def _query(scope: Scope) -> exp.Query:
    return cast(exp.Query, scope.expression)


def _columns(scope: Scope) -> list[str]:
    return [select.alias_or_name for select in _query(scope).selects]


def _sources(scope: Scope) -> Mapping[str, Scope | exp.Expression]:
    """What the tables' names mean, in the query itself and in the subqueries among its columns."""
    sources: dict[str, Scope | exp.Expression] = {}
    for subquery in scope.subquery_scopes:
        sources |= subquery.sources
    return sources | scope.sources
