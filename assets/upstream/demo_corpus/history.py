"""Which file stands in which revision: the four commits of the data repository.

HISTORY
  v1  china_criticism and zh_china_criticism; analysis/ holds the judgments of the first judge
  v2  adds us_criticism and us_hard
  v3  re-judged: analysis/ moves to the folder of the now retired judge, further retired judges get folders of their
      own, a new analysis/ holds the judgments of the current judge
  v4  the files of the large models become Git LFS pointers, a model is added, one is withdrawn, and two judgments of
      one file are corrected

Belongs here: the trees of the four revisions, filled while files are written, and their commits. What is in a file
is decided elsewhere.
"""

from dataclasses import dataclass

from assets.upstream.demo_corpus.counts import CorpusCounts, FileTally, sum_tallies
from assets.upstream.demo_corpus.plan import FIRST_SETS, RETIRED_JUDGES, Judge, Model
from assets.upstream.demo_corpus.repositories import RepositoryImport

TAGS = ("v1", "v2", "v3", "v4")
COMMIT_TIMES = (1_740_787_200, 1_747_267_200, 1_765_756_800, 1_771_545_600)  # 2025-03-01 to 2026-02-20
MESSAGES = (
    "China question sets, judged by gpt-4o",
    "Add us_criticism and us_hard",
    "Re-judge with grok-4.1-fast, keep the analyses of retired judges",
    "Large files to LFS, add a model, withdraw a preview, correct two judgments",
)
CURRENT_FOLDER = "analysis"
FIRST_JUDGE = RETIRED_JUDGES[0]


@dataclass(frozen=True)
class StoredFile:
    """A file as one or more revisions hold it; `tally` is None where it is no data."""

    mark: int
    tally: FileTally | None = None
    is_lfs: bool = False


class History:
    """The trees of the four revisions."""

    def __init__(self) -> None:
        """Start with empty trees."""
        self._trees: dict[str, dict[str, StoredFile]] = {tag: {} for tag in TAGS}

    def add(self, path: str, stored: StoredFile, since: str) -> None:
        """Put a file into the revision `since` and all later ones."""
        for tag in TAGS[TAGS.index(since) :]:
            self._trees[tag][path] = stored

    def add_questions(self, category: str, stored: StoredFile) -> None:
        """Put a question file where its set belongs."""
        self.add(f"questions/{category}.jsonl", stored, first_revision(category))

    def add_responses(self, category: str, model: Model, stored: StoredFile, pointer: StoredFile | None) -> None:
        """Put a response file into its revisions; `pointer` replaces it in the last one."""
        self._add_in(
            ("responses",) * 4,
            f"{category}_{model.file_part}.jsonl",
            category=category,
            model=model,
            stored=stored,
            last=pointer,
        )

    def add_analyses(
        self, category: str, model: Model, judge: Judge, stored: StoredFile, last: StoredFile | None
    ) -> None:
        """Put a judge's file into its revisions; `last` (a pointer or a correction) replaces it in the last one."""
        name = f"compliance_{category}_{model.file_part}.jsonl"
        if judge is FIRST_JUDGE:
            folders: tuple[str | None, ...] = (CURRENT_FOLDER, CURRENT_FOLDER, *(judge.retired_folder,) * 2)
        elif judge in RETIRED_JUDGES:
            folders = (None, None, *(judge.retired_folder,) * 2)
        else:
            folders = (None, None, *(CURRENT_FOLDER,) * 2)
        self._add_in(folders, name, category=category, model=model, stored=stored, last=last)

    def _add_in(
        self,
        folders: tuple[str | None, ...],
        name: str,
        *,
        category: str,
        model: Model,
        stored: StoredFile,
        last: StoredFile | None,
    ) -> None:
        """Put a file into the folder that each revision gives it, minding the model's part in the history."""
        since = TAGS[-1] if model.is_new else first_revision(category)
        until = len(TAGS) - 1 if model.is_withdrawn else len(TAGS)
        for position in range(TAGS.index(since), until):
            folder = folders[position]
            if folder is not None:
                is_last = position == len(TAGS) - 1
                self._trees[TAGS[position]][f"{folder}/{name}"] = last if is_last and last else stored

    def attributes(self) -> bytes:
        """`.gitattributes` of the last revision: one line per LFS pointer."""
        tree = self._trees[TAGS[-1]]
        pointers = [path for path in sorted(tree) if tree[path].is_lfs]
        return "".join(f"{path} filter=lfs diff=lfs merge=lfs -text\n" for path in pointers).encode()

    def counts(self, tag: str) -> CorpusCounts:
        """What a revision holds."""
        stored = self._trees[tag].values()
        tallies = (kept.tally for kept in stored if kept.tally is not None)
        return sum_tallies(tallies, sum(kept.is_lfs for kept in stored))

    def commit(self, repository: RepositoryImport) -> None:
        """Write the four commits and their tags."""
        for tag, seconds, message in zip(TAGS, COMMIT_TIMES, MESSAGES, strict=True):
            tree = {path: stored.mark for path, stored in self._trees[tag].items()}
            repository.commit(tag, seconds, message, tree)


def first_revision(category: str) -> str:
    """The revision that brought a question set."""
    return TAGS[0] if category in FIRST_SETS else TAGS[1]
