"""What the stand-in for the Hub answers to who reads: about datasets, and their content."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tests.hub.hub_access import found, found_at, may_write
from tests.hub.hub_cards import CardError, front_matter
from tests.hub.hub_exchange import Answer, HubRequest, Route, in_json, refused
from tests.hub.hub_repository import HubCommit, HubContent, HubRepository
from tests.hub.hub_state import HubServer

POINTER_SIZE = 134
ALWAYS_SAID = ("_id", "id")  # whatever `expand` asks for


def dataset_info(hub: HubServer, request: HubRequest, name: str, revision: str = "main") -> Answer:
    """What the Hub says of a dataset: with `blobs` also of each file's content, with `expand` only what that names."""
    repository, commit = found_at(hub, request, name, revision)
    with_content = "blobs" in request.query
    about = {
        "_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:24],
        "id": name,
        "author": repository.namespace,
        "sha": commit.sha,
        "lastModified": _moment(commit.at),
        "createdAt": _moment(repository.commits[0].at),
        "private": repository.is_hidden,
        "gated": "auto" if repository.is_gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "cardData": _card_data(commit),
        "siblings": [_sibling(path, each, with_content) for path, each in sorted(commit.files.items())],
    }
    wanted = request.query.get("expand", []) + request.query.get("expand[]", [])
    return in_json({key: value for key, value in about.items() if not wanted or key in (*ALWAYS_SAID, *wanted)})


def tree(hub: HubServer, request: HubRequest, name: str, revision: str, path: str = "") -> Answer:
    """The files and folders in a folder, with `recursive` also below it; of a file, the file itself."""
    repository, commit = found_at(hub, request, name, revision)
    every = [*commit.files, *commit.folders]
    prefix = f"{path}/" if path else ""
    below = sorted(each for each in every if each.startswith(prefix))
    if not request.is_set("recursive"):
        below = [each for each in below if "/" not in each[len(prefix) :]]
    if path in commit.files:
        below = [path]
    elif path and not below:
        raise refused(HTTPStatus.NOT_FOUND, f"{path} does not exist on {revision}", "EntryNotFound")
    entries = [_entry(repository, commit, each, is_expanded=request.is_set("expand")) for each in below]
    return paged(hub, request, entries)


def paths_info(hub: HubServer, request: HubRequest, name: str, revision: str) -> Answer:
    """About some files and folders; those that are not there are left out."""
    repository, commit = found_at(hub, request, name, revision)
    form = parse_qs(request.body.decode())
    is_expanded = form.get("expand", [""])[0].lower() in {"1", "true"}
    paths = [path.rstrip("/") for path in form.get("paths", [])]
    there = [path for path in paths if path in commit.files or path in commit.folders]
    return in_json([_entry(repository, commit, path, is_expanded=is_expanded) for path in there])


def commits(hub: HubServer, request: HubRequest, name: str, revision: str) -> Answer:
    """The history of a revision, newest first."""
    repository, commit = found_at(hub, request, name, revision)
    history = repository.commits[: repository.commits.index(commit) + 1]
    entries = [
        {
            "id": each.sha,
            "title": each.message,
            "message": each.description,
            "authors": [{"user": each.author, "avatar": ""}],
            "date": _moment(each.at),
        }
        for each in reversed(history)
    ]
    return paged(hub, request, entries)


def refs(hub: HubServer, request: HubRequest, name: str) -> Answer:
    """The one branch, and the tags."""
    repository = found(hub, request, name)
    head = repository.head
    branches = [{"name": "main", "ref": "refs/heads/main", "targetCommit": head.sha}] if head is not None else []
    tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": sha} for tag, sha in repository.tags.items()]
    more: dict[str, Any] = {"pullRequests": []} if request.is_set("include_prs") else {}
    return in_json({"branches": branches, "converts": [], "tags": tags, **more})


def resolve(hub: HubServer, request: HubRequest, name: str, revision: str, path: str) -> Answer:
    """A file: its content, or where the storage host has it."""
    repository, commit = found_at(hub, request, name, revision)
    if repository.is_gated and not may_write(hub, request, repository.namespace):
        raise refused(HTTPStatus.FORBIDDEN, "Access to this dataset is restricted", "GatedRepo")
    content = commit.files.get(path)
    if content is None:
        raise refused(HTTPStatus.NOT_FOUND, "Entry not found", "EntryNotFound")
    headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{content.etag}"', "Accept-Ranges": "bytes"}
    if not content.is_lfs:
        return _part_of(content.data, request, headers)
    return Answer(
        HTTPStatus.FOUND,
        b"",
        {
            **headers,
            "Location": f"{hub.storage}/storage/{content.sha256}?name={quote(path, safe='')}",
            "X-Linked-Etag": f'"{content.sha256}"',
            "X-Linked-Size": str(len(content.data)),
        },
    )


