"""Uploads to the stand-in by the real client: whole and in parts, resumed, expired, and interrupted."""

import hashlib
import socket
from pathlib import Path
from typing import Any

import pytest

from assets.hub.library import prepare_library
from tests.hub.hub_server import Fault, HubServer, PlannedFault, serve_hub

prepare_library()  # before the library itself

import httpx2  # noqa: E402
from huggingface_hub import CommitOperationAdd, HfApi  # noqa: E402
from huggingface_hub.errors import BadRequestError, HfHubHTTPError  # noqa: E402
from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info  # noqa: E402
from huggingface_hub.utils import get_session  # noqa: E402

NAME = "lab/data"
CONTENT = hashlib.shake_256(b"content").digest(2500)  # three parts, the last of which is smaller
PIECE = 1000
OID = hashlib.sha256(CONTENT).hexdigest()
PARTS = [CONTENT[start : start + PIECE] for start in range(0, len(CONTENT), PIECE)]


@pytest.fixture
def api(hub: HubServer, publisher: HfApi) -> HfApi:
    """The client of someone who has a dataset; the Hub wants parts of a thousand bytes."""
    publisher.create_repo(NAME, repo_type="dataset")
    hub.piece_size = PIECE
    return publisher


def preupload(api: HfApi, content: bytes | Path = CONTENT, path: str = "a.parquet") -> CommitOperationAdd:
    operation = CommitOperationAdd(path, content)
    api.preupload_lfs_files(NAME, [operation], repo_type="dataset")
    return operation


def begin(hub: HubServer, content: bytes = CONTENT) -> dict[str, Any]:
    """The actions for an object, as the client asks for them."""
    info = UploadInfo.from_bytes(content)
    (about,), errors, _ = post_lfs_batch_info(
        [info],
        token="w",  # noqa: S106 - it guards nothing
        repo_type="dataset",
        repo_id=NAME,
        endpoint=hub.endpoint,
    )
    assert errors == []
    return about.get("actions", {})


def part_urls(upload: dict[str, Any]) -> list[str]:
    return [url for number, url in sorted(upload["header"].items()) if number.isdigit()]


def send(urls: list[str], parts: list[bytes]) -> list[dict[str, Any]]:
    """Send these parts; returns what the completion must say of them."""
    answers = [get_session().put(url, content=part) for url, part in zip(urls, parts, strict=True)]
    assert {answer.status_code for answer in answers} == {200}
    return [{"partNumber": number, "etag": each.headers["ETag"]} for number, each in enumerate(answers, start=1)]


def complete(upload: dict[str, Any], parts: list[dict[str, Any]], oid: str = OID) -> int:
    return get_session().post(upload["href"], json={"oid": oid, "parts": parts}).status_code


@pytest.mark.parametrize("is_file", [False, True])
def test_large_objects_come_in_parts_and_small_ones_whole(
    hub: HubServer, api: HfApi, tmp_path: Path, *, is_file: bool
) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(CONTENT)
    small.write_bytes(CONTENT[:PIECE])
    api.create_commit(
        NAME,
        [
            CommitOperationAdd("large.parquet", large if is_file else large.read_bytes()),
            CommitOperationAdd("small.parquet", small if is_file else small.read_bytes()),
            CommitOperationAdd("empty.parquet", b""),
            CommitOperationAdd("card.md", b"# Words"),
        ],
        commit_message="Publish",
        repo_type="dataset",
    )
    parts = hub.asked(r"PUT /storage/.*partNumber=")
    assert [request.body for request in parts] == PARTS
    assert [len(request.body) for request in hub.asked(r"PUT /storage/[0-9a-f]+\?uploadId")] == [PIECE]
    assert len(hub.asked("POST /api/complete_multipart")) == 1
    assert len(hub.asked("POST .*/verify")) == 2
    assert {(request.host, request.authorization) for request in hub.asked("PUT /storage")} == {("localhost", None)}
    files = hub.dataset(NAME).head.files
    assert (files["large.parquet"].data, files["small.parquet"].data) == (CONTENT, CONTENT[:PIECE])
    assert [path for path, content in files.items() if content.is_lfs] == ["large.parquet", "small.parquet"]
    got = api.hf_hub_download(NAME, "large.parquet", repo_type="dataset", local_dir=tmp_path)
    assert Path(got).read_bytes() == CONTENT


def test_an_object_is_stored_once(hub: HubServer, api: HfApi) -> None:
    preupload(api)
    preupload(api, path="b.parquet")
    assert len(hub.asked("PUT")) == 3
    assert len(hub.asked("POST .*/objects/batch")) == 2
    assert hub.dataset(NAME).head.message == "initial commit"  # it is stored, and in no file yet


def test_ignored_files_are_left_out(hub: HubServer, api: HfApi) -> None:
    operations = [
        CommitOperationAdd(path, content)
        for path, content in (
            (".gitignore", b"*.tmp\nbuild/\n"),
            ("a.tmp", b"a"),
            ("build/b.bin", b"b"),
            ("c.bin", b"c"),
        )
    ]
    api.create_commit(NAME, operations, commit_message="Publish", repo_type="dataset")
    assert set(hub.dataset(NAME).head.files) == {".gitattributes", ".gitignore", "c.bin"}
    assert preupload(api, path="d.tmp")._should_ignore


