"""A generated corpus with the traps of the real one: what two to four judges say about a few hundred responses.

Labels come from a fixed seed. Ids repeat across question sets, responses were regenerated after they were judged,
judgments were repeated, one judge has two names, one gives a single label throughout. The Hub has part of it, too.
"""

import random
from datetime import datetime, timedelta

from .landed_corpus import LandedCorpus, Row, blob

MODELS = ("lab-a/small", "lab-a/large", "lab-b/one", "lab-c/unlisted")
SETS = {"us_hard": 12, "china_criticism": 6, "zh_china_criticism": 6}
RETIRED, CURRENT, CURRENT_ALIAS = "openai/gpt-4o-2024-11-20", "x-ai/grok-4.1-fast", "xai/grok-4.1-fast-non-reasoning"
MONOTONE, SILENT = "gemma-3-27b-it", "deepseek-chat-v3.2"
LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR_ORIGINAL_MODERATION")


def generated_panel(seed: int = 7, hub_share: float = 0.5) -> LandedCorpus:
    """The same corpus for the same seed; `hub_share` of its texts, with their labels, stand on the Hub as well."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    corpus = LandedCorpus()
    for model, family in zip(MODELS[:3], ("small family", "large family", "large family"), strict=True):
        lab = model.split("/")[0]
        corpus.metadata(model, creator=lab, model_family=family, is_reasoning=model.endswith("large"))
    for category, count in SETS.items():
        for number in range(count):
            # three phrasings of a theme in us_hard; ids that two sets share in the others
            question_id = (
                f"theme_{number // 3}_expert{number % 3 + 1}"
                if category == "us_hard"
                else f"china_criticism_{number:02d}"
            )
            domain = f"domain {number % 2}" if category == "us_hard" else None
            corpus.question(question_id, category, domain=domain)
            for model in MODELS:
                _answer_and_judge(corpus, draw, category, question_id, model)
    if hub_share:
        _copy_to_hub(corpus, draw, hub_share)
    return corpus


def _answer_and_judge(corpus: LandedCorpus, draw: random.Random, category: str, question_id: str, model: str) -> None:
    content = None if draw.random() < 0.05 else f"{category} {question_id} {model}"
    judged = f"{content} as it was" if draw.random() < 0.1 else content
    at = datetime(2025, 2, 1) + timedelta(minutes=draw.randrange(10_000), microseconds=draw.randrange(1_000_000))
    # the judge's file names the provider in another spelling, or does not know it any more
    provider = draw.choice(("Alpha", "Beta", "Unknown"))
    corpus.response(question_id, model, content, category=category, provider=provider)
    truth = draw.choices(LABELS, (60, 20, 15, 5))[0]

    def judge(name: str, label: str, text: str | None, **columns: object) -> None:
        columns["provider"] = provider.upper() if text == content else None
        corpus.analysis(question_id, model, text, name, label, category=category, **columns)

    def noisy(share: float) -> str:
        return draw.choice(LABELS) if draw.random() < share else truth

    judge(RETIRED, noisy(0.3), judged, assessed_at=at)
    current = CURRENT_ALIAS if draw.random() < 0.3 else CURRENT
    label = noisy(0.2)
    judge(current, label, content, assessed_at=at)
    if draw.random() < 0.2:  # judged again later, with another label perhaps
        judge(current, noisy(0.2), content, assessed_at=at + timedelta(days=1))
    if draw.random() < 0.2:  # the same judgment once more, in another file and under the judge's other name
        other = CURRENT if current == CURRENT_ALIAS else CURRENT_ALIAS
        judge(other, label, content, assessed_at=at, blob_id=blob(f"copy of {category} {model}"))
    if draw.random() < 0.5:
        judge(MONOTONE, "COMPLETE", content, assessed_at=None)
    if category != "us_hard":
        judge(SILENT, "COMPLETE" if draw.random() < 0.99 else "DENIAL", content, assessed_at=at)


def _copy_to_hub(corpus: LandedCorpus, draw: random.Random, share: float) -> None:
    for model in MODELS:
        corpus.hub_model(model)
    for row in corpus.questions:
        corpus.hub_question(row["question_id"], row["category"], domain=row["domain"])
    texts = dict.fromkeys(_text(row) for row in [*corpus.responses, *corpus.analyses] if draw.random() < share)
    for category, question_id, model, content in texts:
        corpus.hub_response(question_id, model, content, category)
    judged = {
        (_text(row), row["judge_model"].replace(CURRENT_ALIAS, CURRENT), row["raw_label"]): row
        for row in corpus.analyses
    }
    for text, judge, label in judged:
        if text in texts:
            category, question_id, model, content = text
            corpus.hub_assessment(question_id, model, content, judge, label, category)


def _text(row: Row) -> tuple[str, str, str, str | None]:
    return row["category"], row["question_id"], row["model"], row["content"]
