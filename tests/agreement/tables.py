"""Tables of two raters' labels to compare implementations on."""

from collections.abc import Iterator

import numpy as np

from .reference_libraries import Array


def random_tables(seed: int, count: int) -> Iterator[Array]:
    """Tables of 2 to 6 labels: few and many items, skewed labels, labels that one or both raters never give."""
    draw = np.random.default_rng(seed)
    for _ in range(count):
        k = int(draw.integers(2, 7))
        shares = draw.dirichlet(np.full(k * k, draw.choice([0.05, 0.3, 1.0]))).reshape(k, k)
        shares += np.diag(draw.dirichlet(np.ones(k)) * draw.choice([0.0, 1.0, 5.0]))
        for axis in (0, 1):
            if draw.random() < 0.3:
                shares = np.where(np.expand_dims(draw.random(k) < 0.5, axis), 0, shares)
        if shares.sum() == 0:
            shares[0, 0] = 1
        n = int(draw.choice([1, 2, 7, 40, 3000]))
        yield draw.multinomial(n, (shares / shares.sum()).ravel()).reshape(k, k)


# Name: table of DENIAL, EVASIVE, COMPLETE.
PARADOXES: dict[str, list[list[int]]] = {
    "99 % agreement and kappa 0": [[0, 0, 0], [0, 0, 0], [1, 0, 99]],
    "one label only": [[0, 0, 0], [0, 0, 0], [0, 0, 5]],
    "one shared item, agreed": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "one shared item, not agreed": [[0, 0, 0], [0, 0, 0], [1, 0, 0]],
    "all disagree": [[0, 5, 0], [0, 0, 5], [5, 0, 0]],
    "two labels swapped": [[0, 0, 5], [0, 0, 0], [5, 0, 0]],
    "a label that only one rater gives": [[3, 0, 0], [2, 0, 1], [4, 0, 9]],
    "high agreement, skewed labels (Feinstein and Cicchetti 1990)": [[80, 0, 10], [0, 0, 0], [5, 0, 5]],
}
