"""Readers of the published datasets: what the cards tell them to type works, and finds what the marts hold."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assets.lake import Lake
from assets.publication.publish import publish
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from tests.hub.hub_server import HubServer
from tests.publication.refreshes import DATASETS, FIRST_TAG, Refreshes, heads

# A process of its own: the libraries read the address of the Hub from the environment when they are imported.
COMPARE = """
import sys
import duckdb
from datasets import get_dataset_config_names, load_dataset
from huggingface_hub import HfFileSystem
from assets.publication.published_datasets import published_datasets

warehouse, tag = sys.argv[1:]
connection = duckdb.connect()
connection.register_filesystem(HfFileSystem())
connection.execute(f"attach '{warehouse}' as promoted (read_only)")
connection.execute("use promoted")
for dataset in published_datasets():
    for config, files in dataset.configs.items():
        expected = " union all ".join(f"(select * from ({file.select()}))" for file in files)
        found = " union all ".join(
            f"(from 'hf://datasets/lab/{dataset.name}@{tag}/{file.path}')" for file in files
        )
        [(count, lost, more)] = connection.execute(
            f"select (select count(*) from ({expected})), (select count(*) from (({expected}) except all ({found}))), "
            f"(select count(*) from (({found}) except all ({expected})))"
        ).fetchall()
        assert (lost, more) == (0, 0), (dataset.name, config)
        loaded = 0
        if count:
            splits = load_dataset(f"lab/{dataset.name}", config, revision=tag)
            assert all(split.column_names == list(files[0].columns) for split in splits.values())
            loaded = sum(split.num_rows for split in splits.values())
        print(dataset.name, config, count, loaded)
    assert get_dataset_config_names(f"lab/{dataset.name}", revision=tag) == list(dataset.configs)
"""


def run_as_reader(script: str, hub: HubServer, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program as a reader without a token would, whose Hub is the stand-in."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    reader = {**own, "HF_ENDPOINT": hub.endpoint, "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=reader, capture_output=True, text=True, check=False)


def snippets(card: str) -> list[str]:
    """The programs that a card shows."""
    section = card[card.index("## Reading it") :].split("\n## ", maxsplit=1)[0]
    return re.findall(r"^```python\n(.*?)^```$", section, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def published(hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes) -> Lake:
    """The second refresh lies there too, so that a tag has to be asked for."""
    publish(shown, target)
    refreshes.second(shown.root)
    publish(shown, target)
    return refreshes.first(shown.root)


def test_duckdb_and_datasets_find_in_every_table_what_the_marts_hold(
    hub: HubServer, published: Lake, tmp_path: Path
) -> None:
    done = run_as_reader(COMPARE, hub, tmp_path, str(published.warehouse), FIRST_TAG)
    assert done.returncode == 0, done.stderr
    compared = [line.split() for line in done.stdout.splitlines()]
    every = [[dataset.name, config] for dataset in published_datasets() for config in dataset.configs]
    assert [line[:2] for line in compared] == every
    assert all(count == loaded for *_, count, loaded in compared)
    counts = {tuple(line[:2]): int(line[2]) for line in compared}
    assert counts["speechmap-responses", "default"] == 3
    assert counts["speechmap-agreement", "response_consensus"] == 3


def test_what_the_documentation_tells_readers_to_type_works(hub: HubServer, published: Lake, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "publishing.md"
    programs = snippets(page.read_text(encoding="utf-8").replace("OWNER", "lab").replace("TAG", FIRST_TAG))
    assert len(programs) == 3
    done = run_as_reader("\n".join(programs), hub, tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_the_cards_tell_readers_to_type_works(hub: HubServer, published: Lake, tmp_path: Path) -> None:
    programs = {name: snippets(heads(hub)[name].files["README.md"].data.decode()) for name in DATASETS}
    assert {len(found) for found in programs.values()} == {3}
    libraries = ("import duckdb", "import polars", "from datasets")
    for found in programs.values():
        assert all(library in program for library, program in zip(libraries, found, strict=True))
    # As many readers, though in one process.
    another_reader = "\nimport duckdb; duckdb.unregister_filesystem('hf')\n"
    script = another_reader.join("\n".join(found) for found in programs.values())
    done = run_as_reader(script, hub, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("DatasetDict") == len(DATASETS)
