"""Invented words, as frequent as words are, and sentences of them: text that compresses as real text does.

The phrases of `vocabulary` read well and repeat themselves: a corpus of them compresses to a twelfth, upstream's
responses to a third. Where sizes and times matter more than reading, sentences are made of these words instead.
"""

import numpy as np

from assets.upstream.demo_corpus.draws import Draws

CONSONANTS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "ch")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea")
WEIGHT = 1 << 20
MEAN_CHARACTERS = 90  # of a sentence, about


class Lexicon:
    """So many words; the n-th is drawn with a probability in proportion to 1/n (Zipf)."""

    def __init__(self, seed: int, words: int) -> None:
        """Invent the words, the frequent ones first and short."""
        draws = Draws(seed, "lexicon")
        syllables = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
        made: dict[str, None] = {}
        while len(made) < words:
            count = 1 + min(3, len(made).bit_length() // 5)
            made["".join(syllables[pick] for pick in draws.below(len(syllables), count).tolist())] = None
        self._words = list(made)
        self._cumulated = np.cumsum(WEIGHT // np.arange(1, words + 1))

    def sentences(self, draws: Draws, count: int) -> list[str]:
        """`count` sentences of eight to twenty words."""
        lengths = 8 + draws.below(13, count)
        picks = draws.below(int(self._cumulated[-1]), int(lengths.sum()))
        words = [self._words[pick] for pick in np.searchsorted(self._cumulated, picks, side="right").tolist()]
        made = []
        end = 0
        for length in lengths.tolist():
            start, end = end, end + length
            made.append(" ".join(words[start:end]).capitalize() + ".")
        return made
