"""A data directory under test: runs the real job in this process, or the real command in another one."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from assets.lake import Lake
from orchestration.jobs import STAGES
from orchestration.refresh import Outcome, run_refresh
from orchestration.settings import load_settings
from tests.end_to_end.quick_records import sitecustomize

SPEECHMAP = Path(sys.executable).with_name("speechmap")
QUICK_RECORDS = str(Path(sitecustomize.__file__).parent)  # imported, it has done the same for this process


@dataclass(frozen=True)
class Pipeline:
    """One data directory."""

    data_dir: Path

    @property
    def lake(self) -> Lake:
        return Lake(self.data_dir)

    def run(
        self,
        upstream: Path,
        *,
        at: str | None = None,
        site_metadata: Path | None = None,
        hub: Path | None = None,
        published_on: str | None = None,
        **how: Any,
    ) -> Outcome:
        """Run the refresh job here; the site is left out unless asked for, as is publishing (as `lab`, on a Hub)."""
        settings = load_settings(
            upstream=str(upstream),
            site_metadata=str(site_metadata) if site_metadata else None,
            revision=at,
            hub_endpoint=str(hub) if hub else None,
            publish_to="lab" if published_on else None,
            publish_endpoint=published_on,
            data_dir=self.data_dir,
        )
        how = {"stages": STAGES, "with_site": False, **how}
        return run_refresh(settings, how["stages"], with_site=how["with_site"], say=lambda _: None)

    def command(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `speechmap` as a user would, without whatever the developer's own environment sets."""
        return subprocess.run(
            [SPEECHMAP, *arguments], env=self.environment(**environment), capture_output=True, text=True, check=False
        )

    def environment(self, **changes: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("SPEECHMAP_", "DAGSTER_"))}
        path = os.pathsep.join(filter(None, (QUICK_RECORDS, os.environ.get("PYTHONPATH"))))
        return {**own, "SPEECHMAP_DATA_DIR": str(self.data_dir), "PYTHONPATH": path, **changes}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the promoted warehouse."""
        with duckdb.connect(str(self.lake.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()
