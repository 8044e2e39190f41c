"""DAGSTER_HOME inside the data directory: storage, and a configuration that stays quiet and reports nowhere."""

import os
from pathlib import Path

from assets.lake import Lake, atomic_path
from orchestration.settings import Settings

CONFIGURATION = """\
# Written by `speechmap`; changes are lost.
telemetry:
  enabled: false
nux:
  enabled: false
# A run holds the data directory from its first step to its last: the next one waits instead of failing.
concurrency:
  runs:
    max_concurrent_runs: 1
python_logs:
  managed_python_loggers: [assets]
  python_log_level: INFO
"""


def prepare_dagster_home(settings: Settings) -> Path:
    """Write Dagster's configuration and point this process and its children at it."""
    home = Lake(settings.data_dir).dagster_home
    target = home / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != CONFIGURATION:
        with atomic_path(target) as temporary:
            temporary.write_text(CONFIGURATION, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    return home
