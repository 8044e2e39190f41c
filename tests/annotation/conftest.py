from pathlib import Path

import pytest

from assets.lake import Lake
from tests.annotation.exported import show_small_tables


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A data directory with tables of ten responses."""
    lake = Lake(tmp_path / "data")
    show_small_tables(lake)
    return lake
