"""Writing a whole demo corpus: both repositories, complete or not at all.

Belongs here: the order of the work, one model and question set at a time so that memory holds one set of files, and
the account of what was written.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assets.errors import PipelineError
from assets.upstream.demo_corpus import metadata
from assets.upstream.demo_corpus.counts import CorpusCounts, FileTally, tally_responses
from assets.upstream.demo_corpus.history import COMMIT_TIMES, TAGS, History, StoredFile
from assets.upstream.demo_corpus.judgments import AnalysisPool, JudgmentWriter, judge_name
from assets.upstream.demo_corpus.labels import difficulties, fitting_labels, judge_labels
from assets.upstream.demo_corpus.plan import CURRENT_JUDGE, US_CRITICISM, CorpusPlan, Judge, Model
from assets.upstream.demo_corpus.profiles import profile_of
from assets.upstream.demo_corpus.questions import Question, write_questions
from assets.upstream.demo_corpus.repositories import (
    RepositoryImport,
    create_bare,
    store_lfs_object,
    tagged_commits,
)
from assets.upstream.demo_corpus.response_rows import response_lines
from assets.upstream.demo_corpus.responses import Response, ResponseWriter
from assets.upstream.demo_corpus.rows import file_bytes
from assets.upstream.demo_corpus.specimens import SpecimenPlan, stays_plain

DATA_REPOSITORY = "llm-compliance.git"
SITE_REPOSITORY = "speechmap-site.git"
DECOY_MODEL = "decoy/not-data"
CORRECTED_CATEGORY = US_CRITICISM

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Revision:
    """One tagged commit of the data repository and what it holds."""

    tag: str
    commit: str
    counts: CorpusCounts


@dataclass(frozen=True)
class DemoCorpus:
    """What was written: the bare repositories and, per revision, the counts that a reader must find.

    `revisions` are v1 to v4 in this order; `site_commit` is the only commit of the site repository.
    """

    data_repository: Path
    site_repository: Path
    revisions: tuple[Revision, ...]
    site_commit: str

    @property
    def head(self) -> Revision:
        """The last revision, to which branch main points."""
        return self.revisions[-1]


class _CorpusWriter:
    """Writes the files of the data repository, one model and question set at a time."""

    def __init__(self, plan: CorpusPlan, repository: Path, running: RepositoryImport) -> None:
        """Make what all files share: questions, texts, analyses, the places of the specimens."""
        self._plan, self._repository, self._import = plan, repository, running
        self.history = History()
        self.questions = write_questions(plan)
        self._responses = ResponseWriter(plan)
        self._analyses = AnalysisPool(plan)
        self._specimens = SpecimenPlan(plan)
        self._difficulties = {
            category: difficulties(plan.seed, category, len(questions))
            for category, questions in self.questions.items()
        }

    def _stored(self, lines: list[str], tally: FileTally, is_large: bool) -> tuple[StoredFile, StoredFile | None]:
        """Store a file, and its LFS object and pointer where the model's files are large in the end."""
        content = file_bytes(lines)
        stored = StoredFile(self._import.blob(content), tally)
        if not is_large:
            return stored, None
        pointer = store_lfs_object(self._repository, content)
        return stored, StoredFile(self._import.blob(pointer), tally, is_lfs=True)

    def write_surroundings(self) -> None:
        """Write the questions, the catalog and a recovery file that only looks like data."""
        for category, questions in self.questions.items():
            content = file_bytes([question.line() for question in questions])
            tally = FileTally("questions", len(questions), category)
            self.history.add_questions(category, StoredFile(self._import.blob(content), tally))
        known = [model for model in self._plan.cast if not model.is_new]
        for since, models in ((TAGS[0], known), (TAGS[-1], self._plan.cast)):
            for path, content in (
                ("models.txt", metadata.model_names(models)),
                ("model_catalog.jsonl", metadata.model_catalog(models)),
            ):
                self.history.add(path, StoredFile(self._import.blob(content)), since)

    def _write_decoy(self, model: Model, lines: Sequence[str]) -> None:
        """Keep some rows under another model's name in backup/, which is not data."""
        decoy = [line.replace(f'"{model.name}"', f'"{DECOY_MODEL}"') for line in lines[:2]]
        path = f"backup/responses/recovered_{DECOY_MODEL.replace('/', '_')}.jsonl"
        self.history.add(path, StoredFile(self._import.blob(file_bytes(decoy))), TAGS[0])

    def write_model(self, model: Model, category: str) -> None:
        """Write one model's responses to one set and what every judge said about them."""
        questions: list[Question] = self.questions[category]
        profile = profile_of(category, model)
        specimens = self._specimens.of_file(category, model, len(questions))
        fitting = fitting_labels(self._plan.seed, category, model, self._difficulties[category])
        responses = self._responses.write(model, questions, fitting, specimens)
        lines = response_lines(model, profile, responses)
        if model.index == 0 and category == next(iter(self.questions)):
            self._write_decoy(model, lines)
        tally = tally_responses(model.name, profile, responses)
        self.history.add_responses(category, model, *self._stored(lines, tally, model.is_large))
        for judge in (CURRENT_JUDGE, *self._plan.retired_judges):
            labels = judge_labels(
                self._plan.seed,
                category,
                model,
                judge,
                last_retired=self._plan.retired_judges[-1],
                fitting=fitting,
                specimens=specimens,
            )
            writer = JudgmentWriter(judge, model, profile, self._plan.seed, self._analyses)
            stored, last = self._stored(
                writer.lines(responses, labels), _tally_analyses(category, model, judge, labels), model.is_large
            )
            if judge is CURRENT_JUDGE and model.is_corrected and category == CORRECTED_CATEGORY:
                last = self._corrected(writer, responses, labels)
            self.history.add_analyses(category, model, judge, stored, last)

    def _corrected(self, writer: JudgmentWriter, responses: Sequence[Response], labels: Sequence[str]) -> StoredFile:
        """The same file with two judgments corrected, as the last revision holds it."""
        category = responses[0].question.category
        corrected = {
            row: "EVASIVE" if label == "COMPLETE" else "COMPLETE"
            for row, label in enumerate(labels)
            if stays_plain(category, writer.model, row)
        }
        lines = writer.lines(responses, labels, corrected)
        final = [corrected.get(row, label) for row, label in enumerate(labels)]
        tally = _tally_analyses(category, writer.model, writer.judge, final)
        return StoredFile(self._import.blob(file_bytes(lines)), tally)


