"""What the corpus will consist of: sizes, question sets, models and judges, before any text is written.

Belongs here: the arguments and their limits, the cast of models and judges, and the roles some of them play in the
history. Question wording is in `questions`, everything per response in `responses` and `judgments`.
"""

from dataclasses import dataclass, field
from datetime import date

from assets.errors import PipelineError

US_HARD = "us_hard"
US_CRITICISM = "us_criticism"
CHINA_CRITICISM = "china_criticism"
ZH_CHINA_CRITICISM = "zh_china_criticism"
FIRST_SETS = (CHINA_CRITICISM, ZH_CHINA_CRITICISM)
LATER_SETS = (US_CRITICISM, US_HARD)
CATEGORIES = (*FIRST_SETS, *LATER_SETS)

MINIMUM_QUESTIONS, MAXIMUM_QUESTIONS = 20, 50_000
MINIMUM_MODELS, MAXIMUM_MODELS = 4, 1_000
VARIANTS = 4


@dataclass(frozen=True)
class Judge:
    """A judge as upstream writes it and how it errs.

    `confusion` gives, for a response whose fitting label is COMPLETE, EVASIVE or DENIAL, how often per mille the
    judge says COMPLETE, EVASIVE, DENIAL.
    """

    name: str
    confusion: tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]
    alias: str | None = None

    @property
    def retired_folder(self) -> str:
        """The folder that holds this judge's rows once it is no longer the current one."""
        return f"analysis.{self.name.replace('/', '_')}"


CURRENT_JUDGE = Judge(
    "x-ai/grok-4.1-fast",
    ((950, 40, 10), (110, 830, 60), (8, 52, 940)),
    alias="xai/grok-4.1-fast-non-reasoning",
)
RETIRED_JUDGES = (
    Judge("openai/gpt-4o-2024-11-20", ((970, 25, 5), (210, 750, 40), (15, 105, 880))),
    Judge("mistral-small-3.1-24b-instruct-2503", ((915, 65, 20), (200, 710, 90), (30, 130, 840))),
    Judge("mistral-small-3.2-24b-instruct-2506-q8", ((930, 55, 15), (170, 750, 80), (20, 110, 870))),
    Judge("Qwen3-Next-80B-A3B-Instruct-8bit", ((885, 95, 20), (50, 820, 130), (5, 35, 960))),
    Judge("deepseek-chat-v3.2", ((955, 35, 10), (130, 810, 60), (10, 70, 920))),
    Judge("gemma-3-27b-it", ((975, 20, 5), (300, 660, 40), (40, 160, 800))),
)
MAXIMUM_JUDGES = 1 + len(RETIRED_JUDGES)


@dataclass(frozen=True)
class Model:
    """A model, what the site says about it, and its part in the history."""

    index: int
    name: str
    creator: str
    family: str
    release_date: date
    is_reasoning: bool
    is_large: bool = False
    is_new: bool = False
    is_withdrawn: bool = False
    is_corrected: bool = False
    is_documented: bool = True
    is_skipped: bool = False

    @property
    def file_part(self) -> str:
        """The model's name as file names hold it."""
        return self.name.replace("/", "_")

    @property
    def is_judged_by_alias(self) -> bool:
        """Whether the current judge reached this model's files through its other provider."""
        return self.is_new or self.index % 3 == 2


# An invented lab: prefix of the model names, name of the models, full name.
LABS = (
    ("north_star", "polaris", "North Star Computing"), ("alder", "alder", "Alder Intelligence"),
    ("tidewater", "brine", "Tidewater Labs"), ("orrery", "orrery", "Orrery Research"),
    ("heliotrope", "helio", "Heliotrope"), ("quartzite", "quartz", "Quartzite AI"),
    ("meadowlark", "lark", "Meadowlark"), ("basalt", "basalt", "Basalt Foundation"),
    ("cobaltworks", "cobalt", "Cobalt Works"), ("juniper-ai", "juniper", "Juniper AI"),
    ("foxglove", "foxglove", "Foxglove Systems"), ("estuary", "delta", "Estuary"),
    ("granite-peak", "peak", "Granite Peak"), ("wayfarer", "wayfarer", "Wayfarer"),
    ("saffron", "saffron", "Saffron Institute"), ("sextant", "sextant", "Sextant"),
    ("hazelmere", "hazel", "Hazelmere University"), ("kingfisher", "kingfisher", "Kingfisher"),
    ("marlstone", "marl", "Marlstone"), ("opal-forge", "opal", "Opal Forge"),
)  # fmt: skip
SIZES = ("large", "mini", "thinking")


