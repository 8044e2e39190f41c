"""How content comes into LFS of the stand-in for the Hub: whole or in parts, by signed URLs of the storage host."""

import hashlib
import re
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from dulwich.ignore import IgnoreFilter

from tests.hub.hub_access import found_at, writable
from tests.hub.hub_exchange import Answer, HubRequest, Refusal, Route, in_json, refused, refused_by_storage
from tests.hub.hub_repository import HubContent, HubRepository, is_kept_in_git
from tests.hub.hub_state import HubServer, HubUpload

WHOLE = 0  # the number in the signature of what is no part


def preupload(hub: HubServer, request: HubRequest, name: str, revision: str) -> Answer:
    """How each file should come, and what is there under its name."""
    writable(hub, request, name)
    _, commit = found_at(hub, request, name, revision)
    asked = request.json()
    ignored = asked.get("gitIgnore")
    if ignored is None and ".gitignore" in commit.files:
        ignored = commit.files[".gitignore"].data.decode()
    ignoring = IgnoreFilter((ignored or "").encode().splitlines())
    files = []
    for path in (each["path"] for each in asked["files"]):
        about = {
            "path": path,
            "uploadMode": "regular" if is_kept_in_git(path) else "lfs",
            "shouldIgnore": bool(ignoring.is_ignored(path)),
        }
        there = commit.files.get(path)
        files.append(about if there is None else {**about, "oid": there.etag})
    return in_json({"files": files, "commitOid": commit.sha})


def batch(hub: HubServer, request: HubRequest, name: str) -> Answer:
    """What is to be done for each object: nothing where it is stored, or a new upload."""
    repository = writable(hub, request, name)
    asked = request.json()
    if asked.get("operation") != "upload":
        raise refused(HTTPStatus.BAD_REQUEST, "this stand-in takes uploads only")
    takes_parts = "multipart" in asked.get("transfers", ["basic"])
    objects = [
        _actions(hub, repository, each["oid"], each["size"], takes_parts=takes_parts) for each in asked["objects"]
    ]
    return in_json({"objects": objects})


def _actions(hub: HubServer, repository: HubRepository, oid: str, size: int, *, takes_parts: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"oid": oid, "size": size}
    if re.fullmatch(r"[0-9a-f]{64}", oid) is None or size <= 0:
        return {**about, "error": {"code": HTTPStatus.UNPROCESSABLE_ENTITY.value, "message": "no such object can be"}}
    if oid in repository.objects:
        return about
    piece_size = hub.piece_size if takes_parts and size > hub.piece_size else None
    upload = HubUpload(uuid4().hex, repository, oid, size, piece_size)
    hub.uploads[upload.upload_id] = upload
    verify = {"href": f"{hub.endpoint}/datasets/{repository.name}.git/info/lfs/objects/verify"}
    return {**about, "authenticated": True, "actions": {"upload": _upload_action(hub, upload), "verify": verify}}


def _upload_action(hub: HubServer, upload: HubUpload) -> dict[str, Any]:
    """Where to send the object, or its parts and then word that they are all there."""
    stored = f"{hub.storage}/storage/{upload.oid}"
    signed = f"uploadId={upload.upload_id}&X-Amz-Signature="
    if upload.piece_size is None:
        return {"href": f"{stored}?{signed}{_signature(upload, WHOLE)}"}
    parts = {
        f"{number:05d}": f"{stored}?partNumber={number}&{signed}{_signature(upload, number)}"
        for number in upload.numbers
    }
    # The Hub itself puts the parts together; this URL too is signed and needs no token.
    href = f"{hub.endpoint}/api/complete_multipart?{signed}{_signature(upload, WHOLE)}"
    return {"href": href, "header": {"chunk_size": str(upload.piece_size), **parts}}


