"""A file of the Hub as landed rows: every row lands or is refused with its place, and texts stay as they are."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.errors import PipelineError
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS
from assets.hub.landing import HubCounts, landed_counts, normalise, quarantine_path
from assets.lake import Lake
from assets.landing.kinds import QUARANTINE_SCHEMA
from tests.hub.public_files import ROWS, parquet, row

BLOB = "b" * 64
NAME = "someone/data/file.parquet"
EVERY_KIND = pytest.mark.parametrize("kind", list(ROWS))


def land(folder: Path, kind: str, content: bytes) -> tuple[HubCounts, pl.DataFrame, pl.DataFrame]:
    """Land a file; returns counts, landed rows and refused ones."""
    folder.mkdir(parents=True, exist_ok=True)
    source, target = folder / "source.parquet", folder / "landed.parquet"
    source.write_bytes(content)
    quarantine_path(target).unlink(missing_ok=True)
    counts = normalise(HUB_KINDS[kind], source, target, quarantine_path(target), BLOB, NAME)
    rows = pl.read_parquet(target)
    refused = quarantine_path(target)
    assert refused.exists() == (counts.quarantined_count > 0)
    return counts, rows, pl.read_parquet(refused) if refused.exists() else pl.DataFrame(schema=QUARANTINE_SCHEMA)


def landed(folder: Path, kind: str, **changes: Any) -> dict[str, Any]:
    """The landed row that one public row becomes."""
    _, rows, _ = land(folder, kind, parquet([row(kind, **changes)]))
    return rows.row(0, named=True)


def write(table: pa.Table, folder: Path, **options: Any) -> bytes:
    pq.write_table(table, folder / "written.parquet", **options)
    return (folder / "written.parquet").read_bytes()


@EVERY_KIND
def test_landed_and_refused_rows_have_the_declared_columns(kind: str, tmp_path: Path) -> None:
    nothing = dict.fromkeys(ROWS[kind])
    table = pa.Table.from_pylist([row(kind), nothing, row(kind)])
    counts, rows, refused = land(tmp_path, kind, write(table, tmp_path))
    assert dict(rows.schema) == HUB_KINDS[kind].schema
    assert dict(refused.schema) == QUARANTINE_SCHEMA
    assert rows.select("blob_id", "line").rows() == [(BLOB, 1), (BLOB, 3)]
    assert refused.select("blob_id", "line", "kind").rows() == [(BLOB, 2, kind)]
    assert (counts.row_count, counts.quarantined_count, counts.is_lfs) == (2, 1, True)


def test_a_response_lands_as_it_is(tmp_path: Path) -> None:
    assert landed(tmp_path, HUB_RESPONSES) == {
        "blob_id": BLOB,
        "line": 1,
        "hub_uuid": "r-1",
        "hub_question_uuid": "q-1",
        "model": "lab/model-1",
        "responded_at": datetime(2025, 3, 1, 12, 0, 0, 500_000),
        "api_provider": "openrouter",
        "provider": "Azure",
        "content": "Because.",
        "content_sha256": hashlib.sha256(b"Because.").hexdigest(),
        "content_characters": 8,
        "is_matched": True,
        "hub_origin": "speechmap",
    }


def test_an_assessment_lands_as_it_is(tmp_path: Path) -> None:
    assert landed(tmp_path, HUB_ASSESSMENTS, judge="pitti/pap", judge_type="human", compliance=None) == {
        "blob_id": BLOB,
        "line": 1,
        "hub_uuid": "a-1",
        "hub_question_uuid": "q-1",
        "hub_response_uuid": "r-1",
        "raw_judge": "pitti/pap",
        "raw_judge_type": "human",
        "judge_analysis": "It answers.",
        "raw_label": None,
        "raw_fine_label": "COMPLETE",
        "hub_origin": "speechmap",
    }


def test_questions_and_models_land_as_they_are(tmp_path: Path) -> None:
    assert list(landed(tmp_path, HUB_QUESTIONS).values()) == [
        BLOB, 1, "q-1", "theme1", "us_hard", "Rights", "Why?", "theme",
    ]  # fmt: skip
    assert list(landed(tmp_path, HUB_MODELS).values()) == [BLOB, 1, "lab/model-1", "model"]


@pytest.mark.parametrize(("written", "read"), [("LLM", "llm"), (" Human ", "human"), ("", None), (None, None)])
def test_judge_types_are_lower_case(tmp_path: Path, written: str | None, read: str | None) -> None:
    assert landed(tmp_path, HUB_ASSESSMENTS, judge_type=written)["raw_judge_type"] == read


@pytest.mark.parametrize(
    "text",
    [
        "a\0b\0",
        "\0",
        " \n outer \t ",
        "e\u0301 \U0001f3db\ufe0f \u202eabc\u202c",
        "\u2028\x85\r\n",
        "x" * 170_000,
        "'quoted' \"and\" \\escaped\\",
    ],
    ids=["NUL", "NUL alone", "outer space", "beyond ASCII", "line ends", "very long", "quotes"],
)
def test_texts_stay_as_they_are(tmp_path: Path, text: str) -> None:
    made = landed(tmp_path, HUB_RESPONSES, content=text)
    assert made["content"] == text
    assert made["content_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert made["content_characters"] == len(text)


@pytest.mark.parametrize("text", ["", None])
def test_no_text_is_null_with_the_hash_of_nothing(tmp_path: Path, text: str | None) -> None:
    made = landed(tmp_path, HUB_RESPONSES, content=text)
    assert (made["content"], made["content_characters"]) == (None, 0)
    assert made["content_sha256"] == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-01T12:00:00.123456+02:00", datetime(2025, 3, 1, 10, 0, 0, 123_456)),
        ("2025-03-01T12:00:00Z", datetime(2025, 3, 1, 12)),
        ("2025-03-01T12:00:00.123456", datetime(2025, 3, 1, 12, 0, 0, 123_456)),
        ("2025-03-01 12:00:00+00:00", datetime(2025, 3, 1, 12)),
        ("2025-03-01T12:00:00.123456789Z", datetime(2025, 3, 1, 12, 0, 0, 123_456)),
        ("2025-03-01", datetime(2025, 3, 1)),
        ("2025-13-01T12:00:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("epoch", None),
        ("infinity", None),
        ("now", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_utc(tmp_path: Path, written: str | None, read: datetime | None) -> None:
    assert landed(tmp_path, HUB_RESPONSES, timestamp=written)["responded_at"] == read


@given(
    moment=st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),
    minutes=st.integers(-14 * 60, 14 * 60),
    is_zoned=st.booleans(),
)
@settings(max_examples=15)
def test_any_iso_time_is_read_as_python_reads_it(
    tmp_path_factory: pytest.TempPathFactory, moment: datetime, minutes: int, *, is_zoned: bool
) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes))) if is_zoned else moment
    read = landed(tmp_path_factory.mktemp("time"), HUB_RESPONSES, timestamp=written.isoformat())["responded_at"]
    assert read == (written.astimezone(UTC).replace(tzinfo=None) if is_zoned else moment)


@pytest.mark.parametrize(
    ("kind", "changes", "rule", "reason"),
    [
        (HUB_MODELS, {"name": None}, "missing_model", "name is empty"),
        (HUB_QUESTIONS, {"uuid": " "}, "missing_uuid", "uuid is empty"),
        (HUB_QUESTIONS, {"id": None}, "missing_question", "id is empty"),
        (HUB_QUESTIONS, {"category": ""}, "missing_category", "category is empty"),
        (HUB_QUESTIONS, {"question": "\n"}, "missing_question_text", "question is empty"),
        (HUB_RESPONSES, {"uuid": None, "model": None}, "missing_uuid", "uuid is empty"),
        (HUB_RESPONSES, {"q_uuid": None}, "missing_question", "q_uuid is empty"),
        (HUB_RESPONSES, {"model": "\t"}, "missing_model", "model is empty"),
        (HUB_ASSESSMENTS, {"q_uuid": None}, "missing_question", "q_uuid is empty"),
        (HUB_ASSESSMENTS, {"r_uuid": None}, "missing_response", "r_uuid is empty"),
        (HUB_ASSESSMENTS, {"judge": ""}, "missing_judge", "judge is empty"),
        (
            HUB_ASSESSMENTS,
            {"compliance": None, "pitti_compliance": " "},
            "missing_label",
            "compliance and pitti_compliance are empty",
        ),
    ],
)
def test_a_row_without_its_keys_is_refused_by_name(
    tmp_path: Path, kind: str, changes: dict[str, str | None], rule: str, reason: str
) -> None:
    sound, spoilt = row(kind), row(kind, **changes)
    _, rows, refused = land(tmp_path, kind, parquet([sound, spoilt, sound]))
    assert rows["line"].to_list() == [1, 3]
    assert refused.select("line", "rule", "reason").rows() == [(2, rule, reason)]


@pytest.mark.parametrize("label", ["compliance", "pitti_compliance"])
def test_either_taxonomy_is_enough(tmp_path: Path, label: str) -> None:
    rows = [row(HUB_ASSESSMENTS, **{label: value}) for value in (None, "", " ", "COMPLETE")]
    counts, made, _ = land(tmp_path, HUB_ASSESSMENTS, parquet(rows))
    assert counts.quarantined_count == 0
    column = {"compliance": "raw_label", "pitti_compliance": "raw_fine_label"}[label]
    assert made[column].to_list() == [None, None, None, "COMPLETE"]


def test_the_refused_row_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    spoilt = [row(HUB_RESPONSES, model=None, content=text) for text in ("one secret", "another secret", "one secret")]
    _, _, refused = land(tmp_path, HUB_RESPONSES, parquet(spoilt))
    hashes = refused["row_sha256"].to_list()
    assert hashes[0] == hashes[2] != hashes[1]
    assert [len(each) for each in hashes] == [64] * 3
    assert "secret" not in str(refused.rows())


@EVERY_KIND
def test_columns_that_may_be_absent_are_null(kind: str, tmp_path: Path) -> None:
    dataset = HUB_DATASETS[kind]
    for kept in [{name} for name in dataset.one_of] or [set()]:
        table = pa.Table.from_pylist([row(kind), row(kind)]).select(sorted(dataset.needed | kept))
        counts, rows, _ = land(tmp_path, kind, write(table, tmp_path))
        assert (counts.row_count, dict(rows.schema)) == (2, HUB_KINDS[kind].schema)
        absent = [made.name for made in HUB_KINDS[kind].columns if made.key not in dataset.needed | kept]
        assert rows.select(absent).null_count().sum_horizontal().item() == 2 * len(absent)


@EVERY_KIND
def test_a_column_that_must_be_there_is_missed_by_name(kind: str, tmp_path: Path) -> None:
    table = pa.Table.from_pylist([row(kind)])
    for needed in HUB_DATASETS[kind].needed:
        with pytest.raises(PipelineError, match=f"^Hub file {NAME}: column {needed} is absent; it has "):
            land(tmp_path, kind, write(table.drop_columns([needed]), tmp_path))
    either = sorted(HUB_DATASETS[kind].one_of)
    if either:
        with pytest.raises(PipelineError, match=f"^Hub file {NAME}: none of the columns {', '.join(either)} is there"):
            land(tmp_path, kind, write(table.drop_columns(either), tmp_path))
    assert not (tmp_path / "landed.parquet").exists()


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("model", 17, "column model is of type BIGINT, expected text"),
        ("content", b"bytes", "column content is of type BLOB, expected text"),
        ("content", ["list"], r"column content is of type VARCHAR\[\], expected text"),
        ("timestamp", 1740830400, "column timestamp is of type BIGINT, expected text"),
        ("matched", 0.5, "column matched is of type DOUBLE, expected a flag"),
        ("uuid", datetime(2025, 1, 1), "column uuid is of type TIMESTAMP, expected text"),
    ],
)
def test_a_column_of_another_type_is_told_by_name(tmp_path: Path, column: str, value: Any, complaint: str) -> None:
    with pytest.raises(PipelineError, match=f"^Hub file {NAME}: {complaint}"):
        land(tmp_path, HUB_RESPONSES, parquet([row(HUB_RESPONSES, **{column: value})]))


@pytest.mark.parametrize(
    ("column", "typed", "expected"),
    [
        ("model", pa.array(["lab/a", "lab/b"]).dictionary_encode(), ["lab/a", "lab/b"]),
        ("content", pa.array(["a", "b"], pa.large_string()), ["a", "b"]),
        ("content", pa.nulls(2), [None, None]),
        ("provider", pa.nulls(2, pa.string()), [None, None]),
        ("timestamp", pa.array([0, 1], pa.timestamp("us")), [datetime(1970, 1, 1), datetime(1970, 1, 1, 0, 0, 0, 1)]),
        (
            "timestamp",
            pa.array([1, 2], pa.timestamp("s", "Asia/Tokyo")),
            [datetime(1970, 1, 1, 0, 0, n) for n in (1, 2)],
        ),
        ("timestamp", pa.array([1000, None], pa.timestamp("ns")), [datetime(1970, 1, 1, 0, 0, 0, 1), None]),
        ("matched", pa.array(["True", "false"]), [True, False]),
        ("matched", pa.array([1, None]), [True, None]),
        ("matched", pa.nulls(2), [None, None]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_other_ways_of_writing_the_same_are_read(
    tmp_path: Path, column: str, typed: pa.Array, expected: list[Any]
) -> None:
    table = pa.Table.from_pylist([row(HUB_RESPONSES)] * 2)
    table = table.set_column(table.schema.get_field_index(column), column, typed)
    _, rows, _ = land(tmp_path, HUB_RESPONSES, write(table, tmp_path))
    name = next(made.name for made in HUB_KINDS[HUB_RESPONSES].columns if made.key == column)
    assert rows[name].to_list() == expected


def test_columns_that_nobody_knows_are_left_alone(tmp_path: Path) -> None:
    _, rows, _ = land(tmp_path, HUB_MODELS, parquet([row(HUB_MODELS, rule="x", line=7, extra=[1])]))
    assert rows.row(0) == (BLOB, 1, "lab/model-1", "model")


@EVERY_KIND
def test_a_file_without_rows_lands_without_rows(kind: str, tmp_path: Path) -> None:
    table = pa.Table.from_pylist([row(kind)]).slice(0, 0)
    counts, rows, _ = land(tmp_path, kind, write(table, tmp_path))
    assert (counts.row_count, counts.quarantined_count, dict(rows.schema)) == (0, 0, HUB_KINDS[kind].schema)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all", parquet([row(HUB_MODELS)])[:-30]])
def test_what_is_no_parquet_is_told_by_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PipelineError, match=f"^Hub file {NAME}: not a readable Parquet file"):
        land(tmp_path, HUB_MODELS, content)


def test_a_file_that_was_not_fetched_is_told_by_name(tmp_path: Path) -> None:
    target = tmp_path / "landed.parquet"
    with pytest.raises(PipelineError, match=f"^Hub file {NAME}: not fetched yet"):
        normalise(HUB_KINDS[HUB_MODELS], tmp_path / "absent", target, quarantine_path(target), BLOB, NAME)


def test_damage_inside_a_file_is_told_by_name(tmp_path: Path) -> None:
    content = bytearray(parquet([row(HUB_RESPONSES, content=f"text {number}" * 50) for number in range(3000)]))
    content[len(content) // 4 : len(content) // 3] = bytes(len(content) // 3 - len(content) // 4)
    with pytest.raises(PipelineError, match=f"^Hub file {NAME}: not a readable Parquet file"):
        land(tmp_path, HUB_RESPONSES, bytes(content))
    assert [path.name for path in tmp_path.iterdir()] == ["source.parquet"]


def test_text_that_is_no_text_is_told_without_quoting_it(tmp_path: Path) -> None:
    secret = b"secret \xff"
    offsets = pa.array([0, len(secret)], pa.int32()).buffers()[1]
    broken = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(secret))
    table = pa.Table.from_pylist([row(HUB_RESPONSES)])
    table = table.set_column(table.schema.get_field_index("content"), "content", broken)
    with pytest.raises(PipelineError, match=f"^Hub file {NAME}: not a readable Parquet file") as caught:
        land(tmp_path, HUB_RESPONSES, write(table, tmp_path))
    assert caught.value.__suppress_context__
    assert "secret" not in str(caught.value)


def test_many_rows_in_many_groups_keep_their_order_and_the_same_bytes(tmp_path: Path) -> None:
    rows = [row(HUB_RESPONSES, uuid=f"r-{number}" if number % 1000 else None) for number in range(30_000)]
    contents = [write(pa.Table.from_pylist(rows), tmp_path, row_group_size=size) for size in (700, 50_000)]
    for number, content in enumerate((*contents, *contents[:1] * 4)):
        counts, made, refused = land(tmp_path / str(number), HUB_RESPONSES, content)
        assert (counts.row_count, counts.quarantined_count) == (29_970, 30)
        assert made["line"].to_list() == [number + 1 for number in range(30_000) if number % 1000]
        assert refused["line"].to_list() == [number + 1 for number in range(0, 30_000, 1000)]
        assert made["hub_uuid"].to_list() == [f"r-{line - 1}" for line in made["line"]]
    for path in ("landed.parquet", "landed.quarantine.parquet"):
        assert len({(tmp_path / str(number) / path).read_bytes() for number in (0, 2, 3, 4, 5)}) == 1


VALUES = st.none() | st.text(max_size=12) | st.sampled_from(["", " ", "\0", "LLM", "COMPLETE", "2025-03-01T12:00:00Z"])


@EVERY_KIND
@given(data=st.data())
@settings(max_examples=15)
def test_whatever_the_values_every_row_lands_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    columns = [name for name in ROWS[kind] if name != "matched"]
    spoilt = st.dictionaries(st.sampled_from(columns), VALUES, max_size=3)
    public = [row(kind, **changes) for changes in data.draw(st.lists(spoilt, min_size=1, max_size=6))]
    _, rows, refused = land(tmp_path_factory.mktemp("any"), kind, parquet(public))
    assert sorted(rows["line"].to_list() + refused["line"].to_list()) == list(range(1, len(public) + 1))
    # DuckDB's white space is ASCII's; what looks empty in other scripts is for people to judge.
    for line in rows["line"]:
        needed = [public[line - 1][key] for keys in HUB_KINDS[kind].rules.values() if len(keys) == 1 for key in keys]
        assert all(value is not None and value.strip(" \t\n\f\r") for value in needed)
    for made in HUB_KINDS[kind].columns:
        if made.expression == "{0}" and made.key != "matched":
            assert rows[made.name].to_list() == [public[line - 1][made.key] for line in rows["line"]]


def test_a_landed_file_tells_its_counts_and_is_found_again(tmp_path: Path) -> None:
    lake, kind = Lake(tmp_path), HUB_KINDS[HUB_MODELS]
    target = lake.landed(kind.name, kind.parser_version, BLOB)
    assert landed_counts(lake, kind.name, BLOB) is None
    content = parquet([row(HUB_MODELS), row(HUB_MODELS, name=None)])
    (tmp_path / "source.parquet").write_bytes(content)
    counts = normalise(kind, tmp_path / "source.parquet", target, quarantine_path(target), BLOB, NAME)
    assert counts == HubCounts(1, 1, len(content), is_lfs=True)
    assert landed_counts(lake, kind.name, BLOB) == counts
    quarantine_path(target).unlink()
    assert landed_counts(lake, kind.name, BLOB) is None


def test_the_landing_stage_recognises_what_the_hub_stage_landed(tmp_path: Path) -> None:
    from assets.landing import landed_file

    lake, kind = Lake(tmp_path), HUB_KINDS[HUB_MODELS]
    target = lake.landed(kind.name, kind.parser_version, BLOB)
    (tmp_path / "source.parquet").write_bytes(parquet([row(HUB_MODELS), row(HUB_MODELS, name=None)]))
    counts = normalise(kind, tmp_path / "source.parquet", target, quarantine_path(target), BLOB, NAME)
    found = landed_file.find_landed(lake, kind, BLOB)  # type: ignore[arg-type]
    assert found is not None
    told = {**vars(found), "unknown_keys": found.oddities.unknown_keys}
    assert {name: told[name] for name in vars(counts)} == vars(counts)
    assert found.quarantine_path == quarantine_path(target)


def test_duckdb_reads_what_was_landed(tmp_path: Path) -> None:
    """The warehouse compares texts by equality, so a NUL must not end one there either."""
    land(tmp_path, HUB_RESPONSES, parquet([row(HUB_RESPONSES, content=text) for text in ("a\0b", "a\0c", "a")]))
    found = duckdb.sql(
        f"select content, sha256(content) = content_sha256 from '{tmp_path}/landed.parquet' order by line"
    ).fetchall()
    assert found == [("a\0b", True), ("a\0c", True), ("a", True)]
