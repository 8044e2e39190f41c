"""The command's edges: help, unknown options, credentials in URLs."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
import dagster as dg
import pytest
from click.testing import CliRunner

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import SourceVersion, assemble_corpus
from assets.upstream.sources import read_state
from orchestration import command
from orchestration.command import speechmap
from orchestration.definitions import build_definitions
from orchestration.settings import load_settings
from orchestration.stages import STAGES
from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import Repository

SECRET = "s3cr3t"  # noqa: S105 - it guards nothing
CREDENTIALS = f"reader:{SECRET}"


@pytest.mark.parametrize("name", [None, *speechmap.commands])
def test_every_command_explains_itself(name: str | None) -> None:
    for flag in ("--help", "-h"):
        done = CliRunner().invoke(speechmap, [name, flag] if name else [flag])
        assert done.exit_code == 0
        explained = speechmap.commands[name] if name else speechmap
        first_words = str(explained.help).split()[:4]
        assert " ".join(first_words) in " ".join(done.output.split())
        for option in explained.params:
            assert (option.human_readable_name if isinstance(option, click.Argument) else option.opts[0]) in done.output


@pytest.mark.parametrize("arguments", [["--wat"], ["wat"], *([name, "--wat"] for name in speechmap.commands)])
def test_what_the_command_does_not_know_is_an_error(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["speechmap", *arguments])
    for name in command.QUIET:  # so that what the command sets is taken back
        monkeypatch.setenv(name, os.environ.get(name, ""))
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert "wat" in capsys.readouterr().err


def test_the_stages_that_can_be_selected_are_the_groups_of_the_assets(data_dir: Path) -> None:
    definitions = build_definitions()
    graph = definitions.resolve_asset_graph()
    ours = {graph.get(key).group_name for key in graph.materializable_asset_keys}
    assert ours == set(STAGES)
    job = definitions.resolve_job_def("refresh")
    assert job.asset_layer.executable_asset_keys == graph.materializable_asset_keys


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    repository = Repository.create(tmp_path / "work")
    repository.commit({"responses/a.jsonl": b"{}\n"})
    with serve_git(repository.publish(tmp_path / "remote.git")) as server:
        server.credentials = CREDENTIALS
        yield server


def test_credentials_open_the_remote_and_are_neither_told_nor_kept(server: GitServer, data_dir: Path) -> None:
    locations = ["--upstream", server.url_with(CREDENTIALS), "--site-metadata", server.url_with("reader:wr0ng")]
    ran = CliRunner().invoke(speechmap, ["run", *locations, "--select", "upstream"])
    assert ran.exit_code == 0, ran.output
    assert f"upstream: {server.url} at " in ran.output
    assert "going on without the source site" in ran.output
    told = ran.output
    state = read_state(Lake(data_dir), "judgments")
    assert state is not None
    version = SourceVersion("judgments", "git", state.location, state.commit, state.committed_at.isoformat())
    assemble_corpus(Lake(data_dir), [], [version])
    for arguments in (["status"], ["status", "--json"]):
        status = CliRunner().invoke(speechmap, arguments)
        assert status.exit_code == 0
        assert server.url in status.output
        told += status.output
    for database in (data_dir / "dagster").rglob("*.db"):
        with sqlite3.connect(database) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    kept = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    for secret in (SECRET, "wr0ng"):
        assert secret not in told
        assert secret.encode() not in kept


def test_a_remote_that_refuses_is_named_without_credentials(server: GitServer) -> None:
    refused = CliRunner().invoke(speechmap, ["run", "--upstream", server.url_with("reader:wr0ng")])
    assert isinstance(refused.exception, PipelineError)
    assert server.url in str(refused.exception)
    assert "wr0ng" not in str(refused.exception) + refused.output


def test_dagster_is_shown_no_credentials(data_dir: Path) -> None:
    """Dagster shows resources with their configuration, and stores it with every run."""
    from dagster._core.remote_representation.external_data import RepositorySnap

    settings = load_settings(
        upstream=f"https://{CREDENTIALS}@example.org/data.git",
        site_metadata=f"https://{CREDENTIALS}@example.org/site.git",
    )
    definitions = build_definitions(settings)
    assert SECRET not in dg.serialize_value(RepositorySnap.from_def(definitions.get_repository_def()))
    assert SECRET not in dg.serialize_value(definitions.resolve_job_def("refresh").get_job_snapshot())
