"""The demo's datasets: in the public format, the same each time, and with the account that they are written with."""

import hashlib
import json
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.demo_datasets import GPT_4O, HUMAN, OWN_MODEL, DemoHub, write_demo_datasets
from assets.hub.kinds import HUB_KINDS
from assets.hub.landing import normalise
from assets.landing.response_text import extract_response
from assets.upstream.demo_corpus import DemoCorpus

Key = tuple[str, str, str, str]


@dataclass
class Upstream:
    """What upstream holds at its head, as the landing stage understands it: keys with the hash of the visible text."""

    current: set[Key] = field(default_factory=set)
    labels: dict[tuple[Key, str], str] = field(default_factory=dict)

    @property
    def texts(self) -> set[Key]:
        return self.current | {key for key, _ in self.labels}


def git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True).stdout


def read_upstream(repository: Path) -> Upstream:
    found = Upstream()
    for path in git(repository, "ls-tree", "-r", "--name-only", "v4").decode().split("\n"):
        folder = path.split(".")[0].split("/")[0]
        if folder not in {"responses", "analysis"}:
            continue
        content = git(repository, "show", f"v4:{path}")
        if content.startswith(b"version https://git-lfs"):
            oid = content.split(b"oid sha256:")[1][:64].decode()
            content = (repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).read_bytes()
        for line in content.split(b"\n")[:-1]:
            row = json.loads(line)
            text = extract_response(row["response"]).text
            key = (row["category"], row["question_id"], row["model"], sha256(text))
            if folder == "responses":
                found.current.add(key)
            else:
                found.labels[key, row["judge_model"]] = row["compliance"]
    return found


