"""The stand-in as the real client changes it: datasets, commits, tags, and who may do so."""

import json
import threading
from collections.abc import Callable

import pytest

from assets.hub.library import prepare_library
from tests.hub.hub_server import Fault, HubServer, PlannedFault

prepare_library()  # before the library itself

import httpx2  # noqa: E402
from huggingface_hub import (  # noqa: E402
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
)
from huggingface_hub.errors import (  # noqa: E402
    BadRequestError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import get_session  # noqa: E402

NAME = "lab/data"
CARD = b"---\nlicense: mit\n---\n# Data\n"
PARQUET = bytes(range(256)) * 8


def add(path: str, content: bytes) -> CommitOperationAdd:
    return CommitOperationAdd(path, content)


def commit(api: HfApi, *operations: object, parent: str | None = None, title: str = "Publish") -> str:
    made = api.create_commit(NAME, operations, commit_message=title, repo_type="dataset", parent_commit=parent)
    return made.oid


@pytest.fixture
def first(publisher: HfApi) -> str:
    """The dataset, with a card and a file; returns the commit."""
    publisher.create_repo(NAME, repo_type="dataset")
    return commit(publisher, add("README.md", CARD), add("data/train.parquet", PARQUET), title="First\n\nwith words")


def test_a_dataset_begins_with_one_commit(hub: HubServer, publisher: HfApi) -> None:
    url = publisher.create_repo(NAME, repo_type="dataset")
    assert (str(url), url.repo_id) == (f"{hub.endpoint}/datasets/{NAME}", NAME)
    assert publisher.list_repo_files(NAME, repo_type="dataset") == [".gitattributes"]
    assert [each.title for each in publisher.list_repo_commits(NAME, repo_type="dataset")] == ["initial commit"]
    assert publisher.create_repo(NAME, repo_type="dataset", exist_ok=True).repo_id == NAME
    with pytest.raises(HfHubHTTPError, match="already created") as refused:
        publisher.create_repo(NAME, repo_type="dataset")
    assert refused.value.response.status_code == 409
    assert publisher.create_repo("data", repo_type="dataset", exist_ok=True).repo_id == NAME
    assert publisher.whoami()["name"] == "lab"
    assert [each["name"] for each in publisher.whoami()["orgs"]] == ["team"]


def test_a_private_dataset_is_seen_by_its_writers_only(hub: HubServer, publisher: HfApi) -> None:
    publisher.create_repo(NAME, repo_type="dataset", private=True)
    assert publisher.dataset_info(NAME).private
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=hub.endpoint, token=False).dataset_info(NAME)
    other = HfApi(endpoint=hub.endpoint, token=hub.allow("other", "someone"))
    with pytest.raises(RepositoryNotFoundError):
        commit(other, add("a.txt", b"a"))


@pytest.mark.parametrize(
    ("token", "status"), [(False, 401), ("unknown", 401), ("reading", 403), ("elsewhere", 403)], ids=str
)
def test_writing_wants_a_token_that_may(hub: HubServer, first: str, token: str | bool, status: int) -> None:
    hub.allow("elsewhere", "someone")
    hub.dataset("someone/secret", token="reading")  # noqa: S106 - it guards nothing
    api = HfApi(endpoint=hub.endpoint, token=token)
    attempts: list[Callable[[], object]] = [
        lambda: api.create_repo("lab/new", repo_type="dataset"),
        lambda: api.preupload_lfs_files(NAME, [add("b.parquet", b"b")], repo_type="dataset"),
        lambda: commit(api, CommitOperationDelete("README.md")),
        lambda: api.create_tag(NAME, tag="v1", repo_type="dataset"),
        lambda: api.delete_tag(NAME, tag="v1", repo_type="dataset"),
    ]
    for attempt in attempts:
        with pytest.raises(HfHubHTTPError) as refused:
            attempt()
        assert refused.value.response.status_code == status
    assert (hub.dataset(NAME).head.sha, hub.dataset(NAME).tags, list(hub.repositories)) == (
        first,
        {},
        [NAME, "someone/secret"],
    )
    assert api.dataset_info(NAME).sha == first


def test_a_commit_is_read_as_it_was_written(hub: HubServer, publisher: HfApi, first: str) -> None:
    second = commit(publisher, add("notes.txt", b"new"), CommitOperationDelete("data/"), parent=first, title="Second")
    files = [publisher.list_repo_files(NAME, revision=each, repo_type="dataset") for each in (first, second)]
    assert files == [
        [".gitattributes", "README.md", "data/train.parquet"],
        [".gitattributes", "README.md", "notes.txt"],
    ]
    (newest, earlier, _) = publisher.list_repo_commits(NAME, repo_type="dataset")
    assert (newest.commit_id, newest.title, newest.authors) == (second, "Second", ["lab"])
    assert (earlier.commit_id, earlier.title, earlier.message) == (first, "First\n\nwith words", "")
    assert newest.created_at > earlier.created_at
    assert publisher.dataset_info(NAME).card_data.license == "mit"
    (header, *_) = hub.asked(r"POST .*/commit/main")[-1].lines()
    assert header["value"] == {"summary": "Second", "description": "", "parentCommit": first}


