"""Which tag names what the datasets hold or shall hold, and setting it on all of them."""

from collections.abc import Mapping, Sequence

from assets.publication.hub_datasets import HubDatasets
from assets.publication.refresh_tags import last_tag, names_for
from assets.publication.transition_plan import Held, Wanted, holds


def covering_tag(hub: HubDatasets, wanted: Sequence[Wanted], held: Held) -> str | None:
    """The last refresh's tag, if it names what is wanted wherever it is set; it may be missing from some datasets."""
    last = last_tag({each.dataset.name: held.tags[each.dataset.name] for each in wanted})
    return last if last is not None and _names(hub, last, wanted, held) else None


def is_set_everywhere(tag: str, wanted: Sequence[Wanted], held: Held) -> bool:
    """Whether every dataset has the tag."""
    return all(tag in held.tags[each.dataset.name] for each in wanted)


def free_tag(hub: HubDatasets, name: str, wanted: Sequence[Wanted], held: Held) -> str:
    """A name for the refresh that does not stand for anything else: `name`, or with a number where it does."""
    return next(tag for tag in names_for(name) if _names(hub, tag, wanted, held))


def set_tags(hub: HubDatasets, tag: str, heads: Mapping[str, str], held: Held) -> None:
    """Set a tag on every dataset that lacks it, in their order."""
    for dataset, commit in heads.items():
        if tag not in held.tags[dataset]:
            hub.tag(dataset, tag, commit)


def _names(hub: HubDatasets, tag: str, wanted: Sequence[Wanted], held: Held) -> bool:
    """Whether every dataset that has the tag holds there what is wanted, under a card of the same wording."""
    for each in wanted:
        commit = held.tags[each.dataset.name].get(tag)
        if commit is None:
            continue
        named = hub.held(each.dataset.name, commit)
        if named is None or not holds(named, each.contents) or named.refresh.get("description") != each.description:
            return False
    return True
