"""Four small datasets in the public format, made from an upstream corpus: what the Hub holds, some months behind it.

DATASETS
  questions    every question of the revision, under an opaque uuid
  responses    most of its responses, the text as upstream has it; a few regenerated since, so that upstream has
               another text; a few left out; and a model of its own that upstream does not know
  assessments  gpt-4o's judgments, which upstream has too; up to two LLM judges that upstream lacks; and one human,
               who read a few hundred responses. Rows hold either taxonomy or both
  models       the models of the responses

Belongs here: what is drawn, and the account of it. Reading upstream is in `demo_upstream`.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.demo_upstream import Answer, Asked, Judged, PlainUpstream, read_plainly
from assets.lake import write_parquet
from assets.upstream.demo_corpus.draws import Draws
from assets.upstream.demo_corpus.plan import RETIRED_JUDGES

GPT_4O = "openai/gpt-4o-2024-11-20"
HUMAN = "pitti/pap"
OWN_MODEL, OWN_FAMILY = "hearthside/ember-1-mini", "ember-1"
# Per cent of upstream's responses that the Hub lacks, and of those that it has with another text.
LEFT_OUT, REGENERATED = 3, 2
HUMAN_READINGS = 300
REGENERATED_TEXT = "This is how the answer read before it was asked for again. {}"
OWN_TEXT = "Ember here. {}"
FINER = {
    "COMPLETE": ("COMPLETE",),
    "EVASIVE": ("EVASIVE",),
    "DENIAL": ("REFUSAL", "REBUTTAL", "DENIAL"),
    "ERROR": ("BLOCKED", "FAILED", "ERROR", "UNKNOWN"),
}
LABELS = tuple(FINER)
SCHEMAS: dict[str, dict[str, Any]] = {
    kind: {column: pl.Boolean if column == "matched" else pl.String for column in dataset.columns}
    for kind, dataset in HUB_DATASETS.items()
}


@dataclass(frozen=True)
class DemoHubCounts:
    """What a pipeline must find.

    Attributes:
        rows: per kind.
        matched_responses: responses whose question, model and text upstream holds at its head, in a response file or
            as a judged text; those without text among them.
        textless_responses: responses without text.
        hub_only_responses: all other responses.
        upstream_only_responses: current responses at upstream's head that the Hub does not hold with this text.
        assessments: per judge.
        repeated_assessments: gpt-4o's judgments that upstream holds at its head, of the same text with the same label.
        labels: per judge, how often each pair of labels (`compliance`, `pitti_compliance`) occurs.
    """

    rows: dict[str, int]
    matched_responses: int
    textless_responses: int
    hub_only_responses: int
    upstream_only_responses: int
    assessments: dict[str, int]
    repeated_assessments: int
    labels: dict[str, dict[tuple[str | None, str | None], int]]


@dataclass(frozen=True)
class DemoHub:
    """The written datasets: `folder` can stand for a Hub's endpoint; `files` are the Parquet files by kind."""

    folder: Path
    files: dict[str, Path]
    counts: DemoHubCounts


@dataclass(frozen=True)
class _Response:
    """One response of the Hub. `judged` is gpt-4o's word on it, where upstream has that."""

    uuid: str
    answer: Answer
    is_copy: bool
    judged: Judged | None


@dataclass(frozen=True)
class _Assessment:
    """One assessment of the Hub."""

    response: _Response
    judge: str
    analysis: str | None
    compliance: str | None
    fine: str | None


