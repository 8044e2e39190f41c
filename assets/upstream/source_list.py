"""The list of git sources: read from a TOML file, checked, and given to everything that syncs."""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assets.errors import PipelineError
from assets.upstream.layout import ANALYSES, FILE_KINDS, QUESTIONS, RESPONSES, Layout

DEFAULT_LIST = Path(__file__).with_name("sources.toml")
NAME = re.compile(r"[a-z][a-z0-9_]*")
TAKEN = ("hub", "reviews")


@dataclass(frozen=True)
class GitSource:
    """One git repository that is followed; `location` may hold credentials and is never shown as it is."""

    name: str
    location: str
    layout: Layout
    revision: str | None = None
    is_optional: bool = False


def load_sources(path: Path = DEFAULT_LIST) -> tuple[GitSource, ...]:
    """The sources that a file lists, the primary one first.

    Raises:
        PipelineError: the file cannot be read, or an entry is not what the default list's comment describes.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("source")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PipelineError(f"{path}: the list of sources cannot be read: {error}") from error
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise PipelineError(f"{path}: no [[source]] in it; see {DEFAULT_LIST} for the form")
    sources = tuple(_source(path, number, entry) for number, entry in enumerate(entries, start=1))
    names = [source.name for source in sources]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise PipelineError(f"{path}: two sources are named {', '.join(repeated)}")
    if missing := [kind for kind in (QUESTIONS, RESPONSES, ANALYSES) if kind not in sources[0].layout.files]:
        raise PipelineError(f"{path}: the first source, {names[0]}, holds no {', '.join(missing)}")
    return sources if not sources[0].is_optional else (replace(sources[0], is_optional=False), *sources[1:])


def dump_sources(sources: Sequence[GitSource]) -> str:
    """The sources as JSON text, for handing them to another process; with credentials, if there are any."""
    return json.dumps([asdict(source) for source in sources])


def parse_sources(text: str) -> tuple[GitSource, ...]:
    """The sources that `dump_sources` has written."""
    return tuple(
        GitSource(**{**entry, "layout": Layout(entry["layout"]["files"], entry["layout"]["judge"])})
        for entry in json.loads(text)
    )


def holding(sources: Sequence[GitSource], kind: str) -> list[GitSource]:
    """The sources that hold files of a kind."""
    return [source for source in sources if kind in source.layout.files]


def _source(path: Path, number: int, entry: dict[str, Any]) -> GitSource:
    known = {"name", "repository", "revision", "optional", "judge", *FILE_KINDS}
    files = {kind: entry[kind] for kind in FILE_KINDS if kind in entry}
    problem = None
    if unknown := sorted(set(entry) - known):
        problem = f"{', '.join(unknown)}: no such key; there are {', '.join(sorted(known))}"
    elif not isinstance(entry.get("name"), str) or not NAME.fullmatch(entry["name"]) or entry["name"] in TAKEN:
        problem = "name must be lower-case letters, digits and underscores, and not " + ", ".join(TAKEN)
    elif not isinstance(entry.get("repository"), str) or not entry["repository"]:
        problem = "repository must be a URL or a folder"
    elif not isinstance(entry.get("revision", ""), str):
        problem = "revision must be the name of a branch, a tag or a commit"
    elif not isinstance(entry.get("optional", False), bool):
        problem = "optional must be true or false"
    elif entry.get("judge", "field") not in ("field", "folder"):
        problem = 'judge must be "field" or "folder"'
    elif not files:
        problem = f"it names no files; give at least one of {', '.join(FILE_KINDS)}"
    elif bad := [kind for kind, patterns in files.items() if not _are_patterns(patterns)]:
        problem = f'{", ".join(bad)} must be a list of folders or files, such as ["responses"]'
    if problem is not None:
        raise PipelineError(f"{path}: source {entry.get('name', number)}: {problem}")
    return GitSource(
        name=entry["name"],
        location=entry["repository"],
        layout=Layout(files, entry.get("judge", "field")),
        revision=entry.get("revision") or None,
        is_optional=entry.get("optional", False),
    )


def _are_patterns(patterns: Any) -> bool:
    return isinstance(patterns, list) and bool(patterns) and all(isinstance(item, str) and item for item in patterns)
