"""A process as a user's shell would start it: no setting of the developer's own, nothing left behind."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory that the environment names; what a test changes in the environment ends with it."""
    for name in list(os.environ):
        if name.startswith(("SPEECHMAP_", "DAGSTER_")):
            monkeypatch.delenv(name)
    for name in ("SPEECHMAP_WAREHOUSE", "SPEECHMAP_SMALL_SAMPLE", "DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")  # so that what the command sets is taken back
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("SPEECHMAP_DATA_DIR", str(folder))
    return folder
