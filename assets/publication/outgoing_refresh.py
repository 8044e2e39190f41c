"""A refresh on its way out: which datasets, what they shall hold, and the content of every file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication.agreement_figure import agreement_figure
from assets.publication.dataset import AGREEMENT_NAME, ASSESSMENTS_NAME, Dataset
from assets.publication.dataset_card import description_id, render_card
from assets.publication.hub_datasets import CARD, REFRESH, Commit
from assets.publication.published_datasets import published_datasets
from assets.publication.redaction import holds_secrets
from assets.publication.refresh_facts import DatasetChanges, FileFacts, RefreshFacts
from assets.publication.refresh_record import as_bytes, refresh_record
from assets.publication.transition import Prepared
from assets.publication.transition_plan import Plan, Wanted, facts_of_reduced, write_reduced

FIGURE = "figures/agreement.png"
WITH_FIGURE = (ASSESSMENTS_NAME, AGREEMENT_NAME)


@dataclass(frozen=True)
class Refresh:
    """The dataset files of the promoted state, for one owner.

    Attributes:
        lake: the data directory.
        owner: namespace of the datasets.
        names: the datasets that are published; nothing else is.
        facts: what the files were made from.
        files: the files of all datasets.
    """

    lake: Lake
    owner: str
    names: Sequence[str]
    facts: RefreshFacts
    files: Sequence[FileFacts]

    @property
    def datasets(self) -> list[Dataset]:
        """The datasets that are published, those that others refer to first."""
        return [dataset for dataset in published_datasets() if dataset.name in self.names]

    def files_of(self, name: str) -> list[FileFacts]:
        """The data files of a dataset."""
        return [file for file in self.files if file.dataset == name]

    def folder_of(self, name: str) -> Path:
        """Where they lie."""
        return self.lake.datasets / name

    @cached_property
    def wanted(self) -> list[Wanted]:
        """What the datasets shall hold."""
        return [
            Wanted(
                dataset,
                {file.path: file for file in self.files_of(dataset.name)},
                description_id(dataset, self.owner, self.names),
                self.folder_of(dataset.name),
            )
            for dataset in self.datasets
        ]

    def contents(
        self, wanted: Wanted, tag: str, changes: DatasetChanges, reduced: Mapping[str, Path] | None = None
    ) -> tuple[dict[str, Path | bytes], list[FileFacts]]:
        """Every file of a published dataset, by path: data files, card, figure, and what programs are told.

        Args:
            wanted: the dataset.
            tag: of the refresh.
            changes: since the last one.
            reduced: files that take the place of some data files while rows of other datasets go.

        Returns:
            The files, and what is known of the data files among them.

        Raises:
            PipelineError: card or record hold what must not be published.
        """
        name = wanted.dataset.name
        facts = replace(self.facts, tag=tag)
        files = list(wanted.files.values()) if reduced is None else facts_of_reduced(wanted, reduced)
        figure = self._figure if name in WITH_FIGURE else None
        card = render_card(
            wanted.dataset,
            files,
            facts,
            changes,
            owner=self.owner,
            figure=FIGURE if figure is not None else None,
            names=self.names,
        )
        record = refresh_record(files, facts, description=wanted.description, is_reduced=reduced is not None)
        told = {CARD: card.encode(), REFRESH: as_bytes(record)}
        for path, content in told.items():
            if holds_secrets(content.decode()):
                raise PipelineError(f"{name}, {path}: it holds an e-mail address, a key or a user id")
        data: dict[str, Path | bytes] = {path: self.folder_of(name) / path for path in wanted.files}
        return {**data, **(reduced or {}), **told, **({FIGURE: figure} if figure is not None else {})}, files

    def prepare(self, plan: Plan, tag: str, folder: Path) -> list[Prepared]:
        """The commits that a plan asks for; reduced files are written to `folder`."""
        by_name = {each.dataset.name: each for each in self.wanted}
        prepared = []
        for step in plan.steps:
            wanted, changes = by_name[step.dataset], plan.changes[step.dataset]
            here = self.folder_of(step.dataset)
            reduced = write_reduced(plan, wanted, folder, here.joinpath) if step.is_reduced else None
            contents, files = self.contents(wanted, tag, changes, reduced)
            commit = Commit(
                message=f"Refresh {tag}" + (", rows that go first" if step.is_reduced else ""),
                description=commit_description(self.facts, files, changes),
                write=contents,
                remove=plan.stale_at(step),
            )
            prepared.append(Prepared(step.dataset, commit, {file.path: file.sha256 for file in files}))
        return prepared

    @cached_property
    def _figure(self) -> bytes | None:
        return agreement_figure(self.lake.warehouse)


def commit_description(facts: RefreshFacts, files: Sequence[FileFacts], changes: DatasetChanges) -> str:
    """What a commit says of the refresh: what it was made from, its rows, and what changed."""
    rows: dict[str, int] = {}
    for file in files:
        rows[file.config] = rows.get(file.config, 0) + file.row_count
    lines = [
        f"upstream {facts.upstream} at {facts.upstream_commit}, committed {facts.committed_at}",
        *(f"{source}: {revision}" for source, revision in sorted(facts.revisions.items())),
        f"pipeline {facts.pipeline_version}, models {facts.models_version}, passed its checks {facts.refreshed_at}",
        "",
        *(f"{config}: {count:,} rows" for config, count in rows.items()),
    ]
    if changes.since_tag is not None:
        lines += ["", f"since {changes.since_tag}:"]
        for table in changes.tables:
            before = "not known" if table.rows_before is None else f"{table.rows_before:,}"
            moved = "" if table.added is None else f" ({table.added:,} added, {table.removed:,} removed)"
            lines.append(f"{table.config}: {before} rows, now {table.rows_after:,}{moved}")
    lines += [f"broken, and let through: {broken['rule']}: {broken['because']}" for broken in facts.overrides]
    return "\n".join(lines)