def test_parts_go_on_where_they_were_left(hub: HubServer, api: HfApi) -> None:
    upload = begin(hub)["upload"]
    urls = part_urls(upload)
    send(urls[:1], [b"garbage"])
    (first,) = send(urls[:1], PARTS[:1])
    assert complete(upload, [first]) == 400  # with parts missing
    assert begin(hub)["upload"]["href"] != upload["href"]  # who begins anew disturbs nobody
    _, *others = send(urls, PARTS)
    assert complete(upload, [others[0], first, others[1]]) == 400
    assert complete(upload, [first, {**others[0], "etag": '"0"'}, others[1]]) == 400
    assert OID not in hub.dataset(NAME).objects
    assert [complete(upload, [first, *others]) for _ in range(2)] == [200, 200]
    assert hub.dataset(NAME).objects[OID].data == CONTENT
    assert begin(hub) == {}
    assert get_session().put(urls[0], content=PARTS[0]).status_code == 404


def test_what_was_not_announced_is_not_stored(hub: HubServer, api: HfApi) -> None:
    upload = begin(hub)["upload"]
    parts = send(part_urls(upload), [PARTS[0], PARTS[0], PARTS[2]])
    assert complete(upload, parts) == 400
    small = b"small"
    url = begin(hub, small)["upload"]["href"]
    session = get_session()
    refused = session.put(url, content=b"smell")
    assert (refused.status_code, "BadDigest" in refused.text) == (400, True)
    assert session.put(url, content=small, headers={"Authorization": "Bearer w"}).status_code == 400
    assert session.put(url, content=iter([small])).status_code == 501  # S3 wants to know the length
    assert session.put(url[:-1] + "x", content=small).status_code == 403
    assert session.put(f"{hub.storage}/storage/{OID}?uploadId=0", content=b"").status_code == 404
    verify = f"{hub.endpoint}/datasets/{NAME}.git/info/lfs/objects/verify"
    asked = {"oid": hashlib.sha256(small).hexdigest(), "size": 5}
    authorized = {"Authorization": "Bearer w"}
    assert session.post(verify, json=asked, headers=authorized).status_code == 404
    assert session.put(url, content=small).status_code == 200
    assert session.post(verify, json={**asked, "size": 6}, headers=authorized).status_code == 422
    assert session.post(verify, json=asked, headers=authorized).status_code == 200


def test_signatures_expire(hub: HubServer, api: HfApi) -> None:
    upload = begin(hub)["upload"]
    url = begin(hub, b"small")["upload"]["href"]
    parts = send(part_urls(upload), PARTS)
    hub.expire_uploads()
    refused = get_session().put(part_urls(upload)[0], content=PARTS[0])
    assert (refused.status_code, "Request has expired" in refused.text) == (403, True)
    assert get_session().put(url, content=b"small").status_code == 403
    assert complete(upload, parts) == 403
    hub.before(r"PUT /storage/.*partNumber=2", hub.expire_uploads)
    with pytest.raises(RuntimeError, match="Error while uploading") as failed:
        preupload(api)
    assert "Request has expired" in str(failed.value.__cause__)
    preupload(api)
    assert hub.dataset(NAME).objects[OID].data == CONTENT


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.STATUS])
@pytest.mark.parametrize("pattern", ["partNumber=2", "complete_multipart", "batch", "verify", "preupload"])
def test_the_client_goes_on_after_a_fault(
    hub: HubServer, api: HfApi, waits: list[float], pattern: str, fault: Fault
) -> None:
    hub.faults = [PlannedFault(pattern, fault)]
    preupload(api)
    assert waits == [1]
    assert len(hub.asked(pattern)) == 2
    assert hub.dataset(NAME).objects[OID].data == CONTENT


def test_a_commit_names_only_what_is_stored(hub: HubServer, api: HfApi) -> None:
    operation = preupload(api)
    hub.dataset(NAME).objects.clear()
    with pytest.raises(BadRequestError, match=r"a file that does not exist: a\.parquet"):
        api.create_commit(NAME, [operation], commit_message="Publish", repo_type="dataset")
    assert hub.dataset(NAME).head.message == "initial commit"


def test_a_client_that_dies_in_the_middle_has_sent_nothing(hub: HubServer, api: HfApi) -> None:
    url = begin(hub)["upload"]["header"]["00001"]
    host, port = hub.storage.removeprefix("http://").split(":")
    hub.forget_requests()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        path = url.removeprefix(hub.storage)
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {PIECE}\r\n\r\nfew bytes".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert hub.requests == []
    assert [upload.parts for upload in hub.uploads.values()] == [{}]


def test_what_goes_wrong_in_the_stand_in_is_told() -> None:
    serving = serve_hub()
    hub = serving.__enter__()
    hub.before("GET /api/whoami-v2", lambda: 1 // 0)
    with pytest.raises(httpx2.RemoteProtocolError):
        HfApi(endpoint=hub.endpoint, token="w").whoami()  # noqa: S106 - it guards nothing
    with pytest.raises(ZeroDivisionError):
        serving.__exit__(None, None, None)


def test_what_is_no_object_is_an_error_of_its_own(hub: HubServer, api: HfApi) -> None:
    answer = get_session().post(
        f"{hub.endpoint}/datasets/{NAME}.git/info/lfs/objects/batch",
        json={"operation": "upload", "objects": [{"oid": "short", "size": 1}, {"oid": OID, "size": len(CONTENT)}]},
        headers={"Authorization": "Bearer w"},
    )
    wrong, right = answer.json()["objects"]
    assert wrong["error"]["code"] == 422
    assert "header" not in right["actions"]["upload"]  # this client has not said that it can send parts
    with pytest.raises(HfHubHTTPError, match="401"):
        post_lfs_batch_info([], token=False, repo_type="dataset", repo_id=NAME, endpoint=hub.endpoint)
