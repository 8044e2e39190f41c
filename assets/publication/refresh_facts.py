"""What is known of a refresh when it is published: what it was made from, its files, and what changed since the last.

`dataset_files` writes these facts beside the files, the cards tell them to people, `refresh.json` to programs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileFacts:
    """One written file: `path` is within its dataset, `redacted_count` of rows in whose text something was hidden."""

    dataset: str
    path: str
    config: str
    split: str
    row_count: int
    byte_count: int
    memory_bytes: int
    sha256: str
    redacted_count: int = 0


@dataclass(frozen=True)
class RefreshFacts:
    """What all datasets of a refresh were made from.

    Attributes:
        state: name of the state of the tables.
        upstream: address of the upstream repository, fit to be shown.
        upstream_commit: its commit.
        committed_at: when that was made, ISO 8601 in UTC.
        refreshed_at: when the state passed its gate, ISO 8601 in UTC.
        tag: name of the refresh, on every dataset.
        revisions: every other source by name, as `ADDRESS at REVISION`.
        pipeline_version: version of this pipeline.
        models_version: hash of the dbt models and seeds.
        overrides: rules that are broken, with the reason for which a person let them be.
    """

    state: str
    upstream: str
    upstream_commit: str
    committed_at: str
    refreshed_at: str
    tag: str
    revisions: Mapping[str, str]
    pipeline_version: str
    models_version: str
    overrides: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class TableChange:
    """How one table of a dataset differs from the last published one; None where that is not known.

    `added` and `removed` count keys, so they are known only of tables whose rows have one.
    """

    config: str
    rows_before: int | None
    rows_after: int
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True)
class DatasetChanges:
    """What changed in a dataset since it was published last; `since_tag` is None the first time."""

    since_tag: str | None
    tables: Sequence[TableChange] = field(default_factory=tuple)
