"""Running text in two languages: a long stream of paragraphs of which each response takes a stretch.

Belongs here: making the stream, cutting stretches of a wanted length out of it, the distribution of lengths. Cutting
is what makes gigabytes of text cheap. Which response gets which length and opening is decided in `responses`.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from assets.upstream.demo_corpus import vocabulary
from assets.upstream.demo_corpus.draws import Draws, Integers
from assets.upstream.demo_corpus.lexicon import MEAN_CHARACTERS, Lexicon

LENGTH_STEPS = 1024
LENGTH_SIGMA = 0.75  # standard deviation of the logarithm; upstream's is 0.7 to 0.9 within one kind of answer
CHINESE_LENGTH_SHARE = 0.35  # the same thought takes about a third of the characters


def length_table(mean: float) -> Integers:
    """Lengths in characters at equal steps of probability: a log-normal distribution with this mean.

    A table of whole numbers, so that a draw needs no floating-point function.
    """
    steps = [NormalDist().inv_cdf((step + 0.5) / LENGTH_STEPS) for step in range(LENGTH_STEPS)]
    shape = [math.exp(LENGTH_SIGMA * step) for step in steps]
    scale = mean * LENGTH_STEPS / sum(shape)
    return np.array([max(1, round(scale * value)) for value in shape], dtype=np.int64)


@dataclass(frozen=True)
class Language:
    """Sentence material of one language."""

    code: str
    subjects: tuple[str, ...]
    predicates: tuple[str, ...]
    adverbials: tuple[str, ...]
    remarks: tuple[str, ...]
    places: tuple[str, ...]
    separator: str

    def sentences(self, draws: Draws, count: int) -> list[str]:
        """`count` sentences, a fifth of them short remarks."""
        choices = zip(
            draws.below(5, count),
            draws.below(len(self.subjects), count),
            draws.below(len(self.predicates), count),
            draws.below(len(self.adverbials), count),
            draws.below(len(self.places), count),
            strict=True,
        )
        made = []
        for kind, subject, predicate, adverbial, place in choices:
            if kind == 0:
                made.append(self.remarks[(subject * 7 + predicate) % len(self.remarks)])
                continue
            aside = self.adverbials[adverbial].format(place=self.places[place])
            if self.code == "zh":
                made.append(f"{aside}{self.subjects[subject]}{self.predicates[predicate]}。")
            else:
                made.append(f"{aside[0].upper()}{aside[1:]}, {self.subjects[subject]} {self.predicates[predicate]}.")
        return made


ENGLISH = Language(
    "en",
    vocabulary.SUBJECTS,
    vocabulary.PREDICATES,
    vocabulary.ADVERBIALS,
    vocabulary.REMARKS,
    vocabulary.PLACES,
    " ",
)
CHINESE = Language(
    "zh",
    vocabulary.SUBJECTS_CHINESE,
    vocabulary.PREDICATES_CHINESE,
    vocabulary.ADVERBIALS_CHINESE,
    vocabulary.REMARKS_CHINESE,
    vocabulary.PLACES_CHINESE,
    "",
)


PLAIN_FORMS = 24  # of thirty paragraphs; the other six take one Markdown form each


def _markdown(form: int, picked: list[str], language: Language) -> str:
    """The sentences in one of six Markdown forms."""
    first = picked[0].rstrip(".。")
    return (
        f"## {first}",
        "\n".join(f"- {sentence}" for sentence in picked),
        "\n".join(f"{number}. **{sentence}**" for number, sentence in enumerate(picked, start=1)),
        f"> {language.separator.join(picked)}",
        f"```\n{first}\n```",
        f"| no | text |\n|---|---|\n| 1 | {first} |",
    )[form]


class TextStream:
    """A long text of one language and the places where a stretch of it may start and end."""

    def __init__(self, language: Language, seed: int, characters: int, lexicon: Lexicon | None = None) -> None:
        """Write at least `characters` characters of paragraphs, a fifth of them in Markdown forms.

        With a lexicon, sentences are made of its words and hardly ever repeat themselves.
        """
        draws = Draws(seed, "text stream", language.code)
        if lexicon is None:
            pool = language.sentences(draws, 4000)
        else:
            pool = lexicon.sentences(draws, max(4000, characters // MEAN_CHARACTERS))
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        length = 0
        while length < characters:
            sizes = 2 + draws.below(4, 512)
            forms = draws.below(PLAIN_FORMS + 6, 512)
            choices = draws.below(len(pool), 512 * 5).reshape(512, 5).tolist()
            for size, form, choice in zip(sizes.tolist(), forms.tolist(), choices, strict=True):
                picked = [pool[index] for index in choice[:size]]
                starts.append(length)
                if form >= PLAIN_FORMS:
                    paragraph = _markdown(form - PLAIN_FORMS, picked, language)
                else:
                    paragraph = language.separator.join(picked)
                    end = length
                    for sentence in picked[:-1]:
                        end += len(sentence)
                        ends.append(end)
                        end += len(language.separator)
                ends.append(length + len(paragraph))
                pieces.append(paragraph)
                length += len(paragraph) + 2
        self.text = "\n\n".join(pieces)
        self._starts = np.array(starts, dtype=np.int64)
        self._ends = np.array(ends, dtype=np.int64)

    def stretches(self, draws: Draws, lengths: Integers) -> list[tuple[int, int]]:
        """For each wanted length (characters) a start and an end in `text`, on paragraph and sentence borders."""
        reach = int(lengths.max(initial=0))
        usable = max(1, int(np.searchsorted(self._starts, len(self.text) - reach - 1000)))
        starts = self._starts[draws.below(usable, len(lengths))]
        found = np.searchsorted(self._ends, starts + lengths)
        ends = self._ends[np.minimum(found, len(self._ends) - 1)]
        return list(zip(starts.tolist(), ends.tolist(), strict=True))
