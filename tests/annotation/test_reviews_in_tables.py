"""From the queue by way of two people's reviews to the tables: what they said, and how far they agree."""

import csv
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from assets.annotation.reviews import Review
from assets.annotation.stored_reviews import write_stored
from assets.landing.corpus import read_corpus
from assets.upstream.demo_corpus import DemoCorpus
from orchestration.definitions import build_definitions
from orchestration.settings import load_settings
from tests.annotation.exported import FINE_LABELS, Row, export, response
from tests.end_to_end.pipeline import Pipeline

LABELS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "labels.csv"
STAGES = "upstream,hub,annotation,landing,warehouse,statistics,quality,publication"
REVIEWED_AT = "2026-01-02T03:04:05.000006Z"
TEXT = "why\r\nnot\x00\u2028 \U0001f600"
GONE = response(11)


@dataclass(frozen=True)
class Reviewed:
    """A data directory before and after two people's reviews; `labels` holds these by reviewer and response."""

    pipeline: Pipeline
    upstream: str
    queue_before: list[tuple[Any, ...]]
    listed: dict[str, Any]
    states: tuple[str, str]
    labels: dict[str, dict[str, str]]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.pipeline.query(query)


def run(pipeline: Pipeline, upstream: str) -> str:
    done = pipeline.command("run", "--upstream", upstream, "--select", STAGES)
    assert done.returncode == 0, done.stderr
    return done.stdout


def canonical() -> dict[str, str]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return {row["raw_label"]: row["label"] for row in csv.DictReader(file)}


def reviews_of(labels: dict[str, str]) -> list[Row]:
    return [
        {"response_uuid": uuid, "label": label, "analysis": TEXT, "reviewed_at": REVIEWED_AT, "blind": True}
        for uuid, label in labels.items()
    ]


@pytest.fixture(scope="module")
def reviewed(demo_upstream: DemoCorpus, tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    folder = tmp_path_factory.mktemp("reviewed")
    pipeline, upstream = Pipeline(folder / "data"), str(demo_upstream.data_repository)
    run(pipeline, upstream)
    before = read_corpus(pipeline.lake).corpus_id
    queue_before = pipeline.query("select * from marts.review_queue order by queue_rank")
    asked = pipeline.command("review", "queue", "--size", "60", "--to", str(folder / "queue.json"))
    assert asked.returncode == 0, asked.stderr
    listed = json.loads((folder / "queue.json").read_text())
    uuids = [item["response_uuid"] for item in listed["items"]]
    # both know all labels; of every third response they think otherwise
    labels = {
        "anna": {uuid: FINE_LABELS[number % 9] for number, uuid in enumerate(uuids)},
        "ben": {
            uuid: FINE_LABELS[(number + (2 if number % 3 == 0 else 0)) % 9] for number, uuid in enumerate(uuids[:45])
        },
    }
    for reviewer, said in labels.items():
        file = export(folder / f"{reviewer}.json", *reviews_of(said))
        stored = pipeline.command("review", "import", str(file), "--reviewer", reviewer)
        assert stored.returncode == 0, stored.stderr
        assert f"human/{reviewer}: {len(said)} reviews new" in stored.stdout
    # what an import would not let pass: the response was there when it was reviewed
    idle = Review(GONE, "DENIAL", "", datetime(2026, 1, 1, tzinfo=UTC), is_blind=False)
    write_stored(pipeline.lake, "carl", [idle])
    told = run(pipeline, upstream)
    assert "nothing has changed" not in told
    states = (before, read_corpus(pipeline.lake).corpus_id)
    return Reviewed(pipeline, upstream, queue_before, listed, states, labels)


def test_the_queue_lists_keys_and_figures_of_the_table(reviewed: Reviewed) -> None:
    items = reviewed.listed["items"]
    assert reviewed.listed["queue_length"] == len(reviewed.queue_before) > 60
    assert [(item["rank"], item["response_uuid"]) for item in items] == [
        (row[3], row[0]) for row in reviewed.queue_before[:60]
    ]
    assert {type(value) for item in items for value in item.values()} <= {str, int, float, type(None)}
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] >= 0


