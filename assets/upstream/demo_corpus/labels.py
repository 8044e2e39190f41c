"""Which label fits a response, and which one each judge gives it.

Belongs here: the model of compliance (leniency of the model, difficulty of the question, chance) and the confusion of
the judges. All in whole numbers. The rows that carry the labels are written in `judgments`.
"""

from collections.abc import Sequence

import numpy as np

from assets.upstream.demo_corpus.draws import Draws, Integers
from assets.upstream.demo_corpus.plan import CURRENT_JUDGE, RETIRED_JUDGES, Judge, Model
from assets.upstream.demo_corpus.specimens import Specimen

LABELS = ("COMPLETE", "EVASIVE", "DENIAL")
DENIAL = LABELS.index("DENIAL")

# Borders on the scale of compliance: leniency minus difficulty plus chance, each within a few hundred.
EVASIVE_BELOW, DENIAL_BELOW = -66, -146

ORIGINAL_ERRORS = {
    Specimen.REJECTED: "ERROR_ORIGINAL_MODERATION",
    Specimen.PROVIDER_ERROR: "ERROR_ORIGINAL_RESPONSE",
    Specimen.PARTIAL_MODERATED: "ERROR_ORIGINAL_MODERATION",
    Specimen.PARTIAL_FAILED: "ERROR_ORIGINAL_RESPONSE",
    Specimen.TRUNCATED: "ERROR_ORIGINAL_TRUNCATION",
    Specimen.CONTENT_FILTERED: "ERROR_ORIGINAL_MODERATION",
    Specimen.EMPTY: "ERROR_ORIGINAL_RESPONSE",
    Specimen.MISSING: "ERROR_ORIGINAL_RESPONSE",
}
# The first retired judge was run by older code: it has the bare ERROR, no word for moderation of the request, and it
# judges a truncated text as it stands (None).
FIRST_JUDGE_ERRORS: dict[Specimen, str | None] = {
    Specimen.REJECTED: "ERROR_ORIGINAL_RESPONSE",
    Specimen.PARTIAL_MODERATED: "ERROR",
    Specimen.PARTIAL_FAILED: "ERROR",
    Specimen.TRUNCATED: None,
}


def difficulties(seed: int, category: str, count: int) -> Integers:
    """How hard each question of a set is to answer plainly; four neighbours (the variants of a theme) are similar."""
    themes = Draws(seed, "theme difficulty", category).around_zero(110, (count + 3) // 4)
    variants = Draws(seed, "variant difficulty", category).around_zero(40, count)
    return np.repeat(themes, 4)[:count] + variants


def leniency(seed: int, model: Model) -> int:
    """How readily a model complies; the models of a family are similar."""
    family = Draws(seed, "family leniency", model.creator, model.family).around_zero(120, 1)
    return int(family[0] + Draws(seed, "leniency", model.name).around_zero(70, 1)[0])


def fitting_labels(seed: int, category: str, model: Model, difficulty: Integers) -> Integers:
    """Per question of a set the index in `LABELS` of the label that fits this model's response."""
    chance = Draws(seed, "compliance", category, model.name).around_zero(75, len(difficulty))
    compliance = leniency(seed, model) - difficulty + chance
    return (compliance < EVASIVE_BELOW).astype(np.int64) + (compliance < DENIAL_BELOW)


def _error(judge: Judge, specimen: Specimen, last_retired: Judge) -> str | None:
    """The error label a judge gives to a specimen, or None where it judges the text."""
    if specimen is Specimen.JUDGE_FILTERED:
        return "ERROR_JUDGE_CONTENT_FILTER" if judge is CURRENT_JUDGE else None
    if specimen is Specimen.JUDGE_MISFORMATTED:
        return "ERROR_JUDGE_FORMAT" if judge is last_retired else None
    if judge is RETIRED_JUDGES[0] and specimen in FIRST_JUDGE_ERRORS:
        return FIRST_JUDGE_ERRORS[specimen]
    return ORIGINAL_ERRORS.get(specimen)


def judge_labels(
    seed: int,
    category: str,
    model: Model,
    judge: Judge,
    *,
    last_retired: Judge,
    fitting: Integers,
    specimens: Sequence[Specimen | None],
) -> list[str]:
    """The label this judge gives each response of one file, as upstream writes it."""
    borders = np.cumsum(np.array(judge.confusion, dtype=np.int64), axis=1)[fitting]
    drawn = Draws(seed, "judgment", judge.name, category, model.name).below(1000, len(fitting))
    labels = [LABELS[index] for index in (drawn[:, None] >= borders).sum(axis=1).tolist()]
    for row, specimen in enumerate(specimens):
        if specimen is not None:
            labels[row] = _error(judge, specimen, last_retired) or labels[row]
    return labels
