"""The texts behind the labels, in packs that a browser reads a few kilobytes of.

A pack is a file of chunks; a chunk holds the texts of consecutive responses of one model, compressed by itself, so
that any response can be read alone with a range request. A pack is named by its bytes, so that caches may keep it for
ever. The packs of a model whose texts are the same as at the last export are taken over.
"""

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import orjson
import polars as pl

from assets.progress import progress

# Grows when what is written for the same texts changes.
FORMAT = 2
# Texts of one chunk, in bytes before compression: a page of fifty responses from all over the corpus reads fifty.
CHUNK_BYTES = 48 << 10
# Where a host knows no range requests, a whole pack is read for each response.
PACK_BYTES = 4 << 20
_LEVEL = 5
_ROWS_AT_ONCE = 2_000
_INDEX = {"file": pl.String(), "response_count": pl.Int32(), "bytes": pl.Int32()}
# A chunk begins where the one before it ends, with the response after the last one of that: small to transfer.
CHUNKS = {"pack": pl.Int32(), "response_count": pl.Int32(), "bytes": pl.Int32()}
PACKS = {"pack": pl.Int32(), "file": pl.String(), "bytes": pl.Int32()}

# What a model's packs depend on. A response's identity is over its text; an analysis may change under the same one.
_KEYS = """
    with responses as (
        select
            model_number,
            sha256(string_agg(response_uuid, ';' order by response_number)) as response_key
        from exported_responses
        group by model_number
    ),
    analyses as (
        select
            responses.model_number,
            bit_xor(hash(assessments.response_uuid, assessments.judge, texts.judge_analysis)) as analysis_key
        from exported_responses as responses
        inner join marts.assessments on responses.response_uuid = assessments.response_uuid
        inner join marts.assessment_texts as texts on assessments.assessment_uuid = texts.assessment_uuid
        where assessments.is_latest and texts.judge_analysis is not null
        group by responses.model_number
    )
    select responses.model_number, responses.response_key || ':' || coalesce(analyses.analysis_key, 0)
    from responses
    left join analyses on responses.model_number = analyses.model_number
    order by responses.model_number
"""

# Of each response its own text, with no judge, before the analyses.
_TEXTS = """
    with wanted as (
        select responses.model_number, responses.response_number, responses.response_uuid
        from exported_responses as responses
        inner join wanted_models on responses.model_number = wanted_models.model_number
    ),
    texts as (
        select wanted.model_number, wanted.response_number, null as judge, response_texts.content as text
        from wanted
        left join marts.response_texts on wanted.response_uuid = response_texts.response_uuid
        union all
        select wanted.model_number, wanted.response_number, assessments.judge, assessment_texts.judge_analysis
        from wanted
        inner join marts.assessments on wanted.response_uuid = assessments.response_uuid
        inner join marts.assessment_texts on assessments.assessment_uuid = assessment_texts.assessment_uuid
        where assessments.is_latest and assessment_texts.judge_analysis is not null
    )
    select model_number, response_number, judge, text
    from texts
    order by response_number, judge nulls first
"""


@dataclass(frozen=True)
class _Model:
    number: int
    key: str

    @property
    def index(self) -> str:
        return f"{self.key}.parquet"


