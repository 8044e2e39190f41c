"""The demo corpus is upstream's format with known contents: read back here with git and plain json only."""

import dataclasses
import hashlib
import itertools
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.errors import PipelineError
from assets.upstream.demo_corpus import CorpusCounts, DemoCorpus, write_demo_corpus
from assets.upstream.demo_corpus.shapes import HIDDEN_REASONING, SUPERSEDED_TEXT
from assets.upstream.demo_corpus.specimens import Specimen

SMALLEST = {"questions": 20, "models": 4, "judges": 2, "seed": 1}
DEMO = {"questions": 120, "models": 8, "judges": 3, "seed": 7}
TAGS = ("v1", "v2", "v3", "v4")
RETIRED = "analysis.openai_gpt-4o-2024-11-20"
ALIASES = {"xai/grok-4.1-fast-non-reasoning": "x-ai/grok-4.1-fast"}
LFS_HEADER = b"version https://git-lfs.github.com/spec/v1\n"


def git(repository: Path, *arguments: str, text: str | None = None) -> bytes:
    command = ["git", f"--git-dir={repository}", *arguments]
    return subprocess.run(command, input=text and text.encode(), check=True, capture_output=True).stdout


def tree(repository: Path, revision: str) -> dict[str, str]:
    """Blob id of every path of a revision."""
    lines = git(repository, "ls-tree", "-r", revision).decode().splitlines()
    return {path: meta.split()[2] for meta, _, path in (line.partition("\t") for line in lines)}


def blobs(repository: Path, ids: set[str]) -> dict[str, bytes]:
    """Contents by blob id, with one git process."""
    batch = git(repository, "cat-file", "--batch", text="\n".join(sorted(ids)) + "\n")
    contents, position = {}, 0
    while position < len(batch):
        end = batch.index(b"\n", position)
        blob, _, size = batch[position:end].decode().split()
        contents[blob] = batch[end + 1 : end + 1 + int(size)]
        position = end + 2 + int(size)
    return contents


def lfs_object(repository: Path, pointer: bytes) -> bytes:
    oid, size = pointer.decode().split("oid sha256:")[1].split("\nsize ")
    content = (repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).read_bytes()
    assert hashlib.sha256(content).hexdigest() == oid
    assert len(content) == int(size)
    return content


def rows(content: bytes) -> list[dict[str, Any]]:
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content.decode().removesuffix("\n").split("\n")]


@dataclasses.dataclass(frozen=True)
class Reading:
    """One revision as an outsider reads it: rows per path, LFS pointers followed."""

    questions: dict[str, list[dict[str, Any]]]
    responses: dict[str, list[dict[str, Any]]]
    analyses: dict[str, list[dict[str, Any]]]
    pointers: dict[str, bytes]

    def all_responses(self) -> Iterator[dict[str, Any]]:
        return itertools.chain.from_iterable(self.responses.values())

    def all_analyses(self) -> Iterator[dict[str, Any]]:
        return itertools.chain.from_iterable(self.analyses.values())


def read(corpus: DemoCorpus, revision: str) -> Reading:
    paths = tree(corpus.data_repository, revision)
    contents = blobs(corpus.data_repository, set(paths.values()))
    reading = Reading({}, {}, {}, {})
    for path, blob in paths.items():
        content, folder = contents[blob], path.split("/")[0]
        kinds = {"questions": reading.questions, "responses": reading.responses}
        files = reading.analyses if folder.startswith("analysis") else kinds.get(folder)
        if files is None:
            continue
        if content.startswith(LFS_HEADER):
            reading.pointers[path] = content
            content = lfs_object(corpus.data_repository, content)
        files[path] = rows(content)
    return reading


def shape(response: dict[str, Any]) -> str:
    if "_llm_client" in response:
        return "standardized"
    if isinstance(response.get("content"), list):
        return "messages"
    return "chat_completion" if response.get("choices") else "error"


def visible_text(response: dict[str, Any]) -> str:
    """The answer as FORMAT.md defines it: the standardized one first, and of blocks only those of type text."""
    match shape(response):
        case "standardized":
            content = response["_llm_client"]["standardized_response"]["content"]
        case "messages":
            content = response["content"]
        case "chat_completion":
            content = response["choices"][0]["message"]["content"]
        case _:
            content = None
    if isinstance(content, list):
        return "".join(block["text"] for block in content if block["type"] == "text")
    return content or ""


def key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["category"], row["question_id"], row["model"]


