"""Whether a run would find anything to do, asked without starting Dagster.

A run is made from a commit of each source, the reviews that are stored, the settings and the code. If the last run was
made from the same and covered the same stages, there is no news.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assets.annotation.sync import REVIEWS, stored_revision
from assets.errors import PipelineError
from assets.hub.client import HubConfig, remote_revisions
from assets.lake import Lake, read_json, write_json
from assets.upstream.git import without_credentials
from assets.upstream.mirror import FULL_COMMIT_ID, remote_commit
from assets.upstream.source_list import GitSource
from assets.upstream.transient import PATIENT, Patience
from orchestration.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CODE_FOLDERS = ("assets", "orchestration", "dbt_project", "dashboards", "requirements")
BUILT_FOLDERS = {"node_modules", ".evidence", "build", "target", "logs", "__pycache__"}


def ingredients(settings: Settings) -> dict[str, Any]:
    """What a run with these settings would be made from; the commit is None where only a sync can tell it.

    Raises:
        PipelineError: the upstream cannot be read, or in the folder of the reviews lies something else.
    """
    primary, *others = settings.git_sources
    with ThreadPoolExecutor(max_workers=len(settings.git_sources) + 1) as asking:
        commits = asking.map(_optional_commit, others)
        hub = asking.submit(_hub_revisions, settings.hub)
        commit = _commit(primary)
        return {
            "upstream": without_credentials(primary.location),
            "commit": commit,
            "other_sources": [
                [source.name, without_credentials(source.location), found]
                for source, found in zip(others, commits, strict=True)
            ]
            + hub.result(),
            "reviews": stored_revision(Lake(settings.data_dir)),
            "on_missing_lfs": settings.on_missing_lfs,
            "small_sample": settings.small_sample,
            "site_texts": settings.site_texts,
            "published_to": _published_to(settings),
            "code": _code_hash(),
        }


def is_news(lake: Lake, made_from: dict[str, Any], stages: Sequence[str], *, with_site: bool) -> bool:
    """Whether these stages have last been run on something else, or something that they made is gone."""
    last = read_json(lake.last_run)
    made = [path for stage in stages for path in _made_by(lake, stage, with_site=with_site)]
    if last is None or made_from["commit"] is None or not all(path.exists() for path in made):
        return True
    if not set(stages) <= set(last["stages"]) or (with_site and "dashboards" in stages and not last["with_site"]):
        return True
    return bool(last["made_from"] != _as_reached(made_from, last["made_from"]))


def remember_run(lake: Lake, made_from: dict[str, Any], stages: Sequence[str], *, with_site: bool) -> None:
    """Call when a run has ended well; it has forgotten the one before when it began."""
    write_json(lake.last_run, {"made_from": made_from, "stages": list(stages), "with_site": with_site})


def _made_by(lake: Lake, stage: str, *, with_site: bool) -> list[Path]:
    return {
        "upstream": [lake.source_state("judgments").parent],
        "annotation": [lake.source_tree(REVIEWS)],
        "landing": [lake.empty, lake.corpus, lake.manifest],
        "warehouse": [lake.building_warehouse],
        "quality": [lake.warehouse, lake.promoted],
        "dashboards": [lake.site / "index.html"] if with_site else [],
        "publication": [lake.datasets / "manifest.json"],
    }.get(stage, [])


def _as_reached(made_from: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """`made_from`, with what was synced last of the sources that cannot be reached: a run would keep just that."""
    known = {(name, location): commit for name, location, commit in last.get("other_sources", [])}
    return {
        **made_from,
        "other_sources": [
            [name, location, commit or known.get((name, location))]
            for name, location, commit in made_from["other_sources"]
        ],
    }


def _commit(source: GitSource, patience: Patience = PATIENT) -> str | None:
    if source.revision is not None and FULL_COMMIT_ID.fullmatch(source.revision):
        return source.revision
    return remote_commit(source.location, source.revision, patience)


def _optional_commit(source: GitSource) -> str | None:
    try:
        return _commit(source, Patience(attempts=1))
    except PipelineError:
        return None


def _hub_revisions(config: HubConfig | None) -> list[list[str | None]]:
    if config is None:
        return []
    try:
        revisions: Mapping[str, str] = remote_revisions(config)
    except PipelineError:
        revisions = {}
    return [[kind, config.location(kind), revisions.get(kind)] for kind in config.repositories]


def _published_to(settings: Settings) -> list[str]:
    """Where datasets go; nowhere is something else than somewhere, so a first target is news."""
    target = settings.publish_target
    return [target.link(name) for name in target.datasets] if target and not settings.not_published_because else []


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
