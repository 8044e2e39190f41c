import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from assets.dashboards.export import Refresh, export_site_data
from assets.dashboards.site_tables import TABLES
from assets.errors import PipelineError

from .hostile_warehouse import HOSTILE_JUDGE

REFRESH = Refresh("https://git.example/up.git", "c0ffee", datetime(2026, 1, 2), datetime(2026, 1, 3), "passed")


@pytest.fixture(scope="module")
def export(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "it's exported"
    export_site_data(warehouse, folder, refresh=REFRESH)
    return folder


def rows(query: str) -> list[tuple[object, ...]]:
    return duckdb.sql(query).fetchall()


def source(export: Path, table: str) -> str:
    return "'" + str(export / f"{table}.parquet").replace("'", "''") + "'"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_every_table_of_the_site_is_written_and_counted(warehouse: Path, tmp_path: Path) -> None:
    counts = export_site_data(warehouse, tmp_path / "export", refresh=REFRESH)
    assert {path.stem for path in (tmp_path / "export").glob("*.parquet")} == set(counts)
    assert set(TABLES) <= set(counts)
    assert counts == {name: rows(f"select count(*) from {source(tmp_path / 'export', name)}")[0][0] for name in counts}


@pytest.mark.parametrize("mart", ["panel_agreement", "model_compliance", "judge_style_bias", "dawid_skene_confusions"])
def test_marts_reach_the_site_unchanged(export: Path, warehouse: Path, mart: str) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert sorted(rows(f"from {source(export, mart)}"), key=str) == sorted(
            connection.sql(f"from marts.{mart}").fetchall(), key=str
        )


def test_judges_are_numbered_in_order_of_name(export: Path, warehouse: Path) -> None:
    found = rows(f"select judge, label_column from {source(export, 'judges')} order by judge")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        judges = [judge for (judge,) in connection.sql("select judge from marts.judges order by judge").fetchall()]
    assert found == [(judge, f"judge_{number}") for number, judge in enumerate(judges, start=1)]
    assert HOSTILE_JUDGE in judges


def test_the_narrow_table_holds_the_latest_label_of_each_judge(export: Path, warehouse: Path) -> None:
    """One row per response in the order of the response numbers, and every name behind a number."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        judges = [judge for (judge,) in connection.sql("select judge from marts.judges order by judge").fetchall()]
        latest = connection.sql(
            """
            select response_uuid, question_id, category, responses.model, provider, is_current, judge, fine_label
            from marts.assessments
            join marts.responses using (response_uuid)
            join marts.questions on responses.question_uuid = questions.question_uuid
            where is_latest
            """
        ).fetchall()
    expected: dict[object, list[object]] = {}
    for uuid, *attributes, judge, label in latest:
        row = expected.setdefault(uuid, [*attributes, *[None] * len(judges)])
        row[len(attributes) + judges.index(judge)] = label
    columns = ", ".join(f"label_{n}.fine_label" for n in range(len(judges)))
    joins = "".join(
        f" left join {source(export, 'labels')} as label_{n} on label_{n}.label_number = judge_{n + 1}"
        for n in range(len(judges))
    )
    found = rows(
        f"""
        select question_id, category, model, provider, is_current, {columns}
        from {source(export, "response_labels")} as responses
        join {source(export, "questions")} using (question_number)
        join {source(export, "models")} using (model_number)
        left join {source(export, "providers")} as providers
            on providers.provider_number = responses.provider_number
        {joins}
        """
    )
    assert Counter(map(tuple, expected.values())) == Counter(found)


def test_refresh_tells_the_state_and_counts_the_marts(export: Path, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counts = tuple(
            connection.sql(f"select count(*) from marts.{mart}").fetchall()[0][0]
            for mart in ("questions", "models", "judges", "responses", "assessments", "quarantine")
        )
    assert rows(f"from {source(export, 'refresh')}") == [(*vars(REFRESH).values(), True, *counts)]


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
    before = contents(tmp_path / "export")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("drop table marts.model_compliance")
    with pytest.raises(PipelineError, match="model_compliance"):
        export_site_data(copy, tmp_path / "export", refresh=REFRESH)
    assert contents(tmp_path / "export") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "warehouse.duckdb"]


def test_a_missing_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="run the pipeline"):
        export_site_data(tmp_path / "warehouse.duckdb", tmp_path / "export", refresh=REFRESH)
    assert not list(tmp_path.iterdir())
