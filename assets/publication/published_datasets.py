"""All published datasets: the public ones' form, and our own. What is not listed here is not published."""

from functools import cache

from assets.publication.dataset import (
    AGREEMENT_NAME,
    MODELS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TEXTS_PER_GROUP,
    TRAINING_PAIRS_NAME,
    DataFile,
    Dataset,
)
from assets.publication.public_datasets import ASSESSMENTS, MODELS, QUESTIONS, RESPONSES
from assets.publication.redaction import found_sql, redacted_sql
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns

# Every mart that says how far judges agree or what follows from their labels, and who the judges are.
AGREEMENT_MARTS = (
    "judge_pair_agreement",
    "judge_pair_transitions",
    "panel_agreement",
    "response_consensus",
    "judge_reliability",
    "judge_reliability_labels",
    "judge_reliability_confusions",
    "judge_rank_correlation",
    "judge_strictness",
    "judge_consistency",
    "judge_consistency_transitions",
    "judge_style_bias",
    "judge_style_bias_by_length",
    "dawid_skene_confusions",
    "model_compliance",
    "theme_compliance",
    "question_contention",
    "question_contention_by_judge",
    "lab_standings",
    "judges",
)
_KEYS_IN_MARTS = {"response_uuid": RESPONSES_NAME, "question_uuid": QUESTIONS_NAME}

SPLITS = ("train", "validation", "test")
_SHOWN_QUESTION, _SHOWN_RESPONSE = redacted_sql("question"), redacted_sql("content")


def _training_split(split: str) -> DataFile:
    return DataFile(
        path=f"{split}.parquet",
        relation=(
            "marts.training_pairs "
            "inner join (select question_uuid, question from marts.questions) using (question_uuid) "
            "inner join marts.response_texts using (response_uuid)"
        ),
        columns={
            "uuid": "response_uuid",
            "q_uuid": "question_uuid",
            # the form in which the Minos v1 classifier reads a conversation
            "text": f"'<|user|>\n' || {_SHOWN_QUESTION} || '\n<|assistant|>\n' || {_SHOWN_RESPONSE}",
            "label": "label",
            "refusal": "case when is_refusal then 'yes' else 'no' end",
            "question": _SHOWN_QUESTION,
            "response": _SHOWN_RESPONSE,
            "model": "model",
            "category": "category",
            "theme": "theme",
            "evidence": "evidence",
            "judge_count": "judge_count",
            "is_redacted": f"({found_sql('question')} or {found_sql('content')})",
        },
        mart="training_pairs",
        key="uuid",
        split=split,
        sort=("theme", "q_uuid", "uuid"),
        where=f"split = '{split}'",
        references={"uuid": RESPONSES_NAME, "q_uuid": QUESTIONS_NAME, "model": MODELS_NAME},
        rows_per_group=TEXTS_PER_GROUP,
    )


TRAINING_PAIRS = Dataset(
    name=TRAINING_PAIRS_NAME,
    title="SpeechMap training pairs",
    sentence="One row per question and response whose label people gave, or at least three LLM judges without dissent.",
    files=tuple(_training_split(split) for split in SPLITS),
)


@cache
def published_datasets() -> tuple[Dataset, ...]:
    """All datasets, those that others refer to first; the columns of `speechmap-agreement` are its marts' own."""
    columns = mart_columns(ensure_manifest())
    agreement = Dataset(
        name=AGREEMENT_NAME,
        title="SpeechMap judge agreement",
        sentence="How far the judges agree and which way each leans, one table per statistic.",
        files=tuple(
            DataFile(
                path=f"{mart}.parquet",
                relation=f"marts.{mart}",
                columns={name: f'"{name}"' for name in columns[mart]},
                mart=mart,
                key=None,
                config=mart,
                references={name: dataset for name, dataset in _KEYS_IN_MARTS.items() if name in columns[mart]},
            )
            for mart in AGREEMENT_MARTS
        ),
    )
    return (MODELS, QUESTIONS, RESPONSES, ASSESSMENTS, agreement, TRAINING_PAIRS)
