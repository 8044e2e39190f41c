"""Column lineage, beside what sqlglot's own walk over the same queries finds."""

from pathlib import Path

import duckdb
import pytest
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.schema import MappingSchema

from assets.warehouse.column_lineage import column_origins, relation_schema

from .dbt_build import Build


@pytest.fixture
def schema(tmp_path: Path) -> MappingSchema:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts; create schema seeds")
        connection.execute("create table marts.assessments (uuid varchar, judge varchar, label varchar)")
        connection.execute("create view seeds.labels as select 'COMPLETE' as label, 2 as score")
    return relation_schema(warehouse)


@pytest.mark.parametrize(
    ("query", "origins"),
    [
        (
            (
                "with a as (select * from marts.assessments), final as (select uuid, label as said from a) "
                "select * from final"
            ),
            {"uuid": [("marts", "assessments", "uuid")], "said": [("marts", "assessments", "label")]},
        ),
        (
            (
                "select a.judge, sum(l.score) as score, count(*) as n from marts.assessments as a "
                "inner join seeds.labels as l on a.label = l.label group by a.judge"
            ),
            {"judge": [("marts", "assessments", "judge")], "score": [("seeds", "labels", "score")], "n": []},
        ),
        (
            "select label from marts.assessments union all select label from seeds.labels",
            {"label": [("marts", "assessments", "label"), ("seeds", "labels", "label")]},
        ),
        (
            "select uuid, (select max(l.score) from seeds.labels as l) as most from marts.assessments",
            {"uuid": [("marts", "assessments", "uuid")], "most": [("seeds", "labels", "score")]},
        ),
        (
            "select uuid, lag(label) over (partition by judge order by uuid) as before from marts.assessments",
            {
                "uuid": [("marts", "assessments", "uuid")],
                "before": [("marts", "assessments", column) for column in ("judge", "label", "uuid")],
            },
        ),
        (
            (
                "with recursive steps as (select label, 1 as n from seeds.labels "
                "union all select label, n + 1 from steps where n < 3) select label from steps"
            ),
            {"label": [("seeds", "labels", "label")]},
        ),
    ],
    ids=["star", "join", "union", "subquery", "window", "recursive"],
)
def test_a_column_leads_to_what_it_is_made_of(
    schema: MappingSchema, query: str, origins: dict[str, list[tuple[str, str, str]]]
) -> None:
    assert column_origins(query, schema) == origins


def test_a_query_that_is_not_understood_has_no_lineage(schema: MappingSchema) -> None:
    assert column_origins("select from where", schema) == {}
    assert column_origins("select nothing from marts.assessments", schema) == {}


def test_models_have_the_lineage_that_sqlglot_finds(panel_build: Build) -> None:
    """All models have one; the first column of every sixth is looked up again, for all of them would take minutes."""
    schema = relation_schema(panel_build.warehouse)
    assert len(panel_build.queries) > 50
    for number, (name, query) in enumerate(sorted(panel_build.queries.items())):
        origins = column_origins(query, schema)
        assert origins, name
        if number % 6 == 0:
            column = min(origins)
            tree = lineage(column, query, schema=schema, dialect="duckdb").walk()
            leaves = [node for node in tree if not node.downstream]
            found = {
                (table.db, table.name, exp.to_column(leaf.name).name)
                for leaf in leaves
                if (table := leaf.expression.find(exp.Table))
            }
            assert set(origins[column]) == found, (name, column)
