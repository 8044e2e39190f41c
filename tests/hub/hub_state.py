"""What the stand-in for the Hub knows: its datasets, its writers, uploads under way, its fault plan, what was asked."""

import re
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from math import ceil

from tests.hub.hub_exchange import HubRequest
from tests.hub.hub_faults import PlannedFault
from tests.hub.hub_repository import HubContent, HubRepository

# Above this the Hub wants an object in parts (its real limit is far higher).
PIECE_SIZE = 5_000_000


@dataclass
class HubUpload:
    """An object on its way into LFS, whole or (with a `piece_size`) in parts.

    It outlives the client that asked for it, as on the Hub: whoever knows the URLs may go on.
    """

    upload_id: str
    repository: HubRepository
    oid: str
    size: int
    piece_size: int | None
    parts: dict[int, bytes] = field(default_factory=dict, repr=False)
    is_expired: bool = False
    is_complete: bool = False

    @property
    def numbers(self) -> range:
        """The parts that it takes."""
        return range(1, 1 + ceil(self.size / self.piece_size)) if self.piece_size is not None else range(0)


class HubServer:
    """The running stand-in.

    `writers` says in which namespaces the owner of a token may write; the first is the owner's own name. Objects that
    are larger than `piece_size` are uploaded in parts of that size, and lists are given in pages of `page_size`.
    `crashes` are exceptions of the stand-in itself and of actions hung into it; `serve_hub` raises the first.
    """

    def __init__(self, endpoint: str, storage: str) -> None:
        """Begin empty; `storage` is the URL of the host that content is redirected to."""
        self.endpoint = endpoint
        self.storage = storage
        self.piece_size = PIECE_SIZE
        self.page_size = 1000
        self.repositories: dict[str, HubRepository] = {}
        self.renamed: dict[str, str] = {}
        self.writers: dict[str, Collection[str]] = {}
        self.uploads: dict[str, HubUpload] = {}
        self.faults: list[PlannedFault] = []
        self.requests: list[HubRequest] = []
        self.crashes: list[BaseException] = []
        self.is_closed = False
        self.lock = threading.RLock()
        self._actions: list[tuple[str, Callable[[], object]]] = []

    def dataset(self, name: str, *, token: str | None = None, is_gated: bool = False) -> HubRepository:
        """A dataset of this name, made (without a commit) if it is not there."""
        with self.lock:
            return self.repositories.setdefault(name, HubRepository(name, token, is_gated, lock=self.lock))

    def allow(self, token: str, *namespaces: str) -> str:
        """Let the owner of a token write in these namespaces, the first of which is the owner's; returns the token."""
        with self.lock:
            self.writers[token] = namespaces
        return token

    def asked(self, pattern: str) -> list[HubRequest]:
        """Requests so far whose `METHOD path` matches."""
        with self.lock:
            return [request for request in self.requests if re.search(pattern, str(request))]

    def forget_requests(self) -> None:
        """Begin counting anew."""
        with self.lock:
            self.requests.clear()

    def expire_uploads(self) -> None:
        """Let the signatures of all uploads under way run out."""
        with self.lock:
            for upload in self.uploads.values():
                upload.is_expired = True

    def before(self, pattern: str, action: Callable[[], object]) -> None:
        """Run this once, before the next request whose `METHOD path` matches is answered."""
        with self.lock:
            self._actions.append((pattern, action))

    def run_actions(self, request: HubRequest) -> None:
        """Run what was hung on a request. It may ask the stand-in itself, so nothing is locked meanwhile."""
        with self.lock:
            due = [each for each in self._actions if re.search(each[0], str(request))]
            self._actions = [each for each in self._actions if each not in due]
        for _, action in due:
            action()

    def note(self, request: HubRequest) -> PlannedFault | None:
        """Keep a request; returns the fault that is planned for its answer."""
        with self.lock:
            self.requests.append(request)
            for planned in self.faults:
                if planned.times > 0 and re.search(planned.pattern, str(request)):
                    planned.times -= 1
                    return planned
        return None

    def content(self, sha256: str) -> HubContent | None:
        """Content in LFS by its name."""
        every = (repository.objects.get(sha256) for repository in self.repositories.values())
        return next((each for each in every if each is not None), None)
