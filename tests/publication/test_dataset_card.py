"""Cards of the published datasets: what people read in them, and what hostile text may do to them."""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assets.publication import dataset_card
from assets.publication.card_wording import read_wording
from assets.publication.column_meanings import column_meanings, table_meanings
from assets.publication.dataset import (
    AGREEMENT_NAME,
    ASSESSMENTS_NAME,
    MODELS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TRAINING_PAIRS_NAME,
)
from assets.publication.dataset_card import description_id, render_card
from assets.publication.published_datasets import published_datasets
from assets.publication.redaction import KINDS
from assets.publication.refresh_facts import DatasetChanges, RefreshFacts, TableChange
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns
from tests.publication.dataset_cards import (
    FACTS,
    NAMES,
    WITH_TEXTS,
    card_of,
    changes_of,
    dataset_of,
    files_of,
    metadata_of,
    section,
    tokens_of,
)

HOSTILE = (
    "\n---\nlicense: mit\n---\n# x\n| a | ](javascript:x) ![i](//e) <script>x</script> `a` ``` $x$ {{ 7*7 }} \u202e\\|"
)


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_described_with_its_type(name: str) -> None:
    dataset, card = dataset_of(name), card_of(name)
    meanings = column_meanings(dataset, mart_columns(ensure_manifest()))
    assert {config: list(described) for config, described in meanings.items()} == {
        config: list(files[0].columns) for config, files in dataset.configs.items()
    }
    shown = re.findall(r"^\| `(\w+)` \| (list of string|\w+(?:\[us\])?) \| (.*) \|$", section(card, "Columns"), re.M)
    assert [column for column, _, _ in shown] == [column for table in meanings.values() for column in table]
    for _, _, meaning in shown:
        assert len(meaning) >= len("The label.")
        assert "{" not in meaning


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_told_with_their_rows(name: str) -> None:
    dataset, shown = dataset_of(name), section(card_of(name), "Tables")
    grains = table_meanings(ensure_manifest())
    for file in files_of(dataset):
        assert f"| {file.split} | `{file.path}` | {file.row_count:,} | 2.5 |" in shown
    for config, files in dataset.configs.items():
        assert grains[files[0].mart].grain
        assert f"| `{config}` | {grains[files[0].mart].grain} |" in shown


