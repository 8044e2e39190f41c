"""A landed corpus to fill."""

from pathlib import Path

import pytest

from tests.quality.landed_lake import LandedLake


@pytest.fixture
def landed(tmp_path: Path) -> LandedLake:
    """A data directory without landed files."""
    return LandedLake(tmp_path / "data")