def has_partial_error(response: dict[str, Any]) -> bool:
    return any("error" in choice for choice in response.get("choices", ()))


def counted(reading: Reading) -> dict[str, Any]:
    """The declared counts, counted anew."""
    current = {key(row): visible_text(row["response"]) for row in reading.all_responses()}
    judged = [(key(row), visible_text(row["response"])) for row in reading.all_analyses()]
    judges = [ALIASES.get(row["judge_model"], row["judge_model"]) for row in reading.all_analyses()]
    labels: dict[str, Counter[str]] = {judge: Counter() for judge in judges}
    for judge, row in zip(judges, reading.all_analyses(), strict=True):
        labels[judge][row["compliance"]] += 1
    shapes = Counter(shape(row["response"]) for row in reading.all_responses())
    return {
        "questions": {path[10:-6]: len(lines) for path, lines in reading.questions.items()},
        "files": len(reading.questions) + len(reading.responses) + len(reading.analyses),
        "lfs_files": len(reading.pointers),
        "models": len({row["model"] for row in reading.all_responses()}),
        "responses": sum(len(lines) for lines in reading.responses.values()),
        "response_shapes": dict(shapes),
        "error_responses": shapes["error"],
        "partial_errors": sum(has_partial_error(row["response"]) for row in reading.all_responses()),
        "textless_responses": sum(not text for text in current.values()),
        "response_texts": len({*current.items(), *judged}),
        "stale_judgments": sum(current[response] != text for response, text in judged),
        "assessments": dict(Counter(judges)),
        "judge_models": dict(Counter(row["judge_model"] for row in reading.all_analyses())),
        "labels": {judge: dict(count) for judge, count in labels.items()},
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> DemoCorpus:
    return write_demo_corpus(tmp_path_factory.mktemp("demo"), **DEMO)


@pytest.fixture(scope="module")
def head(corpus: DemoCorpus) -> Reading:
    return read(corpus, "v4")


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> DemoCorpus:
    return write_demo_corpus(tmp_path_factory.mktemp("smallest"), **SMALLEST)


def commits(corpus: DemoCorpus) -> list[str]:
    return [*(revision.commit for revision in corpus.revisions), corpus.site_commit]


class TestDeterminism:
    def test_same_arguments_give_the_same_commits_whatever_the_surroundings(
        self, smallest: DemoCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".gitconfig").write_text("[core]\n\tautocrlf = true\n[user]\n\tname = Somebody\n")
        for name, value in (
            ("HOME", str(tmp_path)),
            ("GIT_AUTHOR_DATE", "2001-01-01T00:00:00"),
            ("GIT_DEFAULT_HASH", "sha256"),
            ("GIT_DIR", str(tmp_path / "elsewhere")),
            ("TZ", "Asia/Tokyo"),
        ):
            monkeypatch.setenv(name, value)
        assert commits(write_demo_corpus(tmp_path / "again", **SMALLEST)) == commits(smallest)

    def test_commits_are_those_of_every_other_machine(self, smallest: DemoCorpus) -> None:
        """Change the id when the texts change on purpose; a change by a processor or a library is a defect."""
        assert smallest.head.commit == "f2a0e629386359f6147843d083912ef6d0f38524"

    def test_another_seed_gives_other_commits(self, smallest: DemoCorpus, tmp_path: Path) -> None:
        other = write_demo_corpus(tmp_path, **{**SMALLEST, "seed": 2})
        assert not set(commits(other)[:4]) & set(commits(smallest)[:4])


class TestCounts:
    @pytest.mark.parametrize("tag", TAGS)
    def test_declared_counts_are_found_by_plain_json(self, corpus: DemoCorpus, tag: str) -> None:
        declared = dataclasses.asdict(corpus.revisions[TAGS.index(tag)].counts)
        del declared["specimens"]
        assert counted(read(corpus, tag)) == declared

    def test_smallest_corpus_holds_what_it_declares(self, smallest: DemoCorpus) -> None:
        declared = dataclasses.asdict(smallest.head.counts)
        del declared["specimens"]
        assert counted(read(smallest, "main")) == declared

    def test_every_question_is_answered_and_judged_once_per_judge(self, corpus: DemoCorpus) -> None:
        counts = corpus.head.counts
        assert sum(counts.questions.values()) == DEMO["questions"]
        assert counts.models == DEMO["models"] - 1  # one is withdrawn
        assert counts.responses == counts.models * DEMO["questions"]
        assert counts.assessments == dict.fromkeys(counts.assessments, counts.responses)
        assert len(counts.assessments) == DEMO["judges"]

    def test_smallest_corpus_has_every_specimen_and_shape(self, smallest: DemoCorpus) -> None:
        counts: CorpusCounts = smallest.head.counts
        assert set(counts.specimens) == set(Specimen)
        assert set(counts.response_shapes) == {"chat_completion", "messages", "standardized", "error"}
        assert counts.stale_judgments >= 2

    def test_mean_length_follows_the_argument(self, tmp_path: Path) -> None:
        arguments = {"questions": 200, "models": 8, "judges": 2, "seed": 3}
        corpus = write_demo_corpus(tmp_path, **arguments, mean_response_characters=2_000, mean_analysis_characters=600)
        reading = read(corpus, "v3")
        texts = [visible_text(row["response"]) for row in reading.all_responses() if row["category"] == "us_hard"]
        ordinary = [len(text) for text in texts if len(text) < 50_000]
        analyses = [len(row["judge_analysis"]) for row in reading.all_analyses()]
        assert sum(ordinary) / len(ordinary) == pytest.approx(2_000, rel=0.25)
        assert sum(analyses) / len(analyses) == pytest.approx(600, rel=0.25)


class TestQuestions:
    def test_two_china_sets_share_their_ids_and_differ_in_language(self, head: Reading) -> None:
        english, chinese = (
            head.questions[f"questions/{name}.jsonl"] for name in ("china_criticism", "zh_china_criticism")
        )
        assert [row["id"] for row in english] == [row["id"] for row in chinese]
        assert all("一" <= row["question"][2] <= "鿿" for row in chinese)
        assert all(row["question"].isascii() for row in english)
        answers = [
            visible_text(row["response"]) for row in head.all_responses() if row["category"] == "zh_china_criticism"
        ]
        assert sum("。" in answer for answer in answers) > len(answers) * 0.9

    def test_hard_questions_are_themes_of_four_variants_with_a_domain(self, head: Reading) -> None:
        hard = head.questions["questions/us_hard.jsonl"]
        themes = Counter(row["id"].rstrip("0123456789") for row in hard)
        assert set(themes.values()) == {4}
        assert len({row["domain"] for row in hard}) > 3
        assert not any("domain" in row for row in head.questions["questions/us_criticism.jsonl"])

    def test_questions_of_a_set_are_distinct(self, head: Reading) -> None:
        for lines in head.questions.values():
            assert len({row["id"] for row in lines}) == len({row["question"] for row in lines}) == len(lines)

    @pytest.mark.parametrize(("questions", "small_set"), [(20, 4), (23, 5), (120, 12), (2_420, 48)])
    def test_small_sets_scale_down_and_themes_stay_whole(self, questions: int, small_set: int) -> None:
        from assets.upstream.demo_corpus.plan import CorpusPlan

        counts = CorpusPlan(questions, 4, 2, 0).question_counts()
        assert counts["us_criticism"] == counts["china_criticism"] == counts["zh_china_criticism"] == small_set
        assert sum(counts.values()) == questions
        assert counts["us_hard"] % 4 == 0


class TestTraps:
    def test_texts_hold_the_oddities_of_the_real_data(self, head: Reading) -> None:
        texts = [visible_text(row["response"]) for row in head.all_responses()]
        for piece in (
            "\x00",
            "\u2028",
            "<think>",
            "<script>",
            "onerror=",
            "javascript:",
            "![",
            "\n\n## ",
            "\n- ",
            "\U0001d54f",
        ):
            assert any(piece in text for text in texts), piece
        assert any(text != text.strip() for text in texts)
        assert max(map(len, texts)) > 50_000
        assert Counter(text for text in texts if text).most_common(1)[0][1] > 1

    def test_hidden_text_is_in_the_files_and_never_visible(self, head: Reading) -> None:
        responses = [row["response"] for row in head.all_responses()]
        for marker in (HIDDEN_REASONING, SUPERSEDED_TEXT):
            assert any(marker in json.dumps(response, ensure_ascii=False) for response in responses)
            assert not any(marker in visible_text(response) for response in responses)

    def test_chat_content_comes_as_text_blocks_and_null(self, head: Reading) -> None:
        contents = [
            row["response"]["choices"][0]["message"]["content"]
            for row in head.all_responses()
            if row["response"].get("choices")
        ]
        assert {type(content) for content in contents} == {str, list, type(None)}

    def test_standardized_content_is_a_string_or_blocks(self, head: Reading) -> None:
        standardized = [
            row["response"]["_llm_client"]["standardized_response"]["content"]
            for row in head.all_responses()
            if "_llm_client" in row["response"]
        ]
        assert {type(content) for content in standardized} == {str, list}

    def test_partial_answers_get_different_errors_from_different_judges(self, head: Reading) -> None:
        labels = {
            row["judge_model"]: row["compliance"]
            for row in head.all_analyses()
            if has_partial_error(row["response"]) and row["response"]["choices"][0]["finish_reason"] is None
        }
        assert labels["openai/gpt-4o-2024-11-20"] == "ERROR"
        assert "ERROR_ORIGINAL_MODERATION" in labels.values()
        assert all(visible_text(row["response"]) for row in head.all_responses() if has_partial_error(row["response"]))

    def test_all_labels_of_upstream_occur(self, head: Reading) -> None:
        assert {row["compliance"] for row in head.all_analyses()} == {
            "COMPLETE", "EVASIVE", "DENIAL", "ERROR", "ERROR_ORIGINAL_MODERATION", "ERROR_ORIGINAL_TRUNCATION",
            "ERROR_ORIGINAL_RESPONSE", "ERROR_JUDGE_CONTENT_FILTER", "ERROR_JUDGE_FORMAT",
        }  # fmt: skip

    def test_no_file_looks_like_format_drift(self, head: Reading) -> None:
        assert not [
            row for row in head.all_analyses() if row["compliance"] == "COMPLETE" and not visible_text(row["response"])
        ]

    def test_optional_keys_and_spellings_vary_between_rows(self, head: Reading) -> None:
        responses = list(head.all_responses())
        for optional in ("api_provider", "api_model", "domain", "raw_response", "response_status", "request_format"):
            assert 0 < sum(optional in row for row in responses) < len(responses), optional
        assert {"openrouter", "OpenRouter", "OPENROUTER", "Unknown"} <= {row.get("api_provider") for row in responses}
        assert any("user_id" in row["response"] for row in responses)
        assert any(row["response"].get("model") not in {None, row["model"]} for row in responses)
        assert {row.get("response_status") for row in responses} >= {None, "success", "moderation"}

    def test_timestamps_with_and_without_zone_mix_within_a_file(self, head: Reading) -> None:
        zones = {path: {row["timestamp"].endswith("+00:00") for row in lines} for path, lines in head.responses.items()}
        assert {True, False} in zones.values()
        assert {True} in zones.values()
        assert {False} in zones.values()

    def test_row_order_differs_between_response_and_analysis_files(self, head: Reading) -> None:
        orders = {path.removeprefix("responses/"): list(map(key, lines)) for path, lines in head.responses.items()}
        same = Counter(
            list(map(key, lines)) == orders[path.partition("/compliance_")[2]] for path, lines in head.analyses.items()
        )
        assert same[True] > 0
        assert same[False] > 0

    def test_only_the_first_retired_judge_saw_texts_that_are_gone(self, head: Reading) -> None:
        current = {key(row): visible_text(row["response"]) for row in head.all_responses()}
        stale = {
            path.split("/")[0]
            for path, lines in head.analyses.items()
            for row in lines
            if visible_text(row["response"]) != current[key(row)]
        }
        assert stale == {RETIRED}

    def test_newer_files_name_the_current_judge_by_its_alias(self, head: Reading) -> None:
        names = {
            path: {row["judge_model"] for row in lines}
            for path, lines in head.analyses.items()
            if path.startswith("analysis/")
        }
        assert {frozenset(name) for name in names.values()} == {
            frozenset({"x-ai/grok-4.1-fast"}),
            frozenset({"xai/grok-4.1-fast-non-reasoning"}),
        }

    def test_judges_agree_as_well_as_real_ones(self, head: Reading) -> None:
        labels: dict[str, dict[tuple[str, str, str], str]] = {}
        for row in head.all_analyses():
            if not row["compliance"].startswith("ERROR"):
                judge = ALIASES.get(row["judge_model"], row["judge_model"])
                labels.setdefault(judge, {})[key(row)] = row["compliance"]
        for first, second in itertools.combinations(labels.values(), 2):
            shared = first.keys() & second.keys()
            observed = sum(first[one] == second[one] for one in shared) / len(shared)
            sides = [Counter(side[one] for one in shared) for side in (first, second)]
            expected = sum(sides[0][label] * sides[1][label] for label in sides[0]) / len(shared) ** 2
            assert 0.5 < (observed - expected) / (1 - expected) < 0.85

    def test_backup_holds_rows_that_are_no_data(self, corpus: DemoCorpus, head: Reading) -> None:
        paths = [path for path in tree(corpus.data_repository, "v4") if path.startswith("backup/")]
        contents = blobs(corpus.data_repository, {tree(corpus.data_repository, "v4")[path] for path in paths})
        decoys = {row["model"] for content in contents.values() for row in rows(content)}
        assert decoys
        assert not decoys & {row["model"] for row in head.all_responses()}


class TestHistory:
    def test_four_tagged_commits_follow_each_other(self, corpus: DemoCorpus) -> None:
        log = git(corpus.data_repository, "log", "--reverse", "--format=%H", "main").decode().split()
        assert log == [revision.commit for revision in corpus.revisions]
        tags = git(corpus.data_repository, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags")
        assert tags.decode().split("\n")[:4] == [f"{rev.tag} {rev.commit}" for rev in corpus.revisions]

    def test_repositories_are_sound(self, corpus: DemoCorpus) -> None:
        for repository in (corpus.data_repository, corpus.site_repository):
            git(repository, "fsck", "--full", "--strict")

    def test_sets_arrive_in_two_steps(self, corpus: DemoCorpus) -> None:
        first, second = (revision.counts.questions for revision in corpus.revisions[:2])
        assert set(first) == {"china_criticism", "zh_china_criticism"}
        assert set(second) == {*first, "us_criticism", "us_hard"}

    def test_the_folder_of_the_retired_judge_moved_without_a_change(self, corpus: DemoCorpus) -> None:
        before, after = tree(corpus.data_repository, "v2"), tree(corpus.data_repository, "v3")
        moved = {
            path.replace("analysis/", f"{RETIRED}/"): blob
            for path, blob in before.items()
            if path.startswith("analysis/")
        }
        assert moved
        assert moved == {path: blob for path, blob in after.items() if path.startswith(f"{RETIRED}/")}
        assert not [path for path in moved if after[path.replace(RETIRED, "analysis")] == moved[path]]
        changes = git(
            corpus.data_repository, "diff-tree", "-r", "-B100%", "-M100%", "-C100%", "--name-status", "v2", "v3"
        )
        recognised = [line for line in changes.decode().splitlines() if line.startswith(("R100", "C100"))]
        assert len(recognised) == len(moved)

    def test_further_retired_judges_have_folders_of_their_own(self, corpus: DemoCorpus) -> None:
        folders = {path.split("/")[0] for path in tree(corpus.data_repository, "v3") if path.startswith("analysis")}
        assert folders == {"analysis", RETIRED, "analysis.mistral-small-3.1-24b-instruct-2503"}

    def test_large_files_become_pointers_with_their_objects(self, corpus: DemoCorpus, head: Reading) -> None:
        assert not read(corpus, "v3").pointers
        before = tree(corpus.data_repository, "v3")
        contents = blobs(corpus.data_repository, {before[path] for path in head.pointers})
        assert len(head.pointers) >= 4 * 4  # one model, four sets, responses and three judges
        for path, pointer in head.pointers.items():
            assert lfs_object(corpus.data_repository, pointer) == contents[before[path]]
        attributes = git(corpus.data_repository, "show", "v4:.gitattributes").decode().splitlines()
        assert attributes == [f"{path} filter=lfs diff=lfs merge=lfs -text" for path in sorted(head.pointers)]

    def test_one_model_is_withdrawn_and_one_added(self, corpus: DemoCorpus) -> None:
        models = [{row["model"] for row in read(corpus, tag).all_responses()} for tag in ("v3", "v4")]
        assert len(models[0] - models[1]) == len(models[1] - models[0]) == 1
        listed = [git(corpus.data_repository, "show", f"{tag}:models.txt").decode().split() for tag in ("v3", "v4")]
        assert set(listed[1]) - set(listed[0]) == models[1] - models[0]

    def test_two_judgments_of_one_file_are_corrected(self, corpus: DemoCorpus, head: Reading) -> None:
        before = read(corpus, "v3").analyses
        changed = {
            path: [(old, new) for old, new in zip(before[path], lines, strict=True) if old != new]
            for path, lines in head.analyses.items()
            if path in before and before[path] != lines
        }
        ((path, pairs),) = changed.items()
        assert path.startswith("analysis/compliance_us_criticism_")
        assert len(pairs) == 2
        assert all({**old, "compliance": new["compliance"]} == new for old, new in pairs)

    def test_partial_clones_and_single_blobs_can_be_fetched(self, corpus: DemoCorpus, tmp_path: Path) -> None:
        mirror, url = tmp_path / "mirror.git", corpus.data_repository.as_uri()
        subprocess.run(
            ["git", "clone", "-q", "--bare", "--filter=blob:none", "--depth=1", url, str(mirror)],
            check=True,
            capture_output=True,
        )
        blob = tree(corpus.data_repository, "v1")["models.txt"]
        missing = git(mirror, "rev-list", "--objects", "--missing=print", "main").decode()
        assert "?" in missing
        git(mirror, "fetch", "--quiet", "--stdin", "origin", text=f"{blob}\n")
        assert git(mirror, "cat-file", "blob", blob) == git(corpus.data_repository, "cat-file", "blob", blob)


class TestSiteMetadata:
    def test_models_are_documented_but_for_two(self, corpus: DemoCorpus, head: Reading) -> None:
        lines = rows(git(corpus.site_repository, "show", "main:model_metadata.json"))
        keys = ["model_identifier", "creator", "model_name", "model_family", "release_date", "reasoning_model"]
        assert all(list(row)[:6] == keys and list(row)[-1] == "notes" for row in lines)
        assert any(row.get("skip") for row in lines)
        assert any(row["reasoning_model"] for row in lines)
        seen = {row["model"] for row in head.all_responses()}
        assert len(seen - {row["model_identifier"] for row in lines}) == 2
        labs = {row["lab"] for row in rows(git(corpus.site_repository, "show", "main:lab_metadata.jsonl"))}
        assert {row["creator"] for row in lines if row["model_identifier"] in seen} <= labs


class TestBadInput:
    @pytest.mark.parametrize(
        ("changed", "named"),
        [
            ({"questions": 19}, "questions"),
            ({"questions": 50_001}, "questions"),
            ({"models": 3}, "models"),
            ({"judges": 1}, "judges"),
            ({"judges": 8}, "judges"),
            ({"mean_response_characters": 10}, "response characters"),
            ({"mean_analysis_characters": 0}, "analysis characters"),
        ],
    )
    def test_arguments_out_of_limits_are_named(self, tmp_path: Path, changed: dict[str, int], named: str) -> None:
        with pytest.raises(PipelineError, match=rf"{named} must be between \d+ and \d+"):
            write_demo_corpus(tmp_path / "new", **{**SMALLEST, **changed})
        assert not (tmp_path / "new").exists()

    @pytest.mark.parametrize("name", ["llm-compliance.git", "speechmap-site.git"])
    def test_existing_repositories_stay_as_they_are(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "kept").touch()
        with pytest.raises(PipelineError, match=f"{name} exists already"):
            write_demo_corpus(tmp_path, **SMALLEST)
        assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [name, f"{name}/kept"]

    def test_destination_that_is_a_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(PipelineError, match=r"cannot write to .*file"):
            write_demo_corpus(tmp_path / "file", **SMALLEST)

    @pytest.mark.parametrize("exists", [True, False])
    def test_an_interrupted_run_leaves_nothing(self, tmp_path: Path, exists: bool) -> None:
        destination = tmp_path / "demo"
        if exists:
            destination.mkdir()

        def interrupt(done: int, total: int) -> None:
            if done == 5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_demo_corpus(destination, **SMALLEST, progress=interrupt)
        assert list(tmp_path.rglob("*")) == ([destination] if exists else [])

    def test_a_failing_git_is_reported_and_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "bin").mkdir()
        script = tmp_path / "bin" / "git"
        script.write_text(
            '#!/bin/sh\ncase "$*" in *fast-import*) echo "fatal: No space left on device" >&2; exit 1;; esac\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(script.parent), prepend=":")
        with pytest.raises(PipelineError, match="No space left on device"):
            write_demo_corpus(tmp_path / "demo", **SMALLEST)
        assert not (tmp_path / "demo").exists()

    def test_missing_git_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(PipelineError, match="git is not installed"):
            write_demo_corpus(tmp_path / "demo", **SMALLEST)
        assert not (tmp_path / "demo").exists()


def test_progress_counts_up_to_the_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_demo_corpus(tmp_path, **SMALLEST, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 16) for done in range(1, 17)]
