"""dbt's data tests find what they are there to find: tables are changed behind dbt's back, then tested."""

import pytest

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus, blob

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
    "update marts.origin_counts set row_count = row_count + 1 where origin = 'both'": "origins_add_up",
    "update marts.origin_counts set hub_duplicate_count = 1 where origin = 'upstream'": (
        "rows_of_the_hub_are_counted_where_the_hub_is"
    ),
    "insert into marts.origin_counts from marts.origin_counts limit 1": "an_entity_and_origin_stand_once",
    "update marts.questions set hub_uuid = null": "a_question_of_the_hub_has_its_uuid",
    "update marts.responses set origin = 'upstream'": "a_response_of_the_hub_has_its_uuid",
    "update marts.assessments set origin = 'hub'": "an_assessment_of_the_hub_has_its_uuid",
    "update marts.judges set judge = judge || '-next'": "judges_are_registered",
    "insert into marts.quarantine (kind, rule) values ('hub_responses', 'unknown_question')": (
        "hub_rows_point_somewhere"
    ),
    "insert into marts.quarantine (kind, rule) values ('references', 'unmatched_reference')": "references_are_matched",
    "insert into marts.quarantine (kind, rule) values ('responses', 'unknown_question')": "no_unknown_questions",
    "insert into marts.quarantine (kind, rule) values ('analyses', 'unknown_label')": "no_unknown_labels",
    "delete from marts.labs": "relationships_models_creator__lab__ref_labs_",
}


ACCOUNT = "every_landed_row_is_used_or_refused"


@pytest.fixture(scope="module")
def whole(dbt_project: DbtProject) -> Build:
    """A row of every kind, all in order."""
    corpus = LandedCorpus()
    corpus.question("q_1")
    corpus.response("q_1", "m", "text")
    corpus.analysis("q_1", "m", "text", "openai/gpt-4o-2024-11-20", "COMPLETE")
    for run in ("first", "second"):
        corpus.place(blob("results/first"), f"results/{run}/rows.jsonl", run)
    corpus.run_analysis("q_1", "m", "text", "first", "COMPLETE")
    corpus.reference("q_1", "m", "DENIAL")
    corpus.hub_model("n")
    corpus.hub_question("q_2")
    corpus.hub_response("q_2", "m", "text")
    corpus.hub_assessment("q_2", "m", "text", "gemma-3-27b-it", "COMPLETE")
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="module")
def changed(dbt_project: DbtProject, panel_build: Build) -> Build:
    return dbt_project.test_changed(panel_build, list(CHANGES))


@pytest.mark.parametrize("name", CHANGES.values())
def test_a_data_test_fails_where_its_table_is_wrong(changed: Build, panel_build: Build, name: str) -> None:
    assert panel_build.status(name) == "pass"
    assert changed.status(name) in {"fail", "warn"}


# What must be missed where it is gone: kinds of landed rows, and the marts' rows that they became.
LOST = {
    "questions": "marts.questions",
    "responses": "marts.responses where is_current",
    "analyses": "marts.assessments where judge = 'openai/gpt-4o-2024-11-20'",
    "runs": "marts.assessments where judge = 'second'",
    "references": "marts.assessments where judge_type = 'reference'",
    "hub_models": "marts.models where origin = 'hub'",
    "hub_questions": "marts.questions where origin = 'hub'",
    "hub_responses": "marts.responses where origin = 'hub'",
    "hub_assessments": "marts.assessments where origin = 'hub'",
}


@pytest.mark.parametrize("kind", LOST)
def test_no_kind_of_row_can_be_lost_unnoticed(dbt_project: DbtProject, whole: Build, kind: str) -> None:
    assert whole.value(f"select count(*) from {LOST[kind]}") > 0
    lossy = dbt_project.test_changed(whole, [f"delete from {LOST[kind]}"], "--select", ACCOUNT)
    assert (whole.status(ACCOUNT), lossy.status(ACCOUNT)) == ("pass", "fail")