def stored(hub: HubServer, request: HubRequest, sha256: str) -> Answer:
    """Content on the storage host. A token that comes here has leaked."""
    if request.authorization is not None:
        raise refused(HTTPStatus.BAD_REQUEST, "a token has no business on the storage host", "TokenLeaked")
    content = hub.content(sha256)
    if content is None:
        raise refused(HTTPStatus.NOT_FOUND, "no such object", "EntryNotFound")
    return _part_of(content.data, request, {"ETag": f'"{sha256}"', "Accept-Ranges": "bytes"})


def paged(hub: HubServer, request: HubRequest, entries: Sequence[Any]) -> Answer:
    """A page of a list, with a link to the next."""
    start = int(request.query.get("cursor", ["0"])[0])
    end = start + min(int(request.query.get("limit", [hub.page_size])[0]), hub.page_size)
    if end >= len(entries):
        return in_json(entries[start:])
    query = urlencode({**request.query, "cursor": [end]}, doseq=True)
    link = f'<{hub.endpoint}{urlsplit(request.target).path}?{query}>; rel="next"'
    return in_json(entries[start:end], headers={"Link": link})


def _part_of(data: bytes, request: HubRequest, headers: dict[str, str]) -> Answer:
    """Content, or the part of it that was asked for."""
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.range or "")
    if wanted is None or wanted[0] == "bytes=-":
        return Answer(HTTPStatus.OK, data, headers)
    if wanted[1]:
        start, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
    else:
        start, last = max(0, len(data) - int(wanted[2])), len(data) - 1
    if start >= len(data):
        unsatisfied = {"Content-Range": f"bytes */{len(data)}"}
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", unsatisfied)
    headers = {**headers, "Content-Range": f"bytes {start}-{last}/{len(data)}"}
    return Answer(HTTPStatus.PARTIAL_CONTENT, data[start : last + 1], headers)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _card_data(commit: HubCommit) -> dict[str, Any]:
    """The front matter of the dataset card, where there is one that can be read."""
    try:
        card = front_matter(commit.files["README.md"].data.decode()) if "README.md" in commit.files else None
    except (CardError, UnicodeDecodeError):
        card = None
    return json.loads(json.dumps(card, default=str)) if isinstance(card, dict) else {}


def _sibling(path: str, content: HubContent, with_content: bool) -> dict[str, Any]:
    if not with_content:
        return {"rfilename": path}
    about: dict[str, Any] = {"rfilename": path, "blobId": content.blob_id, "size": len(content.data)}
    if content.is_lfs:
        about["lfs"] = {"sha256": content.sha256, "size": len(content.data), "pointerSize": POINTER_SIZE}
    return about


def _entry(repository: HubRepository, commit: HubCommit, path: str, *, is_expanded: bool) -> dict[str, Any]:
    """A file or a folder; expanded, with the commit that changed it last."""
    content = commit.files.get(path)
    about: dict[str, Any] = {"type": "directory", "path": path, "size": 0, "oid": commit.folders.get(path)}
    if content is not None:
        about = {"type": "file", "path": path, "oid": content.blob_id, "size": len(content.data)}
        if content.is_lfs:
            about["lfs"] = {"oid": content.sha256, "size": len(content.data), "pointerSize": POINTER_SIZE}
    if is_expanded:
        changed = repository.last_change(path, commit)
        about["lastCommit"] = {"id": changed.sha, "title": changed.message, "date": _moment(changed.at)}
    return about


DATASET = r"/api/datasets/(?P<name>[^/]+/[^/]+)"
REVISION = r"(?P<revision>[^/]+)"
ROUTES = (
    Route("GET", re.compile(DATASET), dataset_info),
    Route("GET", re.compile(rf"{DATASET}/revision/{REVISION}"), dataset_info),
    Route("GET", re.compile(rf"{DATASET}/tree/{REVISION}(?:/(?P<path>.+))?"), tree),
    Route("POST", re.compile(rf"{DATASET}/paths-info/{REVISION}"), paths_info),
    Route("GET", re.compile(rf"{DATASET}/commits/{REVISION}"), commits),
    Route("GET", re.compile(rf"{DATASET}/refs"), refs),
    Route("GET", re.compile(rf"/datasets/(?P<name>[^/]+/[^/]+)/resolve/{REVISION}/(?P<path>.+)"), resolve),
    Route("GET", re.compile(r"/storage/(?P<sha256>[0-9a-f]{64})"), stored),
)
