"""Where a setting comes from, which one wins, and what is said about a wrong one."""

from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.upstream.source_list import load_sources
from orchestration.demo import DemoSize, prepare_demo
from orchestration.settings import load_settings

PUBLIC = {source.name: source.location for source in load_sources()}


def write(data_dir: Path, *lines: str) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "settings.env").write_text("".join(f"{line}\n" for line in lines))


def test_command_line_wins_over_environment_over_file_over_default(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().git_sources[0].location == PUBLIC["judgments"]
    write(data_dir, "SPEECHMAP_UPSTREAM=of-the-file", "SPEECHMAP_UI_PORT=4001")
    assert load_settings().upstream == "of-the-file"
    monkeypatch.setenv("SPEECHMAP_UPSTREAM", "of-the-environment")
    assert load_settings().upstream == "of-the-environment"
    assert load_settings(upstream="of-the-command-line").upstream == "of-the-command-line"
    assert load_settings(upstream=None).upstream == "of-the-environment"
    assert load_settings().ui_port == 4001


def test_the_file_is_that_of_the_data_directory_in_use(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data_dir, "SPEECHMAP_UPSTREAM=here")
    write(tmp_path / "elsewhere", "SPEECHMAP_UPSTREAM=there")
    assert load_settings(data_dir=tmp_path / "elsewhere").upstream == "there"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPEECHMAP_DATA_DIR", "elsewhere")
    settings = load_settings()
    assert (settings.upstream, settings.data_dir) == ("there", tmp_path / "elsewhere")


@pytest.mark.parametrize("name", ["SPEECHMAP_UPSTRAM", "OTHERWISE"])
def test_an_unknown_setting_in_the_file_is_named(data_dir: Path, name: str) -> None:
    write(data_dir, f"{name}=s3cr3t")
    with pytest.raises(PipelineError, match=f" {name} is no setting.*SPEECHMAP_UPSTREAM") as caught:
        load_settings()
    assert str(data_dir / "settings.env") in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_an_unknown_setting_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECHMAP_SITE_METADATE", "s3cr3t")
    with pytest.raises(PipelineError, match="SPEECHMAP_SITE_METADATE is no setting") as caught:
        load_settings()
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("value", ["many", "0", "65536"])
def test_a_value_of_the_wrong_form_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SPEECHMAP_UI_PORT", value)
    with pytest.raises(PipelineError, match="SPEECHMAP_UI_PORT"):
        load_settings()


def test_the_file_cannot_name_the_folder_that_it_is_looked_for_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPEECHMAP_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "data", "SPEECHMAP_DATA_DIR=elsewhere")
    with pytest.raises(PipelineError, match="SPEECHMAP_DATA_DIR must be set in the environment"):
        load_settings()


def followed(**overrides: str | None) -> dict[str, str]:
    """Location of every source that is followed."""
    return {source.name: source.location for source in load_settings(**overrides).git_sources}


def test_without_settings_the_public_sources_are_followed() -> None:
    assert followed() == PUBLIC


def test_an_upstream_that_is_named_is_used_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(upstream="mine") == {"judgments": "mine"}
    monkeypatch.setenv("SPEECHMAP_UPSTREAM", "mine")
    assert followed() == {"judgments": "mine"}


def test_metadata_named_beside_it_joins_it(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(upstream="mine", site_metadata="metadata") == {"judgments": "mine", "site": "metadata"}
    write(data_dir, "SPEECHMAP_SITE_METADATA=of-the-file")
    assert followed(upstream="mine")["site"] == "of-the-file"
    monkeypatch.setenv("SPEECHMAP_SITE_METADATA", "of-the-environment")
    assert followed(upstream="mine")["site"] == "of-the-environment"


def test_empty_metadata_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: location for name, location in PUBLIC.items() if name != "site"}
    assert followed(site_metadata="") == without
    monkeypatch.setenv("SPEECHMAP_SITE_METADATA", "")
    assert followed() == without
    assert followed(upstream="mine") == {"judgments": "mine"}


def test_a_list_of_sources_replaces_the_public_ones_and_all_of_it_joins_a_named_upstream(tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    listed.write_text(
        """
        [[source]]
        name = "mine"
        repository = "/mine"
        revision = "stable"
        questions = ["q"]
        responses = ["r"]
        analyses = ["a"]

        [[source]]
        name = "trials"
        repository = "/trials"
        judge = "folder"
        analyses = ["runs/*"]
        """
    )
    settings = load_settings(sources=str(listed))
    assert [(source.name, source.revision) for source in settings.git_sources] == [("mine", "stable"), ("trials", None)]
    assert followed(sources=str(listed), upstream="/fork") == {"mine": "/fork", "trials": "/trials"}
    assert load_settings(sources=str(listed), revision="v4").git_sources[0].revision == "v4"


def test_a_list_of_sources_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"nowhere\.toml: the list of sources cannot be read"):
        _ = load_settings(sources=str(tmp_path / "nowhere.toml")).git_sources


def test_the_demo_is_run_on_the_demo_whatever_the_environment_names(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SPEECHMAP_UPSTREAM exported, `make demo` once wrote a demo corpus and then ran on the real upstream."""
    monkeypatch.setenv("SPEECHMAP_UPSTREAM", "real")
    monkeypatch.setenv("SPEECHMAP_REVISION", "v4")
    settings = prepare_demo(Lake(data_dir), DemoSize(questions=20, models=4, judges=2))
    assert settings.upstream is not None
    assert settings.upstream.startswith(str(data_dir))
    assert settings.site_metadata is not None
    assert settings.site_metadata.startswith(str(data_dir))
    assert settings.revision is None
    monkeypatch.delenv("SPEECHMAP_UPSTREAM")
    monkeypatch.delenv("SPEECHMAP_REVISION")
    assert load_settings() == settings  # as `speechmap run` and `make ui` go on with it


def test_the_demo_tells_whose_data_it_would_overwrite_without_the_credentials(data_dir: Path) -> None:
    write(data_dir, "SPEECHMAP_UPSTREAM=https://reader:s3cr3t@example.org/data.git")
    with pytest.raises(PipelineError, match=r"https://example\.org/data\.git") as caught:
        prepare_demo(Lake(data_dir), DemoSize())
    assert "s3cr3t" not in str(caught.value)
