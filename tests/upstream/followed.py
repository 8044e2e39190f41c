"""The sources of the default list, pointed at repositories of a test."""

from dataclasses import replace
from pathlib import Path

from assets.upstream.source_list import GitSource, load_sources

JUDGMENTS, SITE, EXPERIMENTS = "judgments", "site", "judge_experiments"
PUBLIC = {source.name: source for source in load_sources()}


def followed(repository: Path | str, revision: str | None = None, **others: Path | str) -> tuple[GitSource, ...]:
    """The judgments at a revision, and those of the other sources that are named."""
    primary = replace(PUBLIC[JUDGMENTS], location=str(repository), revision=revision)
    return (primary, *(replace(PUBLIC[name], location=str(location)) for name, location in others.items()))
