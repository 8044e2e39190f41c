"""The responses of one model to one question set: texts, oddities, timestamps.

Belongs here: which text, shape and time each response has. Wrapping a text into a response object is in `shapes`,
the rows of the files are written in `response_rows` and `judgments`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assets.upstream.demo_corpus import vocabulary
from assets.upstream.demo_corpus.draws import Draws, Integers
from assets.upstream.demo_corpus.labels import DENIAL, LABELS
from assets.upstream.demo_corpus.lexicon import Lexicon
from assets.upstream.demo_corpus.plan import LATER_SETS, CorpusPlan, Model
from assets.upstream.demo_corpus.profiles import profile_of
from assets.upstream.demo_corpus.questions import Question
from assets.upstream.demo_corpus.rows import encode
from assets.upstream.demo_corpus.shapes import FAILURES, Exchange, failed_response, sound_response
from assets.upstream.demo_corpus.specimens import HOSTILE_TEXTS, Specimen
from assets.upstream.demo_corpus.text import (
    CHINESE,
    CHINESE_LENGTH_SHARE,
    ENGLISH,
    LENGTH_STEPS,
    TextStream,
    length_table,
)

FIRST_DAY = 1_736_467_200  # 2025-01-10, before the first commit
LATER_DAY = 1_741_564_800  # 2025-03-10, before the second
NEW_DAY = 1_766_188_800  # 2025-12-20, before the last
SECONDS_BETWEEN_ROWS = 20

LENGTH_SHARES = (1.2, 0.95, 0.2)  # of the mean length, per fitting label
OPENING_CHARACTERS = 90  # what an opening and the rest of the last sentence add to a stretch
THOUGHTS_CHARACTERS = 160
VERY_LONG_CHARACTERS = 60_000
INSERTED = {Specimen.NUL: "\x00", Specimen.LINE_SEPARATOR: "\u2028\x85"}
APPENDED = {**HOSTILE_TEXTS, Specimen.ASTRAL: "\U0001f3db\ufe0f \U0001d54f e\u0301 \u202eabc\u202c"}


@dataclass(frozen=True)
class Response:
    """One row of a response file, ready to be repeated by its judges.

    `encoded` is the response object as JSON; `earlier` another one, of a text that was judged and then replaced;
    `at` seconds since 1970; `timestamp` is JSON.
    """

    question: Question
    specimen: Specimen | None
    encoded: str
    earlier: str | None
    at: int
    micros: int
    timestamp: str
    provider: str | None

    @property
    def is_sound(self) -> bool:
        """Whether the call went through and the answer is complete."""
        return self.specimen not in FAILURES


def stamp(seconds: int, micros: int, *, is_zoned: bool) -> str:
    """A timestamp as JSON, with or without `+00:00`."""
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f'"{moment}.{micros:06d}{"+00:00" if is_zoned else ""}"'


class ResponseWriter:
    """Writes the responses of the whole corpus, file by file."""

    def __init__(self, plan: CorpusPlan) -> None:
        """Make the texts that all responses are cut from."""
        self._plan = plan
        total = plan.questions * plan.models * plan.mean_response_characters
        lexicon = Lexicon(plan.seed, plan.invented_words) if plan.invented_words else None
        self._english = TextStream(ENGLISH, plan.seed, max(300_000, min(16_000_000, total // 20)), lexicon)
        self._chinese = TextStream(CHINESE, plan.seed, max(150_000, min(2_000_000, total // 400)))
        self._lengths = np.stack([length_table(plan.mean_response_characters * share) for share in LENGTH_SHARES])

    def _texts(self, draws: Draws, questions: Sequence[Question], fitting: Integers) -> list[str]:
        """One text per question: an opening that fits the label, then a stretch of the stream."""
        count = len(questions)
        stream, openings = self._english, vocabulary.OPENINGS
        lengths = np.maximum(1, self._lengths[fitting, draws.below(LENGTH_STEPS, count)] - OPENING_CHARACTERS)
        if questions[0].is_chinese:
            stream, openings = self._chinese, vocabulary.OPENINGS_CHINESE
            lengths = np.maximum(1, (lengths * round(CHINESE_LENGTH_SHARE * 100)) // 100)
        picks = draws.below(1 << 30, count).tolist()
        stretches = stream.stretches(draws, lengths)
        texts = []
        for question, label, pick, (start, end) in zip(questions, fitting.tolist(), picks, stretches, strict=True):
            choice = openings[LABELS[label]]
            opening = choice[pick % len(choice)].format(topic=question.topic)
            # A third of the refusals is the stock phrase alone: the same text from many models.
            if label == DENIAL and pick // 8 % 3 == 0:
                texts.append(opening)
            else:
                texts.append(f"{opening}\n\n{stream.text[start:end]}")
        return texts

    def _altered(self, specimen: Specimen, text: str, is_chinese: bool) -> str:
        """The text with the oddity of the specimen in it."""
        if specimen in INSERTED:
            middle = len(text) // 2
            return text[:middle] + INSERTED[specimen] + text[middle:]
        if specimen in APPENDED:
            return f"{text}\n\n{APPENDED[specimen]}"
        if specimen is Specimen.OUTER_SPACE:
            return f"\n\n {text} \n"
        if specimen is Specimen.VERY_LONG:
            stream = self._chinese if is_chinese else self._english
            return f"{text}\n\n{stream.text[:VERY_LONG_CHARACTERS].rstrip()}"
        return text

    def _thoughts(self, draws: Draws, count: int) -> list[str]:
        """What the model is said to have thought before each answer."""
        lengths = np.full(count, THOUGHTS_CHARACTERS, dtype=np.int64)
        return [self._english.text[start:end] for start, end in self._english.stretches(draws, lengths)]

    def write(
        self,
        model: Model,
        questions: Sequence[Question],
        fitting: Integers,
        specimens: Sequence[Specimen | None],
    ) -> list[Response]:
        """The responses of one model to one set, in the order of the questions."""
        category, count = questions[0].category, len(questions)
        profile = profile_of(category, model)
        draws = Draws(self._plan.seed, "responses", category, model.name)
        texts = self._texts(draws, questions, fitting)
        thoughts = self._thoughts(draws, count)
        numbers = draws.raw(2 * count).tolist()
        start = NEW_DAY if model.is_new else LATER_DAY if category in LATER_SETS else FIRST_DAY
        start += model.index * 5_400 % (30 * 86_400)
        made = []
        for row, (question, specimen) in enumerate(zip(questions, specimens, strict=True)):
            number, at = numbers[row], start + row * SECONDS_BETWEEN_ROWS + numbers[row] % SECONDS_BETWEEN_ROWS
            exchange = Exchange(
                model=model.name,
                provider=profile.sub_providers[number // 32 % len(profile.sub_providers)],
                created=at,
                token=f"{number:016x}{numbers[count + row]:016x}",
                text=texts[row] if specimen is None else self._altered(specimen, texts[row], question.is_chinese),
                thoughts=thoughts[row],
                prompt_tokens=40 + number % 60,
            )
            body: dict[str, Any] = (
                failed_response(specimen, exchange)
                if specimen is not None and specimen in FAILURES
                else sound_response(profile.form, exchange)
            )
            earlier = None
            if specimen is Specimen.STALE:
                draft = f"{vocabulary.FIRST_DRAFT} {texts[row]}"
                first = replace(exchange, created=at - 86_400, token=exchange.token[::-1], text=draft)
                earlier = encode(sound_response(profile.form, first))
            is_zoned = profile.zone == "utc" or (profile.zone == "mixed" and number % 2 == 0)
            made.append(
                Response(
                    question=question,
                    specimen=specimen,
                    encoded=encode(body),
                    earlier=earlier,
                    at=at,
                    micros=number % 1_000_000,
                    timestamp=stamp(at, number % 1_000_000, is_zoned=is_zoned),
                    provider=body.get("provider"),
                )
            )
        return made