@pytest.mark.parametrize("name", NAMES)
def test_reading_is_told_in_three_ways_that_name_the_refresh(name: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", section(card_of(name), "Reading it"), re.M | re.S)
    assert [re.search(r"duckdb|polars|datasets", block).group() for block in blocks] == ["duckdb", "polars", "datasets"]
    for block in blocks:
        ast.parse(block)
        assert f"lab/{name}" in block
        assert FACTS.tag in block
    file = dataset_of(name).files[0]
    assert f"'hf://datasets/lab/{name}@{FACTS.tag}/{file.path}'" in blocks[0]
    assert f'"datasets/lab/{name}@{FACTS.tag}/{file.path}"' in blocks[1]
    assert f'"{file.config}"' in blocks[2]


def test_labels_are_defined_where_there_are_any() -> None:
    wording = read_wording()
    for name in NAMES:
        assert ("\n## Labels\n" in card_of(name)) == wording[name].has_labels
    assert "| `REBUTTAL` | DENIAL | REBUTTAL | 0 | Finer taxonomy" in section(card_of(AGREEMENT_NAME), "Labels")


def test_training_pairs_tell_evidence_split_and_what_a_refusal_is() -> None:
    shown = section(card_of(TRAINING_PAIRS_NAME), "How pairs are chosen")
    for word in ("people", "three at least", "MD5", "EVASIVE is no refusal"):
        assert word in shown
    assert "How pairs are chosen" not in card_of(ASSESSMENTS_NAME)


def test_the_refresh_is_told() -> None:
    shown = section(card_of(RESPONSES_NAME), "Where it comes from")
    facts = (FACTS.tag, FACTS.upstream, FACTS.upstream_commit, FACTS.committed_at, FACTS.state, FACTS.refreshed_at)
    for fact in (*facts, *FACTS.revisions.values(), FACTS.pipeline_version, FACTS.models_version):
        assert f"`{fact}`" in shown
    for name in NAMES:
        assert f"[{name}](/datasets/lab/{name})" in shown
    assert f"| `q_uuid` | [{QUESTIONS_NAME}](/datasets/lab/{QUESTIONS_NAME}) |" in shown
    assert "let it through" not in shown


def test_only_datasets_that_are_published_are_linked_to() -> None:
    dataset = dataset_of(RESPONSES_NAME)
    names = [RESPONSES_NAME, MODELS_NAME]
    card = render_card(dataset, files_of(dataset), FACTS, DatasetChanges(None), owner="lab", figure=None, names=names)
    links = {token.attrs["href"] for token in tokens_of(card) if token.type == "link_open"}
    assert {link for link in links if str(link).startswith("/datasets/lab/")} == {
        f"/datasets/lab/{name}" for name in names
    }
    assert f"| `q_uuid` | `{QUESTIONS_NAME}` |" in card


def test_rules_that_a_person_let_be_broken_are_told() -> None:
    facts = replace(FACTS, overrides=[{"rule": "few_flips", "because": "upstream said so"}])
    dataset = dataset_of(MODELS_NAME)
    card = render_card(dataset, files_of(dataset), facts, DatasetChanges(None), owner="lab", figure=None)
    assert "| `few_flips` | upstream said so |" in section(card, "Where it comes from")


def test_changes_are_told_as_far_as_they_are_known() -> None:
    dataset = dataset_of(MODELS_NAME)

    def told(changes: DatasetChanges) -> str:
        card = render_card(dataset, files_of(dataset), FACTS, changes, owner="lab", figure=None)
        return section(card, "What has changed")

    assert "first refresh" in told(DatasetChanges(None))
    assert "No table differs" in told(DatasetChanges("before"))
    assert "| `default` | not known | 5 | 2 | 0 |" in told(
        DatasetChanges("before", [TableChange("default", None, 5, 2, 0)])
    )
    assert "| `default` | 1,200 | 1,500 | 310 | 10 |" in section(card_of(RESPONSES_NAME), "What has changed")


def test_what_is_hidden_is_counted_where_there_are_texts() -> None:
    for name in NAMES:
        assert ("## What is hidden" in card_of(name)) == (name in WITH_TEXTS)
    shown = " ".join(section(card_of(TRAINING_PAIRS_NAME), "What is hidden").split())
    assert "9 of 4,503 rows" in shown
    assert all(f"`{kind.mark}`" in shown for kind in KINDS)
    assert "texts as they were" in shown


def test_a_figure_is_shown_where_there_is_one() -> None:
    dataset = dataset_of(AGREEMENT_NAME)
    [image] = [token for token in tokens_of(card_of(AGREEMENT_NAME)) if token.type == "image"]
    assert image.attrs["src"] == "figures/a.png"
    assert len(image.content) > 30
    without = render_card(dataset, files_of(dataset), FACTS, DatasetChanges(None), owner="lab", figure=None)
    assert [token for token in tokens_of(without) if token.type == "image"] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_citation_names_upstream_and_this_refresh(name: str) -> None:
    shown = section(card_of(name), "Citation")
    assert shown.count("@misc{") == 2
    assert shown.count("{") == shown.count("}")
    assert "author = {xlr8harder}" in shown
    assert f"url = {{https://huggingface.co/datasets/lab/{name}}}" in shown
    assert f"year = {{2026}},\n  url = {{https://huggingface.co/datasets/lab/{name}}}" in shown
    assert FACTS.upstream_commit in shown


def skeleton(card: str) -> list[tuple[str, str]]:
    """What a card is built of, without its words: headings, cells, links, and the HTML in it."""
    plain = ("text", "code_inline", "inline", "fence", "softbreak", "link_open", "html_inline")
    return [(token.type, token.tag) for token in tokens_of(card) if token.type not in plain]


@pytest.mark.parametrize("name", [RESPONSES_NAME, AGREEMENT_NAME])
def test_hostile_text_is_shown_and_does_nothing(name: str) -> None:
    dataset = dataset_of(name)
    kind = RefreshFacts(*["a"] * 6, {"a": "a"}, "a", "a", [{"rule": "a", "because": "a"}])
    text = HOSTILE
    hostile = RefreshFacts(*[text] * 6, {text: text}, text, text, [{"rule": text, "because": text}])
    cards = [
        render_card(
            dataset,
            files_of(dataset),
            facts,
            DatasetChanges(facts.tag, [TableChange(facts.tag, 1, 2)]),
            owner=facts.tag,
            figure=f"{facts.tag}.png",
        )
        for facts in (kind, hostile)
    ]
    assert skeleton(cards[0]) == skeleton(cards[1])
    assert len(metadata_of(cards[0])) == len(metadata_of(cards[1]))
    assert metadata_of(cards[1])["license"] != "mit"
    html = {token.content for token in tokens_of(cards[1]) if token.type == "html_inline"}
    assert html <= {"<code>", "</code>"}
    targets = [str(token.attrs["href"]) for token in tokens_of(cards[1]) if token.type == "link_open"]
    assert targets
    assert all(target.startswith(("/datasets/", "https://", "#")) for target in targets)
    blocks = re.findall(r"^```python\n(.*?)^```$", cards[1], re.M | re.S)
    assert len(blocks) == 3
    for block in blocks:
        ast.parse(block)
    assert "\u202e" not in cards[1]
    assert "49" not in section(cards[1], "Where it comes from")


def test_the_same_facts_give_the_same_card() -> None:
    dataset = dataset_of(AGREEMENT_NAME)
    again = render_card(dataset, files_of(dataset), FACTS, changes_of(dataset), owner="lab", figure="figures/a.png")
    assert again == card_of(AGREEMENT_NAME)


def test_files_of_other_datasets_are_passed_over() -> None:
    dataset = dataset_of(MODELS_NAME)
    everything = [file for each in published_datasets() for file in files_of(each)]
    card = render_card(dataset, everything, FACTS, changes_of(dataset), owner="lab", figure="figures/a.png")
    assert card == card_of(MODELS_NAME)


@pytest.mark.parametrize("name", NAMES)
def test_the_description_has_an_id_of_its_own(name: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", described := description_id(dataset_of(name), "lab"))
    assert described == description_id(dataset_of(name), "lab")
    assert described != description_id(dataset_of(name), "other")


def test_the_id_of_a_description_follows_columns_wording_and_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    responses, pairs = dataset_of(RESPONSES_NAME), dataset_of(TRAINING_PAIRS_NAME)
    seen = [description_id(responses, "lab")]
    unchanged = description_id(pairs, "lab")
    columns = mart_columns(ensure_manifest())
    columns["responses"]["status"] = replace(columns["responses"]["status"], description="Whether it went well.")
    with monkeypatch.context() as patch:
        patch.setattr(dataset_card, "mart_columns", lambda _: columns)
        seen.append(description_id(responses, "lab"))
        assert description_id(pairs, "lab") == unchanged
    wording = read_wording()
    with monkeypatch.context() as patch:
        other = {**wording, RESPONSES_NAME: replace(wording[RESPONSES_NAME], limitations=["None."])}
        patch.setattr(dataset_card, "read_wording", lambda: other)
        seen.append(description_id(responses, "lab"))
    with monkeypatch.context() as patch:
        patch.setattr(dataset_card, "published_datasets", lambda: [responses])
        seen.append(description_id(responses, "lab"))
    assert len(set(seen)) == len(seen)
    assert description_id(responses, "lab") == seen[0]


def test_the_id_of_a_description_knows_what_only_some_cards_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dataset = dataset_of(RESPONSES_NAME)
    template = dataset_card.TEMPLATE.read_text(encoding="utf-8")
    sentences: Sequence[str] = ("let it through", "first refresh", "No table differs", "Since the refresh", "Each cell")
    ids = {description_id(dataset, "lab")}
    for number, sentence in enumerate(sentences, 2):
        assert template.count(sentence) == 1
        changed = tmp_path / "card.md.jinja"
        changed.write_text(template.replace(sentence, "Otherwise"), encoding="utf-8")
        monkeypatch.setattr(dataset_card, "TEMPLATE", changed)
        dataset_card._template.cache_clear()
        ids.add(description_id(dataset, "lab"))
        assert len(ids) == number
    dataset_card._template.cache_clear()
