"""What depends on the version of the dbt project: its hash and its manifest."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.warehouse import dbt_manifest
from assets.warehouse.dbt_manifest import DBT_PROJECT, ensure_manifest, project_hash

BUILT = shutil.ignore_patterns("target", "logs", "dbt_packages", ".user.yml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DBT_PROJECT, tmp_path / "dbt_project", ignore=BUILT))


def append(file: str) -> Callable[[Path], object]:
    def change(project: Path) -> None:
        with (project / file).open("a") as opened:
            opened.write("\n")

    return change


def test_a_copy_elsewhere_has_the_same_hash(project: Path) -> None:
    assert project_hash(project) == project_hash()


@pytest.mark.parametrize(
    "change",
    [
        append("models/marts/questions.sql"),
        append("models/marts/questions.yml"),
        append("seeds/labels.csv"),
        append("macros/identity.sql"),
        append("tests/no_unknown_labels.sql"),
        append("dbt_project.yml"),
        append("profiles.yml"),
        append("models/marts/new_mart.sql"),
        lambda project: (project / "models/marts/models.sql").unlink(),
        lambda project: (project / "seeds/labels.csv").rename(project / "seeds/label_map.csv"),
    ],
)
def test_whatever_decides_what_tables_hold_changes_the_hash(project: Path, change: Callable[[Path], object]) -> None:
    before = project_hash(project)
    change(project)
    assert project_hash(project) != before


def test_what_dbt_builds_does_not_change_the_hash(project: Path) -> None:
    before = project_hash(project)
    for folder in ("target", "logs"):
        (project / folder).mkdir()
        (project / folder / "manifest.json").write_text("{}")
    assert project_hash(project) == before


def test_the_manifest_is_parsed_once_for_each_version(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def parse(folder: Path, target: Path, engine: str) -> None:
        parsed.append(f"{engine} {project_hash(folder)}")
        (target / "manifest.json").write_text("{}")

    monkeypatch.setattr(dbt_manifest, "_parse", parse)
    assert ensure_manifest(project) == ensure_manifest(project)
    assert len(parsed) == 1
    append("macros/identity.sql")(project)
    ensure_manifest(project)
    assert len(parsed) == 2
    (project / "target" / "manifest.json").unlink()
    ensure_manifest(project)
    assert len(parsed) == 3
    assert ensure_manifest(project, "spark") == project / "target" / "spark" / "manifest.json"
    assert len(parsed) == 4


def test_a_parse_that_failed_vouches_for_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest half rewritten must not be taken for that of the version before, once the change is taken back."""
    monkeypatch.setattr(dbt_manifest, "_parse", lambda _, target, engine: (target / "manifest.json").write_text("{}"))
    ensure_manifest(project)
    original = (project / "dbt_project.yml").read_bytes()
    append("dbt_project.yml")(project)

    def fail(folder: Path, target: Path, engine: str) -> None:
        (target / "manifest.json").write_text("{half")
        raise PipelineError("cannot parse")

    with monkeypatch.context() as patched:
        patched.setattr(dbt_manifest, "_parse", fail)
        with pytest.raises(PipelineError):
            ensure_manifest(project)
    (project / "dbt_project.yml").write_bytes(original)
    assert ensure_manifest(project).read_text() == "{}"
