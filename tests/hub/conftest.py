"""What the tests of the Hub share: an empty stand-in, and a client that neither waits nor knows a token."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from assets.hub.client import HubConfig
from assets.hub.library import prepare_library
from assets.hub.retries import Retries
from tests.hub.hub_server import HubServer, serve_hub

if TYPE_CHECKING:
    from huggingface_hub import HfApi


@pytest.fixture(autouse=True)
def _anonymous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """An empty Hub."""
    with serve_hub() as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client would have waited, one after the other."""
    return []


@pytest.fixture
def config(hub: HubServer, waits: list[float]) -> HubConfig:
    """The stand-in with the public names, asked three times at most."""
    return HubConfig(hub.endpoint, timeout=10, retries=Retries(attempts=3, sleep=waits.append))


@pytest.fixture
def publisher(hub: HubServer, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> "HfApi":
    """The real client of someone who may write as "lab" and in "team", and whose retries do not wait."""
    prepare_library()
    from huggingface_hub import HfApi
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=waits.append))
    return HfApi(endpoint=hub.endpoint, token=hub.allow("w", "lab", "team"))
