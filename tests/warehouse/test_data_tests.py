"""dbt's data tests find what they are there to find: tables are changed behind dbt's back, then tested."""

import pytest

from .dbt_build import Build, DbtProject

# The change on the left must fail the test on the right.
CHANGES = {
    "update marts.judge_pair_agreement set agreement_count = agreement_count + 1 where scope = 'domain'": (
        "agreement_adds_up_to_its_transitions"
    ),
    "update marts.judge_pair_agreement set percent_agreement = 1.5 where scope = 'category'": (
        "agreement_stays_in_its_bounds"
    ),
    "update marts.judge_pair_agreement set cohen_kappa = 'nan' where scope = 'category'": (
        "kappa_is_null_or_in_its_bounds"
    ),
    "insert into marts.judge_pair_agreement from marts.judge_pair_agreement limit 1": "a_pair_stands_once_per_scope",
    "delete from marts.judge_pair_transitions where scope = 'theme' and label_a = 'EVASIVE'": (
        "scopes_that_cover_every_response_add_up_to_overall"
    ),
    "update marts.judge_pair_transitions set judge_a = judge_b where scope = 'family'": (
        "judges_of_a_transition_are_ordered"
    ),
    "update marts.judge_pair_transitions set label_set = 'three_labels' where label_a = 'ERROR'": (
        "three_labels_leave_errors_out"
    ),
    "update marts.judge_pair_transitions set scope_value = null where scope = 'model'": "a_transition_names_everything",
    "update marts.model_compliance set denial_count = denial_count + 1": "label_counts_add_up",
    "update marts.model_compliance set denial_share = denial_share + 0.01": "label_shares_add_up_to_one",
    "insert into marts.model_compliance from marts.model_compliance limit 1": "a_judge_and_model_stand_once",
    "update marts.assessments set is_latest = true": "one_latest_assessment_per_response_and_judge",
    "update marts.assessments set question_uuid = 'another'": "assessments_ask_what_their_response_answers",
    "delete from marts.assessments where label = 'EVASIVE'": "every_landed_row_is_used_or_refused",
    "update intermediate.int_responses_deduplicated set line = line % 3 + 1 where text_relation = 'responses'": (
        "every_response_has_its_text"
    ),
    "insert into marts.questions from marts.questions limit 1": "a_question_is_known_by_category_and_id",
    "update marts.judges set assessment_count = 0": "a_judge_has_assessments",
    "update seeds.labels set ordinal_score = null where raw_label = 'DENIAL'": "only_errors_have_no_ordinal_score",
    "update marts.responses set status = 'fine'": "response_statuses_are_known",
}


@pytest.fixture(scope="module")
def changed(dbt_project: DbtProject, panel_build: Build) -> Build:
    return dbt_project.test_changed(panel_build, list(CHANGES))


@pytest.mark.parametrize("name", CHANGES.values())
def test_a_data_test_fails_where_its_table_is_wrong(changed: Build, panel_build: Build, name: str) -> None:
    assert panel_build.status(name) == "pass"
    assert changed.status(name) in {"fail", "warn"}
