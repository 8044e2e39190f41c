"""How the stand-in for the Hub is changed: datasets are created, commits made, tags set and taken away."""

import base64
import binascii
import re
from http import HTTPStatus
from typing import Any

from tests.hub.hub_access import check_namespace, known_writer, writable
from tests.hub.hub_cards import check_card
from tests.hub.hub_exchange import Answer, HubRequest, Route, in_json, refused
from tests.hub.hub_repository import HubContent, HubRepository
from tests.hub.hub_state import HubServer

GIT_ATTRIBUTES = "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in ("*.parquet", "*.arrow", "*.zip", "*.gz", "*.bin")
).encode()
Tree = dict[str, HubContent]


def create(hub: HubServer, request: HubRequest) -> Answer:
    """Make a dataset, which begins with one commit. Where there is one of this name, say so and where it is."""
    asked = request.json()
    owner = known_writer(hub, request)
    if asked.get("type") != "dataset":
        raise refused(HTTPStatus.BAD_REQUEST, "this stand-in has datasets only")
    namespace = asked.get("organization") or owner
    check_namespace(hub, request, namespace)
    name = f"{namespace}/{asked['name']}"
    url = f"{hub.endpoint}/datasets/{name}"
    if name in hub.repositories:
        raise refused(HTTPStatus.CONFLICT, "You already created this dataset repo", url=url)
    repository = hub.dataset(name)
    repository.is_private = asked.get("visibility") == "private" or asked.get("private") is True
    repository.record({".gitattributes": HubContent(GIT_ATTRIBUTES, is_lfs=False)}, "initial commit", author=owner)
    return in_json({"url": url, "name": name, "id": name, "private": repository.is_private})


def commit(hub: HubServer, request: HubRequest, name: str, revision: str) -> Answer:
    """Make a commit, of everything that the lines say or of nothing."""
    repository = writable(hub, request, name)
    if request.is_set("create_pr"):
        raise refused(HTTPStatus.BAD_REQUEST, "this stand-in has no pull requests")
    if revision != "main":
        raise refused(HTTPStatus.NOT_FOUND, f"Invalid rev id: {revision}", "RevisionNotFound")
    header, *operations = request.lines() or [{}]
    if header.get("key") != "header" or not header["value"].get("summary"):
        raise refused(HTTPStatus.BAD_REQUEST, "a commit begins with a header that has a summary")
    asked = header["value"]
    head = repository.head
    if asked.get("parentCommit") is not None and (head is None or asked["parentCommit"] != head.sha):
        message = "A commit has happened since. Please refresh and try again."
        raise refused(HTTPStatus.PRECONDITION_FAILED, message)
    files: Tree = dict(head.files) if head is not None else {}
    for operation in operations:
        change = CHANGES.get(operation["key"])
        if change is None:
            raise refused(HTTPStatus.BAD_REQUEST, f"unknown operation {operation['key']}")
        change(repository, files, operation["value"])
    _check_paths(files)
    made = repository.record(files, asked["summary"], asked.get("description", ""), known_writer(hub, request))
    url = f"{hub.endpoint}/datasets/{name}/commit/{made.sha}"
    return in_json({"success": True, "commitOid": made.sha, "commitUrl": url, "hookOutput": ""})


def _add(_: HubRepository, files: Tree, value: dict[str, Any]) -> None:
    """A file whose content comes with the commit."""
    try:
        content = base64.b64decode(value["content"], validate=True)
    except binascii.Error as error:
        raise refused(HTTPStatus.BAD_REQUEST, f"{value['path']}: the content is no base64") from error
    if value["path"] == "README.md":
        errors = check_card(content.decode(errors="replace")).errors
        if errors:
            lines = "\n".join(f"- Error: {each}" for each in errors)
            message = f"Sorry, your push was rejected during YAML metadata verification:\n{lines}"
            raise refused(HTTPStatus.BAD_REQUEST, message)
    files[value["path"]] = HubContent(content, is_lfs=False)


def _add_from_lfs(repository: HubRepository, files: Tree, value: dict[str, Any]) -> None:
    """A file whose content was uploaded before."""
    content = repository.objects.get(value["oid"])
    if content is None or value.get("size", len(content.data)) != len(content.data):
        message = (
            f"Your push was rejected because an LFS pointer pointed to a file that does not exist: {value['path']}"
        )
        raise refused(HTTPStatus.BAD_REQUEST, message)
    files[value["path"]] = content


def _delete(_: HubRepository, files: Tree, value: dict[str, Any]) -> None:
    if files.pop(value["path"], None) is None:
        raise refused(HTTPStatus.NOT_FOUND, f"A file with this name doesn't exist: {value['path']}", "EntryNotFound")


def _delete_folder(_: HubRepository, files: Tree, value: dict[str, Any]) -> None:
    folder = f"{value['path'].rstrip('/')}/"
    below = [path for path in files if path.startswith(folder)]
    if not below:
        raise refused(HTTPStatus.NOT_FOUND, f"A folder with this name doesn't exist: {folder}", "EntryNotFound")
    for path in below:
        del files[path]


CHANGES = {"file": _add, "lfsFile": _add_from_lfs, "deletedFile": _delete, "deletedFolder": _delete_folder}


def _check_paths(files: Tree) -> None:
    """Nothing can be a file and a folder at once."""
    for path in files:
        parts = path.split("/")
        if any("/".join(parts[:depth]) in files for depth in range(1, len(parts))):
            raise refused(HTTPStatus.BAD_REQUEST, f"{path}: a file has the name of its folder")


def tag(hub: HubServer, request: HubRequest, name: str, revision: str) -> Answer:
    """Set a tag. Where there is one of this name, it stays where it is."""
    repository = writable(hub, request, name)
    tagged = repository.at(revision)
    if tagged is None:
        raise refused(HTTPStatus.NOT_FOUND, f"Invalid rev id: {revision}", "RevisionNotFound")
    wanted = request.json()["tag"]
    if wanted in repository.tags:
        raise refused(HTTPStatus.CONFLICT, "Tag reference exists already for this repo")
    repository.tags[wanted] = tagged.sha
    return in_json({}, HTTPStatus.CREATED)


def untag(hub: HubServer, request: HubRequest, name: str, tag: str) -> Answer:
    """Take a tag away."""
    repository = writable(hub, request, name)
    if repository.tags.pop(tag, None) is None:
        raise refused(HTTPStatus.NOT_FOUND, f"Tag not found: {tag}", "RevisionNotFound")
    return in_json({})


def validate_card(_: HubServer, request: HubRequest) -> Answer:
    """Say what is wrong with a dataset card."""
    asked = request.json()
    checked = check_card(asked["content"], is_dataset=asked.get("repoType") == "dataset")
    said = {kind: [{"message": each} for each in getattr(checked, kind)] for kind in ("errors", "warnings")}
    return in_json(said, HTTPStatus.BAD_REQUEST if checked.errors else HTTPStatus.OK)


DATASET = r"/api/datasets/(?P<name>[^/]+/[^/]+)"
ROUTES = (
    Route("POST", re.compile(r"/api/repos/create"), create),
    Route("POST", re.compile(r"/api/validate-yaml"), validate_card),
    Route("POST", re.compile(rf"{DATASET}/commit/(?P<revision>[^/]+)"), commit),
    Route("POST", re.compile(rf"{DATASET}/tag/(?P<revision>[^/]+)"), tag),
    Route("DELETE", re.compile(rf"{DATASET}/tag/(?P<tag>[^/]+)"), untag),
)
