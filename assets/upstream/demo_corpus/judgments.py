"""The rows of the analysis folders: what each judge wrote about each response.

Belongs here: everything that stands in `analysis*/compliance_<set>_<model>.jsonl`, its order of rows and its keys by
period. The labels themselves are drawn in `labels`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assets.upstream.demo_corpus import vocabulary
from assets.upstream.demo_corpus.draws import Draws
from assets.upstream.demo_corpus.labels import LABELS
from assets.upstream.demo_corpus.lexicon import Lexicon
from assets.upstream.demo_corpus.plan import CURRENT_JUDGE, RETIRED_JUDGES, CorpusPlan, Judge, Model
from assets.upstream.demo_corpus.profiles import Era, Profile
from assets.upstream.demo_corpus.response_rows import api_names, encoded_domain, raw_response
from assets.upstream.demo_corpus.responses import Response, stamp
from assets.upstream.demo_corpus.rows import encode_text, joined

CURRENT_DAY = 1_764_028_800  # 2025-11-25, when everything was judged anew
NEW_DAY = 1_770_163_200  # 2026-02-04, when the newest models were judged
FURTHER_DAY = 1_754_006_400  # 2025-08-01, the first of the further retired judges
ANALYSES_PER_LABEL = 400
DIVERSE_ANALYSES_PER_LABEL = 6_400  # of invented words

ORIGINAL_FAILED = "original response marked as permanent error"
ORIGINAL_MODERATED = (
    "The provider moderated the original response before it was complete; the judge was not asked. "
    "See response.error or choices[0].error of the row for what the provider said about it."
)
JUDGE_FILTERED = "The judge's provider filtered the request; no verdict was returned."
JUDGE_MISFORMATTED = "The judge returned no line that starts with COMPLIANCE."


@dataclass(frozen=True)
class Wording:
    """What a judge wrote, as JSON: `judge_analysis`, and `raw_judge_response` where the row has one."""

    analysis: str
    raw: str | None


class AnalysisPool:
    """Analyses to choose from, encoded once."""

    def __init__(self, plan: CorpusPlan) -> None:
        """Word a number of analyses per label with about the mean length of the plan."""
        self._analyses: dict[str, list[str]] = {}
        remarks: Sequence[str] = vocabulary.VERDICT_REMARKS
        count = ANALYSES_PER_LABEL
        if plan.invented_words:
            count = DIVERSE_ANALYSES_PER_LABEL
            lexicon = Lexicon(plan.seed, plan.invented_words)
            remarks = lexicon.sentences(Draws(plan.seed, "remarks"), 100_000)
        for label in LABELS:
            draws = Draws(plan.seed, "analyses", label)
            reason = vocabulary.VERDICT_REASONS[label]
            made = []
            for percent in (60 + draws.below(81, count)).tolist():
                wanted = plan.mean_analysis_characters * percent // 100
                text = reason
                for pick in draws.below(len(remarks), 1 + plan.mean_analysis_characters // 20).tolist():
                    if len(text) + 60 > wanted:  # the opening sentence takes about 60 characters
                        break
                    text = f"{text} {remarks[pick]}"
                made.append(encode_text(text)[1:-1])
            self._analyses[label] = made

    def wording(self, label: str, pick: int, response: Response) -> Wording:
        """The words for one label; `pick` is any whole number."""
        match label:
            case "ERROR":
                return Wording('""', '""')
            case "ERROR_ORIGINAL_MODERATION":
                return Wording(encode_text(ORIGINAL_MODERATED), None)
            case "ERROR_JUDGE_CONTENT_FILTER":
                return Wording(encode_text(JUDGE_FILTERED), None)
            case "ERROR_JUDGE_FORMAT":
                return Wording(encode_text(JUDGE_MISFORMATTED), encode_text("I would call this a fair answer."))
            case _ if label not in self._analyses:
                return Wording(encode_text(ORIGINAL_FAILED), None)
        pool = self._analyses[label]
        analysis = f"The user asks about {response.question.encoded_topic}. {pool[pick % len(pool)]}"
        return Wording(f'"{analysis}"', f'"ANALYSIS: {analysis}\\n\\nCOMPLIANCE: {label}"')


def judge_name(judge: Judge, model: Model) -> str:
    """The judge's name as the rows of this model's files hold it."""
    return judge.alias if judge.alias and model.is_judged_by_alias else judge.name


def _judge_provider(judge: Judge, model: Model, profile: Profile) -> str | None:
    """Through which provider the judge was asked, as written; None where the rows do not say."""
    if judge is CURRENT_JUDGE:
        return "google_agent_platform" if model.is_judged_by_alias else "openrouter"
    if judge is RETIRED_JUDGES[0]:
        return {Era.EARLY: None, Era.RAW: "OPENROUTER", Era.LATE: "openrouter"}[profile.era]
    return "OpenRouter" if "/" in judge.name else "Unknown"


@dataclass(frozen=True)
class JudgmentWriter:
    """Writes the rows of one judge about one model's responses to one set."""

    judge: Judge
    model: Model
    profile: Profile
    seed: int
    pool: AnalysisPool

    def _assessed_at(self, response: Response, era: Era) -> str:
        """When the judge wrote, as JSON; the first retired judge mostly copied the response's own timestamp."""
        if self.judge is CURRENT_JUDGE:
            start = NEW_DAY if self.model.is_new else CURRENT_DAY
        elif self.judge is RETIRED_JUDGES[0]:
            if era is not Era.LATE:
                return response.timestamp
            return stamp(response.at + 90, response.micros, is_zoned=True)
        else:
            start = FURTHER_DAY + RETIRED_JUDGES.index(self.judge) * 15 * 86_400
            start = NEW_DAY if self.model.is_new else start
        return stamp(start + response.at % (10 * 86_400), response.micros, is_zoned=True)

    def _row(self, response: Response, label: str, wording: Wording) -> str:
        judge_provider = _judge_provider(self.judge, self.model, self.profile)
        is_first = self.judge is RETIRED_JUDGES[0]
        era = self.profile.era if is_first else Era.LATE
        api_provider, api_model = api_names(self.model, self.profile)
        question = response.question
        judged = response.earlier if is_first and response.earlier else response.encoded
        parts: dict[str, str | None] = {
            "question_id": encode_text(question.id),
            "category": encode_text(question.category),
            "domain": encoded_domain(self.profile, response),
            "question": question.encoded_text,
            "model": encode_text(self.model.name),
            "provider": encode_text(response.provider) if response.provider else None,
            "api_model": api_model,
            "timestamp": self._assessed_at(response, era),
            "response": judged,
            "raw_response": raw_response(self.profile, judged) if era is Era.RAW else None,
            "judge_model": encode_text(judge_name(self.judge, self.model)),
            "judge_api_provider": encode_text(judge_provider) if judge_provider else None,
            "judge_analysis": wording.analysis,
            "compliance": encode_text(label),
            "raw_judge_response": wording.raw,
            "original_api_provider": api_provider,
        }
        return joined({key: parts[key] for key in KEYS[era]})

    def lines(
        self, responses: Sequence[Response], labels: Sequence[str], corrected: Mapping[int, str] | None = None
    ) -> list[str]:
        """The rows in the order of the file, which in three of four files is not that of the response file.

        `corrected` gives other labels for some rows; as upstream does, only the label is corrected, not the wording.
        """
        key = (self.judge.name, responses[0].question.category, self.model.name)
        draws = Draws(self.seed, "judgment rows", *key)
        picks = draws.below(1 << 30, len(responses)).tolist()
        lines = []
        for row, (response, label) in enumerate(zip(responses, labels, strict=True)):
            published = (corrected or {}).get(row, label)
            lines.append(self._row(response, published, self.pool.wording(label, picks[row], response)))
        if draws.below(4, 1)[0] == 0:
            return lines
        return [lines[row] for row in draws.permutation(len(lines)).tolist()]


KEYS = {
    Era.EARLY: (
        "question_id", "category", "domain", "question", "model", "provider", "timestamp", "response",
        "judge_analysis", "compliance", "raw_judge_response", "judge_model",
    ),
    Era.RAW: (
        "question_id", "category", "question", "model", "api_model", "timestamp", "response", "raw_response",
        "judge_model", "judge_api_provider", "judge_analysis", "compliance", "raw_judge_response",
        "original_api_provider",
    ),
    Era.LATE: (
        "question_id", "question", "model", "response", "judge_model", "compliance", "judge_analysis", "timestamp",
        "original_api_provider", "raw_judge_response", "category", "domain", "api_model", "judge_api_provider",
    ),
}  # fmt: skip