def store(hub: HubServer, request: HubRequest, oid: str) -> Answer:
    """Take an object, or a part of it; a part that comes again replaces the first."""
    if request.authorization is not None:
        message = "a token has no business on the storage host"
        raise refused_by_storage(HTTPStatus.BAD_REQUEST, "InvalidArgument", message)
    if request.is_chunked:
        message = "A header you provided implies functionality that is not implemented: Transfer-Encoding"
        raise refused_by_storage(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", message)
    number = int(request.query.get("partNumber", [WHOLE])[0])
    upload = _signed_upload(hub, request, number)
    if upload.oid != oid or (number == WHOLE) != (upload.piece_size is None):
        raise _signature_does_not_match()
    if upload.piece_size is None:
        _keep(upload, request.body)
    elif upload.is_complete:
        raise refused_by_storage(HTTPStatus.NOT_FOUND, "NoSuchUpload", "The specified upload does not exist.")
    else:
        upload.parts[number] = request.body
    return Answer(headers={"ETag": _etag(request.body)})


def complete(hub: HubServer, request: HubRequest) -> Answer:
    """Put the parts together. Who asks again, because the answer was lost, is told the same."""
    upload = _signed_upload(hub, request, WHOLE)
    asked = request.json()
    if asked["oid"] != upload.oid or upload.piece_size is None:
        raise refused(HTTPStatus.BAD_REQUEST, "this is not the object that the upload was begun for")
    if not upload.is_complete:
        numbers = [part["partNumber"] for part in asked["parts"]]
        if numbers != list(upload.numbers) or not upload.parts.keys() >= set(numbers):
            raise refused(HTTPStatus.BAD_REQUEST, "InvalidPart: one or more of the parts could not be found")
        if [part["etag"] for part in asked["parts"]] != [_etag(upload.parts[number]) for number in numbers]:
            raise refused(HTTPStatus.BAD_REQUEST, "InvalidPart: an ETag is not that of the part")
        _keep(upload, b"".join(upload.parts[number] for number in numbers))
        upload.parts.clear()
    return in_json({"success": True})


def verify(hub: HubServer, request: HubRequest, name: str) -> Answer:
    """Whether an object has come."""
    repository = writable(hub, request, name)
    asked = request.json()
    content = repository.objects.get(asked["oid"])
    if content is None:
        raise refused(HTTPStatus.NOT_FOUND, "no such object", "EntryNotFound")
    if len(content.data) != asked["size"]:
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"the object has {len(content.data)} bytes")
    return in_json({})


def _keep(upload: HubUpload, data: bytes) -> None:
    """Store the object, if it is the one that was announced."""
    content = HubContent(data, is_lfs=True)
    if len(data) != upload.size or content.sha256 != upload.oid:
        raise refused_by_storage(HTTPStatus.BAD_REQUEST, "BadDigest", "The checksum or the size did not match.")
    upload.repository.objects[upload.oid] = content
    upload.is_complete = True


def _signed_upload(hub: HubServer, request: HubRequest, number: int) -> HubUpload:
    """The upload that a signed URL is of."""
    upload = hub.uploads.get(request.query.get("uploadId", [""])[0])
    if upload is None:
        raise refused_by_storage(HTTPStatus.NOT_FOUND, "NoSuchUpload", "The specified upload does not exist.")
    if request.query.get("X-Amz-Signature") != [_signature(upload, number)]:
        raise _signature_does_not_match()
    if upload.is_expired:
        raise refused_by_storage(HTTPStatus.FORBIDDEN, "AccessDenied", "Request has expired")
    return upload


def _signature_does_not_match() -> Refusal:
    message = "The request signature we calculated does not match the signature you provided."
    return refused_by_storage(HTTPStatus.FORBIDDEN, "SignatureDoesNotMatch", message)


def _signature(upload: HubUpload, number: int) -> str:
    return hashlib.sha256(f"{upload.upload_id} {number}".encode()).hexdigest()[:32]


def _etag(data: bytes) -> str:
    """As S3 has it, with its quotes."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


NAME = r"(?P<name>[^/]+/[^/]+)"
ROUTES = (
    Route("POST", re.compile(rf"/api/datasets/{NAME}/preupload/(?P<revision>[^/]+)"), preupload),
    Route("POST", re.compile(rf"/datasets/{NAME}\.git/info/lfs/objects/batch"), batch),
    Route("POST", re.compile(rf"/datasets/{NAME}\.git/info/lfs/objects/verify"), verify),
    Route("PUT", re.compile(r"/storage/(?P<oid>[0-9a-f]{64})"), store),
    Route("POST", re.compile(r"/api/complete_multipart"), complete),
)
