"""Asking a Hub: at which revision a dataset stands, which files it has there, and their content.

Belongs here: the two kinds of Hub, an endpoint that speaks the Hub's protocol and a folder that mirrors one. Which
files are wanted and where they go is decided in `sync`.
"""

import hashlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from assets.errors import PipelineError
from assets.hub.datasets import HUB_DATASETS
from assets.hub.download import RemoteFile, ResumableDownload, content_id_of, copy_file
from assets.hub.library import prepare_library, token_from_environment
from assets.hub.retries import HubRefusedError, Retries, told_plainly
from assets.progress import Work
from assets.upstream.git import without_credentials

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import DatasetInfo

logger = logging.getLogger(__name__)

PUBLIC_ENDPOINT = "https://huggingface.co"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PUBLIC_REPOSITORIES: Mapping[str, str] = MappingProxyType(
    {kind: dataset.repository for kind, dataset in HUB_DATASETS.items()}
)


@dataclass(frozen=True)
class HubConfig:
    """Which Hub to ask, for which datasets, and how patiently.

    `endpoint` is a URL, or a folder with a folder `<owner>/<name>` per dataset. `repositories` maps kinds to
    `<owner>/<name>`; a kind that is not in it is not synced. `timeout` is how many seconds the Hub may keep quiet.
    """

    endpoint: str = PUBLIC_ENDPOINT
    repositories: Mapping[str, str] = field(default_factory=lambda: dict(PUBLIC_REPOSITORIES))
    timeout: float = 30.0
    retries: Retries = field(default_factory=Retries)

    def location(self, kind: str) -> str:
        """Where a dataset is to be found, for people; without credentials."""
        root = without_credentials(self.endpoint).rstrip("/")
        return f"{root}/datasets/{self.repositories[kind]}" if _is_url(root) else f"{root}/{self.repositories[kind]}"


@dataclass(frozen=True)
class RemoteDataset:
    """Where a dataset stands on the Hub now. `last_modified` is in UTC, where the Hub tells it."""

    repository: str
    revision: str
    last_modified: datetime | None


class Hub(Protocol):
    """What `sync` needs of a Hub.

    Each method raises `HubUnreachableError` where the Hub cannot be asked, and another `PipelineError` where it has
    no such dataset, or no permission to read it.
    """

    def dataset(self, repository: str) -> RemoteDataset:
        """Where a dataset stands; one cheap question."""

    def files(self, repository: str, revision: str) -> list[RemoteFile]:
        """Every file of a revision."""

    def download(self, repository: str, revision: str, file: RemoteFile, target: Path, work: Work) -> None:
        """Bring a file to `target`, whole and verified or not at all; `work` counts bytes."""


def open_hub(config: HubConfig) -> Hub:
    """The Hub that a configuration names; nothing is asked yet.

    Raises:
        PipelineError: the endpoint is neither a URL nor a folder.
    """
    if _is_url(config.endpoint):
        return HubEndpoint(config)
    if Path(config.endpoint).is_dir():
        return HubFolder(Path(config.endpoint))
    raise PipelineError(
        f"Hub endpoint {without_credentials(config.endpoint)}: neither a URL (https://...) nor a folder that exists"
    )


def remote_datasets(hub: Hub, repositories: Mapping[str, str]) -> dict[str, RemoteDataset]:
    """Where each dataset stands, by kind; asked side by side, one question each.

    Raises:
        HubUnreachableError: the Hub cannot be asked.
        PipelineError: it has no such dataset, or no permission to read it.
    """
    if not repositories:
        return {}
    with ThreadPoolExecutor(max_workers=len(repositories)) as pool:
        return dict(zip(repositories, pool.map(hub.dataset, repositories.values()), strict=True))


def remote_revisions(config: HubConfig) -> dict[str, str]:
    """The revision at which each dataset stands now, by kind: what a sensor compares with its cursor.

    Raises:
        HubUnreachableError: the Hub cannot be asked.
        PipelineError: it has no such dataset, or no permission to read it.
    """
    remote = remote_datasets(open_hub(config), config.repositories)
    return {kind: dataset.revision for kind, dataset in remote.items()}


