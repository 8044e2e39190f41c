"""Take the datasets on a Hub from what they hold to what they shall hold.

Everything that is large is uploaded first, which nobody sees; then come the commits, each checked against its parent,
in an order in which no reader finds a reference to nothing. What was done is found in place by whoever goes on.
"""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.hub.retries import HubUnreachableError
from assets.progress import progress
from assets.publication.content_upload import ContentUpload
from assets.publication.hub_datasets import REFRESH, Commit, HubDatasets, MovedOnError
from assets.publication.publishing_flag import PublishingFlag
from assets.publication.transition_plan import Held, holds

logger = logging.getLogger(__name__)

PARQUET = ".parquet"


@dataclass(frozen=True)
class Prepared:
    """A commit that only has to be made, and the data files that the dataset holds then, by path."""

    dataset: str
    commit: Commit
    files: Mapping[str, str]


def carry_out(
    hub: HubDatasets,
    flag: PublishingFlag,
    prepared: Sequence[Prepared],
    held: Held,
    records: Path,
) -> dict[str, str]:
    """Upload and commit.

    Args:
        hub: where.
        flag: is raised.
        prepared: the commits in order.
        held: what the datasets hold before the first of them.
        records: folder that remembers pieces of uploads.

    Returns:
        The head of every dataset that was written to.

    Raises:
        MovedOnError: somebody else has written to a dataset; commits before that were made.
        PipelineError: the Hub cannot be reached, or does not take something; likewise.
    """
    _upload(hub, prepared, records)
    heads = {name: dataset.commit for name, dataset in held.now.items() if dataset is not None}
    written: dict[str, str] = {}
    for step in prepared:
        heads[step.dataset] = written[step.dataset] = _commit(hub, flag, step, heads[step.dataset])
        logger.info("%s: %s", hub.target.repository(step.dataset), step.commit.message)
    shutil.rmtree(records, ignore_errors=True)  # of content that nobody wants any more
    return written


def _upload(hub: HubDatasets, prepared: Sequence[Prepared], records: Path) -> None:
    contents = [
        (step.dataset, content, step.files[path])
        for step in prepared
        for path, content in step.commit.write.items()
        if isinstance(content, Path) and path.endswith(PARQUET)
    ]
    total = sum(content.stat().st_size for _, content, _ in contents)
    if not contents:
        return
    with progress("uploading to the Hub", "bytes", total) as work:
        for dataset, content, sha256 in contents:
            ContentUpload(hub, dataset, records).run(content, sha256, work)


def _commit(hub: HubDatasets, flag: PublishingFlag, step: Prepared, parent: str) -> str:
    """Make a commit; where the answer is lost, look whether it was made."""

    def attempt() -> str:
        try:
            return hub.commit(step.dataset, step.commit, parent, step.files, lambda: flag.require_raised(step.dataset))
        except (MovedOnError, HubUnreachableError):
            now = hub.held(step.dataset)
            made = now is not None and now.commit != parent and holds(now, step.files)
            if now is not None and made and now.refresh == _refresh_of(step):
                return now.commit
            raise

    return hub.target.retries.call(attempt)


def _refresh_of(step: Prepared) -> object:
    content = step.commit.write[REFRESH]
    return json.loads(content if isinstance(content, bytes) else content.read_bytes())
