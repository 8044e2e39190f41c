"""Generated panels: labels by item and rater, some missing."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from .reference_libraries import Array


@dataclass(frozen=True)
class Panel:
    """Labels 0 to label_count - 1, shape (items, raters), nan where a rater gave none."""

    labels: Array
    label_count: int

    def rows(self) -> pl.DataFrame:
        """Columns item, rater, label and cluster, items in no order; a label that is missing has no row."""
        items, raters = np.nonzero(~np.isnan(self.labels))
        rows = pl.DataFrame(
            {
                "item": [f"item {item}" for item in items],
                "rater": [rater_name(rater) for rater in raters],
                "label": [label_name(label) for label in self.labels[items, raters]],
                "cluster": [f"cluster {item // 4}" for item in items],
            },
            schema=dict.fromkeys(("item", "rater", "label", "cluster"), pl.String),
        )
        return rows.sample(fraction=1, shuffle=True, seed=1)

    @property
    def order(self) -> list[str]:
        return [label_name(label) for label in range(self.label_count)]

    @property
    def raters(self) -> list[str]:
        return [rater_name(rater) for rater in range(self.labels.shape[1])]


def rater_name(number: int) -> str:
    return f"rater {number:02d}"


def label_name(number: float) -> str:
    """Names whose order is not that of the numbers."""
    return f"label {'zyxwvu'[int(number)]}"


def generated_panel(
    seed: int, *, items: int, raters: int, label_count: int, noise: float = 0.3, missing: float = 0.0
) -> Panel:
    """A panel whose raters see the same truth and err each by themselves."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(label_count, size=items, p=draw.dirichlet(np.full(label_count, 2.0)))
    errs = draw.random((items, raters)) < noise
    labels = np.where(errs, draw.integers(label_count, size=(items, raters)), truth[:, None]).astype(float)
    labels[draw.random((items, raters)) < missing] = np.nan
    return Panel(labels, label_count)
