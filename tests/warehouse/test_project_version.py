"""What depends on the version of the dbt project: its hash, its manifest, the column lineage worked out from it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.warehouse import column_lineage, dbt_manifest
from assets.warehouse.column_lineage import keep_lineage, read_lineage
from assets.warehouse.dbt_manifest import DBT_PROJECT, ensure_manifest, project_hash

BUILT = shutil.ignore_patterns("target", "logs", "dbt_packages", ".user.yml")
OTHER_LINEAGE = {"marts/models": {"model": [("staging/models", "model")]}}
LINEAGE = {"marts/questions": {"theme": [("staging/questions", "question_id"), ("seeds/sets", "category")]}}


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

    def parse(folder: Path) -> None:
        parsed.append(project_hash(folder))
        (folder / "target" / "manifest.json").write_text("{}")

    monkeypatch.setattr(dbt_manifest, "_parse", parse)
    assert ensure_manifest(project) == ensure_manifest(project)
    assert len(parsed) == 1
    append("macros/identity.sql")(project)
    ensure_manifest(project)
    assert len(parsed) == 2
    (project / "target" / "manifest.json").unlink()
    ensure_manifest(project)
    assert len(parsed) == 3


def test_a_parse_that_failed_vouches_for_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest half rewritten must not be taken for that of the version before, once the change is taken back."""
    monkeypatch.setattr(dbt_manifest, "_parse", lambda folder: (folder / "target" / "manifest.json").write_text("{}"))
    ensure_manifest(project)
    original = (project / "dbt_project.yml").read_bytes()
    append("dbt_project.yml")(project)

    def fail(folder: Path) -> None:
        (folder / "target" / "manifest.json").write_text("{half")
        raise PipelineError("cannot parse")

    with monkeypatch.context() as patched:
        patched.setattr(dbt_manifest, "_parse", fail)
        with pytest.raises(PipelineError):
            ensure_manifest(project)
    (project / "dbt_project.yml").write_bytes(original)
    assert ensure_manifest(project).read_text() == "{}"


def test_lineage_is_kept_for_its_version_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = tmp_path / "manifest.json"
    assert read_lineage(manifest) == {}
    keep_lineage(manifest, LINEAGE)
    assert read_lineage(manifest) == LINEAGE
    keep_lineage(manifest, OTHER_LINEAGE)
    assert read_lineage(manifest) == LINEAGE | OTHER_LINEAGE
    monkeypatch.setattr(column_lineage, "project_hash", lambda: "another version")
    assert read_lineage(manifest) == {}
    keep_lineage(manifest, OTHER_LINEAGE)
    assert read_lineage(manifest) == OTHER_LINEAGE
