"""The data tests of the statistics find what they are there to find, and the statistics are the same in any order."""

import pytest

from .dbt_build import Build, DbtProject
from .statistics_builds import MODELS_ONLY
from .statistics_panel import statistics_panel

MARTS = (
    "response_consensus",
    "panel_agreement",
    "judge_strictness",
    "judge_reliability",
    "judge_reliability_labels",
    "judge_reliability_confusions",
    "judge_rank_correlation",
    "judge_consistency",
    "judge_consistency_transitions",
    "model_compliance",
    "theme_compliance",
    "question_contention",
    "question_contention_by_judge",
    "lab_standings",
)

# The change on the left must fail the test on the right.
CHANGES = {
    "update marts.response_consensus set denial_count = denial_count + 1, judge_count = judge_count + 1": (
        "consensus_counts_the_labels_of_the_panel"
    ),
    "update marts.response_consensus set complete_count = complete_count + 1 where label_set = 'three_labels'": (
        "labels_of_the_panel_add_up"
    ),
    "update marts.response_consensus set majority_label = null where not is_tie": "a_tie_is_where_there_is_no_majority",
    "insert into marts.response_consensus from marts.response_consensus limit 1": (
        "a_response_stands_once_per_label_set"
    ),
    "update marts.panel_agreement set unanimous_count = 0, complete_unanimous_count = 0 where scope = 'theme'": (
        "responses_of_the_panel_add_up_over_scopes"
    ),
    "update marts.panel_agreement set complete_unanimous_count = response_count + 1": (
        "responses_of_a_panel_are_parts_of_each_other"
    ),
    "update marts.panel_agreement set gwet_ac1 = 'nan' where scope = 'model'": (
        "panel_coefficients_are_null_or_in_their_bounds"
    ),
    "insert into marts.panel_agreement from marts.panel_agreement limit 1": "a_panel_stands_once_per_scope",
    "update marts.judge_strictness set evasive_count = evasive_count + 1 where scope = 'model'": (
        "labels_of_a_judge_add_up_over_scopes"
    ),
    "update marts.judge_strictness set response_count = 0": "label_counts_of_a_judge_add_up",
    "update marts.judge_strictness set denial_share = denial_share + 0.1": "shares_of_a_judge_add_up_to_one",
    "update marts.judge_strictness set complete_share_wilson_upper = 0": "a_share_lies_within_its_interval",
    "update marts.judge_strictness set is_panel = false": "only_the_panel_is_ranked",
    "update marts.judge_reliability set agreement_count = 0 where scope = 'category'": (
        "reliability_adds_up_to_its_confusions"
    ),
    "update marts.judge_reliability set reference_count = 0": "reliability_counts_are_parts_of_each_other",
    "update marts.judge_reliability set macro_f1 = 1.5": "reliability_stays_in_its_bounds",
    "update marts.judge_reliability set response_count = 0 where scope = 'overall'": (
        "without_common_labels_reliability_is_null"
    ),
    "update marts.judge_reliability_labels set agreement_count = support + 1": "label_counts_are_parts_of_each_other",
    "update marts.judge_reliability_confusions set response_count = 0 where scope = 'category'": (
        "confusions_count_responses"
    ),
    "update marts.judge_reliability_confusions set judge_label = 'ERROR' where judge_label = 'DENIAL'": (
        "three_labels_leave_errors_out_of_confusions"
    ),
    "update marts.judge_consistency set flip_count = flip_count + 1": "consistency_adds_up_to_its_transitions",
    "update marts.judge_consistency set percent_agreement = 2": "consistency_stays_in_its_bounds",
    "update marts.judge_consistency_transitions set judge_b = 'another'": (
        "a_judge_is_repeated_by_itself_and_varied_by_others"
    ),
    "update marts.judge_rank_correlation set kendall_tau_b = -2": "correlations_stay_in_their_bounds",
    "update marts.judge_rank_correlation set judge_b = judge_a where level = 'text'": "correlated_judges_are_ordered",
    "update marts.theme_compliance set error_count = error_count + 1": "label_counts_of_a_theme_add_up",
    "update marts.theme_compliance set error_share = 1": "label_shares_of_a_theme_add_up_to_one",
    "update marts.model_compliance set consensus_denial_count = 99": "consensus_counts_of_a_model_add_up",
    "update marts.theme_compliance set consensus_tie_count = 99": "compliance_adds_up_to_the_consensus",
    "update marts.model_compliance set complete_share_spread = -0.5": "spreads_of_a_model_stay_in_their_bounds",
    "update marts.question_contention set split_count = -1": "entropies_stay_in_their_bounds",
    "update marts.question_contention_by_judge set model_entropy_bits = 3": "entropies_by_judge_stay_in_their_bounds",
    "update marts.lab_standings set free_speech_index = peak_share + 1": "the_index_lies_among_the_shares",
}


@pytest.fixture(scope="module")
def changed(dbt_project: DbtProject, statistics_build: Build) -> Build:
    return dbt_project.test_changed(statistics_build, list(CHANGES), "--select", *CHANGES.values())


@pytest.mark.parametrize("name", CHANGES.values())
def test_a_data_test_fails_where_its_table_is_wrong(changed: Build, statistics_build: Build, name: str) -> None:
    assert statistics_build.status(name) == "pass"
    assert changed.status(name) == "fail"


def test_statistics_do_not_depend_on_the_order_of_landed_rows(dbt_project: DbtProject, statistics_build: Build) -> None:
    shuffled = dbt_project.build(lambda path: statistics_panel().write(path, shuffle_seed=3), *MODELS_ONLY)

    for mart in MARTS:
        query = f"select * from marts.{mart} order by all"
        rows = shuffled.rows(query)
        assert rows == statistics_build.rows(query), mart
        assert rows, mart
