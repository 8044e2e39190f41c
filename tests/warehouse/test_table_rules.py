"""Every rule about tables fires where it is broken, and only there: tables are changed one by one, behind dbt's back.

The queries are those that dbt compiled of its tests; each change is taken back before the next one.
"""

import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from assets.rules import load_rules
from assets.warehouse.table_rules import rule_of_test

from .dbt_build import Build

RULES = load_rules("tables")
REFUSED = "intermediate.int_refused_rows (kind, rule)"
# The same row each time, whatever the order in which a table was written.
ONE_ROW = "rowid = (select arg_min(rowid, each_row::varchar) from {table} as each_row where {where})"


def one(table: str, change: str, where: str = "true") -> str:
    """Change one row of a table."""
    return f"update {table} set {change} where {ONE_ROW.format(table=table, where=where)}"


def another(table: str, change: str, where: str = "true") -> str:
    """Add a row that differs from one of the table in some columns."""
    row = ONE_ROW.format(table=table, where=where)
    return f"insert into {table} by name select * replace ({change}) from {table} where {row}"


def twice(table: str) -> str:
    """A row of a table stands twice."""
    return f"insert into {table} from {table} where {ONE_ROW.format(table=table, where='true')}"


def judge(name: str) -> str:
    """A further judge under a name that is not registered."""
    return another("marts.judges", f"'{name}' as judge", "judge = 'gemma-3-27b-it'")


WITH_ERRORS = "label_set = 'with_error' and judge_count > 1"
ACCOUNT, SUMS = "every_landed_row_is_used_or_refused", "agreement_adds_up_to_its_transitions"
PAIR, TRANSITIONS, CONSENSUS = "marts.judge_pair_agreement", "marts.judge_pair_transitions", "marts.response_consensus"
RELIABILITY, CONSISTENCY, PANEL = "marts.judge_reliability", "marts.judge_consistency", "marts.panel_agreement"
CONFUSIONS, STRICTNESS, BIAS = "marts.judge_reliability_confusions", "marts.judge_strictness", "marts.judge_style_bias"
COMPLIANCE, THEMES, CONTENTION = "marts.model_compliance", "marts.theme_compliance", "marts.question_contention"
GIVEN, REPEATS = "marts.judge_reliability_labels", "marts.judge_consistency_transitions"
PAIRS = "marts.training_pairs"

