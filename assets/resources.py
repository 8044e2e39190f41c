"""The Dagster resources that more than one stage uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from assets.lake import Lake


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The data directory. A run holds it for writing from its first step to its last."""

    data_dir: str

    @property
    def lake(self) -> Lake:
        """Paths below the data directory."""
        return Lake(Path(self.data_dir))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["LakeResource"]:
        """Lock the data directory for as long as the run lasts."""
        with self.lake.lock():
            # From here until the run has ended well, what lies there may be a mixture.
            self.lake.last_run.unlink(missing_ok=True)
            yield self
