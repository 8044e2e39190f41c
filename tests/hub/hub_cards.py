"""What the stand-in for the Hub demands of a dataset card's front matter.

The rules are those of https://github.com/huggingface/hub-docs/blob/main/datasetcard.md and, for `configs`, of
https://hf.co/docs/hub/datasets-manual-configuration; the wording follows what the Hub says where that is known.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.hub.hub_card_terms import LICENSES, SIZE_CATEGORIES, TASK_CATEGORIES, is_language

# As `huggingface_hub.repocard` has it "from the Hub's server".
FRONT_MATTER = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
SPLIT_NAME = re.compile(r"\w+(\.\w+)*")
FEATURE_TYPES = ("dtype", "sequence", "list", "struct")


class CardError(ValueError):
    """A front matter that cannot be read."""


@dataclass
class CardCheck:
    """What is wrong with a card, and what is worth a word."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    """The reader of YAML, which takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(str(key.value) for key, _ in node.value)
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            raise CardError(f"duplicated mapping key: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


def front_matter(content: str) -> Any:
    """What is between the dashes at the top of a card; None where there is nothing."""
    found = FRONT_MATTER.search(content)
    try:
        return yaml.load(found[2], _Loader) if found is not None else None  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        raise CardError(str(error)) from error


def check_card(content: str, *, is_dataset: bool = True) -> CardCheck:
    """What the Hub says to a card. Of what is no dataset, only that it can be read."""
    checked = CardCheck()
    try:
        card = front_matter(content)
    except CardError as error:
        checked.errors.append(f"bad YAML: {error}")
        return checked
    if not card and not isinstance(card, (str, list)):
        checked.warnings.append("empty or missing yaml metadata in repo card")
    elif not isinstance(card, dict):
        checked.errors.append("the metadata must be a mapping")
    elif is_dataset:
        checked.errors.extend(problem for key in card if key in FIELDS for problem in FIELDS[key](key, card[key]))
        if card.get("license") == "other" and not card.get("license_name"):
            checked.warnings.append('"license" is "other": "license_name" should say which')
    return checked


def _text(name: str, value: object, terms: Collection[str] | None = None) -> Iterator[str]:
    if not isinstance(value, str):
        yield f'"{name}" must be a string'
    elif terms is not None and value not in terms:
        yield f'"{name}" must be one of [{", ".join(sorted(terms))}]'


def _texts(name: str, value: object, terms: Collection[str] | None = None) -> Iterator[str]:
    """A list of strings."""
    if not isinstance(value, list):
        yield f'"{name}" must be an array'
        return
    for number, each in enumerate(value):
        yield from _text(f"{name}[{number}]", each, terms)


def _text_or_texts(name: str, value: object, terms: Collection[str] | None = None) -> Iterator[str]:
    yield from (_texts if isinstance(value, list) else _text)(name, value, terms)


def _of(check: Callable[..., Iterator[str]], terms: Collection[str]) -> Callable[[str, object], Iterator[str]]:
    """The check, with the terms that there are."""
    return lambda name, value: check(name, value, terms)


def _languages(name: str, value: object) -> Iterator[str]:
    problems = list(_text_or_texts(name, value))
    yield from problems
    if not problems:
        for each in value if isinstance(value, list) else [value]:
            if not is_language(each):
                yield (
                    f'"{name}" with value "{each}" is not valid. It must be an ISO 639-1, 639-2 or 639-3 code '
                    '(two/three letters), or a special value like "code", "multilingual".'
                )


def _mappings(name: str, value: object) -> Iterator[str]:
    """A list of mappings."""
    if not isinstance(value, list):
        yield f'"{name}" must be an array'
        return
    yield from (f'"{name}[{n}]" must be of type object' for n, each in enumerate(value) if not isinstance(each, dict))


def _named(name: str, entries: list[dict[str, Any]], key: str) -> Iterator[str]:
    """Each entry says under this key what it is called, and no two the same."""
    for number, entry in enumerate(entries):
        yield from _text(f"{name}[{number}].{key}", entry.get(key))
    names = Counter(str(entry.get(key)) for entry in entries)
    yield from (f'"{name}" has "{each}" as {key} more than once' for each, count in names.items() if count > 1)


def _configs(name: str, value: Any) -> Iterator[str]:
    problems = list(_mappings(name, value))
    yield from problems
    if problems:
        return
    yield from _named(name, value, "config_name")
    for number, config in enumerate(value):
        at = f"{name}[{number}]"
        if "data_files" in config:
            yield from _data_files(f"{at}.data_files", config["data_files"])
        if "data_dir" in config:
            yield from _text(f"{at}.data_dir", config["data_dir"])
        if not isinstance(config.get("default", False), bool):
            yield f'"{at}.default" must be a boolean'
    # `load_dataset` takes the name as well as the mark, and wants one of them.
    if sum(config.get("config_name") == "default" or config.get("default") is True for config in value) > 1:
        yield f'"{name}" has several default configs'


def _data_files(name: str, value: Any) -> Iterator[str]:
    if value == [] or (isinstance(value, list) and len({isinstance(each, dict) for each in value}) > 1):
        yield f'"{name}" must be strings or mappings of split and path'
    elif not isinstance(value, list) or not isinstance(value[0], dict):
        yield from _text_or_texts(name, value)
    else:
        yield from _named(name, value, "split")
        for number, entry in enumerate(value):
            at, split = f"{name}[{number}]", entry.get("split")
            if entry.keys() != {"split", "path"}:
                yield f'"{at}" must have "split" and "path" and nothing else'
            if isinstance(split, str) and SPLIT_NAME.fullmatch(split) is None:
                yield f'"{at}.split" must be words with dots between them, which "{split}" is not'
            yield from _text_or_texts(f"{at}.path", entry.get("path"))


def _dataset_info(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _info(name, value)
        return
    problems = list(_mappings(name, value))
    yield from problems
    if not problems:
        yield from _named(name, value, "config_name")
        for number, info in enumerate(value):
            yield from _info(f"{name}[{number}]", info)


def _info(name: str, info: dict[str, Any]) -> Iterator[str]:
    if "config_name" in info:
        yield from _text(f"{name}.config_name", info["config_name"])
    for key in ("download_size", "dataset_size"):
        if key in info:
            yield from _count(f"{name}.{key}", info[key])
    if "features" in info:
        yield from _features(f"{name}.features", info["features"])
    if "splits" in info:
        problems = list(_mappings(f"{name}.splits", info["splits"]))
        yield from problems
        if not problems:
            yield from _named(f"{name}.splits", info["splits"], "name")
            for number, split in enumerate(info["splits"]):
                for key in ("num_bytes", "num_examples"):
                    yield from _count(f"{name}.splits[{number}].{key}", split.get(key))


def _features(name: str, value: Any) -> Iterator[str]:
    """A list of names, each with a type of one of the kinds that there are."""
    problems = list(_mappings(name, value))
    yield from problems
    if problems:
        return
    yield from _named(name, value, "name")
    for number, feature in enumerate(value):
        types = {key: feature[key] for key in FEATURE_TYPES if key in feature}
        if len(types) != 1:
            yield f'"{name}[{number}]" must have one of [{", ".join(FEATURE_TYPES)}]'
        for key, its_type in types.items():
            if isinstance(its_type, list):
                yield from _features(f"{name}[{number}].{key}", its_type)
            elif not isinstance(its_type, (str, dict)):
                yield f'"{name}[{number}].{key}" must be a string or of type object'


def _count(name: str, value: object) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        yield f'"{name}" must be a whole number'


FIELDS: dict[str, Callable[[str, Any], Iterator[str]]] = {
    "license": _of(_text_or_texts, LICENSES),
    "license_name": _text,
    "license_link": _text,
    "language": _languages,
    "tags": _texts,
    "pretty_name": _text,
    "size_categories": _of(_text_or_texts, SIZE_CATEGORIES),
    "task_categories": _of(_text_or_texts, TASK_CATEGORIES),
    "task_ids": _text_or_texts,
    "annotations_creators": _text_or_texts,
    "language_creators": _text_or_texts,
    "source_datasets": _text_or_texts,
    "configs": _configs,
    "dataset_info": _dataset_info,
}
