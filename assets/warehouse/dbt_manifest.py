"""The dbt project: where it lies, what it is made of, and its manifest, parsed anew when a file has changed."""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from assets.errors import PipelineError

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SOURCE_FOLDERS = ("macros", "models", "seeds", "tests")
SOURCE_FILES = ("dbt_project.yml", "profiles.yml")
DUCKDB = "duckdb"  # dbt's default target; the assets and their lineage are the same whatever builds them
WAREHOUSE_VARIABLE = "SPEECHMAP_WAREHOUSE"
SMALL_SAMPLE_VARIABLE = "SPEECHMAP_SMALL_SAMPLE"


def project_hash(project: Path = DBT_PROJECT) -> str:
    """SHA-256 over every file that decides what the tables hold; the same on every machine."""
    files = [project / name for name in SOURCE_FILES]
    for folder in SOURCE_FOLDERS:
        files += sorted(path for path in (project / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def ensure_manifest(project: Path = DBT_PROJECT, engine: str = DUCKDB) -> Path:
    """Path of `manifest.json`, parsed anew if the project or dbt has changed since.

    Args:
        project: folder of the dbt project.
        engine: name of dbt's target; each has a manifest of its own.

    Raises:
        PipelineError: dbt cannot parse the project.
    """
    target = project / "target" if engine == DUCKDB else project / "target" / engine
    target.mkdir(parents=True, exist_ok=True)
    manifest, stamp = target / "manifest.json", target / "manifest.stamp"
    with FileLock(target / ".manifest.lock"):
        current = f"{project_hash(project)} dbt {version('dbt-core')}"
        if not manifest.exists() or not stamp.exists() or stamp.read_text() != current:
            stamp.unlink(missing_ok=True)  # killed while parsing, it would vouch for half a manifest
            _parse(project, target, engine)
            stamp.write_text(current)
    return manifest


def parsed_project(project: Path = DBT_PROJECT, engine: str = DUCKDB) -> "Manifest":
    """The project as dbt knows it once it is parsed: more than stands in `manifest.json`.

    Raises:
        PipelineError: dbt cannot parse the project.
    """
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 - takes seconds

    return Manifest.from_msgpack(ensure_manifest(project, engine).with_name("partial_parse.msgpack").read_bytes())


def _parse(project: Path, target: Path, engine: str) -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes seconds, and is seldom needed

    os.environ.setdefault(WAREHOUSE_VARIABLE, "warehouse.duckdb")
    options = {"project-dir": project, "profiles-dir": project, "target-path": target, "target": engine}
    arguments = [text for option, value in options.items() for text in (f"--{option}", str(value))]
    result = dbtRunner().invoke(["--quiet", "parse", *arguments])
    if not result.success:
        raise PipelineError(f"{project}: dbt cannot parse the project: {result.exception}")
