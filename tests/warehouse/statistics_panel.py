"""A generated corpus for the statistics: a panel of five LLM judges, people, runs of an experiment and a reference.

Labels are missing and tied, a judge gives one label throughout, another errs on the side of strictness, judgments are
repeated, some responses have one label only. Labels come from a fixed seed.
"""

import random
from datetime import date, datetime, timedelta

from .landed_corpus import LandedCorpus

# Chance of judging a response, and of giving another label than the true one.
PANEL = {
    "openai/gpt-4o-2024-11-20": (0.95, 0.2),
    "x-ai/grok-4.1-fast": (0.9, 0.3),
    "mistral-small-3.1-24b-instruct-2503": (0.7, 0.4),
    "deepseek-chat-v3.2": (0.6, 0.6),
}
MONOTONE, HUMAN = "gemma-3-27b-it", "pitti/pap"
RUNS = {"prompt mild": 0.1, "prompt strict": 0.7}
LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")
SETS = {"us_hard": 24, "china_criticism": 8, "zh_china_criticism": 8}
# Lab and release by model: too early by a day, two in one month, a gap; a lab with none in time, and an unknown one.
MODELS: dict[str, tuple[str | None, date | None]] = {
    "lab-a/one": ("lab-a", date(2024, 2, 29)),
    "lab-a/two": ("lab-a", date(2024, 9, 30)),
    "lab-a/three": ("lab-a", date(2024, 9, 1)),
    "lab-a/four": ("lab-a", date(2025, 2, 27)),
    "lab-b/one": ("lab-b", date(2024, 12, 24)),
    "lab-c/one": ("lab-c", date(2023, 1, 1)),
    "lab-d/one": (None, None),
}
COMMITTED_AT = datetime(2025, 3, 1, 12)


def statistics_panel(seed: int = 5) -> LandedCorpus:
    """The same corpus for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    corpus = LandedCorpus(committed_at=COMMITTED_AT)
    for model, (lab, released) in MODELS.items():
        if lab:
            corpus.metadata(model, creator=lab, model_family=f"family {model[-3:]}", release_date=released)
    for category, count in SETS.items():
        for number in range(count):
            question_id = f"theme_{number // 4}_expert{number % 4 + 1}"
            domain = f"domain {number % 2}" if category == "us_hard" else None
            corpus.question(question_id, category, domain=domain)
            for model in MODELS:
                _answer(corpus, draw, category, question_id, model)
    return corpus


def _answer(corpus: LandedCorpus, draw: random.Random, category: str, question_id: str, model: str) -> None:
    content = f"{category} {question_id} {model}"
    provider = draw.choice(["Ours", "Theirs", None])
    corpus.response(question_id, model, content, category=category, provider=provider)
    truth = draw.choices(LABELS, (50, 20, 25, 5))[0]
    at = datetime(2025, 1, 1)

    def judge(name: str, label: str, days: int = 0) -> None:
        columns = {"category": category, "provider": provider, "assessed_at": at + timedelta(days=days)}
        if name in RUNS:
            corpus.run_analysis(question_id, model, content, name, label, judge_model="gpt-x", **columns)
        else:
            corpus.analysis(question_id, model, content, name, label, **columns)

    def label(noise: float, skew: tuple[int, ...] = (1, 1, 1, 1)) -> str:
        return draw.choices(LABELS, skew)[0] if draw.random() < noise else truth

    for name, (coverage, noise) in PANEL.items():
        if draw.random() < coverage:
            skew = (1, 3, 6, 1) if name.startswith("deepseek") else (1, 1, 1, 1)
            judge(name, label(noise, skew))
            for days in range(1, 4):  # judged again, up to three times
                if draw.random() < 0.15:
                    judge(name, label(noise, skew), days)
    if draw.random() < 0.5:
        judge(MONOTONE, "COMPLETE")
    if draw.random() < 0.3:
        judge(HUMAN, label(0.15))
    if category == "us_hard" and draw.random() < 0.4:
        for run, noise in RUNS.items():
            judge(run, label(noise))
        if draw.random() < 0.9:
            corpus.reference(question_id, model, label(0.05), category=category)
