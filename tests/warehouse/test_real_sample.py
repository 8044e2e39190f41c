"""The marts on the real sample, at every commit of its history, against raw counts and scikit-learn.

Only keys, labels and counts are looked at; no text of the sample appears here.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from assets.lake import Lake
from assets.landing.land_corpus import land_corpus
from assets.upstream.sources import sync_source
from assets.warehouse.landed_views import register_landed_views
from tests.upstream.followed import followed

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus, Row
from .second_opinion import reference_kappa, response_uuid, second_opinion

RETIRED, CURRENT = "openai/gpt-4o-2024-11-20", "x-ai/grok-4.1-fast"


@dataclass(frozen=True)
class Version:
    """The real sample at one tag: its warehouse, and what was landed for it."""

    tag: str
    build: Build
    landed: LandedCorpus


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module", params=["v1", "v2", "v3", "v4"])
def version(request: pytest.FixtureRequest, real_upstream: Path, lake: Lake, dbt_project: DbtProject) -> Version:
    tag = request.param
    _land(lake, real_upstream, tag)
    selection = ["--exclude-resource-type", "unit_test"]
    if tag != "v4":
        selection += ["--exclude-resource-type", "test"]

    def landing(warehouse: Path) -> None:
        register_landed_views(lake)
        lake.building_warehouse.replace(warehouse)

    build = dbt_project.build(landing, *selection)
    return Version(tag, build, _landed_rows(build.warehouse))


def _land(lake: Lake, upstream: Path, tag: str) -> None:
    sources = followed(upstream / "llm-compliance.git", tag, site=upstream / "speechmap-site.git")
    for source in sources:
        sync_source(lake, source)
    land_corpus(lake, sources)


def _landed_rows(warehouse: Path) -> LandedCorpus:
    columns = "category, question_id, model, content_sha256, provider, blob_id, line"
    queries = {
        "questions": "select category, question_id, domain from landing.questions",
        "responses": f"select {columns} from landing.responses",
        "analyses": f"select {columns}, judge_model, raw_label, assessed_at from landing.analyses",
        "model_metadata": "select model, model_family, creator from landing.model_metadata order by line",
    }
    rows: dict[str, list[Row]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for kind, query in queries.items():
            found = connection.execute(query)
            names = [column[0] for column in found.description]
            rows[kind] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return LandedCorpus(**rows)


def test_every_landed_row_is_used(version: Version) -> None:
    counts = version.build.rows(
        "select (select count(*) from marts.questions), (select count(*) from marts.responses where is_current), "
        "(select count(*) from marts.quarantine)"
    )
    texts = {
        (row["category"], row["question_id"], row["model"], row["content_sha256"]) for row in version.landed.responses
    }
    assert counts == [(len(version.landed.questions), len(texts), 0)]


def test_labels_are_counted_per_judge(version: Version) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for labels in second_opinion(version.landed).latest.values():
        expected.update(labels.items())
    rows = version.build.rows("select judge, label, count(*) from marts.assessments where is_latest group by all")

    assert {row[:2]: row[2] for row in rows} == expected
    assert {judge for judge, _ in expected} == ({RETIRED} if version.tag in {"v1", "v2"} else {RETIRED, CURRENT})


def test_transitions_and_kappa_are_those_of_a_count_in_python(version: Version) -> None:
    pairs = second_opinion(version.landed).labels_by_pair()
    pair = "label_set, scope, scope_value, judge_a, judge_b"
    transitions = version.build.rows(
        f"select {pair}, label_a, label_b, response_count from marts.judge_pair_transitions"
    )
    agreement = version.build.rows(f"select {pair}, response_count, cohen_kappa from marts.judge_pair_agreement")

    assert {row[:-1]: row[-1] for row in transitions} == {
        (*key, *labels): count for key, shared in pairs.items() for labels, count in Counter(shared).items()
    }
    assert {row[:5]: row[5] for row in agreement} == {key: len(shared) for key, shared in pairs.items()}
    for *key, _, kappa in agreement:
        reference = reference_kappa(pairs[tuple(key)])
        assert kappa == (reference if reference is None else pytest.approx(reference, abs=1e-9)), key
    assert bool(agreement) == (version.tag in {"v3", "v4"})


def test_question_sets_that_share_ids_stay_apart(version: Version) -> None:
    rows = version.build.rows(
        "select category, language, count(distinct theme), count(*) from marts.questions group by all order by category"
    )
    sets = [("china_criticism", "en", 1, 50), ("us_criticism", "en", 1, 50), ("zh_china_criticism", "zh", 1, 50)]
    assert rows == (sets if version.tag != "v1" else [sets[0], sets[2]])


def test_texts_that_were_regenerated_are_kept_and_not_current(version: Version) -> None:
    key = ("category", "question_id", "model", "content_sha256")
    current = {tuple(row[name] for name in key) for row in version.landed.responses}
    judged = {tuple(row[name] for name in key) for row in version.landed.analyses}
    stale = version.build.value("select count(*) from marts.responses where not is_current")

    assert stale == len(judged - current)
    assert stale > 0


def test_true_findings_are_reported_row_by_row(version: Version) -> None:
    """Judgments of texts that were regenerated since, and errors that hold a text: counted here, found by the rules."""
    assert ("errors_have_no_text" in version.build.statuses) == (version.tag == "v4")
    if version.tag != "v4":  # built without data tests
        return
    current = {response_uuid(row) for row in version.landed.responses}
    hashes = {response_uuid(row): row["content_sha256"] for row in version.landed.analyses}
    latest = second_opinion(version.landed).latest
    stale = sum(len(labels) for response, labels in latest.items() if response not in current)
    empty = hashlib.sha256(b"").hexdigest()
    errors_with_text = sum(
        list(labels.values()).count("ERROR") for response, labels in latest.items() if hashes[response] != empty
    )
    assert stale > 0
    assert errors_with_text > 0
    for rule, count in {"judgments_are_of_current_texts": stale, "errors_have_no_text": errors_with_text}.items():
        assert version.build.status(rule) == "warn"
        assert version.build.value(f"select count(*) from ({version.build.queries[rule]})") == count


def test_nothing_fails(version: Version) -> None:
    assert version.build.problems() == {}
    assert ("every_response_has_its_text" in version.build.statuses) == (version.tag == "v4")
