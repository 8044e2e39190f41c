"""What the tests of publication share: the stand-in for the Hub with a writer, and where to publish there."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from assets.hub.retries import Retries
from assets.lake import Lake
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from tests.hub.hub_server import HubServer, serve_hub
from tests.publication.refreshes import Refreshes, make_refreshes

TOKEN = "writer"  # noqa: S105 - it guards nothing


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """An empty Hub where the token in HF_TOKEN may write as `lab`."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with serve_hub() as server:
        server.allow(TOKEN, "lab")
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the publisher would have waited, one after the other."""
    return []


@pytest.fixture
def target(hub: HubServer, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> PublishTarget:
    """All datasets of `lab` on the stand-in; nobody waits."""
    from assets.hub.library import prepare_library

    prepare_library()
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=waits.append))
    return target_at(hub, waits)


def target_at(hub: HubServer, waits: list[float]) -> PublishTarget:
    """All datasets of `lab` on a stand-in."""
    names = tuple(dataset.name for dataset in published_datasets())
    return PublishTarget("lab", names, hub.endpoint, timeout=10, retries=Retries(attempts=3, sleep=waits.append))


@pytest.fixture(scope="session")
def refreshes(tmp_path_factory: pytest.TempPathFactory) -> Refreshes:
    """Two refreshes that follow each other. Read only."""
    return make_refreshes(tmp_path_factory.mktemp("refreshes"))


@pytest.fixture
def shown(refreshes: Refreshes, tmp_path: Path) -> Lake:
    """A data directory that shows the first refresh."""
    return refreshes.first(tmp_path / "data")
