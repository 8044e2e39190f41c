from pathlib import Path

import pytest

from .small_marts import SmallMarts


@pytest.fixture
def marts(tmp_path: Path) -> SmallMarts:
    """A warehouse to fill."""
    return SmallMarts(tmp_path / "warehouse.duckdb")
