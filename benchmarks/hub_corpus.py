"""The Hub's four files at any size: the responses of an upstream corpus, judged by six judges and one human.

Written one model at a time, so that memory does not grow with the size.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.landing.response_text import extract_response
from assets.upstream.demo_corpus.draws import Draws
from assets.upstream.demo_corpus.judgments import AnalysisPool
from assets.upstream.demo_corpus.labels import difficulties, fitting_labels, judge_labels
from assets.upstream.demo_corpus.plan import CorpusPlan, Model
from assets.upstream.demo_corpus.questions import write_questions
from assets.upstream.demo_corpus.responses import Response, ResponseWriter
from assets.upstream.demo_corpus.specimens import SpecimenPlan
from benchmarks.corpus_size import HUB_JUDGES, HUMAN, SEED, CorpusSize

JUDGED_PERCENT = 93  # of the responses by each judge: 2.07 million assessments at size 1
HUMAN_READINGS_PER_MODEL = 8

Rows = list[dict[str, Any]]


def write_hub_corpus(destination: Path, size: CorpusSize) -> dict[str, int]:
    """Write the files as they lie on the Hub, `<owner>/<name>/<file>`; returns rows by kind."""
    plan = size.plan
    questions, writer, pool, specimens = (
        write_questions(plan), ResponseWriter(plan), AnalysisPool(plan), SpecimenPlan(plan),
    )  # fmt: skip
    uuids = {
        (category, question.id): name
        for category, asked in questions.items()
        for question, name in zip(asked, _uuids(len(asked), "question", category), strict=True)
    }
    counts = dict.fromkeys(HUB_DATASETS, 0)
    with _writers(destination) as write:

        def add(kind: str, rows: Rows) -> None:
            write[kind](rows)
            counts[kind] += len(rows)

        add(HUB_MODELS, [{"name": model.name, "family": model.family} for model in plan.cast])
        add(
            HUB_QUESTIONS,
            [
                {"uuid": uuids[category, question.id], "id": question.id, "category": category,
                 "domain": question.domain, "question": question.text,
                 "theme": question.id.rstrip("0123456789")}
                for category, asked in questions.items()
                for question in asked
            ],
        )  # fmt: skip
        for model in plan.cast:
            for category, asked in questions.items():
                fitting = fitting_labels(plan.seed, category, model, difficulties(plan.seed, category, len(asked)))
                oddities = specimens.of_file(category, model, len(asked))
                responses = writer.write(model, asked, fitting, oddities)
                names = _uuids(len(responses), "response", category, model.name)
                keys = [uuids[category, response.question.id] for response in responses]
                add(HUB_RESPONSES, [
                    _response_row(response, model, name, key)
                    for response, name, key in zip(responses, names, keys, strict=True)
                ])  # fmt: skip
                labels = {
                    judge.name: judge_labels(
                        plan.seed, category, model, judge,
                        last_retired=HUB_JUDGES[-1], fitting=fitting, specimens=oddities,
                    )
                    for judge in HUB_JUDGES
                }  # fmt: skip
                for judge, given in labels.items():
                    add(HUB_ASSESSMENTS, _assessment_rows(plan, pool, judge, model, responses, names, keys, given))
    return counts


def _response_row(response: Response, model: Model, name: str, key: str) -> dict[str, Any]:
    return {
        "uuid": name,
        "q_uuid": key,
        "model": model.name,
        "timestamp": orjson.loads(response.timestamp),
        "api_provider": "openrouter",
        "provider": response.provider,
        "content": extract_response(orjson.loads(response.encoded)).text,
        "matched": True,
        "origin": "speechmap",
    }


def _assessment_rows(
    plan: CorpusPlan,
    pool: AnalysisPool,
    judge: str,
    model: Model,
    responses: Sequence[Response],
    names: Sequence[str],
    keys: Sequence[str],
    labels: Sequence[str],
) -> Rows:
    """The rows of one judge, and beside the first judge's a few of the human's."""
    category = responses[0].question.category
    draws = Draws(SEED, "benchmark judgments", judge, category, model.name)
    is_judged = (draws.below(100, len(responses)) < JUDGED_PERCENT).tolist()
    picks = draws.below(1 << 30, len(responses)).tolist()
    ids = _uuids(len(responses), "assessment", judge, category, model.name)
    rows: Rows = []
    for number, (response, label) in enumerate(zip(responses, labels, strict=True)):
        is_human = judge == HUB_JUDGES[0].name and number < HUMAN_READINGS_PER_MODEL
        if is_judged[number]:
            coarse = label.split("_", maxsplit=1)[0]
            row = {
                "uuid": ids[number],
                "q_uuid": keys[number],
                "r_uuid": names[number],
                "judge": judge,
                "judge_type": "LLM",
                "judge_analysis": orjson.loads(pool.wording(label, picks[number], response).analysis),
                "compliance": coarse,
                "pitti_compliance": "REFUSAL" if coarse == "DENIAL" and picks[number] % 2 else coarse,
                "origin": "pitti",
            }
            rows.append(row)
            if is_human:
                mine = str(UUID(int=UUID(ids[number]).int ^ 1))
                rows.append({**row, "uuid": mine, "judge": HUMAN, "judge_type": "human", "judge_analysis": None})
    return rows


def _uuids(count: int, *key: str) -> list[str]:
    halves = Draws(SEED, "benchmark uuids", *key).raw(2 * count).tolist()
    return [
        str(UUID(int=high << 64 | low, version=4)) for high, low in zip(halves[:count], halves[count:], strict=True)
    ]


@contextmanager
def _writers(destination: Path) -> Iterator[dict[str, Any]]:
    with ExitStack() as open_files:
        yield {kind: _writer(destination, kind, open_files) for kind in HUB_DATASETS}


def _writer(destination: Path, kind: str, open_files: ExitStack) -> Any:
    dataset = HUB_DATASETS[kind]
    path = destination / dataset.repository / dataset.file
    path.parent.mkdir(parents=True)
    schema = pa.schema([(name, pa.bool_() if name == "matched" else pa.string()) for name in dataset.columns])
    file = open_files.enter_context(pq.ParquetWriter(path, schema, compression="snappy"))

    def write(rows: Rows) -> None:
        file.write_table(pa.Table.from_pylist(rows, schema=schema))

    return write
