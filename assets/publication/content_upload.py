"""Content on its way to a Hub's storage: large content in pieces, which a killed upload need not send again.

`huggingface_hub` begins a file anew in every process. Here every piece that has arrived is on record in the data
directory, so that the next run sends the others only. Nothing becomes visible by an upload: that takes a commit.
"""

import hashlib
import logging
import re
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.errors import PipelineError
from assets.hub.retries import HubUnreachableError, told_plainly
from assets.lake import read_json, write_json
from assets.progress import Work
from assets.publication.hub_datasets import MAIN, HubDatasets

logger = logging.getLogger(__name__)

# After that, storage is not even asked whether it still accepts the pieces of an upload that was begun.
SECONDS_TO_GO_ON = 86_400.0
# What storage, which speaks as Amazon's S3 does, says of faults that pass, and of an upload that is over.
PASSING_CODES = ("RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable")
OVER_CODES = ("NoSuchUpload", "AccessDenied", "ExpiredToken", "SignatureDoesNotMatch", "InvalidPart")
CODE = re.compile(r"<Code>(\w+)</Code>")


class UploadIsOverError(PipelineError):
    """Storage has forgotten an upload, or does not accept its addresses any more."""


@dataclass(frozen=True)
class ContentUpload:
    """Uploads of one dataset; `records` is the folder that remembers pieces."""

    hub: HubDatasets
    dataset: str
    records: Path

    def run(self, path: Path, sha256: str, work: Work) -> None:
        """Bring a file's content to the Hub's storage, unless it is there; `work` counts bytes.

        Raises:
            HubUnreachableError: the Hub cannot be reached; what has arrived is not lost.
            PipelineError: the Hub does not take it.
        """
        size = path.stat().st_size
        before = work.done
        record = self._record(sha256)
        begun = read_json(record)
        if begun is not None and self._can_go_on(begun):
            try:
                self._complete(path, sha256, begun, work)
            except UploadIsOverError:
                logger.info("%s: what was uploaded of %s earlier is gone; it begins anew", self._what, path.name)
        record.unlink(missing_ok=True)
        try:
            self._begin(path, sha256, work)
        except UploadIsOverError:  # it took longer than its addresses hold
            self._begin(path, sha256, work)
        record.unlink(missing_ok=True)
        work.advance(size - (work.done - before))

    def _begin(self, path: Path, sha256: str, work: Work) -> None:
        """Ask what is to be done about the content, and do it; nothing where the Hub has it."""
        size = path.stat().st_size
        action = self._action(sha256, size)
        upload = action.get("upload")
        if upload is None:
            return
        header = upload.get("header") or {}
        if "chunk_size" in header:
            numbered = sorted((int(number), url) for number, url in header.items() if number.isdigit())
            begun = {
                "repository": self.hub.target.repository(self.dataset),
                "begun_at": time.time(),
                "piece_bytes": int(header["chunk_size"]),
                "pieces": [url for _, url in numbered],
                "whole": upload["href"],
                "arrived": {},
            }
            self._complete(path, sha256, begun, work)
        else:
            self._send(upload["href"], path, work)
        if "verify" in action:
            self._post(action["verify"]["href"], {"oid": sha256, "size": size}, self.hub.authorization)

    def _action(self, sha256: str, size: int) -> dict[str, Any]:
        """What the Hub wants done about content; empty where it has it."""
        from huggingface_hub.lfs import UploadInfo, post_lfs_batch_info  # noqa: PLC0415 - see `hub.library`

        def ask() -> tuple[list[dict[str, Any]], list[dict[str, Any]], str | None]:
            with told_plainly(self._what, self.hub.target.endpoint, to="write"):
                return post_lfs_batch_info(
                    [UploadInfo(size=size, sample=b"", sha256=bytes.fromhex(sha256))],
                    token=self.hub.token,
                    repo_type="dataset",
                    repo_id=self.hub.target.repository(self.dataset),
                    revision=MAIN,
                    endpoint=self.hub.target.endpoint.rstrip("/"),
                )

        actions, errors, _ = self.hub.target.retries.call(ask)
        if errors or len(actions) != 1:
            said = errors[0]["error"]["message"] if errors else "no answer for it"
            raise PipelineError(f"{self._what}: the Hub does not take {sha256[:12]}: {said}")
        return dict(actions[0].get("actions") or {})

    def _complete(self, path: Path, sha256: str, begun: dict[str, Any], work: Work) -> None:
        """Send the pieces that have not arrived, then have them put together."""
        arrived: dict[str, str] = begun["arrived"]
        size = begun["piece_bytes"]
        with path.open("rb") as content:
            for number, url in enumerate(begun["pieces"], start=1):
                content.seek((number - 1) * size)
                piece = content.read(size)
                if str(number) in arrived:
                    work.advance(len(piece))
                    continue
                arrived[str(number)] = self._send(url, piece, work)
                # For nobody else's eyes: whoever has the addresses can write to them.
                write_json(self._record(sha256), begun, mode=0o600)
        parts = [{"partNumber": int(number), "etag": arrived[number]} for number in sorted(arrived, key=int)]
        self._post(begun["whole"], {"oid": sha256, "parts": parts}, {})

    def _can_go_on(self, begun: Mapping[str, Any]) -> bool:
        is_same = begun.get("repository") == self.hub.target.repository(self.dataset)
        return is_same and time.time() - float(begun.get("begun_at", 0)) < SECONDS_TO_GO_ON

    def _send(self, url: str, content: bytes | Path, work: Work) -> str:
        """Put content at a signed address, which must see no token; returns what storage calls it."""
        from huggingface_hub import get_session, hf_raise_for_status  # noqa: PLC0415 - see `hub.library`

        def put() -> str:
            with (
                told_plainly(self._what, self.hub.target.endpoint, to="write"),
                nullcontext(content) if isinstance(content, bytes) else content.open("rb") as body,
            ):
                response = get_session().put(url, content=body, timeout=self.hub.target.timeout)
                self._look_at_storage(response.status_code, response.text)
                hf_raise_for_status(response)
                return str(response.headers.get("etag", ""))

        etag = self.hub.target.retries.call(put)
        work.advance(len(content) if isinstance(content, bytes) else content.stat().st_size)
        return etag

    def _post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        from huggingface_hub import get_session, hf_raise_for_status  # noqa: PLC0415 - see `hub.library`

        accepted = {"Accept": "application/vnd.git-lfs+json", **headers}

        def post() -> None:
            with told_plainly(self._what, self.hub.target.endpoint, to="write"):
                response = get_session().post(url, json=body, headers=accepted, timeout=self.hub.target.timeout)
                self._look_at_storage(response.status_code, response.text)
                hf_raise_for_status(response)

        self.hub.target.retries.call(post)

    def _look_at_storage(self, status: int, answer: str) -> None:
        """Tell storage's own errors from the Hub's, which mean the token."""
        code = CODE.search(answer) if status in {400, 403, 404} else None
        if code is not None and code[1] in PASSING_CODES:
            raise HubUnreachableError(f"{self._what}: storage answers HTTP {status} {code[1]}")
        if code is not None and code[1] in OVER_CODES:
            raise UploadIsOverError(f"{self._what}: storage does not accept the upload any more ({code[1]}); run again")

    def _record(self, sha256: str) -> Path:
        where = hashlib.sha256(self.hub.target.endpoint.encode()).hexdigest()[:8]
        return self.records / f"{sha256}-{where}.json"

    @property
    def _what(self) -> str:
        return f"Hub dataset {self.hub.target.repository(self.dataset)}"
