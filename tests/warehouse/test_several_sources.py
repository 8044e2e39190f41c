"""Everything at once, from real files: the sample at v4, judge experiments in git, and the Hub's data sets as of v3.

The Hub's data sets are written with an account of what a pipeline must find. Only keys, labels and counts are looked
at; no text of the sample appears here.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.hub.client import HubConfig
from assets.hub.demo_datasets import GPT_4O, HUMAN, DemoHub, write_demo_datasets
from assets.hub.sync import sync_hub
from assets.lake import Lake
from assets.landing.land_corpus import land_corpus
from assets.upstream.sources import sync_source
from assets.warehouse.landed_views import register_landed_views
from tests.upstream.followed import followed
from tests.upstream.repository import Repository

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus
from .second_opinion import second_opinion

CURRENT = "x-ai/grok-4.1-fast"
# The same bytes as a file of the main judge; and the same rows with the first one judged again, and an earlier time.
SAME, AGAIN = "same", "again"


@dataclass(frozen=True)
class Everything:
    build: Build
    hub: DemoHub
    run_labels: list[str]


@pytest.fixture(scope="module")
def everything(real_upstream: Path, dbt_project: DbtProject, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    folder = tmp_path_factory.mktemp("everything")
    judgments = real_upstream / "llm-compliance.git"
    experiments, run_labels = _experiments(folder, judgments)
    hub = write_demo_datasets(folder / "hub", judgments, seed=3, revision="v3", head="v4")
    lake = Lake(folder / "data")
    sources = followed(judgments, "v4", site=real_upstream / "speechmap-site.git", judge_experiments=experiments)
    for source in sources:
        sync_source(lake, source)
    sync_hub(lake, HubConfig(endpoint=str(hub.folder)), lake.hub)
    land_corpus(lake, sources)

    def landing(warehouse: Path) -> None:
        register_landed_views(lake)
        lake.building_warehouse.replace(warehouse)

    return Everything(dbt_project.build(landing, "--exclude-resource-type", "unit_test"), hub, run_labels)


def _experiments(folder: Path, judgments: Path) -> tuple[Path, list[str]]:
    """Two runs over the rows of one file of the main judge, and what they were expected to say."""
    listed = _git(judgments, "ls-tree", "-r", "--name-only", "v4", "analysis/").decode().split("\n")
    content = _git(judgments, "show", f"v4:{next(path for path in listed if 'us_criticism' in path)}")
    rows = [json.loads(line) for line in content.splitlines() if line.strip()]
    again = {**rows[0], "compliance": "EVASIVE", "timestamp": "2020-01-01T00:00:00Z"}
    expected = [
        {key: row[key] for key in ("question_id", "category", "model")} | {"expected_compliance": row["compliance"]}
        for row in rows
    ]
    repository = Repository.create(folder / "experiments")
    repository.commit(
        {
            f"judge_evaluation/results/{SAME}/rows.jsonl": content,
            f"judge_evaluation/results/{AGAIN}/rows.jsonl": _lines([*rows, again]),
            "judge_evaluation/gold_manifest.jsonl": _lines([*expected, {**expected[0], "model": "nobody/asked"}]),
        }
    )
    return repository.publish(folder / "experiments.git"), [row["compliance"] for row in rows]


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True).stdout


def _lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_nothing_fails_and_the_one_reference_to_nothing_is_reported(everything: Everything) -> None:
    assert everything.build.problems() == {"references_are_matched": "warn"}
    assert everything.build.rows("select kind, rule, count(*) from marts.quarantine group by all") == [
        ("references", "unmatched_reference", 1)
    ]


def test_responses_are_matched_with_the_hub_by_question_model_and_text(everything: Everything) -> None:
    counts = everything.hub.counts
    rows = everything.build.rows("select origin, hub_row_count from marts.origin_counts where entity = 'responses'")
    on_hub = {"both": counts.matched_responses, "hub": counts.hub_only_responses}
    assert dict(rows) == {"upstream": 0, "annotation": 0, **on_hub}
    current = "select count(*) from marts.responses where origin = 'upstream' and is_current"
    assert everything.build.value(current) == counts.upstream_only_responses
    assert min(counts.matched_responses, counts.hub_only_responses, counts.upstream_only_responses) > 0


def test_judgments_that_arrive_both_ways_count_once(everything: Everything) -> None:
    counts = everything.hub.counts
    by_judge = everything.build.rows(
        "select judge, sum(hub_row_count)::bigint from intermediate.int_assessments_deduplicated "
        "where hub_uuid is not null group by judge"
    )
    assert dict(by_judge) == counts.assessments
    both = everything.build.rows("select judge, count(*) from marts.assessments where origin = 'both' group by judge")
    assert both == [(GPT_4O, counts.repeated_assessments)]
    types = everything.build.rows("select judge_type, origin from marts.judges where judge = ?", [HUMAN])
    assert types == [("human", "hub")]


def test_the_finer_taxonomy_is_what_the_hub_wrote(everything: Everything) -> None:
    rows = everything.build.rows(
        "select fine_label, count(*) from marts.assessments where judge = ? group by fine_label", [HUMAN]
    )
    written: dict[str | None, int] = {}
    for (_, fine), count in everything.hub.counts.labels[HUMAN].items():
        written[fine] = written.get(fine, 0) + count
    assert dict(rows) == written


def test_two_judges_agree_as_they_do_without_hub_and_experiments(everything: Everything) -> None:
    build = everything.build
    transitions = build.rows(
        "select label_a, label_b, response_count from marts.judge_pair_transitions "
        "where scope = 'overall' and label_set = 'with_error' and judge_a = ? and judge_b = ?",
        [GPT_4O, CURRENT],
    )
    names = "category, question_id, model, content_sha256, provider, judge_model, raw_label, assessed_at, blob_id, line"
    main_judges = (
        f"select {names} from landing.analyses where blob_id in "
        "(select blob_id from landing.files where source = 'judgments')"
    )
    upstream = LandedCorpus(
        questions=_rows(build, "select category, question_id, domain from landing.questions"),
        analyses=_rows(build, main_judges),
        model_metadata=_rows(build, "select model, model_family, creator from landing.model_metadata"),
    )
    expected: dict[tuple[str, str], int] = {}
    for labels in second_opinion(upstream).latest.values():
        if {GPT_4O, CURRENT} <= labels.keys():
            pair = labels[GPT_4O], labels[CURRENT]
            expected[pair] = expected.get(pair, 0) + 1
    assert {row[:2]: row[2] for row in transitions} == expected
    assert sum(expected.values()) > 5000


def _rows(build: Build, query: str) -> list[dict[str, object]]:
    names = [name for (name, *_) in build.rows(f"describe {query}")]
    return [dict(zip(names, row, strict=True)) for row in build.rows(query)]


def test_runs_are_judges_and_the_last_row_of_a_run_counts(everything: Everything) -> None:
    judges = everything.build.rows(
        "select judge, judge_type, judge_model, is_experiment, assessment_count from marts.judges "
        "where is_experiment or judge_type = 'reference' order by judge"
    )
    n = len(everything.run_labels)
    assert judges == [
        (AGAIN, "llm", CURRENT, True, n + 1),
        ("gold_manifest", "reference", None, False, n),
        (SAME, "llm", CURRENT, True, n),
    ]
    again = everything.build.rows(
        "select raw_label, count(*) from marts.assessments where judge = ? and is_latest group by raw_label", [AGAIN]
    )
    labels = ["EVASIVE", *everything.run_labels[1:]]
    assert dict(again) == {label: labels.count(label) for label in labels}


def test_runs_agree_with_what_was_expected_on_the_texts_that_they_judged(everything: Everything) -> None:
    agreement = everything.build.rows(
        "select judge_a, judge_b, response_count, agreement_count from marts.judge_pair_agreement "
        "where scope = 'overall' and label_set = 'with_error' and judge_a in (?, ?) and judge_b = 'gold_manifest' "
        "union all select judge_b, judge_a, response_count, agreement_count from marts.judge_pair_agreement "
        "where scope = 'overall' and label_set = 'with_error' and judge_b in (?, ?) and judge_a = 'gold_manifest'",
        [SAME, AGAIN, SAME, AGAIN],
    )
    n = len(everything.run_labels)
    assert sorted(agreement) == [
        (AGAIN, "gold_manifest", n, n - (everything.run_labels[0] != "EVASIVE")),
        (SAME, "gold_manifest", n, n),
    ]


def test_the_tables_say_which_revisions_they_are_made_of(everything: Everything) -> None:
    counted = "count(*), count(revision), count(distinct source)"
    rows = everything.build.rows(f"select kind, {counted} from landing.sources group by kind order by kind")
    assert rows == [("git", 3, 3, 3), ("hub", 4, 4, 4)]


def test_models_are_joined_to_their_labs(everything: Everything) -> None:
    unnamed = everything.build.value("select count(*) from marts.models where creator is not null and lab_name is null")
    assert unnamed == 0
    assert everything.build.value("select sum(model_count) from marts.labs") == everything.build.value(
        "select count(creator) from marts.models"
    )
