"""Which tables the site has, each as one query over the promoted marts.

Where rows are numbered, the tables `exported_*` of `response_labels.number_rows` are joined. Rows stand in an order
that compresses well and is the same on every run.
"""

from dataclasses import dataclass

from assets.dashboards.response_labels import RESPONSE_LABELS

# Scopes that a reader compares side by side; there are hundreds of themes and models, and the comparison page
# computes agreement for any of them.
_FEW = "('overall', 'category', 'domain', 'family')"
DISPUTED_RESPONSES = 1_000
QUEUED_RESPONSES = 500


@dataclass(frozen=True)
class SiteTable:
    """A query, the marts that it reads, and what the table holds, for the page that offers it for download."""

    query: str
    marts: tuple[str, ...]
    about: str


def _mart(name: str, about: str, order: str, where: str = "true") -> SiteTable:
    return SiteTable(f"select * from marts.{name} where {where} order by {order}", (name,), about)


_PAIR = "label_set, scope, scope_value, judge_a, judge_b"
TABLES: dict[str, SiteTable] = {
    "judges": SiteTable("from exported_judges order by judge", ("judges",), "Every judge, and its label column."),
    "labels": SiteTable(
        "from exported_labels order by label_number", (), "The nine finer labels and the label that each stands for."
    ),
    "questions": SiteTable(
        "select * exclude (question) from exported_questions order by question_number",
        ("questions",),
        "Every question without its wording, and its number.",
    ),
    "question_texts": SiteTable(
        "select question_number, question from exported_questions order by question_number",
        ("questions",),
        "The wording of every question.",
    ),
    "models": SiteTable("from exported_models order by model_number", ("models",), "Every model, and its number."),
    "providers": SiteTable(
        "from exported_providers order by provider_number", ("responses",), "Who served the models, and a number."
    ),
    "response_labels": SiteTable(
        RESPONSE_LABELS,
        ("responses", "assessments"),
        "A row per labelled response, in the order of response numbers, and the number of each judge's latest label.",
    ),
    "judge_pair_agreement": _mart(
        "judge_pair_agreement",
        "How far two judges agree: over all responses, by question set, domain and model family.",
        _PAIR,
        f"scope in {_FEW}",
    ),
    "panel_agreement": _mart(
        "panel_agreement", "How far the panel agrees as a whole, by scope.", "label_set, scope, scope_value"
    ),
    "judge_strictness": _mart(
        "judge_strictness",
        "Which labels each judge gives: over all responses, by question set, domain and model family.",
        "label_set, scope, scope_value, judge",
        f"scope in {_FEW}",
    ),
    "judge_reliability": _mart(
        "judge_reliability",
        "How well each judge reproduces people, the rest of the panel, or an imported set.",
        "label_set, reference_type, reference, judge",
        "scope = 'overall'",
    ),
    "judge_reliability_confusions": _mart(
        "judge_reliability_confusions",
        "Which labels a judge gives where a reference gives which.",
        "label_set, reference_type, reference, judge, reference_label, judge_label",
        "scope = 'overall'",
    ),
    "judge_consistency": _mart(
        "judge_consistency",
        "How far one instrument agrees with itself.",
        "label_set, comparison, judge_a, judge_b",
        "scope = 'overall'",
    ),
    "judge_style_bias": _mart("judge_style_bias", "Does a judge reward style?", "judge, feature"),
    "judge_style_bias_by_length": _mart("judge_style_bias_by_length", "Does a judge reward length?", "judge, decile"),
    "judge_rank_correlation": _mart(
        "judge_rank_correlation", "How far two judges rank alike.", "level, judge_a, judge_b"
    ),
    "dawid_skene_confusions": _mart(
        "dawid_skene_confusions",
        "How each judge errs by the model of Dawid and Skene.",
        "label_set, judge, true_label, given_label",
    ),
    "consensus_counts": SiteTable(
        """
        select label_set, majority_label, dawid_skene_label, count(*) as response_count
        from marts.response_consensus
        where judge_count > 1
        group by label_set, majority_label, dawid_skene_label
        order by all
        """,
        ("response_consensus",),
        "How many responses the panel gives which label, by majority and by the model of Dawid and Skene.",
    ),
    "model_compliance": _mart(
        "model_compliance", "What each judge and the panel's consensus say about each model.", "model, judge"
    ),
    "theme_compliance": _mart(
        "theme_compliance", "What each judge and the panel's consensus say about each theme.", "theme, judge"
    ),
    "lab_standings": _mart(
        "lab_standings", "Labs by the Free Speech Index.", "scope, scope_value, source_type, source, place"
    ),
    "labs": _mart("labs", "Labs that make models.", "lab"),
    "question_contention": SiteTable(
        """
        select questions.question_number, contention.* exclude (question_uuid)
        from marts.question_contention as contention
        inner join exported_questions as questions on contention.question_uuid = questions.question_uuid
        order by contention.label_set, questions.question_number
        """,
        ("question_contention", "questions"),
        "How contentious each question is, between models and between judges.",
    ),
    "disputed_responses": SiteTable(
        f"""
        select
            responses.response_number, responses.question_number, responses.model_number,
            consensus.* exclude (label_set, response_uuid)
        from marts.response_consensus as consensus
        inner join exported_responses as responses on consensus.response_uuid = responses.response_uuid
        where consensus.label_set = 'with_error' and consensus.judge_count > 1 and responses.is_current
        order by consensus.entropy_bits desc, consensus.judge_count desc, responses.response_number
        limit {DISPUTED_RESPONSES}
        """,
        ("response_consensus", "responses"),
        f"The {DISPUTED_RESPONSES:,} responses on which the panel is most divided.",
    ),
    "review_queue": SiteTable(
        f"""
        select
            responses.response_number, responses.question_number, responses.model_number,
            queue.* exclude (question_uuid, model)
        from marts.review_queue as queue
        inner join exported_responses as responses on queue.response_uuid = responses.response_uuid
        order by queue.queue_rank
        limit {QUEUED_RESPONSES}
        """,
        ("review_queue", "responses"),
        f"The {QUEUED_RESPONSES} responses that a human label would tell most about.",
    ),
    "origin_counts": _mart("origin_counts", "How many rows came from git, the Hub, both, or reviews.", "all"),
}