def test_a_commit_on_another_parent_is_refused_whole(hub: HubServer, publisher: HfApi, first: str) -> None:
    second = commit(publisher, add("notes.txt", b"new"), parent=first)
    with pytest.raises(HfHubHTTPError, match="A commit has happened since") as refused:
        commit(publisher, add("late.txt", b"late"), parent=first)
    assert refused.value.response.status_code == 412
    with pytest.raises(RemoteEntryNotFoundError, match="differentiate file and folder"):
        commit(publisher, add("late.txt", b"late"), CommitOperationDelete("absent.txt"))
    with pytest.raises(RevisionNotFoundError):
        publisher.create_commit(
            NAME, [add("late.txt", b"")], commit_message="Late", repo_type="dataset", revision="branch"
        )
    with pytest.raises(BadRequestError, match="the name of its folder"):
        commit(publisher, add("notes.txt/late.txt", b"late"))
    assert hub.dataset(NAME).head.sha == second


def test_what_is_there_already_makes_no_commit(publisher: HfApi, first: str) -> None:
    assert commit(publisher, add("README.md", CARD), add("data/train.parquet", PARQUET)) == first


def test_another_publisher_can_come_between(hub: HubServer, publisher: HfApi, first: str) -> None:
    other = HfApi(endpoint=hub.endpoint, token=hub.allow("other", "other", "lab"))
    hub.before(r"POST .*/commit/main", lambda: commit(other, add("other.txt", b"first!"), title="Other"))
    with pytest.raises(HfHubHTTPError, match="412"):
        commit(publisher, add("mine.txt", b"second"), parent=first)
    assert hub.dataset(NAME).head.message == "Other"
    assert commit(publisher, add("mine.txt", b"second"), parent=hub.dataset(NAME).head.sha)


def test_files_are_copied_from_another_revision(publisher: HfApi, first: str) -> None:
    commit(publisher, CommitOperationDelete("data/train.parquet"), add("README.md", CARD + b"more\n"))
    commit(
        publisher,
        CommitOperationCopy("data/train.parquet", "back/train.parquet", src_revision=first),
        CommitOperationCopy("README.md", "OLD.md", src_revision=first),
    )
    paths = ["back/train.parquet", "OLD.md", "back", "absent"]
    restored, old, folder = publisher.get_paths_info(NAME, paths, expand=True, repo_type="dataset")
    (before,) = publisher.get_paths_info(NAME, "data/train.parquet", revision=first, repo_type="dataset")
    assert (restored.blob_id, restored.lfs, old.size) == (before.blob_id, before.lfs, len(CARD))
    assert {each.last_commit.title for each in (restored, old, folder)} == {"Publish"}
    assert publisher.get_paths_info(NAME, "README.md", revision=first, repo_type="dataset")[0].blob_id == old.blob_id


