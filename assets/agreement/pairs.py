"""Every two raters: how often they agree, which way they differ, and the coefficients."""

from itertools import combinations

from assets.agreement.judgments import Judgments
from assets.agreement.macros import render
from assets.agreement.rows import Row, rows

SMALL_SAMPLE = 30  # items, where nobody says otherwise
# More raters than these are a crowd. Two of it who share no item are left out (a crowd of 5,000 has 12 million pairs),
# and two who share few have no intervals (a second for 200 pairs).
MOST_RATERS_OF_A_PANEL = 100

_CONTINGENCY = """
    create or replace table contingency as
    select
        judgments_a.rater as rater_a,
        judgments_b.rater as rater_b,
        judgments_a.label as label_a,
        judgments_b.label as label_b,
        judgments_a.score as score_a,
        judgments_b.score as score_b,
        count(*) as response_count
    from judgments as judgments_a
    inner join judgments as judgments_b
        on judgments_a.item = judgments_b.item and judgments_a.rater < judgments_b.rater
    group by all
"""

_COEFFICIENTS = """
    with
    sums as (
        select
            *,
            {{ label_count }} as label_count,
            {{ bowker_degrees_of_freedom(label_count) }} as bowker_degrees_of_freedom
        from ({{ agreement_sums('contingency', ['rater_a', 'rater_b']) }}) as sums
    ),

    coefficients as (
        select
            rater_a,
            rater_b,
            response_count as n,
            agreement_count,
            {{ percent_agreement() }} as percent_agreement,
            {{ cohen_kappa() }} as cohen_kappa,
            {{ linear_weighted_kappa() }} as linear_weighted_kappa,
            {{ quadratic_weighted_kappa() }} as quadratic_weighted_kappa,
            {{ scott_pi() }} as scott_pi,
            {{ gwet_ac1() }} as gwet_ac1,
            {{ gwet_ac2() }} as gwet_ac2,
            {{ krippendorff_alpha() }} as krippendorff_alpha,
            {{ krippendorff_alpha_ordinal() }} as krippendorff_alpha_ordinal,
            {{ mean_shift() }} as mean_shift,
            bowker_statistic,
            bowker_degrees_of_freedom,
            {{ chi_square_tail('bowker_statistic', 'bowker_degrees_of_freedom') }} as bowker_p_value
        from sums
    )

    select
        *,
        {{ strength_of_agreement('cohen_kappa') }} as strength,
        n < {{ small_sample }} as is_small_sample
    from coefficients
    order by rater_a, rater_b
"""


def pair_table(judgments: Judgments, small_sample: int = SMALL_SAMPLE) -> list[Row]:
    """One row per two raters, in the order of their names, with all figures that compare them.

    Those who share fewer items than `small_sample` are flagged.
    Leaves table `contingency` in the database: rater_a, rater_b, label_a, label_b, score_a, score_b, response_count.
    Two raters who share no item have a row with n = 0, unless they belong to a crowd.
    """
    connection, labels = judgments.connection, judgments.label_set.labels
    connection.execute(_CONTINGENCY)
    found = {
        (row["rater_a"], row["rater_b"]): row
        for row in rows(connection, render(_COEFFICIENTS, label_count=len(labels), small_sample=small_sample))
    }
    tables: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for a, b, label_a, label_b, count in connection.execute(
        "select rater_a, rater_b, label_a, label_b, response_count from contingency"
    ).fetchall():
        tables.setdefault((a, b), _empty_table(labels))[label_a][label_b] = count
    if len(judgments.raters) <= MOST_RATERS_OF_A_PANEL:
        for pair in combinations(judgments.raters, 2):
            found.setdefault(pair, _without_shared_items(*pair))
    return [row | _counts(tables.get(pair) or _empty_table(labels)) for pair, row in sorted(found.items())]


def _without_shared_items(rater_a: str, rater_b: str) -> Row:
    figures = (
        "percent_agreement", "cohen_kappa", "linear_weighted_kappa", "quadratic_weighted_kappa", "scott_pi",
        "gwet_ac1", "gwet_ac2", "krippendorff_alpha", "krippendorff_alpha_ordinal", "mean_shift",
        "bowker_statistic", "bowker_degrees_of_freedom", "bowker_p_value", "strength",
    )  # fmt: skip
    start: Row = {"rater_a": rater_a, "rater_b": rater_b, "n": 0, "agreement_count": 0}
    return start | dict.fromkeys(figures) | {"is_small_sample": True}


def _empty_table(labels: list[str]) -> dict[str, dict[str, int]]:
    return {label_a: dict.fromkeys(labels, 0) for label_a in labels}


def _counts(transitions: dict[str, dict[str, int]]) -> Row:
    """The table itself, and how often each of the two gave each label."""
    return {
        "label_counts_a": {label: sum(row.values()) for label, row in transitions.items()},
        "label_counts_b": {label: sum(row[label] for row in transitions.values()) for label in transitions},
        "transitions": transitions,
    }
