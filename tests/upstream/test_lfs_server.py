"""LFS servers over HTTP: how often they are asked, what they are told, and what they may answer."""

import base64
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dulwich.lfs import LFSPointer

from assets.upstream.lfs import LfsObjects, MissingLfsObjectError
from tests.upstream.faults import Answer, cut, impatient, refused, truncated
from tests.upstream.git_server import BATCH, GitServer
from tests.upstream.lfs_objects import files_in, serve_objects, store_object

CREDENTIALS = "reader:s3cr3t@/"
IN_URL = "reader:s3cr3t%40%2F"
BASIC = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[GitServer, list[LFSPointer], list[bytes]]]:
    with serve_objects(tmp_path, 10, 2000, 0) as served:
        yield served


@pytest.fixture
def server(served: tuple[GitServer, list[LFSPointer], list[bytes]]) -> GitServer:
    return served[0]


@pytest.fixture
def pointers(served: tuple[GitServer, list[LFSPointer], list[bytes]]) -> list[LFSPointer]:
    return served[1]


@pytest.fixture
def objects(server: GitServer, tmp_path: Path) -> LfsObjects:
    return LfsObjects(tmp_path / "cache", server.url, impatient())


def for_each_object(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    """A change of each object's entry in a batch answer."""

    def edit(answer: dict[str, Any]) -> None:
        for entry in answer["objects"]:
            change(entry)

    return edit


def all_sent(server: GitServer, name: str) -> list[str | None]:
    """A header of each request."""
    return [request.headers.get(name) for request in server.requests]


def test_many_objects_are_asked_for_at_once(
    objects: LfsObjects, served: tuple[GitServer, list[LFSPointer], list[bytes]]
) -> None:
    server, pointers, contents = served
    assert objects.prefetch([*pointers, *pointers]) == {}
    assert server.count(BATCH) == 1
    assert [objects.read(pointer) for pointer in pointers] == contents
    assert objects.prefetch(pointers) == {}
    assert server.count(BATCH) == 1
    assert [server.count(pointer.oid) for pointer in pointers] == [1, 1, 0]  # the last one is empty
    assert files_in(objects.cache) == {pointer.oid: pointer.size for pointer in pointers}


def test_a_batch_is_of_a_hundred_objects(tmp_path: Path) -> None:
    with serve_objects(tmp_path, *[5] * 201) as (server, pointers, _):
        assert LfsObjects(tmp_path / "cache", server.url).prefetch(pointers) == {}
        batches = [json.loads(request.body)["objects"] for request in server.asked(BATCH)]
        assert [len(batch) for batch in batches] == [100, 100, 1]
        assert len({entry["oid"] for batch in batches for entry in batch}) == 201
        assert len(server.requests) == 204


def test_nothing_is_asked_where_nothing_is_lacking(objects: LfsObjects, server: GitServer) -> None:
    assert objects.prefetch([]) == {}
    assert server.requests == []


def test_a_missing_object_is_told_and_the_others_come(
    objects: LfsObjects, server: GitServer, pointers: list[LFSPointer]
) -> None:
    lost = LFSPointer("ab" * 32, 77)
    problems = objects.prefetch([lost, *pointers])
    assert list(problems) == [lost.oid]
    assert str(problems[lost.oid]) == f"Git LFS object {lost.oid} (77 bytes): Object not found (404)"
    assert not problems[lost.oid].is_transient
    assert len(objects.read(pointers[1])) == 2000
    with pytest.raises(MissingLfsObjectError, match=r"Object not found \(404\)$"):
        objects.read(lost)
    assert server.count(BATCH) == 1


@pytest.mark.parametrize(
    ("change", "reason", "is_transient"),
    [
        (lambda entry: entry.update(error={"code": 410, "message": "removed by\nowner"}), "removed by", False),
        (lambda entry: entry.update(error={"code": 503, "message": "later"}), r"later \(503\)", True),
        (lambda entry: entry.update(error="no"), "does not say where it is", False),
        (lambda entry: entry.update(actions={}), "does not say where it is", False),
        (lambda entry: entry.update(actions=None), "does not say where it is", False),
        (lambda entry: entry.update(oid="another"), "did not answer for it", False),
        (lambda entry: entry["actions"]["download"].update(href="file:///etc/passwd"), "is not on HTTP", False),
        (lambda entry: entry["actions"]["download"].update(href="passwd"), "is not on HTTP", False),
    ],
)
def test_what_the_server_says_of_an_object_is_told(
    objects: LfsObjects,
    server: GitServer,
    pointers: list[LFSPointer],
    change: Callable[[dict[str, Any]], object],
    reason: str,
    is_transient: bool,
) -> None:
    server.edit_batch = for_each_object(change)
    problem = objects.prefetch(pointers[:1])[pointers[0].oid]
    with pytest.raises(MissingLfsObjectError, match=f"^Git LFS object {pointers[0].oid} .10 bytes.: .*{reason}"):
        raise problem
    assert problem.is_transient == is_transient
    assert "\n" not in str(problem)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "change", [dict.clear, lambda answer: answer.update(objects=[1]), lambda a: a.update(objects=7)]
)
def test_an_answer_that_is_none_is_told(
    objects: LfsObjects, server: GitServer, pointers: list[LFSPointer], change: Callable[[dict[str, Any]], object]
) -> None:
    server.edit_batch = change
    problems = objects.prefetch(pointers)
    assert len(problems) == 3
    assert all(str(problem).endswith("/objects/batch: the answer is no batch answer") for problem in problems.values())


