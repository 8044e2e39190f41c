"""How big a benchmark corpus is: the public one is size 1."""

from dataclasses import dataclass

from assets.upstream.demo_corpus.plan import RETIRED_JUDGES, CorpusPlan, Judge

QUESTIONS = 2420
MODELS = 152  # 369,000 responses at size 1
RESPONSE_CHARACTERS, ANALYSIS_CHARACTERS = 4700, 870
INVENTED_WORDS = 12_000  # so that responses compress to a third, as upstream's do
# Upstream keeps the rows of two judges, each with the response that it judged; the Hub has six judges and a human.
UPSTREAM_JUDGES = 2
HUB_JUDGES: tuple[Judge, ...] = RETIRED_JUDGES
HUMAN = "pitti/pap"
SEED = 1


@dataclass(frozen=True)
class CorpusSize:
    """A size relative to the public corpus; what grows is the number of models, as it does there."""

    scale: float

    @property
    def models(self) -> int:
        """Models that answer all questions."""
        return max(4, round(MODELS * self.scale))

    @property
    def plan(self) -> CorpusPlan:
        """What the generator writes."""
        return CorpusPlan(
            QUESTIONS, self.models, UPSTREAM_JUDGES, SEED, RESPONSE_CHARACTERS, ANALYSIS_CHARACTERS, INVENTED_WORDS
        )