def sha256(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()


@pytest.fixture(scope="module")
def demo(demo_upstream: DemoCorpus, tmp_path_factory: pytest.TempPathFactory) -> DemoHub:
    return write_demo_datasets(tmp_path_factory.mktemp("demo-hub"), demo_upstream.data_repository, seed=3)


@pytest.fixture(scope="module")
def rows(demo: DemoHub) -> dict[str, pl.DataFrame]:
    return {kind: pl.read_parquet(path) for kind, path in demo.files.items()}


@pytest.fixture(scope="module")
def upstream(demo_upstream: DemoCorpus) -> Upstream:
    return read_upstream(demo_upstream.data_repository)


@pytest.fixture(scope="module")
def keys(rows: dict[str, pl.DataFrame]) -> dict[str, Key]:
    """The key of every response of the Hub by its uuid."""
    questions = {
        uuid: (category, name) for uuid, name, category in rows[HUB_QUESTIONS].select("uuid", "id", "category").rows()
    }
    return {
        uuid: (*questions[q_uuid], model, sha256(content))
        for uuid, q_uuid, model, content in rows[HUB_RESPONSES].select("uuid", "q_uuid", "model", "content").rows()
    }


def test_the_files_have_the_public_names_and_columns(demo: DemoHub, rows: dict[str, pl.DataFrame]) -> None:
    for kind, dataset in HUB_DATASETS.items():
        assert demo.files[kind] == demo.folder / dataset.repository / dataset.file
        assert rows[kind].columns == list(dataset.columns)
        assert rows[kind].height == demo.counts.rows[kind]
        others = set(rows[kind].drop("matched", strict=False).dtypes)
        assert others == {pl.String}
    assert rows[HUB_RESPONSES]["matched"].dtype == pl.Boolean


def test_every_row_can_be_landed(demo: DemoHub, tmp_path: Path) -> None:
    for kind, path in demo.files.items():
        counts = normalise(HUB_KINDS[kind], path, tmp_path / kind, tmp_path / "refused", "b" * 64, path.name)
        assert (counts.row_count, counts.quarantined_count) == (demo.counts.rows[kind], 0)


def test_uuids_are_unique_and_lead_somewhere(rows: dict[str, pl.DataFrame]) -> None:
    for kind in (HUB_QUESTIONS, HUB_RESPONSES, HUB_ASSESSMENTS):
        assert rows[kind]["uuid"].is_unique().all()
    assert set(rows[HUB_RESPONSES]["q_uuid"]) <= set(rows[HUB_QUESTIONS]["uuid"])
    assert set(rows[HUB_ASSESSMENTS]["r_uuid"]) <= set(rows[HUB_RESPONSES]["uuid"])
    asked = dict(rows[HUB_RESPONSES].select("uuid", "q_uuid").rows())
    assert all(
        asked[response] == question for response, question in rows[HUB_ASSESSMENTS].select("r_uuid", "q_uuid").rows()
    )
    assert set(rows[HUB_RESPONSES]["model"]) == set(rows[HUB_MODELS]["name"])
    assert all(
        not (row["compliance"] is None and row["pitti_compliance"] is None) for row in rows[HUB_ASSESSMENTS].to_dicts()
    )


def test_the_overlap_is_what_the_account_says(
    demo: DemoHub, rows: dict[str, pl.DataFrame], upstream: Upstream, keys: dict[str, Key]
) -> None:
    on_hub = list(keys.values())
    matched = sum(key in upstream.texts for key in on_hub)
    assert demo.counts.matched_responses == matched
    assert demo.counts.hub_only_responses == len(on_hub) - matched
    assert demo.counts.upstream_only_responses == len(upstream.current - set(on_hub))
    texts = rows[HUB_RESPONSES]["content"]
    assert demo.counts.textless_responses == texts.is_null().sum() + (texts == "").sum()
    own = {model for _, _, model, _ in set(on_hub) - upstream.texts}
    assert OWN_MODEL in own
    assert matched > len(on_hub) / 2
    assert min(demo.counts.hub_only_responses, demo.counts.upstream_only_responses, demo.counts.textless_responses) > 0


def test_gpt_4o_says_on_the_hub_what_it_says_upstream(
    demo: DemoHub, rows: dict[str, pl.DataFrame], upstream: Upstream, keys: dict[str, Key]
) -> None:
    repeated = rows[HUB_ASSESSMENTS].filter(judge=GPT_4O)
    held = [
        (upstream.labels[keys[uuid], GPT_4O], label)
        for uuid, label in repeated.select("r_uuid", "compliance").rows()
        if (keys[uuid], GPT_4O) in upstream.labels
    ]
    assert all(there == here for there, here in held)
    assert demo.counts.repeated_assessments == len(held) > repeated.height / 2


def test_judges_and_labels_are_what_the_account_says(
    demo: DemoHub, rows: dict[str, pl.DataFrame], upstream: Upstream
) -> None:
    counted: dict[str, Counter[tuple[str | None, str | None]]] = {}
    for judge, kind, *labels in (
        rows[HUB_ASSESSMENTS].select("judge", "judge_type", "compliance", "pitti_compliance").rows()
    ):
        counted.setdefault(judge, Counter())[labels[0], labels[1]] += 1
        assert kind == ("human" if judge == HUMAN else "LLM")
    assert demo.counts.labels == counted
    assert demo.counts.assessments == {judge: labels.total() for judge, labels in counted.items()}
    upstream_judges = {judge for _, judge in upstream.labels}
    assert len(counted.keys() - upstream_judges - {HUMAN}) == 2
    assert demo.counts.assessments[HUMAN] == 300
    kinds = {(compliance is None, fine is None) for labels in counted.values() for compliance, fine in labels}
    assert kinds == {(False, False), (True, False), (False, True)}


def test_the_same_seed_gives_the_same_bytes(demo: DemoHub, demo_upstream: DemoCorpus, tmp_path: Path) -> None:
    again = write_demo_datasets(tmp_path / "again", demo_upstream.data_repository, seed=3)
    other = write_demo_datasets(tmp_path / "other", demo_upstream.data_repository, seed=4)
    assert again.counts == demo.counts
    for kind, path in demo.files.items():
        assert again.files[kind].read_bytes() == path.read_bytes()
    assert other.files[HUB_RESPONSES].read_bytes() != demo.files[HUB_RESPONSES].read_bytes()