def test_a_page_instead_of_an_answer_is_told_at_once(
    objects: LfsObjects, server: GitServer, pointers: list[LFSPointer]
) -> None:
    server.fail(BATCH, lambda _: Answer(200, b"<html>log in</html>", {"Content-Type": "text/html"}))
    (problem,) = objects.prefetch(pointers[:1]).values()
    assert str(problem).endswith("/objects/batch: the answer is no JSON")
    assert server.count(BATCH) == 1


def test_trouble_that_passes_is_waited_for_as_long_as_the_server_asks(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[float] = []
    objects = LfsObjects(tmp_path / "cache", server.url, impatient(sleep=waits.append))
    server.fail(BATCH, refused(429, retry_after="7"), refused(503), truncated(20), cut(20))
    server.fail(pointers[1].oid, refused(500), refused(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"))
    assert objects.prefetch(pointers) == {}
    assert waits == [7, 0, 0, 0, 0, 0]
    assert (server.count(BATCH), server.count(pointers[1].oid)) == (5, 3)
    assert f"Git LFS server: {server.url.split('/')[2]}: HTTP 429; trying again in 7 s" in caplog.messages


def test_a_server_that_asks_for_too_much_time_is_given_up(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path
) -> None:
    objects = LfsObjects(tmp_path / "cache", server.url, impatient(sleep=lambda _: pytest.fail("no use waiting")))
    server.fail(BATCH, refused(429, retry_after="3600"))
    (problem,) = objects.prefetch(pointers[:1]).values()
    assert "HTTP 429" in str(problem)
    assert problem.is_transient


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 501])
def test_a_server_that_refuses_is_asked_once_however_many_objects(
    objects: LfsObjects, server: GitServer, status: int
) -> None:
    server.fail(BATCH, refused(status))
    pointers = [LFSPointer(f"{number:064x}", 5) for number in range(150)]
    problems = objects.prefetch(pointers)
    assert len(problems) == 150
    assert len(server.requests) == 1
    assert all(f"HTTP {status}" in str(problem) and not problem.is_transient for problem in problems.values())


def test_a_server_that_is_not_there_is_asked_as_often_as_for_one_object(tmp_path: Path) -> None:
    waits: list[float] = []
    with nobody() as address:
        objects = LfsObjects(tmp_path / "cache", f"http://{IN_URL}@{address}/x.git", impatient(sleep=waits.append))
        problems = objects.prefetch([LFSPointer(f"{number:064x}", 5) for number in range(250)])
    assert len(problems) == 250
    assert len(waits) == 4
    for problem in problems.values():
        assert f": {address}: Failed to establish a new connection: " in str(problem)
        assert str(problem).endswith("given up after 5 attempts")
        assert problem.is_transient


def test_a_store_that_is_not_there_is_asked_as_often_as_for_one_object(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path
) -> None:
    waits: list[float] = []
    objects = LfsObjects(tmp_path / "cache", server.url, impatient(sleep=waits.append))
    with nobody() as address:
        elsewhere = {"href": f"http://{address}/x?signature=s3cr3t"}
        server.edit_batch = for_each_object(lambda entry: entry["actions"].update(download=elsewhere))
        problems = objects.prefetch(pointers)
    assert set(problems) == {pointer.oid for pointer in pointers if pointer.size}
    assert len(waits) == 4
    assert not any("s3cr3t" in str(problem) for problem in problems.values())


def test_user_and_password_go_to_the_server_that_they_are_for(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path
) -> None:
    server.credentials = CREDENTIALS
    refused_ = LfsObjects(tmp_path / "one", server.url, impatient()).prefetch(pointers)
    assert "HTTP 401; user and password may stand in the repository's URL" in str(refused_[pointers[0].oid])
    server.requests.clear()
    assert LfsObjects(tmp_path / "another", server.url_with(IN_URL), impatient()).prefetch(pointers) == {}
    assert all_sent(server, "Authorization") == [BASIC] * 3


def test_another_host_gets_what_the_answer_says_and_nothing_else(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path
) -> None:
    def to_localhost(entry: dict[str, Any]) -> None:
        action = entry["actions"]["download"]
        action.update(href=action["href"].replace("127.0.0.1", "localhost"), header={"X-Ticket": "17"})

    server.edit_batch = for_each_object(to_localhost)
    assert LfsObjects(tmp_path / "cache", server.url_with(IN_URL), impatient()).prefetch(pointers) == {}
    assert all_sent(server, "Authorization") == [BASIC, None, None]
    assert all_sent(server, "X-Ticket") == [None, "17", "17"]


def test_a_ticket_goes_before_user_and_password(server: GitServer, pointers: list[LFSPointer], tmp_path: Path) -> None:
    ticket = {"authorization": "RemoteAuth 17"}
    server.edit_batch = for_each_object(lambda entry: entry["actions"]["download"].update(header=ticket))
    assert LfsObjects(tmp_path / "cache", server.url_with(IN_URL), impatient()).prefetch(pointers) == {}
    assert all_sent(server, "Authorization") == [BASIC, "RemoteAuth 17", "RemoteAuth 17"]


def test_a_ticket_is_not_passed_on_to_another_host(
    objects: LfsObjects, server: GitServer, pointers: list[LFSPointer]
) -> None:
    def redirected(answer: Answer) -> Answer:
        return (
            Answer(302, headers={"Location": f"{there}/objects/{pointers[1].oid}"}) if answer.status == 200 else answer
        )

    there = server.url.rpartition("/")[0].replace("127.0.0.1", "localhost")
    ticket = {"Authorization": "RemoteAuth 17", "X-Kind": "ticket"}
    server.edit_batch = for_each_object(lambda entry: entry["actions"]["download"].update(header=ticket))
    server.fail(pointers[1].oid, redirected)
    assert objects.prefetch(pointers[1:]) == {}
    assert all_sent(server, "Authorization") == [None, "RemoteAuth 17", None]
    assert all_sent(server, "X-Kind") == [None, "ticket", "ticket"]


def test_a_renamed_repository_is_followed(server: GitServer, pointers: list[LFSPointer], tmp_path: Path) -> None:
    server.credentials = CREDENTIALS
    server.moved_to = server.url.replace("remote.git", "renamed.git")
    assert LfsObjects(tmp_path / "cache", server.url_with(IN_URL), impatient()).prefetch(pointers) == {}
    first, second = server.asked(BATCH)
    assert (first.method, second.method) == ("POST", "POST")
    assert first.body == second.body
    assert "renamed.git" in second.path


def test_a_repository_that_moved_to_another_host_is_followed_without_the_password(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path
) -> None:
    with serve_objects(tmp_path / "other") as (other, _, _):
        for pointer in pointers:
            store_object(other.repository, next((tmp_path / "remote.git").rglob(pointer.oid)).read_bytes())
        server.moved_to = other.url
        assert LfsObjects(tmp_path / "cache", server.url_with(IN_URL), impatient()).prefetch(pointers) == {}
        assert all_sent(server, "Authorization") == [BASIC]
        assert all_sent(other, "Authorization") == [None] * 3


def test_redirects_without_end_are_ended(objects: LfsObjects, server: GitServer, pointers: list[LFSPointer]) -> None:
    server.moved_to = server.url
    problems = objects.prefetch(pointers)
    assert all("redirected more than 5 times" in str(problem) for problem in problems.values())
    assert server.count(BATCH) == 5


@pytest.mark.parametrize(
    ("expiry", "batches"),
    [
        ({"expires_at": "2000-01-01T00:00:00Z"}, 3),
        ({"expires_in": -5}, 3),
        ({"expires_at": "0001-01-01T00:00:00Z"}, 1),
        ({"expires_at": "2999-01-01T00:00:00Z"}, 1),
        ({"expires_in": 3600}, 1),
        ({"expires_at": "soon"}, 1),
    ],
)
def test_a_link_that_has_expired_is_asked_for_anew(
    objects: LfsObjects, server: GitServer, pointers: list[LFSPointer], expiry: dict[str, Any], batches: int
) -> None:
    server.edit_batch = for_each_object(lambda entry: entry["actions"]["download"].update(expiry))
    assert objects.prefetch(pointers) == {}
    assert server.count(BATCH) == batches  # two of the objects are downloaded


def test_connections_go_where_git_is_configured_to_send_them(
    server: GitServer, pointers: list[LFSPointer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[http "{server.url.rpartition("/")[0]}"]\n\textraHeader = X-Door: 3\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert LfsObjects(tmp_path / "one", server.url, impatient()).prefetch(pointers) == {}
    assert all_sent(server, "X-Door") == ["3"] * 3
    with nobody() as address:
        settings.write_text(f"[http]\n\tproxy = http://{address}\n")
        problems = LfsObjects(tmp_path / "two", server.url, impatient(attempts=1)).prefetch(pointers)
    assert len(problems) == 3
    assert len(server.requests) == 3


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{unused.getsockname()[1]}"
