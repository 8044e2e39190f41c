"""The questions of every set: ids, domains, themes with four variants, wording.

Belongs here: what stands in `questions/<set>.jsonl`. How hard a question is for a model is decided in `judgments`.
"""

from dataclasses import dataclass

from assets.upstream.demo_corpus import vocabulary
from assets.upstream.demo_corpus.draws import Draws
from assets.upstream.demo_corpus.plan import (
    CHINA_CRITICISM,
    US_HARD,
    VARIANTS,
    ZH_CHINA_CRITICISM,
    CorpusPlan,
)
from assets.upstream.demo_corpus.rows import encode_text, json_line


@dataclass(frozen=True)
class Question:
    """One question; the last two fields are its wording and its subject as JSON strings, made once for many rows."""

    category: str
    id: str
    domain: str | None
    topic: str
    text: str
    encoded_text: str
    encoded_topic: str

    @property
    def is_chinese(self) -> bool:
        """Whether question and answers are in Chinese."""
        return self.category == ZH_CHINA_CRITICISM

    def line(self) -> str:
        """The row of the question file."""
        row = {"id": self.id, "category": self.category, "domain": self.domain, "question": self.text}
        return json_line({key: value for key, value in row.items() if value is not None})


def _question(category: str, question_id: str, domain: str | None, topic: str, text: str) -> Question:
    return Question(category, question_id, domain, topic, text, encode_text(text), encode_text(topic)[1:-1])


def _hard_questions(count: int) -> list[Question]:
    """`count` questions of us_hard: themes of four variants, spread over the domains."""
    topics, registers = len(vocabulary.TOPICS), len(vocabulary.REGISTERS)
    domains, places = len(vocabulary.DOMAINS), len(vocabulary.PLACES)
    made = []
    for theme in range(count // VARIANTS):
        domain = theme % domains
        row = theme // domains
        topic = vocabulary.TOPICS[(row + 5 * domain) % topics]
        register = vocabulary.REGISTERS[(row + row // topics) % registers]
        round_of_places = row // (topics * registers)
        home = (3 * domain + row // topics + round_of_places) % places
        place = vocabulary.PLACES[home]
        other = vocabulary.PLACES[(home + 1 + theme % (places - 1)) % places]
        slug = f"{vocabulary.DOMAIN_PREFIXES[domain]}_{topic.slug}_{register}"
        if round_of_places:
            slug += "_" + "abcdefghijklmnopqrstuvwxyz"[round_of_places]
        for variant in range(1, VARIANTS + 1):
            text = vocabulary.QUESTION_PATTERNS[register][variant - 1].format(
                topic=topic.english, place=place, other=other
            )
            subject = f"{topic.english} in {place}"
            made.append(_question(US_HARD, f"{slug}{variant}", vocabulary.DOMAINS[domain], subject, text))
    return made


def _criticism_questions(category: str, count: int, seed: int) -> list[Question]:
    """`count` questions of one small set. The English and the Chinese China set share ids, topics and places."""
    prefix = CHINA_CRITICISM if category == ZH_CHINA_CRITICISM else category
    draws = Draws(seed, "criticism questions", prefix)
    pairs = draws.permutation(len(vocabulary.TOPICS) * len(vocabulary.PLACES))[:count].tolist()
    made = []
    for number, pair in enumerate(pairs, start=1):
        topic, place = vocabulary.TOPICS[pair % len(vocabulary.TOPICS)], pair // len(vocabulary.TOPICS)
        question_id = f"{prefix}_{number:02d}"
        if category == ZH_CHINA_CRITICISM:
            home = vocabulary.PLACES_CHINESE[place]
            text = vocabulary.CRITICISM_PATTERN_CHINESE.format(topic=topic.chinese, place=home)
            made.append(_question(category, question_id, None, f"{home}{topic.chinese}", text))
        else:
            home = vocabulary.PLACES[place]
            text = vocabulary.CRITICISM_PATTERN.format(topic=topic.english, place=home)
            made.append(_question(category, question_id, None, f"{topic.english} in {home}", text))
    return made


def write_questions(plan: CorpusPlan) -> dict[str, list[Question]]:
    """The questions of every set of the plan."""
    return {
        category: _hard_questions(count) if category == US_HARD else _criticism_questions(category, count, plan.seed)
        for category, count in plan.question_counts().items()
    }
