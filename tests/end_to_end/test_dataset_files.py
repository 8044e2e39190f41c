"""Dataset files: the public columns first, the same bytes from the same commit, each text where it belongs."""

import hashlib
from pathlib import Path

import duckdb
import pytest

from assets.publication.published_datasets import published_datasets
from tests.end_to_end.pipeline import Pipeline

HUB_COLUMNS = {
    "speechmap-questions": ["uuid", "id", "category", "domain", "question", "theme"],
    "speechmap-responses": [
        *("uuid", "q_uuid", "model", "timestamp", "api_provider", "provider", "content", "matched", "origin"),
    ],
    "speechmap-assessments": [
        *("uuid", "q_uuid", "r_uuid", "judge", "judge_type", "judge_analysis", "compliance", "pitti_compliance"),
        "origin",
    ],
    "speechmap-models": ["name", "family"],
}


def read(pipeline: Pipeline, name: str, sql: str) -> list[tuple[object, ...]]:
    (file,) = (pipeline.lake.datasets / name).glob("*.parquet")
    with duckdb.connect() as connection:
        return connection.execute(sql, [str(file)]).fetchall()


@pytest.mark.parametrize("name", HUB_COLUMNS)
def test_the_public_columns_come_first(demo: Pipeline, name: str) -> None:
    columns = [row[0] for row in read(demo, name, "describe select * from read_parquet(?)")]
    assert columns[: len(HUB_COLUMNS[name])] == HUB_COLUMNS[name]
    assert len(columns) > len(HUB_COLUMNS[name])


def test_rows_are_those_of_the_marts(demo: Pipeline) -> None:
    for name, mart in [
        ("speechmap-questions", "questions"),
        ("speechmap-responses", "responses"),
        ("speechmap-assessments", "assessments"),
        ("speechmap-models", "models"),
    ]:
        count = read(demo, name, "select count(*) from read_parquet(?)")
        assert count == demo.query(f"select count(*) from marts.{mart}")
        assert count[0][0] > 0


def test_a_response_carries_the_text_that_its_hash_names(demo: Pipeline) -> None:
    rows = read(
        demo, "speechmap-responses", "select content, content_sha256 from read_parquet(?) where not is_redacted"
    )
    assert rows
    assert all(hashlib.sha256((text or "").encode()).hexdigest() == digest for text, digest in rows)


def test_every_key_leads_somewhere(demo: Pipeline) -> None:
    files = {name: str(next((demo.lake.datasets / name).glob("*.parquet"))) for name in HUB_COLUMNS}
    with duckdb.connect() as connection:
        for name, file in files.items():
            connection.execute(f"create view \"{name}\" as select * from read_parquet('{file}')")
        orphans = connection.execute("""
            select
                (select count(*) from "speechmap-responses"
                    where q_uuid not in (select uuid from "speechmap-questions")),
                (select count(*) from "speechmap-assessments" a where not exists (
                    select 1 from "speechmap-responses" r where r.uuid = a.r_uuid and r.q_uuid = a.q_uuid)),
                (select count(*) from "speechmap-responses" where model not in (select name from "speechmap-models"))
        """).fetchall()
    assert orphans == [(0, 0, 0)]


def test_the_same_commit_gives_the_same_bytes_in_another_folder(
    demo: Pipeline, demo_corpus: Path, tmp_path: Path
) -> None:
    other = Pipeline(tmp_path / "elsewhere")
    outcome = other.run(
        demo_corpus / "llm-compliance.git", site_metadata=demo_corpus / "speechmap-site.git", hub=demo_corpus / "hub"
    )
    assert outcome.problems == []
    files = sorted(path.relative_to(demo.lake.datasets) for path in demo.lake.datasets.rglob("*") if path.is_file())
    assert len(files) == sum(len(dataset.files) for dataset in published_datasets()) + 1
    for file in files:
        assert (demo.lake.datasets / file).read_bytes() == (other.lake.datasets / file).read_bytes(), file
