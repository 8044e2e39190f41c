"""How the rows of one file look: upstream's tools changed over time, and every period left its own keys.

Belongs here: the eight kinds of response file and the keys they carry. The `response` object itself is made in
`shapes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from assets.upstream.demo_corpus.plan import CATEGORIES, Model


class Form(StrEnum):
    """How a sound answer of the file is wrapped."""

    CHAT = "chat"
    CHUTES = "chutes"
    CLIENT = "client"
    MESSAGES = "messages"
    REASONING = "reasoning"
    THINK_TAGS = "think_tags"
    BLOCKS = "blocks"


class Era(StrEnum):
    """Which of three generations of keys the rows of the first retired judge carry."""

    EARLY = "early"
    RAW = "raw"
    LATE = "late"


@dataclass(frozen=True)
class Profile:
    """The habits of one response file.

    `zone` is `none`, `utc` or `mixed`; `api_provider` is None where rows do not name one; `sub_providers` are the
    values of `response.provider`.
    """

    form: Form
    era: Era
    zone: str
    api_provider: str | None
    sub_providers: tuple[str | None, ...]
    has_raw_response: bool = False
    has_status: bool = False
    has_domain: bool = False


PROFILES = (
    Profile(Form.CHAT, Era.EARLY, "none", None, ("DeepInfra", "Novita", "Parasail")),
    Profile(Form.CHUTES, Era.RAW, "none", "chutes", (None,), has_raw_response=True),
    Profile(Form.CHAT, Era.LATE, "utc", "openrouter", ("OpenAI", "Azure"), has_status=True, has_domain=True),
    Profile(Form.CLIENT, Era.LATE, "utc", "openrouter", ("StreamLake", "novita"), has_status=True),
    Profile(Form.MESSAGES, Era.LATE, "utc", "anthropic", (None,), has_status=True),
    Profile(Form.REASONING, Era.LATE, "mixed", "OpenRouter", ("Fireworks", "fireworks"), has_domain=True),
    Profile(Form.THINK_TAGS, Era.EARLY, "mixed", "OPENROUTER", ("Unknown", "Lambda")),
    Profile(Form.BLOCKS, Era.RAW, "none", "Unknown", ("Google", "GOOGLE"), has_raw_response=True),
)


def profile_of(category: str, model: Model) -> Profile:
    """The profile of one file; four surviving models in four sets are enough to see all eight."""
    return PROFILES[(model.index + 2 * CATEGORIES.index(category)) % len(PROFILES)]
