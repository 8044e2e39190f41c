"""Whether a run would find anything to do, asked without starting Dagster.

A run is made from the upstream commit, the metadata commit, the settings that pick them and the code. If the
last complete run was made from the same, there is no news.
"""

import hashlib
import logging
from pathlib import Path
from typing import Any

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json
from assets.upstream.git import without_credentials
from assets.upstream.mirror import FULL_COMMIT_ID, remote_commit
from orchestration.settings import Settings

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
CODE_FOLDERS = ("assets", "orchestration", "dbt_project", "dashboards", "requirements")
BUILT_FOLDERS = {"node_modules", ".evidence", "build", "target", "logs", "__pycache__"}


def ingredients(settings: Settings) -> dict[str, Any]:
    """What a run with these settings would be made from; the commit is None where only a sync can tell it.

    Raises:
        PipelineError: the upstream cannot be read.
    """
    revision = settings.revision
    is_commit = revision is not None and FULL_COMMIT_ID.fullmatch(revision) is not None
    return {
        "upstream": without_credentials(settings.upstream),
        "commit": revision if is_commit else remote_commit(settings.upstream, revision),
        "site_metadata": without_credentials(settings.site_metadata or ""),
        "site_metadata_commit": _optional_commit(settings.site_metadata),
        "code": _code_hash(),
    }


def is_news(lake: Lake, made_from: dict[str, Any], *, with_site: bool) -> bool:
    """Whether the last complete run was made from something else, or something that it made is gone."""
    last = read_json(lake.last_run)
    made = [lake.warehouse, lake.promoted, lake.datasets / "manifest.json", lake.empty]
    if with_site:
        made.append(lake.site / "index.html")
    if last is None or made_from["commit"] is None or not all(path.exists() for path in made):
        return True
    return last["made_from"] != made_from or (with_site and not last["with_site"])


def forget_last_run(lake: Lake) -> None:
    """Call before a run starts: from here until it has ended well, what lies there may be a mixture."""
    lake.last_run.unlink(missing_ok=True)


def remember_run(lake: Lake, made_from: dict[str, Any], *, with_site: bool) -> None:
    """Call when a run over all stages has ended well."""
    write_json(lake.last_run, {"made_from": made_from, "with_site": with_site})


def _optional_commit(location: str | None) -> str | None:
    try:
        return remote_commit(location) if location is not None else None
    except PipelineError:
        return None


def _code_hash() -> str:
    digest = hashlib.sha256()
    for folder in CODE_FOLDERS:
        for path in sorted(_sources(ROOT / folder)):
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> list[Path]:
    files: list[Path] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in BUILT_FOLDERS:
            files += _sources(entry)
        elif entry.is_file() and entry.suffix != ".pyc":
            files.append(entry)
    return files