def write_text_packs(
    connection: duckdb.DuckDBPyConnection, folder: Path, previous: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the packs of all texts to `folder`, taking over from `previous` what has not changed.

    Args:
        connection: to the promoted warehouse, after `response_labels.number_rows`.
        folder: empty or missing; gets the packs, and per model an index by which the next export knows them.
        previous: such a folder of an earlier export; need not exist. It is only read, and shares files afterwards.

    Returns:
        Chunks in the order of responses (columns of `CHUNKS`: pack, how many responses, bytes) and packs (columns of
        `PACKS`: number, file name, bytes).
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = connection.execute(_KEYS).fetchall()
    models = [_Model(number, _key(content)) for number, content in rows]
    missing = [model for model in models if not _take_over(model, previous, folder)]
    if missing:
        _write(connection, missing, folder)
    return _assembled(models, folder)


def _key(content: str) -> str:
    return hashlib.sha256(f"{FORMAT}\0{content}".encode()).hexdigest()[:20]


def _take_over(model: _Model, previous: Path, folder: Path) -> bool:
    index = previous / model.index
    if not index.is_file():
        return False
    files = [previous / name for name in pl.read_parquet(index)["file"].unique()]
    if not all(file.is_file() for file in files):
        return False
    for file in (*files, index):
        try:
            os.link(file, folder / file.name)
        except OSError:
            shutil.copyfile(file, folder / file.name)
    return True


def _write(connection: duckdb.DuckDBPyConnection, models: list[_Model], folder: Path) -> None:
    """Write the packs and the index of each of `models`, in two threads besides the one that reads."""
    wanted = pl.DataFrame({"model_number": [model.number for model in models]}, schema={"model_number": pl.Int32()})
    connection.register("wanted_models", wanted)
    by_number = {model.number: model for model in models}
    with ThreadPoolExecutor(2) as pool, progress("packing texts", "models", len(models)) as work:
        before: Future[None] | None = None
        for number, responses in groupby(_responses(connection), key=itemgetter(0)):
            chunks = list(_chunks(texts for _, texts in responses))
            if before is not None:
                before.result()  # of a model before this one: not more than a few are in memory
                work.advance()
            before = pool.submit(_write_model, by_number[number], chunks, folder)
        if before is not None:
            before.result()
            work.advance()


def _responses(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, bytes]]:
    """Model and texts of each wanted response, in the order of the numbers."""
    for (model, _), rows in groupby(_rows(connection), key=itemgetter(0, 1)):
        content, *analyses = [(judge, text) for _, _, judge, text in rows]
        yield model, orjson.dumps([content[1], dict(analyses)])


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    result = connection.execute(_TEXTS)
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _chunks(responses: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """How many responses, and their texts as a JSON array, of one chunk after the other."""
    texts: list[bytes] = []
    size = 0
    for text in responses:
        if texts and size + len(text) > CHUNK_BYTES:
            yield len(texts), b"[" + b",".join(texts) + b"]"
            texts, size = [], 0
        texts.append(text)
        size += len(text)
    if texts:
        yield len(texts), b"[" + b",".join(texts) + b"]"


def _write_model(model: _Model, chunks: list[tuple[int, bytes]], folder: Path) -> None:
    index: list[tuple[str, int, int]] = []
    pack: list[tuple[int, bytes]] = []

    def close() -> None:
        content = b"".join(chunk for _, chunk in pack)
        name = f"{hashlib.sha256(content).hexdigest()[:20]}.bin"
        (folder / name).write_bytes(content)
        index.extend((name, response_count, len(chunk)) for response_count, chunk in pack)
        pack.clear()

    for response_count, texts in chunks:
        chunk = _compressed(texts)
        if pack and sum(len(other) for _, other in pack) + len(chunk) > PACK_BYTES:
            close()
        pack.append((response_count, chunk))
    close()
    pl.DataFrame(index, schema=_INDEX, orient="row").write_parquet(folder / model.index, compression="zstd")


def _compressed(texts: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
    return compressor.compress(texts) + compressor.flush()


def _assembled(models: list[_Model], folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The indices of all models as one, with numbers over all of them."""
    chunks = [pl.DataFrame(schema=CHUNKS)]
    files: list[str] = []
    for model in models:
        index = pl.read_parquet(folder / model.index)
        names = index["file"].unique(maintain_order=True).to_list()
        numbers = {name: len(files) + number for number, name in enumerate(names)}
        pack = pl.col("file").replace_strict(numbers, return_dtype=pl.Int32()).alias("pack")
        chunks.append(index.select(pack, "response_count", "bytes"))
        files += names
    packs = [(number, file, (folder / file).stat().st_size) for number, file in enumerate(files)]
    return pl.concat(chunks), pl.DataFrame(packs, schema=PACKS, orient="row")