def write_demo_datasets(
    destination: Path, repository: Path, *, seed: int, revision: str = "v3", head: str = "main"
) -> DemoHub:
    """Write the four datasets below `destination`, `<owner>/<name>/<file>` as on the Hub.

    The same corpus and seed give the same bytes.

    Args:
        destination: folder to write to.
        repository: bare repository of a demo corpus (or any with upstream's layout), LFS objects in it.
        seed: what is drawn, and the uuids.
        revision: the revision that the Hub's authors took over.
        head: the revision that the Hub will be compared with.

    Raises:
        GitError: there is no such repository or revision.
    """
    upstream, current = read_plainly(repository, revision), read_plainly(repository, head)
    names = _uuids(seed, "questions", len(upstream.questions))
    questions = {(row["category"], row["id"]): name for row, name in zip(upstream.questions, names, strict=True)}
    responses = _responses(upstream, seed)
    known = {judged.judge for judged in current.judgments}
    judges = [judge.name for judge in RETIRED_JUDGES if judge.name not in known][:2]
    assessments = [
        *_repeated(responses, seed),
        *_judged_anew(responses, judges, seed),
        *_read_by_human(responses, seed),
    ]
    rows = {
        HUB_MODELS: _model_rows(responses),
        HUB_QUESTIONS: [_question_row(row, questions) for row in upstream.questions],
        HUB_RESPONSES: [_response_row(response, questions) for response in responses],
        HUB_ASSESSMENTS: [
            _assessment_row(assessment, name, questions)
            for assessment, name in zip(assessments, _uuids(seed, "assessments", len(assessments)), strict=True)
        ],
    }
    files = {}
    for kind, dataset in HUB_DATASETS.items():
        files[kind] = destination / dataset.repository / dataset.file
        write_parquet(files[kind], pl.DataFrame(rows[kind], schema=SCHEMAS[kind]))
    counts = _counts(responses, assessments, current, {kind: len(each) for kind, each in rows.items()})
    return DemoHub(destination, files, counts)


def _responses(upstream: PlainUpstream, seed: int) -> list[_Response]:
    """Upstream's responses but for a few, and those of a model of the Hub's own to the same questions."""
    judged = {(each.asked, each.text): each for each in upstream.judgments if each.judge == GPT_4O}
    fates = Draws(seed, "hub fates").below(100, len(upstream.answers)).tolist()
    made: list[tuple[Answer, bool]] = []
    for answer, fate in zip(upstream.answers, fates, strict=True):
        if fate >= LEFT_OUT + REGENERATED:
            made.append((answer, True))
        elif fate >= LEFT_OUT:
            made.append((replace(answer, text=REGENERATED_TEXT.format(answer.text or "")), False))
    first = {answer.asked[:2]: answer for answer in reversed(upstream.answers)}
    for (category, question_id), answer in sorted(first.items()):
        text = OWN_TEXT.format(answer.text or "")
        made.append((Answer(Asked(category, question_id, OWN_MODEL), text, answer.timestamp, "local", None), False))
    names = _uuids(seed, "responses", len(made))
    return [
        _Response(name, answer, is_copy, judged.get((answer.asked, answer.text or "")) if is_copy else None)
        for name, (answer, is_copy) in zip(names, made, strict=True)
    ]


def _repeated(responses: Sequence[_Response], seed: int) -> Iterator[_Assessment]:
    """gpt-4o's judgments as upstream has them; a fifth of them with a finer label beside."""
    picks = Draws(seed, "hub repeated").below(1 << 30, len(responses)).tolist()
    for response, pick in zip(responses, picks, strict=True):
        judged = response.judged
        if judged is not None:
            fine = _finer(judged.label, pick) if pick % 5 == 0 else None
            yield _Assessment(response, GPT_4O, judged.analysis, judged.label, fine)


def _judged_anew(responses: Sequence[_Response], judges: Sequence[str], seed: int) -> Iterator[_Assessment]:
    """Judgments by the Hub's own judges: the first writes both taxonomies, the second the finer one."""
    for number, judge in enumerate(judges):
        draws = Draws(seed, "hub judgments", judge)
        picks = draws.below(1 << 30, len(responses)).tolist()
        for response, pick in zip(responses, picks, strict=True):
            label = _label(response, pick)
            if pick % 10:  # one in ten is not judged yet
                yield _Assessment(
                    response, judge, f"It is {label.lower()}.", label if number == 0 else None, _finer(label, pick)
                )


