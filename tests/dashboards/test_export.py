import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from assets.dashboards.export import Refresh, export_site_data
from assets.errors import PipelineError

from .marts_fixture import HOSTILE_JUDGE, JUDGES

REFRESH = Refresh("https://git.example/up.git", "c0ffee", datetime(2026, 1, 2), datetime(2026, 1, 3), "passed")
TABLES = {
    "refresh",
    "judges",
    "models",
    "questions",
    "judge_pair_agreement",
    "judge_pair_transitions",
    "model_compliance",
    "response_labels",
    "checks",
    "check_runs",
    "quarantined_rows",
    "sources",
}


@pytest.fixture(scope="module")
def export(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "it's exported"
    export_site_data(warehouse, folder, refresh=REFRESH)
    return folder


def rows(query: str) -> list[tuple[object, ...]]:
    return duckdb.sql(query).fetchall()


def source(export: Path, table: str) -> str:
    return "'" + str(export / f"{table}.parquet").replace("'", "''") + "'"


def test_every_table_of_the_site_is_written_and_counted(warehouse: Path, tmp_path: Path) -> None:
    counts = export_site_data(warehouse, tmp_path / "export", refresh=REFRESH)
    assert {path.name for path in (tmp_path / "export").iterdir()} == {f"{name}.parquet" for name in TABLES}
    assert counts == {name: rows(f"select count(*) from {source(tmp_path / 'export', name)}")[0][0] for name in TABLES}


@pytest.mark.parametrize("mart", ["models", "judge_pair_agreement", "judge_pair_transitions", "model_compliance"])
def test_marts_reach_the_site_unchanged(export: Path, warehouse: Path, mart: str) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert sorted(rows(f"from {source(export, mart)}"), key=str) == sorted(
            connection.sql(f"from marts.{mart}").fetchall(), key=str
        )


def test_questions_leave_without_their_text(export: Path) -> None:
    columns = [name for name, *_ in rows(f"describe from {source(export, 'questions')}")]
    assert columns == ["question_uuid", "question_id", "category", "theme", "domain", "variant", "language"]


def test_judges_are_numbered_in_order_of_name(export: Path) -> None:
    found = rows(f"select judge, label_column, aliases from {source(export, 'judges')} order by judge")
    assert found == [
        (judge, f"judge_{number}", f"{judge}-alias, other") for number, judge in enumerate(sorted(JUDGES), start=1)
    ]
    assert HOSTILE_JUDGE in JUDGES


def test_wide_labels_are_the_latest_assessments_per_response_and_judge(export: Path, warehouse: Path) -> None:
    columns = {judge: f"judge_{number}" for number, judge in enumerate(sorted(JUDGES), start=1)}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        latest = connection.sql(
            """
            select
                response_uuid, questions.category, theme, domain, responses.model, family, creator, provider,
                language, is_current, judge, label
            from marts.assessments
            join marts.responses using (response_uuid)
            join marts.questions on responses.question_uuid = questions.question_uuid
            left join marts.models on responses.model = models.model
            where is_latest
            """
        ).fetchall()
    expected: dict[object, list[object]] = {}
    for uuid, *attributes, judge, label in latest:
        row = expected.setdefault(uuid, [*attributes, *[None] * len(columns)])
        row[len(attributes) + list(columns).index(judge)] = label
    names = "category, theme, domain, model, family, creator, provider, language, is_current"
    found = rows(f"select {names}, {', '.join(columns.values())} from {source(export, 'response_labels')}")
    assert Counter(map(tuple, expected.values())) == Counter(found)


def test_refresh_tells_the_state_and_counts_the_marts(export: Path, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counts = tuple(
            connection.sql(f"select count(*) from marts.{mart}").fetchall()[0][0]
            for mart in ("questions", "models", "judges", "responses", "assessments", "quarantine")
        )
    assert rows(f"from {source(export, 'refresh')}") == [(*vars(REFRESH).values(), *counts)]


@pytest.mark.parametrize(
    ("upstream", "shown"),
    [
        ("https://user:token@git.example:8443/up.git", "https://git.example:8443/up.git"),
        ("https://git.example/up.git", "https://git.example/up.git"),
        ("git@git.example:org/up.git", "git@git.example:org/up.git"),
        ("../upstream", "../upstream"),
    ],
)
def test_credentials_of_the_upstream_do_not_reach_the_site(
    warehouse: Path, tmp_path: Path, upstream: str, shown: str
) -> None:
    export_site_data(warehouse, tmp_path / "export", refresh=replace(REFRESH, upstream=upstream))
    assert rows(f"select upstream from {source(tmp_path / 'export', 'refresh')}") == [(shown,)]


def test_a_missing_mart_is_named_and_the_old_export_stays(warehouse: Path, tmp_path: Path) -> None:
    copy = shutil.copy(warehouse, tmp_path / "warehouse.duckdb")
    export_site_data(copy, tmp_path / "export", refresh=REFRESH)
    before = {path.name: path.read_bytes() for path in (tmp_path / "export").iterdir()}
    with duckdb.connect(str(copy)) as connection:
        connection.execute("drop table marts.model_compliance")
    with pytest.raises(PipelineError, match="model_compliance"):
        export_site_data(copy, tmp_path / "export", refresh=REFRESH)
    assert {path.name: path.read_bytes() for path in (tmp_path / "export").iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "warehouse.duckdb"]


def test_a_missing_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="run the pipeline"):
        export_site_data(tmp_path / "warehouse.duckdb", tmp_path / "export", refresh=REFRESH)
    assert not list(tmp_path.iterdir())