class HubEndpoint:
    """A Hub at a URL, asked through `huggingface_hub`; with the token in `HF_TOKEN`, or anonymously."""

    def __init__(self, config: HubConfig) -> None:
        """Prepare to ask; nothing is asked yet.

        Raises:
            PipelineError: a token would travel in the clear.
        """
        prepare_library()
        self._config = config
        self._endpoint = config.endpoint.rstrip("/")
        self._token = token_from_environment()
        address = urlsplit(self._endpoint)
        if self._token is not None and address.scheme == "http" and address.hostname not in LOOPBACK:
            raise PipelineError(
                f"Hub endpoint {without_credentials(self._endpoint)}: HF_TOKEN would travel there in the clear; "
                "use https, or unset HF_TOKEN to read anonymously"
            )

    def dataset(self, repository: str) -> RemoteDataset:
        """Where a dataset stands; one request."""
        info = self._info(repository, None, with_files=False)
        if info.id.lower() != repository.lower():
            logger.warning("%s has been renamed: it is %s now; change the setting", _what(repository), info.id)
        return RemoteDataset(repository, str(info.sha), info.last_modified and info.last_modified.astimezone(UTC))

    def files(self, repository: str, revision: str) -> list[RemoteFile]:
        """Every file of a revision, with the hash of its content; one request."""
        info = self._info(repository, revision, with_files=True)
        found = []
        for sibling in info.siblings or []:
            content_id = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
            size = sibling.lfs.size if sibling.lfs else sibling.size
            if content_id is None or size is None:
                raise self._no_hub(repository)
            found.append(RemoteFile(sibling.rfilename, content_id, size))
        return found

    def download(self, repository: str, revision: str, file: RemoteFile, target: Path, work: Work) -> None:
        """Bring a file to `target`, whole and verified or not at all; a transfer that was cut is continued.

        The parts that came are kept beside `target` until the file is whole, whoever is interrupted.
        """
        from huggingface_hub import hf_hub_url  # noqa: PLC0415 - see `library`

        ResumableDownload(
            url=hf_hub_url(repository, file.path, repo_type="dataset", revision=revision, endpoint=self._endpoint),
            headers={"authorization": f"Bearer {self._token}"} if self._token else {},
            what=f"{_what(repository)}, {file.path}",
            endpoint=self._endpoint,
            timeout=self._config.timeout,
            retries=self._config.retries,
        ).run(file, target, work)

    def _info(self, repository: str, revision: str | None, *, with_files: bool) -> "DatasetInfo":
        return self._config.retries.call(lambda: self._ask(repository, revision, with_files=with_files))

    def _ask(self, repository: str, revision: str | None, *, with_files: bool) -> "DatasetInfo":
        with told_plainly(_what(repository), self._endpoint):
            try:
                info = self._api().dataset_info(
                    repository, revision=revision, files_metadata=with_files, timeout=self._config.timeout
                )
            except (ValueError, KeyError, TypeError, AttributeError):  # the answer is not what a Hub would say
                raise self._no_hub(repository) from None
        if not info.sha:
            raise self._no_hub(repository)
        return info

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi  # noqa: PLC0415 - see `library`

        return HfApi(endpoint=self._endpoint, token=self._token or False)

    def _no_hub(self, repository: str) -> HubRefusedError:
        return HubRefusedError(
            f"{_what(repository)}: {without_credentials(self._endpoint)} does not answer like a Hugging Face Hub; "
            "check the endpoint and the name of the dataset"
        )


class HubFolder:
    """A folder that mirrors a Hub: `<owner>/<name>/` holds the files of a dataset.

    A dataset's revision is a hash over names and contents, so it is the same wherever the folder lies.
    """

    def __init__(self, root: Path) -> None:
        """Prepare to read below `root`."""
        self._root = root

    def dataset(self, repository: str) -> RemoteDataset:
        """Where a dataset stands; every file is read for its hash."""
        digest = hashlib.sha256()
        latest = 0.0
        for file in self._contents(repository):
            digest.update(f"{file.path}\0{file.content_id}\n".encode())
            latest = max(latest, (self._root / repository / file.path).stat().st_mtime)
        return RemoteDataset(repository, digest.hexdigest()[:40], datetime.fromtimestamp(latest, UTC))

    def files(self, repository: str, revision: str) -> list[RemoteFile]:
        """Every file of the dataset."""
        return self._contents(repository)

    def download(self, repository: str, revision: str, file: RemoteFile, target: Path, work: Work) -> None:
        """Copy a file to `target`, whole and verified or not at all."""
        copy_file(self._root / repository / file.path, file, target, work)

    def _contents(self, repository: str) -> list[RemoteFile]:
        folder = self._root / repository
        if not folder.is_dir():
            raise HubRefusedError(f"{_what(repository)}: no such folder below {self._root}")
        return [
            RemoteFile(path.relative_to(folder).as_posix(), content_id_of(path, as_lfs=True), path.stat().st_size)
            for path in sorted(folder.rglob("*.parquet"))
            if path.is_file()
        ]


def _is_url(endpoint: str) -> bool:
    return endpoint.startswith(("https://", "http://"))


def _what(repository: str) -> str:
    return f"Hub dataset {repository}"
