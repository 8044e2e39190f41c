"""Tags of refreshes: one name on every dataset, at commits that belong together."""

import re
from collections.abc import Mapping, Sequence
from itertools import count

from assets.publication.hub_datasets import HubDatasets
from assets.publication.transition import Wanted, holds

REFRESH_TAG = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}-[^-]+(-\d+)?")


def refresh_tags(tags: Mapping[str, str]) -> list[str]:
    """The tags that name refreshes, the last first."""
    return sorted((tag for tag in tags if REFRESH_TAG.fullmatch(tag)), reverse=True)


def covering_tag(hub: HubDatasets, wanted: Sequence[Wanted]) -> str | None:
    """The last refresh's tag, if it names what is wanted wherever it is set; it may be missing from some datasets."""
    tags = {each.dataset.name: hub.tags(each.dataset.name) for each in wanted}
    last = max((tag for found in tags.values() for tag in refresh_tags(found)), default=None)
    return last if last is not None and _names(hub, last, wanted, tags) else None


def complete_tag(hub: HubDatasets, wanted: Sequence[Wanted]) -> str | None:
    """The last refresh's tag, if it is set on every dataset and names there what is wanted."""
    last = covering_tag(hub, wanted)
    return last if last is not None and all(last in hub.tags(each.dataset.name) for each in wanted) else None


def free_tag(hub: HubDatasets, name: str, wanted: Sequence[Wanted]) -> str:
    """A name for the refresh that does not stand for anything else: `name`, or with a number where it does."""
    tags = {each.dataset.name: hub.tags(each.dataset.name) for each in wanted}
    candidates = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(tag for tag in candidates if _names(hub, tag, wanted, tags))


def _names(hub: HubDatasets, tag: str, wanted: Sequence[Wanted], tags: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether every dataset that has the tag holds there what is wanted."""
    for each in wanted:
        if tag in tags[each.dataset.name]:
            held = hub.held(each.dataset.name, tag)
            if held is None or not holds(held, {path: file.sha256 for path, file in each.files.items()}):
                return False
    return True


def set_tags(hub: HubDatasets, tag: str, heads: Mapping[str, str]) -> None:
    """Set a tag on every dataset that lacks it, in their order."""
    for dataset, commit in heads.items():
        if tag not in hub.tags(dataset):
            hub.tag(dataset, tag, commit)
