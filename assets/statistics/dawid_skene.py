"""The model of Dawid and Skene (1979): how likely each label is the true one, and how each judge errs.

Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied Statistics 28.

The EM algorithm of crowd-kit, with its start (shares of the labels given), its bounds and its end, but over patterns:
responses that the same judges labelled alike have the same posterior, so they count as one pattern with a weight.
crowd-kit takes no weights, and needs minutes and gigabytes for two million labels that make some thousand patterns; a
test holds both equal. Works on numbers alone; what is a pattern is decided in `latent_labels`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

Array = NDArray[np.float64]

ITERATIONS = 100
TOLERANCE = 1e-5
SMALLEST = 1e-10


@dataclass(frozen=True)
class DawidSkene:
    """A fitted model; labels are those that occur, in the order of their numbers.

    Attributes:
        labels: numbers of the labels that occur, shape (k,).
        posteriors: probability of each label given the pattern, shape (patterns, k).
        confusions: probability that a judge gives a label where another is true, shape (judges, true k, given k).
        expected_counts: expected number of labels given so, shape (judges, true k, given k).
    """

    labels: NDArray[np.int64]
    posteriors: Array
    confusions: Array
    expected_counts: Array


def fit_dawid_skene(
    patterns: NDArray[np.int64],
    judges: NDArray[np.int64],
    labels: NDArray[np.int64],
    weights: NDArray[np.int64],
) -> DawidSkene:
    """Fit the model to labels; the first three arrays, of one length, say which label a judge gives in a pattern.

    Args:
        patterns: number of the pattern, 0 to the number of patterns - 1; each has a label.
        judges: number of the judge, 0 to the number of judges - 1.
        labels: number of the label, any whole numbers.
        weights: how many responses have the pattern, shape (patterns,).
    """
    occurring, label_positions = np.unique(labels, return_inverse=True)
    k, judge_count = len(occurring), int(judges.max()) + 1
    answers = judges * k + label_positions
    given = csr_array(
        (np.ones(len(patterns)), (patterns, answers)), shape=(len(weights), judge_count * k), dtype=np.float64
    )
    # A judge's errors are bounded from below for the labels that the judge gives, and 0 for others.
    is_given = np.bincount(answers, minlength=judge_count * k).astype(bool)
    weight = weights.astype(np.float64)[:, None]
    label_count = float((given.sum(axis=1)[:, None] * weight).sum())

    votes = csr_array((np.ones(len(patterns)), (patterns, label_positions)), shape=(len(weights), k))
    posteriors = votes.toarray() / votes.sum(axis=1)[:, None]
    priors, errors = _maximise(given, posteriors, weight, is_given, judge_count)
    bound = -np.inf
    for _ in range(ITERATIONS):
        posteriors = _expect(given, priors, errors)
        priors, errors = _maximise(given, posteriors, weight, is_given, judge_count)
        new_bound = _lower_bound(given, posteriors, priors, errors, weight) / label_count
        if new_bound - bound < TOLERANCE:
            break
        bound = new_bound
    shape = (judge_count, k, k)  # judge, given, true
    return DawidSkene(
        occurring,
        posteriors,
        np.where(is_given[:, None], errors, 0.0).reshape(shape).swapaxes(1, 2),
        np.asarray(given.T @ (posteriors * weight)).reshape(shape).swapaxes(1, 2),
    )


def _maximise(
    given: csr_array, posteriors: Array, weight: Array, is_given: NDArray[np.bool_], judge_count: int
) -> tuple[Array, Array]:
    """Shares of the labels, shape (k,), and errors of the judges, shape (judges * given k, true k)."""
    weighted = posteriors * weight
    k = posteriors.shape[1]
    errors = np.where(is_given[:, None], np.maximum(given.T @ weighted, SMALLEST), 0.0)
    totals = np.repeat(errors.reshape(judge_count, k, k).sum(axis=1), k, axis=0)
    shares = np.divide(errors, totals, out=np.ones_like(errors), where=is_given[:, None])
    return weighted.sum(axis=0) / weight.sum(), shares


def _expect(given: csr_array, priors: Array, errors: Array) -> Array:
    likelihoods = given @ np.log2(errors) + np.log2(np.maximum(priors, SMALLEST))
    scaled = np.exp2(likelihoods - likelihoods.max(axis=1, keepdims=True))
    posteriors: Array = scaled / scaled.sum(axis=1, keepdims=True)
    return posteriors


def _lower_bound(given: csr_array, posteriors: Array, priors: Array, errors: Array, weight: Array) -> float:
    """crowd-kit's evidence lower bound, which counts the share of a label once for each label given."""
    answer_count = np.asarray(given.sum(axis=1))[:, None]
    joint = given @ np.log(errors) + answer_count * np.log(np.maximum(priors, SMALLEST))
    bounded = np.maximum(posteriors, SMALLEST)
    return float((weight * (posteriors * joint - bounded * np.log(bounded))).sum())
