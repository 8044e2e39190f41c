"""Where datasets are published."""

from dataclasses import dataclass, field

from assets.hub.client import PUBLIC_ENDPOINT
from assets.hub.retries import Retries
from assets.upstream.git import without_credentials


@dataclass(frozen=True)
class PublishTarget:
    """Where datasets are published: `namespace` is a user or an organization of the Hub at `endpoint`.

    `datasets` are the names of those that are; `private` is whether a dataset that is created is private.
    """

    namespace: str
    datasets: tuple[str, ...]
    endpoint: str = PUBLIC_ENDPOINT
    private: bool = False
    timeout: float = 60.0
    retries: Retries = field(default_factory=Retries)

    def repository(self, dataset: str) -> str:
        """A dataset's full name."""
        return f"{self.namespace}/{dataset}"

    def link(self, dataset: str, revision: str | None = None) -> str:
        """Address of a dataset for people."""
        tree = f"/tree/{revision}" if revision else ""
        return f"{self.shown_endpoint}/datasets/{self.repository(dataset)}{tree}"

    @property
    def shown_endpoint(self) -> str:
        """Address of the Hub, without credentials."""
        return without_credentials(self.endpoint).rstrip("/")
