"""Reproducible random numbers: the same seed and key give the same integers on every machine.

Belongs here: everything that turns a key into random integers. Only the raw bit stream of PCG64 is used, which
NumPy promises never to change, and only integer arithmetic, because floating-point functions may differ in their
last bit between processors. What the numbers mean is decided elsewhere.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Draws:
    """One independent stream of random integers, named by a seed and a key."""

    def __init__(self, seed: int, *key: object) -> None:
        """Name the stream: the order in which streams are used does not matter, only their names do."""
        name = "\x1f".join(str(part) for part in (seed, *key))
        digest = hashlib.sha256(name.encode()).digest()
        self._bits = np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest[:16], "big")))

    def raw(self, count: int) -> npt.NDArray[np.uint64]:
        """`count` unsigned 64-bit integers."""
        drawn: npt.NDArray[np.uint64] = self._bits.random_raw(count)
        return drawn

    def below(self, bound: int, count: int) -> Integers:
        """`count` integers in 0..bound-1."""
        return (self.raw(count) % np.uint64(bound)).astype(np.int64)

    def around_zero(self, reach: int, count: int) -> Integers:
        """`count` bell-shaped integers in -2*reach..2*reach (a sum of four uniform ones)."""
        draws = self.raw(4 * count).reshape(4, count) % np.uint64(reach + 1)
        total: Integers = draws.astype(np.int64).sum(axis=0) - 2 * reach
        return total

    def permutation(self, count: int) -> Integers:
        """The numbers 0..count-1 in random order."""
        order: Integers = np.argsort(self.raw(count), kind="stable").astype(np.int64)
        return order
