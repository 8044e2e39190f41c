"""What the corpus holds, counted while it is written: the numbers that a pipeline must find again.

Belongs here: the tally of one file and the sums over the files of one revision.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assets.upstream.demo_corpus.profiles import Form, Profile
from assets.upstream.demo_corpus.responses import Response
from assets.upstream.demo_corpus.shapes import TEXTLESS
from assets.upstream.demo_corpus.specimens import Specimen

SHAPES_OF_FORMS = {Form.CLIENT: "standardized", Form.MESSAGES: "messages"}


@dataclass(frozen=True)
class FileTally:
    """Counts of one data file; only the fields of its kind are filled.

    `kind` is `questions`, `responses` or `analyses`; `judge` is the canonical name, `judge_model` the one in the rows.
    """

    kind: str
    rows: int
    category: str
    model: str | None = None
    judge: str | None = None
    judge_model: str | None = None
    labels: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    specimens: Counter[Specimen] = field(default_factory=Counter)


@dataclass(frozen=True)
class CorpusCounts:
    """Counts of one revision.

    Attributes:
        questions: per set.
        files: data files (questions, responses, analyses).
        lfs_files: those of them that are LFS pointers.
        models: models with a response file.
        responses: rows of response files.
        response_shapes: responses per shape (chat_completion, messages, standardized, error).
        error_responses: responses that are an error and nothing else.
        partial_errors: responses with text and `choices[0].error`.
        textless_responses: responses without visible text, those of `error_responses` among them.
        response_texts: distinct (question, model, visible text) over response files and judged texts.
        stale_judgments: judgments of a text that the response file no longer holds.
        assessments: rows per judge, aliases counted under the judge's own name.
        judge_models: rows per judge name as written, aliases apart.
        labels: per judge (its own name) the rows per label.
        specimens: responses per specimen.
    """

    questions: dict[str, int]
    files: int
    lfs_files: int
    models: int
    responses: int
    response_shapes: dict[str, int]
    error_responses: int
    partial_errors: int
    textless_responses: int
    response_texts: int
    stale_judgments: int
    assessments: dict[str, int]
    judge_models: dict[str, int]
    labels: dict[str, dict[str, int]]
    specimens: dict[Specimen, int]


def tally_responses(model: str, profile: Profile, responses: Sequence[Response]) -> FileTally:
    """Count one response file."""
    specimens = Counter(response.specimen for response in responses if response.specimen is not None)
    bare_errors = specimens[Specimen.REJECTED] + specimens[Specimen.PROVIDER_ERROR]
    sound = sum(response.is_sound for response in responses)
    shapes = Counter({SHAPES_OF_FORMS.get(profile.form, "chat_completion"): sound})
    shapes["error"] += bare_errors
    shapes["chat_completion"] += len(responses) - sound - bare_errors
    category = responses[0].question.category
    return FileTally("responses", len(responses), category, model, shapes=+shapes, specimens=specimens)


def sum_tallies(tallies: Iterable[FileTally], lfs_files: int) -> CorpusCounts:
    """The counts of a revision whose data files have these tallies."""
    tallied = list(tallies)
    responses = [tally for tally in tallied if tally.kind == "responses"]
    analyses = [tally for tally in tallied if tally.kind == "analyses"]
    shapes: Counter[str] = Counter()
    specimens: Counter[Specimen] = Counter()
    for tally in responses:
        shapes.update(tally.shapes)
        specimens.update(tally.specimens)
    assessments: Counter[str] = Counter()
    judge_models: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = {}
    for tally in analyses:
        assessments[str(tally.judge)] += tally.rows
        judge_models[str(tally.judge_model)] += tally.rows
        labels.setdefault(str(tally.judge), Counter()).update(tally.labels)
    rows = sum(tally.rows for tally in responses)
    return CorpusCounts(
        questions={tally.category: tally.rows for tally in tallied if tally.kind == "questions"},
        files=len(tallied),
        lfs_files=lfs_files,
        models=len({tally.model for tally in responses}),
        responses=rows,
        response_shapes=dict(shapes),
        error_responses=shapes["error"],
        partial_errors=specimens[Specimen.PARTIAL_MODERATED] + specimens[Specimen.PARTIAL_FAILED],
        textless_responses=sum(specimens[specimen] for specimen in TEXTLESS),
        response_texts=rows + specimens[Specimen.STALE],
        stale_judgments=specimens[Specimen.STALE],
        assessments=dict(assessments),
        judge_models=dict(judge_models),
        labels={judge: dict(counted) for judge, counted in labels.items()},
        specimens=dict(specimens),
    )