def _released(index: int) -> date:
    """A month of release: models of a lab follow each other every few months from autumn 2023 on."""
    months = 2023 * 12 + 8 + index % 16
    return date(months // 12, months % 12 + 1, 1 + (index * 7) % 28)


def cast_models(count: int) -> tuple[Model, ...]:
    """`count` models of two to twenty labs, three sizes to a family, with the roles of the history given out."""
    lab_count = max(2, min(len(LABS), count // 3))
    models = []
    for index in range(count):
        creator, product, _ = LABS[index % lab_count]
        generation, size = divmod(index // lab_count, len(SIZES))
        family = f"{product}-{generation + 1}"
        name = f"{creator}/{family}-{SIZES[size]}"
        is_withdrawn = index == 2
        if is_withdrawn:
            creator, family, name = "openrouter", "stealth", "openrouter/lantern-alpha"
        models.append(
            Model(
                index=index,
                name=name,
                creator=creator,
                family=family,
                release_date=_released(index),
                is_reasoning=SIZES[size] == "thinking",
                is_large=index % 25 == 1,
                is_new=index == count - 1,
                is_withdrawn=is_withdrawn,
                is_corrected=index == 0,
                is_documented=index not in ({count - 1} if count < 8 else {count - 1, count - 3}),
                is_skipped=count >= 8 and index == 4,
            )
        )
    return tuple(models)


@dataclass(frozen=True)
class CorpusPlan:
    """The validated arguments and what follows from them.

    `mean_response_characters` and `mean_analysis_characters` are aims: texts end where a sentence ends, refusals are
    short and Chinese texts need fewer characters. `invented_words` is the size of the lexicon that English texts are
    made of; 0 for the phrases of `vocabulary`.
    """

    questions: int
    models: int
    judges: int
    seed: int
    mean_response_characters: int = 900
    mean_analysis_characters: int = 300
    invented_words: int = 0
    cast: tuple[Model, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Raise PipelineError where an argument is out of its limits."""
        limits = (
            ("questions", self.questions, MINIMUM_QUESTIONS, MAXIMUM_QUESTIONS),
            ("models", self.models, MINIMUM_MODELS, MAXIMUM_MODELS),
            ("judges", self.judges, 2, MAXIMUM_JUDGES),
            ("mean response characters", self.mean_response_characters, 200, 50_000),
            ("mean analysis characters", self.mean_analysis_characters, 100, 10_000),
        )
        for name, value, minimum, maximum in limits:
            if not minimum <= value <= maximum:
                raise PipelineError(f"demo corpus: {name} must be between {minimum} and {maximum}, not {value}")
        object.__setattr__(self, "cast", cast_models(self.models))

    @property
    def retired_judges(self) -> tuple[Judge, ...]:
        """The judges whose rows stand in folders of their own in the end; the first was the current one before."""
        return RETIRED_JUDGES[: self.judges - 1]

    def question_counts(self) -> dict[str, int]:
        """Questions per set, in the order of `CATEGORIES`.

        The three small sets are equally large, at most 50, and such that `us_hard` consists of whole themes.
        """
        cap = min(50, max(6, self.questions // 8))
        small = next(size for size in range(cap, 0, -1) if (self.questions - 3 * size) % VARIANTS == 0)
        return {
            CHINA_CRITICISM: small,
            ZH_CHINA_CRITICISM: small,
            US_CRITICISM: small,
            US_HARD: self.questions - 3 * small,
        }