def test_no_model_is_asked_about_twice_while_another_has_an_equal_score_left(reviewed: Reviewed) -> None:
    by_score: dict[float, list[str]] = {}
    for row in reviewed.queue_before:
        by_score.setdefault(round(row[4], 9), []).append(row[2])
    several = [models for models in by_score.values() if len(set(models)) > 1]
    assert several
    for models in several:
        turns: Counter[str] = Counter()
        totals = Counter(models)
        for model in models:
            assert all(turns[model] <= turns[other] for other in totals if turns[other] < totals[other])
            turns[model] += 1


def test_reviewers_are_human_judges_with_their_labels_and_reasons(reviewed: Reviewed) -> None:
    for reviewer, said in reviewed.labels.items():
        rows = reviewed.rows(
            "select response_uuid, raw_label, label, fine_label, judge_type, assessed_at, is_latest, origin, "
            "judge_analysis from marts.assessments join marts.assessment_texts using (assessment_uuid) "
            f"where judge = 'human/{reviewer}'"
        )
        at = datetime(2026, 1, 2, 3, 4, 5, 6)
        assert sorted(rows) == sorted(
            (uuid, label, canonical()[label], label, "human", at, True, "annotation", TEXT)
            for uuid, label in said.items()
        )
    judges = reviewed.rows(
        "select judge, judge_type, judge_model, is_experiment, assessment_count, origin from marts.judges "
        "where judge_type = 'human' order by judge"
    )
    assert judges == [
        ("human/anna", "human", None, False, 60, "annotation"),
        ("human/ben", "human", None, False, 45, "annotation"),
    ]
    counted = reviewed.rows("select origin, row_count from marts.origin_counts where entity = 'assessments'")
    assert dict(counted)["annotation"] == 105


def test_two_reviewers_agree_as_any_two_judges_do(reviewed: Reviewed) -> None:
    anna, ben = reviewed.labels["anna"], reviewed.labels["ben"]
    pairs = Counter((canonical()[anna[uuid]], canonical()[ben[uuid]]) for uuid in ben)
    same = sum(count for (one, other), count in pairs.items() if one == other)
    where = "scope = 'overall' and judge_a = 'human/anna' and judge_b = 'human/ben'"
    [found] = reviewed.rows(
        "select response_count, agreement_count, percent_agreement, cohen_kappa from marts.judge_pair_agreement "
        f"where label_set = 'with_error' and {where}"
    )
    firsts, seconds = Counter(), Counter()  # type: ignore[var-annotated]
    for (one, other), count in pairs.items():
        firsts[one] += count
        seconds[other] += count
    chance = sum(firsts[label] * seconds[label] for label in firsts) / len(ben) ** 2
    assert 0 < same < len(ben)
    assert found[:2] == (len(ben), same)
    assert found[2:] == pytest.approx((same / len(ben), (same / len(ben) - chance) / (1 - chance)))
    transitions = reviewed.rows(
        "select label_a, label_b, response_count from marts.judge_pair_transitions "
        f"where label_set = 'with_error' and {where}"
    )
    assert {(one, other): count for one, other, count in transitions} == pairs


def test_what_people_agree_on_is_what_judges_are_measured_by(reviewed: Reviewed) -> None:
    anna, ben = reviewed.labels["anna"], reviewed.labels["ben"]
    people = {
        uuid: canonical()[label]
        for uuid, label in anna.items()
        if uuid not in ben or canonical()[ben[uuid]] == canonical()[label]
    }
    assert len(people) < len(anna)
    measured = reviewed.rows(
        "select judge, reference_count, response_count, agreement_count from marts.judge_reliability "
        "where label_set = 'with_error' and scope = 'overall' and reference_type = 'human' order by judge"
    )
    assert measured
    for judge, *counts in measured:
        said = dict(
            reviewed.rows(f"select response_uuid, label from marts.assessments where is_latest and judge = '{judge}'")
        )
        shared = people.keys() & said.keys()
        assert counts == [len(people), len(shared), sum(people[uuid] == said[uuid] for uuid in shared)]
    consensus = reviewed.rows(
        "select response_uuid, human_label from marts.response_consensus "
        "where label_set = 'with_error' and human_label is not null"
    )
    assert dict(consensus) == people


