"""Texts in packs: every text is found where the index says, and what has not changed is not written again."""

import hashlib
import json
import zlib
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.dashboards import text_packs
from assets.dashboards.export import Refresh, export_site_data

REFRESH = Refresh("up", "c0ffee", datetime(2026, 1, 2), datetime(2026, 1, 3), "passed")
Texts = list[tuple[str | None, dict[str, str]]]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large corpus: many responses to a chunk, many chunks to a pack, several packs to a model."""
    monkeypatch.setattr(text_packs, "CHUNK_BYTES", 2_000)
    monkeypatch.setattr(text_packs, "PACK_BYTES", 6_000)


def export(warehouse: Path, folder: Path, *, with_texts: bool = True) -> Path:
    export_site_data(warehouse, folder, refresh=REFRESH, with_texts=with_texts)
    return folder


def read_packs(export: Path) -> Texts:
    """Texts in the order of response numbers, read as a browser reads them: by byte ranges from the index."""
    files = pl.read_parquet(export / "text_packs.parquet")["file"].to_list()
    texts: Texts = []
    position: dict[int, int] = {}
    for pack, count, size in pl.read_parquet(export / "text_chunks.parquet").iter_rows():
        start = position.get(pack, 0)
        content = (export / "texts" / files[pack]).read_bytes()[start : start + size]
        position[pack] = start + size
        rows = json.loads(zlib.decompress(content, wbits=-zlib.MAX_WBITS))
        assert len(rows) == count
        texts += [(content, analyses) for content, analyses in rows]
    return texts


def texts_in_marts(warehouse: Path) -> Texts:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.sql(
            """
            select
                any_value(content),
                map_from_entries(list((judge, judge_analysis)) filter (judge_analysis is not null))
            from marts.responses
            join marts.questions using (question_uuid)
            join marts.response_texts using (response_uuid)
            join marts.assessments using (response_uuid)
            left join marts.assessment_texts using (assessment_uuid)
            where is_latest
            group by model, category, question_id, response_uuid
            order by model, category, question_id, response_uuid
            """
        ).fetchall()


def test_every_text_lies_where_the_index_says(warehouse: Path, tmp_path: Path) -> None:
    folder = export(warehouse, tmp_path / "export")
    expected = [(content, analyses or {}) for content, analyses in texts_in_marts(warehouse)]
    assert read_packs(folder) == expected
    assert len(expected) == pl.read_parquet(folder / "response_labels.parquet").height
    models = pl.read_parquet(folder / "models.parquet").height
    packs = pl.read_parquet(folder / "text_packs.parquet")
    assert packs.height > models
    assert packs["bytes"].max() <= 6_000
    assert packs["bytes"].to_list() == [(folder / "texts" / file).stat().st_size for file in packs["file"]]


def test_packs_of_models_without_news_are_taken_over(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(warehouse, tmp_path / "export")
    before = {path.name: path.stat().st_ino for path in (folder / "texts").iterdir()}
    changed = tmp_path / "changed" / warehouse.name
    changed.parent.mkdir()
    changed.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(changed)) as connection:
        (model,) = connection.sql("select min(model) from marts.responses").fetchall()[0]
        connection.execute(
            """
            delete from marts.assessments
            where judge = (select max(judge) from marts.assessments where judge_type = 'llm')
                and response_uuid in (select response_uuid from marts.responses where model = ?)
            """,
            [model],
        )
    written: list[int] = []
    write = text_packs._write
    monkeypatch.setattr(
        text_packs,
        "_write",
        lambda connection, models, place: (written.append(len(models)), write(connection, models, place)),
    )
    export(changed, folder)
    assert written == [1]
    after = {path.name: path.stat().st_ino for path in (folder / "texts").iterdir()}
    assert len(before.keys() - after.keys()) > 0
    assert {name: after[name] for name in before.keys() & after.keys()} == {
        name: before[name] for name in before.keys() & after.keys()
    }
    assert read_packs(folder) == [(content, analyses or {}) for content, analyses in texts_in_marts(changed)]


def test_other_words_of_the_same_judgment_are_packed_anew(warehouse: Path, tmp_path: Path) -> None:
    folder = export(warehouse, tmp_path / "export")
    changed = tmp_path / "changed" / warehouse.name
    changed.parent.mkdir()
    changed.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(changed)) as connection:
        connection.execute("update marts.assessment_texts set judge_analysis = 'other words'")
    analyses = {text for _, found in read_packs(export(changed, folder)) for text in found.values()}
    assert analyses == {"other words"}


def test_a_pack_is_named_by_its_bytes(warehouse: Path, tmp_path: Path) -> None:
    """A browser may keep a pack for ever: other bytes must have another name."""
    for pack in (export(warehouse, tmp_path / "export") / "texts").glob("*.bin"):
        assert pack.stem == hashlib.sha256(pack.read_bytes()).hexdigest()[:20]


def test_a_lost_pack_is_written_again(warehouse: Path, tmp_path: Path) -> None:
    folder = export(warehouse, tmp_path / "export")
    before = read_packs(folder)
    next((folder / "texts").glob("*.bin")).unlink()
    assert read_packs(export(warehouse, folder)) == before


def test_without_texts_no_word_is_exported(warehouse: Path, tmp_path: Path) -> None:
    folder = export(warehouse, tmp_path / "export", with_texts=False)
    assert not (folder / "texts").exists()
    assert pl.read_parquet(folder / "question_texts.parquet")["question"].null_count() > 0
    assert pl.read_parquet(folder / "question_texts.parquet")["question"].drop_nulls().len() == 0
    assert pl.read_parquet(folder / "text_chunks.parquet").height == 0
    assert pl.read_parquet(folder / "refresh.parquet")["has_texts"].to_list() == [False]