def _read_by_human(responses: Sequence[_Response], seed: int) -> Iterator[_Assessment]:
    """A human's judgments of a few hundred responses, without reasons: the finer taxonomy, half of them both."""
    draws = Draws(seed, "hub human")
    chosen = sorted(draws.permutation(len(responses))[:HUMAN_READINGS].tolist())
    picks = draws.below(1 << 30, len(chosen)).tolist()
    for place, pick in zip(chosen, picks, strict=True):
        label = _label(responses[place], pick)
        yield _Assessment(responses[place], HUMAN, None, label if pick % 2 else None, _finer(label, pick))


def _label(response: _Response, pick: int) -> str:
    """Mostly what gpt-4o said, one in eight times something else."""
    said = response.judged.label.split("_")[0] if response.judged else LABELS[pick % 7 % 3]
    return said if pick // 16 % 8 else LABELS[pick // 128 % 3]


def _finer(label: str, pick: int) -> str:
    finer = FINER[label.split("_", maxsplit=1)[0]]
    return finer[pick // 1024 % len(finer)]


def _model_rows(responses: Sequence[_Response]) -> list[dict[str, Any]]:
    names = sorted({response.answer.asked.model for response in responses})
    return [{"name": name, "family": name.rpartition("/")[2].rpartition("-")[0] or None} for name in names]


def _question_row(row: Mapping[str, Any], questions: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "uuid": questions[row["category"], row["id"]],
        "id": row["id"],
        "category": row["category"],
        "domain": row.get("domain"),
        "question": row["question"],
        "theme": row["id"].rstrip("0123456789"),
    }


def _response_row(response: _Response, questions: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    answer = response.answer
    category, question_id, model = answer.asked
    return {
        "uuid": response.uuid,
        "q_uuid": questions[category, question_id],
        "model": model,
        "timestamp": answer.timestamp,
        "api_provider": answer.api_provider,
        "provider": answer.provider,
        # No text is written in both ways.
        "content": answer.text or (None if response.uuid < "8" else ""),
        "matched": response.is_copy,
        "origin": "pitti" if model == OWN_MODEL else "speechmap",
    }


def _assessment_row(assessment: _Assessment, name: str, questions: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    asked = assessment.response.answer.asked
    return {
        "uuid": name,
        "q_uuid": questions[asked.category, asked.question_id],
        "r_uuid": assessment.response.uuid,
        "judge": assessment.judge,
        "judge_type": "human" if assessment.judge == HUMAN else "LLM",
        "judge_analysis": assessment.analysis,
        "compliance": assessment.compliance,
        "pitti_compliance": assessment.fine,
        "origin": "speechmap" if assessment.judge == GPT_4O else "pitti",
    }


def _counts(
    responses: Sequence[_Response],
    assessments: Sequence[_Assessment],
    current: PlainUpstream,
    rows: dict[str, int],
) -> DemoHubCounts:
    on_hub = [(response.answer.asked, response.answer.text or "") for response in responses]
    upstream_texts = current.texts()
    matched = sum(key in upstream_texts for key in on_hub)
    repeatable = {(judged.asked, judged.text, judged.label) for judged in current.judgments if judged.judge == GPT_4O}
    labels: dict[str, Counter[tuple[str | None, str | None]]] = {}
    for each in assessments:
        labels.setdefault(each.judge, Counter())[each.compliance, each.fine] += 1
    return DemoHubCounts(
        rows=rows,
        matched_responses=matched,
        textless_responses=sum(text == "" for _, text in on_hub),
        hub_only_responses=len(on_hub) - matched,
        upstream_only_responses=len({(each.asked, each.text or "") for each in current.answers} - set(on_hub)),
        assessments=dict(Counter(each.judge for each in assessments)),
        repeated_assessments=sum(
            (each.response.answer.asked, each.response.answer.text or "", each.compliance) in repeatable
            for each in assessments
            if each.judge == GPT_4O
        ),
        labels={judge: dict(counted) for judge, counted in labels.items()},
    )


def _uuids(seed: int, of: str, count: int) -> list[str]:
    """Opaque names, as of version 4."""
    halves = Draws(seed, "hub uuids", of).raw(2 * count).tolist()
    return [
        str(uuid.UUID(int=high << 64 | low, version=4))
        for high, low in zip(halves[:count], halves[count:], strict=True)
    ]