def _tally_analyses(category: str, model: Model, judge: Judge, labels: Sequence[str]) -> FileTally:
    """Count one analysis file."""
    return FileTally(
        "analyses",
        len(labels),
        category,
        model.name,
        judge=judge.name,
        judge_model=judge_name(judge, model),
        labels=Counter(labels),
    )


def _write_data_repository(plan: CorpusPlan, repository: Path, progress: Progress | None) -> History:
    """Write the data repository and return its history."""
    create_bare(repository)
    total = len(plan.cast) * len(plan.question_counts())
    with RepositoryImport(repository) as running:
        writer = _CorpusWriter(plan, repository, running)
        writer.write_surroundings()
        done = 0
        for model in plan.cast:
            for category in plan.question_counts():
                writer.write_model(model, category)
                done += 1
                if progress is not None:
                    progress(done, total)
        attributes = StoredFile(running.blob(writer.history.attributes()))
        writer.history.add(".gitattributes", attributes, TAGS[-1])
        writer.history.commit(running)
    return writer.history


def _write_site_repository(plan: CorpusPlan, repository: Path) -> None:
    """Write the repository of the site's metadata: one commit."""
    create_bare(repository)
    with RepositoryImport(repository) as running:
        tree = {
            "model_metadata.json": running.blob(metadata.site_model_metadata(plan)),
            "lab_metadata.jsonl": running.blob(metadata.site_lab_metadata(plan)),
        }
        running.commit(TAGS[0], COMMIT_TIMES[-1], "Model and lab metadata", tree)


@contextmanager
def _workplace(destination: Path) -> Iterator[Path]:
    """A folder inside the destination, on the same file system; on failure nothing of either is left."""
    is_ours = not destination.exists()
    try:
        destination.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=".demo-corpus-", dir=destination))
    except OSError as error:
        raise PipelineError(f"demo corpus: cannot write to {destination}: {error.strerror}") from error
    is_done = False
    try:
        yield workplace
        is_done = True
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
        if is_ours and not is_done:
            with suppress(OSError):  # somebody else put something there meanwhile
                destination.rmdir()


def _publish(workplace: Path, destination: Path) -> None:
    """Move both repositories to their place, or neither. The data repository comes last: with it all is there."""
    moved: list[Path] = []
    try:
        for name in (SITE_REPOSITORY, DATA_REPOSITORY):
            target = destination / name
            (workplace / name).rename(target)
            moved.append(target)
    except OSError:
        for repository in moved:
            shutil.rmtree(repository, ignore_errors=True)
        raise


def write_demo_corpus(
    destination: Path,
    *,
    questions: int,
    models: int,
    judges: int,
    seed: int,
    mean_response_characters: int = 900,
    mean_analysis_characters: int = 300,
    invented_words: int = 0,
    progress: Progress | None = None,
) -> DemoCorpus:
    """Write `llm-compliance.git` and `speechmap-site.git`, bare repositories like upstream's, into a folder.

    Same arguments, same commit ids, on every machine. With `invented_words`, English texts are made of so many invented
    words instead of phrases, and compress as real ones do. `progress` is called with the number of written (model,
    question set) pairs and their total.

    Raises:
        PipelineError: an argument is out of its limits, one of the repositories exists already, git is missing, or
            the destination cannot be written. Nothing is left at the destination then.
    """
    plan = CorpusPlan(
        questions, models, judges, seed, mean_response_characters, mean_analysis_characters, invented_words
    )
    for name in (DATA_REPOSITORY, SITE_REPOSITORY):
        if (destination / name).exists():
            raise PipelineError(
                f"demo corpus: {destination / name} exists already; remove it or choose another destination"
            )
    with _workplace(destination) as workplace:
        try:
            history = _write_data_repository(plan, workplace / DATA_REPOSITORY, progress)
            _write_site_repository(plan, workplace / SITE_REPOSITORY)
            commits = tagged_commits(workplace / DATA_REPOSITORY)
            site_commit = tagged_commits(workplace / SITE_REPOSITORY)[TAGS[0]]
            _publish(workplace, destination)
        except OSError as error:
            raise PipelineError(f"demo corpus: cannot write to {destination}: {error.strerror}") from error
    revisions = tuple(Revision(tag, commits[tag], history.counts(tag)) for tag in TAGS)
    return DemoCorpus(destination / DATA_REPOSITORY, destination / SITE_REPOSITORY, revisions, site_commit)