# Rule: the change that breaks it. A rule that such a change breaks too, because it says the same of a larger whole,
# stands behind it.
PROOFS: dict[str, tuple[str, ...]] = {
    "not_null": (one("marts.questions", "question = null"),),
    "unique": (twice("seeds.labels"),),
    "unique_together": (twice("marts.judge_rank_correlation"),),
    "accepted_values": (one("seeds.judge_registry", "judge_type = 'robot'"),),
    "relationships": ("delete from marts.labs",),
    "no_unknown_labels": (
        f"insert into {REFUSED} values ('analyses', 'unknown_label')",
        ACCOUNT,
    ),
    "no_unknown_questions": (
        f"insert into {REFUSED} values ('responses', 'unknown_question')",
        ACCOUNT,
    ),
    "hub_rows_point_somewhere": (
        f"insert into {REFUSED} values ('hub_responses', 'unknown_question')",
        ACCOUNT,
    ),
    "reviews_are_of_known_responses": (
        f"insert into {REFUSED} values ('reviews', 'unknown_response')",
        ACCOUNT,
    ),
    "references_are_matched": (
        f"insert into {REFUSED} values ('references', 'unmatched_reference')",
        ACCOUNT,
    ),
    "judges_are_registered": (
        judge("a-new-judge"),
    ),
    "judge_names_are_distinct": (
        judge("Other/Gemma_3_27B-it"),
        "judges_are_registered",
    ),
    "question_sets_are_registered": (one("marts.questions", "language = null"),),
    "response_statuses_are_known": (one("marts.responses", "status = 'fine'"),),
    "only_errors_have_no_ordinal_score": (one("seeds.labels", "ordinal_score = null", "label = 'DENIAL'"),),
    "every_landed_row_is_used_or_refused": (
        one("marts.assessments", "assessment_uuid = 'another'"),
    ),
    "every_response_has_its_text": (one("marts.responses", "content_sha256 = 'another'"),),
    "one_latest_assessment_per_response_and_judge": (
        one("marts.assessments", "is_latest = true", "not is_latest"),
        "consensus_counts_the_labels_of_the_panel",
        "training_pairs_are_what_people_or_all_judges_say",
    ),
    "assessments_ask_what_their_response_answers": (
        one("marts.assessments", "question_uuid = (select max(question_uuid) from marts.questions)"),
    ),
    "judgments_are_of_current_texts": (
        one("marts.responses", "is_current = false", "is_current"),
        "models_answer_whole_sets", "the_queue_holds_what_nobody_has_reviewed",
    ),
    "models_answer_whole_sets": (
        another(
            "marts.questions",
            "question_uuid || 'x' as question_uuid, question_id || 'x' as question_id",
            "category = 'us_hard'",
        ),
        "origins_add_up",
    ),
    "errors_have_no_text": (
        one("marts.assessments", "label = 'ERROR'", "is_latest and label = 'COMPLETE'"),
        "consensus_counts_the_labels_of_the_panel",
        "training_pairs_are_what_people_or_all_judges_say",
        ACCOUNT,
    ),
    "origins_add_up": (one("marts.origin_counts", "row_count = row_count + 1", "origin = 'upstream'"),),
    "rows_of_the_hub_are_counted_where_the_hub_is": (
        one("marts.origin_counts", "hub_duplicate_count = 1", "origin = 'upstream'"),
    ),
    "a_question_of_the_hub_has_its_uuid": (
        one("marts.questions", "hub_uuid = null"),
        ACCOUNT,
    ),
    "a_response_of_the_hub_has_its_uuid": (one("marts.responses", "hub_uuid = 'x'", "hub_uuid is null"),),
    "an_assessment_of_the_hub_has_its_uuid": (one("marts.assessments", "hub_uuid = 'x'", "hub_uuid is null"),),
    "a_judge_has_assessments": (one("marts.judges", "assessment_count = 0"),),
    "agreement_adds_up_to_its_transitions": (
        one(PAIR, "agreement_count = agreement_count - 1", "scope = 'domain' and agreement_count > 0"),
    ),
    "scopes_that_cover_every_response_add_up_to_overall": (
        one(TRANSITIONS, "response_count = response_count + 1", "scope = 'category'"),
        SUMS,
    ),
    "transitions_count_responses": (
        one(TRANSITIONS, "response_count = 0", "scope = 'provider'"),
        SUMS,
    ),
    "a_transition_names_everything": (
        one(TRANSITIONS, "label_a = null", "scope = 'provider' and label_a = label_b and label_set = 'with_error'"),
        SUMS,
    ),
    "judges_of_a_transition_are_ordered": (
        f"update {TRANSITIONS} set judge_a = judge_b, judge_b = judge_a where scope = 'provider'",
        SUMS,
    ),
    "three_labels_leave_errors_out": (
        one(TRANSITIONS, "label_set = 'three_labels'", "label_a = 'ERROR' and scope = 'provider'"),
        SUMS,
    ),
    "agreement_stays_in_its_bounds": (one(PAIR, "percent_agreement = 1.5"),),
    "kappa_is_null_or_in_its_bounds": (one(PAIR, "cohen_kappa = 'nan'", "scope = 'theme'"),),
    "coefficients_are_null_or_in_their_bounds": (one(PAIR, "gwet_ac1 = 1.5"),),
    "intervals_are_of_figures_that_are_defined": (
        one(PAIR, "cohen_kappa_lower = 2", "cohen_kappa_lower is not null"),
    ),
    "only_labels_without_errors_have_ordinal_figures": (one(PAIR, "mean_shift = 0", "label_set = 'with_error'"),),
    "labels_of_a_judge_add_up": (one(PAIR, "denial_count_a = denial_count_a + 1"),),
    "correlations_stay_in_their_bounds": (one("marts.judge_rank_correlation", "pearson_correlation = 2"),),
    "correlated_judges_are_ordered": (one("marts.judge_rank_correlation", "judge_a = judge_b"),),
    "consensus_counts_the_labels_of_the_panel": (
        one(CONSENSUS, "complete_count = complete_count + 1, judge_count = judge_count + 1", WITH_ERRORS),
    ),
    "responses_of_the_panel_add_up_over_scopes": (
        one(PANEL, "response_count = response_count + 1", "scope = 'theme'"),
    ),
    "responses_of_a_panel_are_parts_of_each_other": (
        one(PANEL, "complete_response_count = -1, complete_unanimous_count = 0", "scope = 'provider'"),
    ),
    "panel_coefficients_are_null_or_in_their_bounds": (one(PANEL, "fleiss_kappa = 2"),),
    "labels_of_the_panel_add_up": (one(CONSENSUS, "judge_count = judge_count + 1", "judge_count > 1"),),
    "a_tie_is_where_there_is_no_majority": (one(CONSENSUS, "is_tie = not is_tie"),),
    "three_labels_leave_errors_out_of_the_consensus": (
        one(CONSENSUS, "error_count = 0", "label_set = 'three_labels'"),
    ),
    "two_labels_have_dawid_skene_probabilities": (
        one(CONSENSUS, "dawid_skene_complete_probability = 2", "judge_count > 1"),
    ),
    "confusion_probabilities_stay_in_their_bounds": (one("marts.dawid_skene_confusions", "probability = 2"),),
    "entropies_stay_in_their_bounds": (one(CONTENTION, "model_entropy_bits = 3"),),
    "queue_figures_stay_in_their_bounds": (one("marts.review_queue", "disagreement = 2"),),
    "the_queue_is_ranked_by_score": ("update marts.review_queue set queue_rank = queue_rank + 1",),
    "the_queue_holds_what_nobody_has_reviewed": (
        "delete from marts.review_queue where queue_rank = (select max(queue_rank) from marts.review_queue)",
    ),
    "training_pairs_are_what_people_or_all_judges_say": (one(PAIRS, "label = 'EVASIVE'", "label = 'COMPLETE'"),),
    "a_training_pair_rests_on_enough_labels": (
        one(PAIRS, "judge_count = 2", "evidence = 'unanimous'"),
        "training_pairs_are_what_people_or_all_judges_say",
    ),
    "a_refusal_is_a_denial": (one(PAIRS, "is_refusal = not is_refusal"),),
    "a_theme_is_in_one_split": (one(PAIRS, "split = 'test'", "split = 'train'"),),
    "entropies_by_judge_stay_in_their_bounds": (one("marts.question_contention_by_judge", "model_entropy_bits = 3"),),
    "reliability_adds_up_to_its_confusions": (
        one(CONFUSIONS, "response_count = response_count + 1"),
    ),
    "reliability_counts_are_parts_of_each_other": (one(RELIABILITY, "reference_count = response_count - 1"),),
    "reliability_stays_in_its_bounds": (one(RELIABILITY, "macro_f1 = 2"),),
    "without_common_labels_reliability_is_null": (
        another(
            RELIABILITY,
            "'nobody' as reference, 0 as response_count, 0 as agreement_count",
            "accuracy is not null",
        ),
        "reliability_adds_up_to_its_confusions",
    ),
    "label_counts_are_parts_of_each_other": (
        one(GIVEN, "given_count = agreement_count - 1"),
        "reliability_adds_up_to_its_confusions",
    ),
    "confusions_count_responses": (one(CONFUSIONS, "response_count = 0"), "reliability_adds_up_to_its_confusions"),
    "three_labels_leave_errors_out_of_confusions": (
        another(CONFUSIONS, "'nobody' as reference, 'ERROR' as judge_label, 'three_labels' as label_set"),
        "reliability_adds_up_to_its_confusions",
    ),
    "consistency_adds_up_to_its_transitions": (one(CONSISTENCY, "pair_count = pair_count + 1"),),
    "consistency_stays_in_its_bounds": (one(CONSISTENCY, "percent_agreement = 2"),),
    "a_judge_is_repeated_by_itself_and_varied_by_others": (
        one(REPEATS, "judge_a = judge_b || 'z'"), "consistency_adds_up_to_its_transitions",
    ),
    "three_labels_leave_errors_out_of_consistency": (
        another(REPEATS, "'ERROR' as label_a, 'three_labels' as label_set"),
        "consistency_adds_up_to_its_transitions",
    ),
    "labels_of_a_judge_add_up_over_scopes": (
        one(STRICTNESS, "complete_count = complete_count + 1, response_count = response_count + 1", "scope = 'theme'"),
    ),
    "label_counts_of_a_judge_add_up": (one(STRICTNESS, "denial_count = denial_count + 1", "scope = 'provider'"),),
    "shares_of_a_judge_add_up_to_one": (one(STRICTNESS, "denial_share = denial_share + 0.01"),),
    "a_share_lies_within_its_interval": (one(STRICTNESS, "complete_share_wilson_lower = 2"),),
    "only_the_panel_is_ranked": (one(STRICTNESS, "is_panel = false", "is_panel and strictness_rank is not null"),),
    "style_figures_stay_in_their_bounds": (one(BIAS, "p_value = 2"),),
    "deviations_by_length_stay_in_their_bounds": (one("marts.judge_style_bias_by_length", "mean_deviation = 3"),),
    "label_counts_add_up": (one(COMPLIANCE, "denial_count = denial_count + 1"),),
    "label_shares_add_up_to_one": (one(COMPLIANCE, "denial_share = denial_share + 0.01"),),
    "consensus_counts_of_a_model_add_up": (
        one(COMPLIANCE, "consensus_response_count = consensus_response_count + 1"),
        "compliance_adds_up_to_the_consensus",
    ),
    "spreads_of_a_model_stay_in_their_bounds": (one(COMPLIANCE, "complete_share_spread = 2"),),
    "label_counts_of_a_theme_add_up": (one(THEMES, "denial_count = denial_count + 1"),),
    "label_shares_of_a_theme_add_up_to_one": (one(THEMES, "denial_share = denial_share + 0.01"),),
    "consensus_counts_of_a_theme_add_up": (
        one(THEMES, "consensus_response_count = consensus_response_count + 1"), "compliance_adds_up_to_the_consensus",
    ),
    "spreads_of_a_theme_stay_in_their_bounds": (one(THEMES, "complete_share_spread = 2"),),
    "compliance_adds_up_to_the_consensus": (
        ("update marts.theme_compliance set consensus_response_count = consensus_response_count + 1, "
        "consensus_complete_count = consensus_complete_count + 1"),
    ),
    "the_index_lies_among_the_shares": (
        (
            "insert into marts.lab_standings values ('overall', 'all', 'judge', 'gemma-3-27b-it', 'lab', 1, -1, 1, 1, "
            "50, false, 0.5, 0.4, 0.6, 50, 'model', date '2025-01-01', date '2025-03-01')"
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(panel_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a panel of judges in which every test passes but those that are expected to warn."""
    copy = Path(shutil.copy(panel_build.warehouse, tmp_path_factory.mktemp("changed") / "warehouse.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        yield connection


@pytest.fixture(scope="module")
def broken_before(tables: duckdb.DuckDBPyConnection, panel_build: Build) -> dict[str, int]:
    return failing_rows(tables, panel_build)


def failing_rows(
    tables: duckdb.DuckDBPyConnection, build: Build, changed: Collection[str] | None = None
) -> dict[str, int]:
    """Rows that break each test, of the tests that any row breaks, and that read one of the changed tables."""
    tests = [
        test for test in build.kinds if changed is None or any(f'"{table}"' in build.queries[test] for table in changed)
    ]
    counts = {test: tables.execute(f"select count(*) from ({build.queries[test]})").fetchall()[0][0] for test in tests}
    return {test: count for test, count in counts.items() if count}


def changed_tables(changes: Sequence[str]) -> set[str]:
    return set(re.findall(r"(?:marts|seeds|intermediate)\.(\w+)", " ".join(changes)))


def test_every_rule_about_tables_is_proven_here() -> None:
    assert set(PROOFS) == set(RULES)


def test_every_test_of_the_project_has_a_rule(panel_build: Build) -> None:
    rules = {rule_of_test(RULES, test, kind).name for test, kind in panel_build.kinds.items()}
    assert rules == set(RULES)


@pytest.mark.parametrize("rule", PROOFS)
def test_what_breaks_a_rule_fires_it_and_no_other(
    tables: duckdb.DuckDBPyConnection, panel_build: Build, broken_before: dict[str, int], rule: str
) -> None:
    changes = [change for change in PROOFS[rule] if " " in change]
    entailed = {name for name in PROOFS[rule] if " " not in name}
    tables.execute("begin")
    try:
        for change in changes:
            tables.execute(change)
        now = failing_rows(tables, panel_build, changed_tables(changes))
    finally:
        tables.execute("rollback")
    worse = {test for test, count in now.items() if count > broken_before.get(test, 0)}
    fired = {rule_of_test(RULES, test, panel_build.kinds[test]).name for test in worse}
    assert fired == {rule, *entailed}
