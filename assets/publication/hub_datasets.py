"""The published datasets as they stand on a Hub: reading what is there, and the single steps of writing.

Belongs here: one request, or few that belong together, said plainly where they fail. What is written in which order is
decided in `publish`.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from assets.errors import PipelineError
from assets.hub.client import LOOPBACK
from assets.hub.library import prepare_library, token_from_environment
from assets.hub.retries import HubRefusedError, HubUnreachableError, told_plainly
from assets.publication.publish_target import PublishTarget
from assets.upstream.git import without_credentials

if TYPE_CHECKING:
    import pyarrow as pa
    from huggingface_hub import GitRefs, HfApi

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

CARD, REFRESH = "README.md", "refresh.json"
MAIN = "main"
CONFLICT, PARENT_MOVED = 409, 412
NOT_FOUND = 404


class MovedOnError(PipelineError):
    """Somebody else has written to a dataset in the meantime."""


class UnreadableFileError(PipelineError):
    """A file on the Hub is not what it should be."""


@dataclass(frozen=True)
class HeldDataset:
    """What a dataset holds at one commit.

    `files` maps paths to the SHA-256 of LFS objects, else to git blob ids; `refresh` is what `refresh.json` says, empty
    where there is none.
    """

    commit: str
    files: Mapping[str, str]
    refresh: Mapping[str, Any]


@dataclass(frozen=True)
class Commit:
    """A change to a dataset: files to write (a path or content), to take from another revision, and to remove."""

    message: str
    description: str = ""
    write: Mapping[str, Path | bytes] = field(default_factory=dict)
    take: Mapping[str, str] = field(default_factory=dict)
    remove: Iterable[str] = ()


class HubDatasets:
    """The datasets of a target, through `huggingface_hub`, with the token in `HF_TOKEN`."""

    def __init__(self, target: PublishTarget) -> None:
        """Prepare; nothing is asked yet.

        Raises:
            PipelineError: there is no token, or it would travel in the clear.
        """
        prepare_library()
        self.target = target
        self._endpoint = target.endpoint.rstrip("/")
        token = token_from_environment()
        if token is None:
            raise PipelineError("HF_TOKEN is not set; set it to a token of the Hub that may write datasets there")
        address = urlsplit(self._endpoint)
        if address.scheme == "http" and address.hostname not in LOOPBACK:
            raise PipelineError(
                f"{without_credentials(self._endpoint)}: HF_TOKEN would travel there in the clear; use https"
            )
        self.token = token

    def held(self, dataset: str, revision: str | None = None) -> HeldDataset | None:
        """What a dataset holds at its head, or at a tag or commit; None where there is no such dataset or revision."""
        try:
            # What the Hub says of a dataset may be older than its branches, so the head is asked for first.
            asked = revision or self._head(dataset)
            info = self._ask(
                dataset,
                lambda api: api.dataset_info(
                    self.target.repository(dataset),
                    revision=asked,
                    files_metadata=True,
                    timeout=self.target.timeout,
                ),
            )
        except HubRefusedError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        files = {
            sibling.rfilename: (sibling.lfs.sha256 if sibling.lfs else sibling.blob_id) or ""
            for sibling in info.siblings or []
        }
        commit = str(info.sha)
        refresh = self._refresh(dataset, commit) if REFRESH in files else {}
        return HeldDataset(commit, files, refresh)

    def tags(self, dataset: str) -> dict[str, str]:
        """Commits by the tags that name them."""
        return {tag.name: tag.target_commit for tag in self._refs(dataset).tags}

    def read(self, dataset: str, path: str, revision: str) -> bytes:
        """Content of a small file."""
        from huggingface_hub import get_session, hf_hub_url, hf_raise_for_status  # noqa: PLC0415 - see `hub.library`

        url = hf_hub_url(
            self.target.repository(dataset), path, repo_type="dataset", revision=revision, endpoint=self._endpoint
        )

        def ask(_: "HfApi") -> bytes:
            response = get_session().get(
                url, headers=self.authorization, follow_redirects=True, timeout=self.target.timeout
            )
            hf_raise_for_status(response)
            return bytes(response.content)

        return self._ask(dataset, ask)

    def columns(self, dataset: str, path: str, revision: str, columns: Iterable[str]) -> "pa.Table":
        """Some columns of a Parquet file, fetched by ranges; those that it does not have are left out.

        Raises:
            UnreadableFileError: it is no Parquet file.
        """
        import pyarrow as pa  # noqa: PLC0415 - only where datasets refer to each other
        import pyarrow.parquet as pq  # noqa: PLC0415
        from huggingface_hub import HfFileSystem  # noqa: PLC0415 - see `hub.library`

        def ask(_: "HfApi") -> "pa.Table":
            files = HfFileSystem(endpoint=self._endpoint, token=self.token, skip_instance_cache=True)
            name = f"datasets/{self.target.repository(dataset)}@{revision}/{path}"
            try:
                # With a cache that reads on, nearly the whole file would come.
                with files.open(name, "rb", cache_type="none") as opened:
                    file = pq.ParquetFile(opened, pre_buffer=True)
                    return file.read([name for name in columns if name in file.schema_arrow.names])
            except (pa.ArrowException, FileNotFoundError) as error:
                raise UnreadableFileError(
                    f"{self.target.repository(dataset)}, {path}: no Parquet file can be read there ({error})"
                ) from error

        return self._ask(dataset, ask)

    def create(self, dataset: str) -> None:
        """Create a dataset, unless it is there."""
        self._write(
            dataset,
            lambda api: api.create_repo(
                self.target.repository(dataset), repo_type="dataset", private=self.target.private, exist_ok=True
            ),
        )

    def commit(
        self, dataset: str, commit: Commit, parent: str, contents: Mapping[str, str], may_go_on: Callable[[], None]
    ) -> str:
        """Add a commit on top of `parent`; one attempt, for a lost answer does not tell whether it was made.

        Args:
            dataset: which.
            commit: what changes.
            parent: the commit that it follows.
            contents: SHA-256 of files to write, where it is known.
            may_go_on: called when all that takes time is done; raises where the commit must not be made any more.

        Returns:
            Its id.

        Raises:
            MovedOnError: `parent` is not the head any more.
            HubUnreachableError: the Hub gave no answer; the commit may have been made.
            HubRefusedError: it may not be made.
        """
        from huggingface_hub import (  # noqa: PLC0415 - see `hub.library`
            CommitOperationAdd,
            CommitOperationCopy,
            CommitOperationDelete,
        )

        additions = [CommitOperationAdd(path, content) for path, content in commit.write.items()]
        for addition in additions:
            if addition.path_in_repo in contents:  # or gigabytes would be read again
                addition.upload_info.sha256 = bytes.fromhex(contents[addition.path_in_repo])
        operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
            *additions,
            *(CommitOperationCopy(path, path, src_revision=revision) for path, revision in commit.take.items()),
            *(CommitOperationDelete(path, is_folder=False) for path in commit.remove),
        ]
        try:
            with self._told(dataset, to="write"):
                self._api().preupload_lfs_files(
                    self.target.repository(dataset), additions, repo_type="dataset", revision=MAIN, free_memory=False
                )
            may_go_on()
            with self._told(dataset, to="write"):
                made = self._api().create_commit(
                    self.target.repository(dataset),
                    operations,
                    commit_message=commit.message,
                    commit_description=commit.description,
                    repo_type="dataset",
                    revision=MAIN,
                    parent_commit=parent,
                )
        except HubRefusedError as error:
            if error.status == CONFLICT:  # another commit is under way, which may be our own whose answer was lost
                raise HubUnreachableError(str(error)) from None
            if error.status == PARENT_MOVED:
                raise MovedOnError(
                    f"{self.target.repository(dataset)}: somebody else has written there in the meantime; run again"
                ) from None
            raise
        return str(made.oid)

    def tag(self, dataset: str, name: str, revision: str) -> None:
        """Give a commit a tag, unless it has it."""
        self._write(
            dataset,
            lambda api: api.create_tag(
                self.target.repository(dataset), tag=name, revision=revision, repo_type="dataset", exist_ok=True
            ),
        )

    def delete_tag(self, dataset: str, name: str) -> None:
        """Remove a tag, if it is there."""
        try:
            self._write(
                dataset,
                lambda api: api.delete_tag(self.target.repository(dataset), tag=name, repo_type="dataset"),
            )
        except HubRefusedError as error:
            if error.status != NOT_FOUND:
                raise

    @property
    def authorization(self) -> dict[str, str]:
        """The header that shows the token; for the Hub alone, never for its storage host."""
        return {"authorization": f"Bearer {self.token}"}

    def _head(self, dataset: str) -> str | None:
        """The commit that `main` stands at; None where there is none yet."""
        heads = [branch.target_commit for branch in self._refs(dataset).branches if branch.name == MAIN]
        return heads[0] if heads else None

    def _refs(self, dataset: str) -> "GitRefs":
        return self._ask(dataset, lambda api: api.list_repo_refs(self.target.repository(dataset), repo_type="dataset"))

    def _refresh(self, dataset: str, commit: str) -> Mapping[str, Any]:
        try:
            refresh = json.loads(self.read(dataset, REFRESH, commit))
        except ValueError:
            logger.warning("%s: its %s is not JSON, and is written anew", self.target.repository(dataset), REFRESH)
            return {}
        return refresh if isinstance(refresh, dict) else {}

    def _ask(self, dataset: str, ask: Callable[["HfApi"], Answer]) -> Answer:
        return self._retried(dataset, ask, "read")

    def _write(self, dataset: str, write: Callable[["HfApi"], Answer]) -> Answer:
        """For steps that may be repeated: done twice they are as done once."""
        return self._retried(dataset, write, "write")

    def _retried(self, dataset: str, call: Callable[["HfApi"], Answer], to: str) -> Answer:
        def attempt() -> Answer:
            with self._told(dataset, to=to):
                return call(self._api())

        return self.target.retries.call(attempt)

    @contextmanager
    def _told(self, dataset: str, *, to: str) -> Iterator[None]:
        what = f"Hub dataset {self.target.repository(dataset)}"
        try:
            with told_plainly(what, self._endpoint, to="write" if to == "write" else "read"):
                try:
                    yield
                except RuntimeError as error:  # the library wraps what went wrong with an upload
                    raise error.__cause__ or error from None
        except json.JSONDecodeError:
            raise HubUnreachableError(f"{what}: the Hub's answer is not JSON") from None
        except ValueError as error:  # the library's word for a card that the Hub does not accept
            raise HubRefusedError(f"{what}: {error}") from None

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi  # noqa: PLC0415 - see `hub.library`

        return HfApi(endpoint=self._endpoint, token=self.token)
