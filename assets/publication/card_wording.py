"""What a card says of its dataset besides facts and columns, as `card_wording.toml` has it.

Belongs there: sentences that hold for every refresh. What differs between refreshes is in the template of the card.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.hub.datasets import HUB_DATASETS
from assets.publication.markdown_text import on_one_line

WORDING_FILE = Path(__file__).with_name("card_wording.toml")
LICENCE_NAME = "speechmap-mixed"
OTHER = "other"


@dataclass(frozen=True)
class Wording:
    """Sentences in Markdown, and words of the Hub's metadata, about one dataset.

    Attributes:
        about: what it is there for.
        licences: identifiers that the Hub knows; `other` where no licence covers all of it.
        terms: which part stands under which terms.
        limitations: what it cannot tell.
        tags: in the Hub's metadata.
        tasks: the Hub's names of what it may serve.
        public: the public dataset whose columns come first, if there is one.
        has_texts: whether it holds what was asked or answered.
        has_labels: whether it holds labels.
    """

    about: str
    licences: Sequence[str]
    terms: Sequence[str]
    limitations: Sequence[str]
    tags: Sequence[str]
    tasks: Sequence[str] = ()
    public: str | None = None
    has_texts: bool = True
    has_labels: bool = True

    @property
    def is_mixed(self) -> bool:
        """Whether no licence that the Hub knows covers all of it."""
        return OTHER in self.licences


def read_wording(path: Path = WORDING_FILE) -> Mapping[str, Wording]:
    """The wording by dataset."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    limitations, terms = tables.pop("limitations"), tables.pop("terms")
    return {
        dataset: Wording(
            **table
            | {
                "about": on_one_line(table["about"]),
                "limitations": [on_one_line(limitations[name]) for name in table["limitations"]],
                "terms": [on_one_line(terms[name]) for name in table["terms"]],
                "public": HUB_DATASETS[table["public"]].repository if "public" in table else None,
            }
        )
        for dataset, table in tables.items()
    }
