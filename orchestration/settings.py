"""Every setting of the pipeline, in one place.

Settings come from, in falling priority: the command line, environment variables with the prefix
`SPEECHMAP_`, the file `settings.env` in the data directory, the defaults below. Secrets come from the
environment only.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assets.errors import PipelineError
from assets.warehouse.dbt_manifest import WAREHOUSE_VARIABLE

PREFIX = "SPEECHMAP_"
SETTINGS_FILE = "settings.env"


class Settings(BaseSettings):
    """The settings of one data directory."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder that holds everything the pipeline makes.")
    upstream: str = Field(
        "https://github.com/xlr8harder/speechmap-data",
        description="Git repository with questions, responses and analyses: a URL or a folder.",
    )
    revision: str | None = Field(
        None, description="Branch, tag or commit of the upstream to build; its HEAD if not set."
    )
    site_metadata: str | None = Field(
        "https://github.com/xlr8harder/speechmap-site",
        description="Git repository with model metadata. Optional: without it, what is known of models is null. "
        "An empty value turns it off.",
    )
    ui_port: int = Field(3000, ge=1, le=65535, description="Port of the Dagster UI (`speechmap ui`).")
    site_port: int = Field(8000, ge=1, le=65535, description="Port on which `speechmap site` serves the dashboards.")


FIELDS = tuple(Settings.model_fields)


def load_settings(**overrides: Any) -> Settings:
    """Settings with `overrides` on top; an override of None counts as not given.

    Raises:
        PipelineError: a setting is unknown or has a value of the wrong form. The message holds no values.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    folder = Path(
        given.get("data_dir") or os.environ.get(f"{PREFIX}DATA_DIR") or Settings.model_fields["data_dir"].default
    )
    file = folder / SETTINGS_FILE
    ours = {name for name in os.environ if name.startswith(PREFIX)} - {WAREHOUSE_VARIABLE}
    problems = [_unknown(name) for name in sorted(ours) if name.removeprefix(PREFIX).lower() not in FIELDS]
    try:
        settings = Settings(_env_file=file, **given)
        if settings.data_dir not in {folder, Path()}:
            problems.append(f"{PREFIX}DATA_DIR must be set in the environment: the file is looked for in that folder")
    except ValidationError as error:
        problems += [
            _unknown(name) if details["type"] == "extra_forbidden" else f"{PREFIX}{name.upper()}: {details['msg']}"
            for details in error.errors()
            for name in map(str, details["loc"])
        ]
    if problems:
        raise PipelineError(f"settings (environment, {file}): {'; '.join(problems)}")
    changes: dict[str, Any] = {"data_dir": folder.expanduser().resolve()}
    if settings.site_metadata == "":
        changes["site_metadata"] = None
    return settings.model_copy(update=changes)


def _unknown(name: str) -> str:
    return f"{name.upper()} is no setting; there are {', '.join(f'{PREFIX}{known.upper()}' for known in FIELDS)}"


def settings_for_upstream(upstream: str | None, site_metadata: str | None, **overrides: Any) -> Settings:
    """Settings for a run on an upstream that may have been named on the command line.

    An upstream named there is used alone: the default of another source does not join it, a source that was
    named beside it or set by the user does.
    """
    settings = load_settings(upstream=upstream, site_metadata=site_metadata, **overrides)
    if upstream is not None and "site_metadata" not in settings.model_fields_set:
        return settings.model_copy(update={"site_metadata": None})
    return settings