def test_tags_stay_where_they_were_set(hub: HubServer, publisher: HfApi, first: str) -> None:
    publisher.create_tag(NAME, tag="data/v1", tag_message="Version 1", revision=first, repo_type="dataset")
    commit(publisher, add("notes.txt", b"new"))
    with pytest.raises(HfHubHTTPError, match="exists already"):
        publisher.create_tag(NAME, tag="data/v1", repo_type="dataset")
    publisher.create_tag(NAME, tag="data/v1", repo_type="dataset", exist_ok=True)
    with pytest.raises(RevisionNotFoundError):
        publisher.create_tag(NAME, tag="v2", revision="absent", repo_type="dataset")
    refs = publisher.list_repo_refs(NAME, repo_type="dataset", include_pull_requests=True)
    assert [(each.name, each.ref, each.target_commit) for each in refs.tags] == [
        ("data/v1", "refs/tags/data/v1", first)
    ]
    assert [(each.name, each.target_commit) for each in refs.branches] == [("main", hub.dataset(NAME).head.sha)]
    assert publisher.dataset_info(NAME, revision="data/v1").sha == first
    publisher.delete_tag(NAME, tag="data/v1", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        publisher.delete_tag(NAME, tag="data/v1", repo_type="dataset")


def test_an_answer_can_be_lost_after_the_work(hub: HubServer, publisher: HfApi, first: str) -> None:
    hub.faults = [PlannedFault(f"POST .*/{each}/", Fault.LOST_ANSWER) for each in ("commit", "tag")]
    with pytest.raises(httpx2.RemoteProtocolError):
        commit(publisher, add("notes.txt", b"new"), parent=first, title="Lost")
    assert hub.dataset(NAME).head.message == "Lost"
    with pytest.raises(httpx2.RemoteProtocolError):
        publisher.create_tag(NAME, tag="v1", repo_type="dataset")
    assert hub.dataset(NAME).tags == {"v1": hub.dataset(NAME).head.sha}


def test_a_refused_body_is_no_next_request(hub: HubServer, publisher: HfApi, waits: list[float], first: str) -> None:
    hub.faults = [
        PlannedFault("preupload", Fault.STATUS, status=429, headers={"Retry-After": "7"}),
        PlannedFault("POST .*/commit/", Fault.STATUS, times=2),
    ]
    for _ in range(2):
        with pytest.raises(HfHubHTTPError, match="503"):
            commit(publisher, add("notes.txt", b"POST /api/repos/create HTTP/1.1\r\n\r\n" * 100))
    assert commit(publisher, add("notes.txt", b"new")) == hub.dataset(NAME).head.sha
    assert waits == [8.0]
    assert len(hub.asked(r"POST .*/commit/")) == 4
    session = get_session()
    for path in ("/absent", "/api/datasets/lab/data/refs"):
        answer = session.request("GET", f"{hub.endpoint}{path}", content=iter([b"12", b"3"]))
    assert answer.json()["tags"] == []
    assert [request.body for request in hub.requests[-2:]] == [b"123", b"123"]


def test_lists_come_in_pages(hub: HubServer, publisher: HfApi, first: str) -> None:
    commit(publisher, *(add(f"notes/{number}.txt", b"n") for number in range(5)))
    hub.page_size = 2
    entries = [each.path for each in publisher.list_repo_tree(NAME, repo_type="dataset", recursive=True)]
    assert entries == sorted(
        [".gitattributes", "README.md", "data", "data/train.parquet", "notes", *(f"notes/{n}.txt" for n in range(5))]
    )
    assert [each.path for each in publisher.list_repo_tree(NAME, "notes", repo_type="dataset")] == [
        f"notes/{number}.txt" for number in range(5)
    ]
    assert len(publisher.list_repo_commits(NAME, repo_type="dataset")) == 3
    assert hub.asked("cursor=2")
    with pytest.raises(RemoteEntryNotFoundError):
        list(publisher.list_repo_tree(NAME, "absent", repo_type="dataset"))


def test_a_file_system_reads_ranges_of_a_revision(hub: HubServer, publisher: HfApi, first: str) -> None:
    path = "data/ü & more.parquet"
    publisher.create_tag(NAME, tag="v1", revision=commit(publisher, add(path, PARQUET)), repo_type="dataset")
    commit(publisher, add(path, PARQUET[::-1]))
    files = HfFileSystem(endpoint=hub.endpoint, token="w", skip_instance_cache=True)  # noqa: S106 - it guards nothing
    root = f"datasets/{NAME}"
    with files.open(f"{root}@v1/{path}", "rb", block_size=100) as file:
        file.seek(300)
        assert file.read(50) == PARQUET[300:350]
        file.seek(-20, 2)
        assert file.read() == PARQUET[-20:]
    with files.open(f"{root}/{path}", "rb", block_size=0) as file:
        assert file.read(10) == PARQUET[::-1][:10]
    assert files.info(f"{root}/{path}")["size"] == len(PARQUET)
    assert sorted(files.ls(f"{root}@v1", detail=False)) == [
        f"{root}@v1/{name}" for name in (".gitattributes", "README.md", "data")
    ]
    assert files.glob(f"{root}/**/*.parquet") == [f"{root}/data/train.parquet", f"{root}/{path}"]
    assert not files.exists(f"{root}@v9/{path}")
    ranges = {request.range for request in hub.asked("GET /storage")}
    assert {"bytes=300-449", None} < ranges
    assert all(request.authorization is None for request in hub.requests if request.host == "localhost")


def test_the_info_is_what_was_asked_for(hub: HubServer, publisher: HfApi, first: str) -> None:
    info = publisher.dataset_info(NAME, expand=["sha", "cardData"])
    assert (info.sha, info.card_data.license, info.siblings, info.author) == (first, "mit", None, None)
    assert json.loads(get_session().get(f"{hub.endpoint}/api/datasets/{NAME}").content)["createdAt"].endswith("Z")


def test_publishers_at_once_do_not_lose_a_commit(hub: HubServer, publisher: HfApi, first: str) -> None:
    threads = [
        threading.Thread(
            target=commit, args=(publisher, add(f"{number}.txt", b"n"), add(f"{number}.bin", b"%d" % number))
        )
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hub.dataset(NAME).commits) == 2 + 8
    assert len(hub.dataset(NAME).head.files) == 3 + 2 * 8
