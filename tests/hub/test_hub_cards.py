"""What the stand-in says to dataset cards, asked by the real client."""

import pytest

from assets.hub.library import prepare_library
from tests.hub.hub_cards import check_card
from tests.hub.hub_server import HubServer

prepare_library()  # before the library itself

from huggingface_hub import CommitOperationAdd, HfApi  # noqa: E402
from huggingface_hub.utils import get_session  # noqa: E402

GOOD = """\
license: [apache-2.0, cc-by-sa-4.0]
language: [en, de, swe]
pretty_name: Data
tags: [judges]
size_categories: [100K<n<1M]
task_categories:
- text-classification
configs:
- config_name: judged
  default: true
  data_files:
  - {split: train, path: judged/*.parquet}
  - {split: test.hard, path: [a.parquet, b.parquet]}
- {config_name: other, data_files: other.parquet}
- {config_name: third, data_files: [a.parquet, b.parquet]}
dataset_info:
- config_name: judged
  features:
  - {name: id, dtype: string}
  - {name: label, dtype: {class_label: {names: {'0': no, '1': yes}}}}
  - {name: words, sequence: string}
  - {name: answers, list: [{name: text, dtype: string}]}
  splits:
  - {name: train, num_bytes: 10, num_examples: 2}
  download_size: 5
  dataset_size: 10
"""


def card(metadata: str) -> str:
    return f"---\n{metadata}\n---\n# Data\n"


def test_a_good_card_is_taken(recwarn: pytest.WarningsRecorder, publisher: HfApi) -> None:
    publisher._validate_yaml(card(GOOD), repo_type="dataset")
    assert list(recwarn) == []


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ("license: MIT", '"license" must be one of'),
        ("license: [mit, gpl-9]", r'"license\[1\]" must be one of'),
        ("language: english", 'value "english" is not valid'),
        ("language: [en, xx]", 'value "xx" is not valid'),
        ("language: [no]", r'"language\[0\]" must be a string'),  # YAML's no
        ("size_categories: [1K<n<100K]", r'"size_categories\[0\]" must be one of'),
        ("task_categories: [judging]", r'"task_categories\[0\]" must be one of'),
        ("tags: judges", '"tags" must be an array'),
        ("tags: [1]", r'"tags\[0\]" must be a string'),
        ("pretty_name: 2026", '"pretty_name" must be a string'),
        ("[license, mit]", "must be a mapping"),
        ("license: mit\nlicense: mit", "duplicated mapping key: license"),
        ("license: [mit", "bad YAML"),
        ("configs: {config_name: a}", '"configs" must be an array'),
        ("configs: [a]", r'"configs\[0\]" must be of type object'),
        ("configs: [{data_files: a.parquet}]", r'"configs\[0\].config_name" must be a string'),
        ("configs: [{config_name: a}, {config_name: a}]", 'has "a" as config_name more than once'),
        ("configs: [{config_name: a, data_files: {train: a}}]", "data_files.* must be a string"),
        ("configs: [{config_name: a, data_files: []}]", "must be strings or mappings"),
        ("configs: [{config_name: a, data_files: [b, {split: a, path: a}]}]", "must be strings or mappings"),
        ("configs: [{config_name: a, data_files: [{split: a-b, path: a}]}]", '"a-b" is not'),
        ("configs: [{config_name: a, data_files: [{split: a}]}]", 'must have "split" and "path"'),
        ("configs: [{config_name: a, data_files: [{split: a, path: b}, {split: a, path: c}]}]", "more than once"),
        ("configs: [{config_name: a, default: 'yes'}]", "must be a boolean"),
        ("configs: [{config_name: default}, {config_name: a, default: true}]", "several default"),
        ("dataset_info: none", '"dataset_info" must be an array'),
        ("dataset_info: [{download_size: 1}]", r'"dataset_info\[0\].config_name" must be a string'),
        ("dataset_info: {download_size: 1.5}", '"dataset_info.download_size" must be a whole number'),
        ("dataset_info: {features: {a: string}}", '"dataset_info.features" must be an array'),
        ("dataset_info: {features: [{name: a}]}", "must have one of"),
        ("dataset_info: {features: [{name: a, dtype: 1}]}", "must be a string or of type object"),
        ("dataset_info: {splits: [{name: a, num_bytes: 1}]}", r'splits\[0\].num_examples" must be a whole number'),
    ],
)
def test_a_bad_card_is_refused_before_anything_is_sent(
    hub: HubServer, publisher: HfApi, metadata: str, problem: str
) -> None:
    publisher.create_repo("lab/data", repo_type="dataset")
    operation = CommitOperationAdd("README.md", card(metadata).encode())
    with pytest.raises(ValueError, match=f"(?s)Invalid metadata in README.md.*{problem}"):
        publisher.create_commit("lab/data", [operation], commit_message="Publish", repo_type="dataset")
    assert hub.asked("preupload|commit/") == []
    assert get_session().post(f"{hub.endpoint}/api/validate-yaml", json={"content": ""}).status_code == 200


@pytest.mark.parametrize(
    ("content", "warning"),
    [("# Data", "empty or missing"), (card("{}"), "empty or missing"), (card("license: other"), "license_name")],
)
def test_what_is_left_out_is_a_warning(publisher: HfApi, content: str, warning: str) -> None:
    with pytest.warns(UserWarning, match=warning):
        publisher._validate_yaml(content, repo_type="dataset")


def test_a_commit_takes_no_bad_card_either(hub: HubServer, publisher: HfApi, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher.create_repo("lab/data", repo_type="dataset")
    monkeypatch.setattr(HfApi, "_validate_yaml", lambda *_, **__: None)
    operation = CommitOperationAdd("README.md", card("license: MIT").encode())
    with pytest.raises(ValueError, match="rejected during YAML metadata verification"):
        publisher.create_commit("lab/data", [operation], commit_message="Publish", repo_type="dataset")
    assert len(hub.dataset("lab/data").commits) == 1


def test_of_a_model_card_only_the_form_is_checked() -> None:
    assert check_card(card("license: MIT"), is_dataset=False).errors == []
    assert check_card(card("license: [MIT"), is_dataset=False).errors != []
