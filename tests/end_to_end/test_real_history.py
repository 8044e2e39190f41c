"""The whole pipeline on the real sample at v1 to v4, against a plain reading of the same commits.

Every state is published, too, so that readers of the Hub live through what upstream really does.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from assets.publication.dataset import ASSESSMENTS_NAME, RESPONSES_NAME
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.plain_reader import PlainCorpus, raw_user_ids, read_plainly
from tests.hub.hub_repository import HubCommit
from tests.hub.hub_server import HubServer, serve_hub
from tests.publication.refreshes import heads, references_to_nothing, seen_by_readers, table

TAGS = ("v1", "v2", "v3", "v4")
GPT, GROK = "openai/gpt-4o-2024-11-20", "x-ai/grok-4.1-fast"


@dataclass(frozen=True)
class Revision:
    """One tag: what a plain reading finds, and what the pipeline's marts hold."""

    tag: str
    plain: PlainCorpus
    marts: dict[str, list[tuple[Any, ...]]]
    published: dict[str, HubCommit]


MARTS = {
    "labels": "select judge, raw_label, count(*) from marts.assessments group by all",
    "responses": """
        select q.category, q.question_id, r.model, r.content_sha256, r.is_current
        from marts.responses r join marts.questions q using (question_uuid)
    """,
    "questions": "select category, question_id from marts.questions",
    "transitions": """
        select label_set, label_a, label_b, response_count from marts.judge_pair_transitions where scope = 'overall'
    """,
    "agreement": """
        select label_set, scope, scope_value, response_count, agreement_count, percent_agreement, cohen_kappa
        from marts.judge_pair_agreement where scope in ('overall', 'category', 'model')
    """,
    "compliance": "select judge, model, assessment_count, complete_count, error_count from marts.model_compliance",
    "texts": "select response_uuid, content_sha256 from marts.responses",
    "given": "select assessment_uuid, response_uuid, raw_label from marts.assessments",
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def hub() -> Iterator[HubServer]:
    """A Hub on which `lab` publishes."""
    with serve_hub() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_TOKEN", server.allow("writer", "lab"))
        yield server


@pytest.fixture(scope="module", params=TAGS)
def revision(request: pytest.FixtureRequest, real_upstream: Path, pipeline: Pipeline, hub: HubServer) -> Revision:
    """One data directory goes from tag to tag, as it would in service."""
    outcome = pipeline.run(
        real_upstream / "llm-compliance.git",
        at=request.param,
        site_metadata=real_upstream / "speechmap-site.git",
        published_on=hub.endpoint,
    )
    assert outcome.problems == []
    marts = {name: pipeline.query(sql) for name, sql in MARTS.items()}
    plain = read_plainly(real_upstream / "llm-compliance.git", request.param)
    return Revision(request.param, plain, marts, heads(hub))


def test_every_assessment_upstream_holds_is_in_the_marts_with_its_label(revision: Revision) -> None:
    assert {(judge, label): count for judge, label, count in revision.marts["labels"]} == revision.plain.raw_labels


def test_responses_are_the_distinct_texts_and_know_which_are_current(revision: Revision) -> None:
    found = {tuple(row[:4]): row[4] for row in revision.marts["responses"]}
    assert len(found) == len(revision.marts["responses"])
    assert found == {key: key in revision.plain.current for key in revision.plain.responses}


def test_questions_are_those_of_the_question_files(revision: Revision) -> None:
    assert set(revision.marts["questions"]) == revision.plain.questions


def test_transitions_count_the_labels_of_both_judges(revision: Revision) -> None:
    for label_set in ("three_labels", "with_error"):
        pairs = revision.plain.pairs(GPT, GROK, with_error=label_set == "with_error")
        expected = Counter((a, b) for a, b, _ in pairs)
        found = {(a, b): n for found_set, a, b, n in revision.marts["transitions"] if found_set == label_set and n}
        assert found == expected


def test_agreement_equals_scikit_learn_overall_and_by_category_and_model(revision: Revision) -> None:
    part_of_key = {"overall": lambda _: "all", "category": lambda key: key[0], "model": lambda key: key[2]}
    checked = 0
    for label_set, scope, value, n, agreed, share, kappa in revision.marts["agreement"]:
        pairs = revision.plain.pairs(GPT, GROK, with_error=label_set == "with_error")
        a, b = zip(*[(a, b) for a, b, key in pairs if part_of_key[scope](key) == value], strict=True)
        assert (n, agreed) == (len(a), sum(x == y for x, y in zip(a, b, strict=True)))
        assert share == pytest.approx(agreed / n, abs=1e-12)
        if len(set(a) | set(b)) == 1:
            assert kappa is None
        else:
            assert kappa == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)
        checked += 1
    assert (checked > 0) == bool(revision.plain.pairs(GPT, GROK, with_error=True))


def test_model_compliance_counts_every_assessment_of_a_judge_and_model(revision: Revision) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    complete: Counter[tuple[str, str]] = Counter()
    errors: Counter[tuple[str, str]] = Counter()
    for key, labels in revision.plain.judged.items():
        for judge, label in labels.items():
            expected[judge, key[2]] += 1
            complete[judge, key[2]] += label == "COMPLETE"
            errors[judge, key[2]] += label == "ERROR"
    found = {(judge, model): counts for judge, model, *counts in revision.marts["compliance"]}
    assert found == {pair: [expected[pair], complete[pair], errors[pair]] for pair in expected}


def test_what_is_published_is_what_the_marts_hold(revision: Revision) -> None:
    responses = table(revision.published[RESPONSES_NAME], "consolidated_responses.parquet")
    assert sorted(responses.select("uuid", "content_sha256").rows()) == sorted(revision.marts["texts"])
    whole = responses.filter(~pl.col("is_redacted"))
    assert all(
        hashlib.sha256((text or "").encode()).hexdigest() == named
        for text, named in zip(whole["content"], whole["content_sha256"], strict=True)
    )
    assessments = table(revision.published[ASSESSMENTS_NAME], "consolidated_assessments.parquet")
    assert sorted(assessments.select("uuid", "r_uuid", "raw_label").rows()) == sorted(revision.marts["given"])


def test_no_raw_field_of_upstream_is_published(revision: Revision, real_upstream: Path) -> None:
    user_ids = raw_user_ids(real_upstream / "llm-compliance.git", revision.tag)
    assert user_ids or revision.tag != "v4"
    for commit in revision.published.values():
        for path, content in commit.files.items():
            words = str(table(commit, path).to_dicts()) if path.endswith(".parquet") else content.data.decode("latin-1")
            assert not [user_id for user_id in user_ids if user_id in words], path


def test_no_reader_of_the_hub_ever_found_a_reference_to_nothing(revision: Revision, hub: HubServer) -> None:
    if revision.tag == TAGS[-1]:
        history = list(seen_by_readers(hub))
        assert history[-1] == revision.published
        assert [lost for seen in history if (lost := references_to_nothing(seen))] == []
        assert len({commit.message for commit in hub.repositories[f"lab/{RESPONSES_NAME}"].commits}) > len(TAGS)


def test_the_sample_is_what_the_format_notes_say(real_upstream: Path) -> None:
    """Guards the plain reader: a reader that found nothing would agree with a pipeline that found nothing."""
    plain = read_plainly(real_upstream / "llm-compliance.git", "v4")
    assert len(plain.questions) == 150
    assert sum(plain.raw_labels.values()) == 10_700
    assert 0 < len(plain.responses - plain.current) < 100