def test_what_a_person_has_labelled_is_asked_of_nobody_any_more(reviewed: Reviewed) -> None:
    queue = reviewed.rows("select response_uuid, queue_rank from marts.review_queue order by queue_rank")
    asked = {row[0] for row in reviewed.queue_before}
    assert {uuid for uuid, _ in queue} == asked - reviewed.labels["anna"].keys()
    assert [rank for _, rank in queue] == list(range(1, len(queue) + 1))


def test_a_review_of_a_response_that_is_gone_waits_in_quarantine(reviewed: Reviewed) -> None:
    told = json.loads(reviewed.pipeline.command("quarantine", "--kind", "reviews", "--json").stdout)
    (row,) = told["rows"]
    line = reviewed.pipeline.lake.reviews("carl").read_bytes().rstrip(b"\n")
    assert (row["rule"], row["path"], row["line"]) == ("unknown_response", "annotations/carl.jsonl", 1)
    assert (row["source"], row["row_sha256"]) == ("reviews", hashlib.sha256(line).hexdigest())
    assert GONE in row["reason"]
    query = "select revision, changed_at from landing.sources where source = 'reviews'"
    [(revision, changed_at)] = reviewed.rows(query)
    assert (row["first_seen_commit"], row["first_seen_at"]) == (revision, f"{changed_at.isoformat()}+00:00")
    (rule,) = told["rules"]
    assert "as soon as it is there" in rule["remedy"]
    promoted = json.loads(reviewed.pipeline.lake.promoted.read_text())
    broken = {check["name"] for check in promoted["results"] if not check["passed"]}
    assert "reviews_are_of_known_responses" in broken
    assert "judges_are_registered" not in broken


def test_reviews_are_another_state_and_the_same_reviews_no_news(reviewed: Reviewed) -> None:
    assert len(set(reviewed.states)) == 2
    assert "nothing has changed" in run(reviewed.pipeline, reviewed.upstream)
    file = export(reviewed.pipeline.data_dir.parent / "again.json", *reviews_of(reviewed.labels["ben"]))
    again = reviewed.pipeline.command("review", "import", str(file), "--reviewer", "ben")
    assert "45 stored already" in again.stdout
    assert "nothing has changed" in run(reviewed.pipeline, reviewed.upstream)


def test_reviews_are_in_the_dataset_of_assessments(reviewed: Reviewed) -> None:
    file = reviewed.pipeline.lake.datasets / "speechmap-assessments" / "consolidated_assessments.parquet"
    rows = duckdb.execute(
        "select judge, judge_type, origin, count(*) from read_parquet(?) where judge_type = 'human' group by all "
        "order by all",
        [str(file)],
    ).fetchall()
    assert rows == [("human/anna", "human", "annotation", 60), ("human/ben", "human", "annotation", 45)]


def test_lineage_leads_from_what_is_stored_to_the_marts(tmp_path: Path) -> None:
    settings = load_settings(upstream=str(tmp_path), data_dir=tmp_path)
    graph = build_definitions(settings).resolve_asset_graph()
    path = ("annotation/reviews", "landing/reviews", "staging/stg_annotation__reviews")
    path += ("intermediate/int_reviews_identified", "intermediate/int_assessments_deduplicated", "marts/assessments")
    keys = [dg.AssetKey(step.split("/")) for step in path]
    for parent, child in pairwise(keys):
        assert parent in graph.get(child).parent_keys
    assert graph.get(keys[0]).group_name == "annotation"
    assert dg.AssetKey(["marts", "response_consensus"]) in graph.get(dg.AssetKey(["marts", "review_queue"])).parent_keys
