"""Git remotes in trouble: what is tried again, how often, and what a person is told in the end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_result, stop_after_attempt, wait_fixed

from assets.errors import PipelineError
from assets.upstream.mirror import Mirror, remote_commit
from tests.upstream.faults import Fault, cut, impatient, refused, stalled, truncated, well, wrong
from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import Repository, git, objects_of_type

ADVERTISEMENT, ANSWER = "/info/refs", "/git-upload-pack"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Two commits of files that do not compress, so that a transfer can be cut in many places. Read only."""
    repository = Repository.create(tmp_path_factory.mktemp("faulty-upstream") / "work")
    for number in range(2):
        repository.commit({f"responses/{number}.jsonl": os.urandom(3000)})
    return repository


@pytest.fixture
def server(repository: Repository, tmp_path: Path) -> Iterator[GitServer]:
    with serve_git(repository.publish(tmp_path / "remote.git")) as server:
        yield server


@pytest.fixture
def mirror(server: GitServer, tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror.git", server.url, impatient())


STATUSES: dict[str, Fault] = {f"status {status}": refused(status) for status in (429, 500, 502, 503, 504)}
BREAKS: dict[str, Fault] = {
    **{f"cut at {place}": cut(place) for place in (0, 3, 100, -1)},
    **{f"truncated to {place}": truncated(place) for place in (0, 3, 100, -4)},
}


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        *(pytest.param(ADVERTISEMENT, fault, id=name) for name, fault in {**STATUSES, **BREAKS}.items()),
        *(pytest.param(ANSWER, fault, id=f"{name} of the answer") for name, fault in BREAKS.items()),
    ],
)
def test_asking_for_the_commit_is_tried_again(
    server: GitServer, repository: Repository, ending: str, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(ending, fault, fault)
    assert remote_commit(server.url, patience=impatient()) == repository.head()
    assert server.count(ADVERTISEMENT) == 3
    assert len(caplog.messages) == 2
    for message in caplog.messages:
        assert message.startswith(f"upstream {server.url} cannot be read: ")
        assert message.endswith("; trying again in 0 s")


@pytest.mark.parametrize(
    "fault", [refused(503), *BREAKS.values(), wrong(2000)], ids=["status 503", *BREAKS, "wrong bytes"]
)
def test_fetching_is_tried_again_from_where_the_last_batch_ended(
    mirror: Mirror, server: GitServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    asked = server.count(ADVERTISEMENT)
    server.fail(ANSWER, fault)
    assert mirror.fetch_blobs(ids) == 2
    assert server.count(ADVERTISEMENT) - asked == 2
    assert objects_of_type(mirror.path, "blob") == set(ids)
    assert [len(blob) for _, blob in mirror.blobs(ids)] == [3000, 3000]
    assert sum("trying again" in message for message in caplog.messages) == 1


def test_the_commit_is_fetched_after_faults_on_the_way(
    mirror: Mirror, server: GitServer, repository: Repository
) -> None:
    server.fail(ANSWER, well, refused(503), well, cut(100))  # the first request asks for the commit's id
    assert mirror.resolve() == repository.head()


@pytest.mark.parametrize("status", [401, 403, 404, 501])
@pytest.mark.parametrize("ending", [ADVERTISEMENT, ANSWER])
def test_what_stays_as_it_is_is_not_tried_again(server: GitServer, ending: str, status: int) -> None:
    server.fail(ending, refused(status))
    with pytest.raises(PipelineError, match=f"^upstream {server.url} cannot be read: ") as caught:
        remote_commit(server.url, patience=impatient())
    assert server.count(ADVERTISEMENT) == 1
    assert "given up" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_remote_that_stays_in_trouble_is_given_up(server: GitServer) -> None:
    server.fail(ADVERTISEMENT, *[refused(503)] * 9)
    with pytest.raises(PipelineError, match=r"cannot be read: .*503; given up after 4 attempts$"):
        remote_commit(server.url, patience=impatient(attempts=4))
    assert server.count(ADVERTISEMENT) == 4


def test_an_unknown_revision_is_asked_for_once(mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    for revision in ("1" * 40, "nothing"):
        with pytest.raises(PipelineError, match="unknown revision"):
            mirror.resolve(revision)
    with pytest.raises(PipelineError, match=r"not our ref .*rewritten just now, run again$"):
        mirror.fetch_blobs(["1" * 40])
    assert [message for message in caplog.messages if "trying again" in message] == []


def test_an_address_where_nobody_answers_is_tried_again(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        waits: list[float] = []
        with pytest.raises(PipelineError, match=r"given up after 5 attempts$"):
            remote_commit(f"http://{address}/x.git", patience=impatient(sleep=waits.append))
    assert len(waits) == 4


def test_a_folder_is_asked_once(repository: Repository, tmp_path: Path) -> None:
    remote = repository.publish(tmp_path / "remote.git")
    mirror = Mirror(tmp_path / "mirror.git", str(remote), impatient(sleep=_never))
    mirror.resolve()
    for pack in (remote / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:200])
    with pytest.raises(PipelineError, match="cannot be read"):
        mirror.fetch_blobs([git("rev-parse", "main:responses/0.jsonl", repository=repository.path)])


def test_an_answer_that_does_not_come_is_waited_for_in_vain_and_asked_for_again(
    server: GitServer, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(ANSWER, stalled(10))
    assert remote_commit(server.url, patience=impatient(answer_seconds=1.5)) == repository.head()
    assert f"upstream {server.url} cannot be read: no answer within 1.5 s; trying again in 0 s" in caplog.messages


def test_a_transfer_that_stands_still_is_started_again(
    mirror: Mirror, server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    blob = git("rev-parse", "main:responses/0.jsonl", repository=repository.path)
    mirror = Mirror(tmp_path / "mirror.git", server.url, impatient(silence_seconds=1))
    mirror.resolve()
    server.fail(ANSWER, stalled(300))
    assert mirror.fetch_blobs([blob]) == 1


def test_a_transfer_that_takes_too_long_is_stopped_with_all_that_git_has_started(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url, impatient(transfer_seconds=1.5, sleep=_never))
    server.fail(ANSWER, well, stalled(100))
    with pytest.raises(PipelineError) as caught:
        mirror.resolve()
    assert str(caught.value) == (
        f"upstream {server.url}: fetching took longer than 1.5 s and was stopped; "
        "earlier files are kept, run again to go on"
    )
    assert server.url not in running()
    assert Mirror(mirror.path, server.url).resolve() == repository.head()


def test_git_ends_with_a_person_who_does_not_want_to_wait(server: GitServer, tmp_path: Path) -> None:
    """Git runs in a session of its own, which the terminal's Ctrl-C does not reach."""
    server.fail(ANSWER, well, stalled(100))
    program = (
        "import signal\n"
        "import sys\n"
        "from pathlib import Path\n"
        "from assets.upstream.mirror import Mirror\n"
        # Whoever starts a command in the background, these tests perhaps, has it pass over Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "mirror = Mirror(Path(sys.argv[1]), sys.argv[2])\n"
        "print('ready', flush=True)\n"
        "mirror.resolve()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "mirror.git"), server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        wait_until(lambda: server.count(ANSWER) == 2)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert complaint.decode().rstrip().endswith("KeyboardInterrupt")
    assert server.url not in running()


def running() -> str:
    """Command lines of all processes."""
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@retry(retry=retry_if_result(lambda is_so: not is_so), stop=stop_after_attempt(3000), wait=wait_fixed(0.01))
def wait_until(condition: Callable[[], bool]) -> bool:
    return condition()


def _never(*_: Any) -> None:
    pytest.fail("there was nothing to wait for")
