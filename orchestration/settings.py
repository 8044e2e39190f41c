"""Every setting of the pipeline, in one place.

Settings come from, in falling priority: the command line, environment variables with the prefix
`SPEECHMAP_`, the file `settings.env` in the data directory, the defaults below. Secrets come from the
environment only.
"""

import os
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assets.agreement.pairs import SMALL_SAMPLE
from assets.errors import PipelineError
from assets.hub.client import PUBLIC_ENDPOINT, PUBLIC_REPOSITORIES, HubConfig
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.library import token_from_environment
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.upstream.layout import MODEL_METADATA
from assets.upstream.source_list import GitSource, load_sources
from assets.warehouse.dbt_manifest import WAREHOUSE_VARIABLE

PREFIX = "SPEECHMAP_"
CRON = r"^(\S+( \S+){4}|@\w+|)$"
ALL = "all"
SETTINGS_FILE = "settings.env"


class Settings(BaseSettings):
    """The settings of one data directory."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder that holds everything the pipeline makes.")
    sources: Path | None = Field(
        None,
        description="TOML file that lists the git sources to follow, in place of the public ones; "
        "`assets/upstream/sources.toml` is the default and explains itself.",
    )
    upstream: str | None = Field(
        None,
        description="Git repository with questions, responses and analyses, a URL or a folder, in place of the first "
        "source of the list. If the list is the default one, its other sources are left out.",
    )
    revision: str | None = Field(
        None, description="Branch, tag or commit of the first source to build; its HEAD if not set."
    )
    site_metadata: str | None = Field(
        None,
        description="Git repository with model and lab metadata, in place of the one in the list. "
        "An empty value turns it off.",
    )
    hub_endpoint: str | None = Field(
        None,
        description="Hugging Face Hub with further judgments, or a folder that holds its datasets; the public Hub, "
        "unless an upstream is named. An empty value turns it off. A token is read from HF_TOKEN.",
    )
    hub_models: str = Field(PUBLIC_REPOSITORIES[HUB_MODELS], description="Dataset of models on the Hub.")
    hub_questions: str = Field(PUBLIC_REPOSITORIES[HUB_QUESTIONS], description="Dataset of questions on the Hub.")
    hub_responses: str = Field(PUBLIC_REPOSITORIES[HUB_RESPONSES], description="Dataset of responses on the Hub.")
    hub_assessments: str = Field(PUBLIC_REPOSITORIES[HUB_ASSESSMENTS], description="Dataset of assessments on the Hub.")
    on_missing_lfs: Literal["fail", "skip"] = Field(
        "fail",
        description="What a missing Git LFS object does: `fail` keeps the last good state, `skip` goes on without "
        "the file and warns.",
    )
    small_sample: int = Field(
        SMALL_SAMPLE, ge=0, description="Figures that rest on fewer responses are kept and flagged as a small sample."
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="What builds the tables: DuckDB in this process, or Spark (`docs/spark.md`)."
    )
    spark_master: str = Field(
        "local[*]",
        pattern=r"^(local(\[[^\]]+\])?|local-cluster\[[^\]]+\]|spark://.+|yarn|k8s://.+)$",
        description="Master of the Spark that builds the tables: `spark://host:7077`, `yarn`, `k8s://...`; this "
        "machine if it is not set.",
    )
    spark_properties: Path | None = Field(
        None, description="File with further settings of Spark, in the form of its `spark-defaults.conf`."
    )
    exchange: str | None = Field(
        None,
        description="Folder or URL that this machine and Spark both see, for landed files and tables; a folder in "
        "the data directory if it is not set. Each data directory needs its own.",
    )
    site_texts: bool = Field(
        True,
        description="Whether the site has the texts of questions, responses and analyses, most of its size.",
    )
    publish_to: str | None = Field(
        None,
        pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,95}|)$",
        description="User or organization on the Hub whose datasets are refreshed; nothing is published if it is not "
        "set. A token that may write there is read from HF_TOKEN.",
    )
    publish_endpoint: str = Field(PUBLIC_ENDPOINT, pattern=r"^https?://", description="Hugging Face Hub to publish on.")
    publish_datasets: str = Field(
        "all",
        description="Which datasets are published, by name and separated by commas: "
        "`speechmap-questions,speechmap-models`. One that refers to another needs it too.",
    )
    publish_private: bool = Field(False, description="Whether datasets that are created on the Hub are private.")
    publish_schedule: str = Field(
        "0 6 * * *",
        pattern=CRON,
        description="When what is shown is published if a refresh could not, as a cron line in UTC. An empty value "
        "turns it off.",
    )
    webhook: SecretStr | None = Field(
        None, description="Address that gets a POST with JSON when a refresh fails; a chat's incoming webhook will do."
    )
    watch: bool = Field(True, description="Whether sensors look for new commits while the Dagster UI runs.")
    watch_seconds: int = Field(300, ge=30, description="Seconds between two looks of a sensor.")
    schedule: str = Field(
        "0 4 * * *",
        pattern=CRON,
        description="When a refresh runs whatever the sensors saw, as a cron line in UTC. An empty value turns it off.",
    )
    ui_port: int = Field(3000, ge=1, le=65535, description="Port of the Dagster UI (`speechmap ui`).")
    site_port: int = Field(8000, ge=1, le=65535, description="Port on which `speechmap site` serves the dashboards.")

    @cached_property
    def git_sources(self) -> tuple[GitSource, ...]:
        """The git sources to follow, the primary one first.

        Raises:
            PipelineError: the list of sources cannot be read.
        """
        sources = load_sources(self.sources.expanduser()) if self.sources else load_sources()
        primary = replace(
            sources[0], location=self.upstream or sources[0].location, revision=self.revision or sources[0].revision
        )
        # The default of another source does not join an upstream that somebody named; a list that they wrote does.
        is_alone = self.upstream is not None and self.sources is None
        others = [source for source in sources[1:] if not is_alone or _is_site(source)]
        if self.site_metadata is not None or is_alone:
            given = self.site_metadata or None
            others = [
                replace(source, location=given) if given and _is_site(source) else source
                for source in others
                if given or not _is_site(source)
            ]
        return (primary, *others)

    @property
    def spark_properties_file(self) -> str:
        """Absolute path of the file with settings of Spark; empty where there is none."""
        file = self.spark_properties
        return str(file.expanduser().resolve()) if file is not None and file != Path() else ""

    @property
    def exchange_place(self) -> str:
        """Absolute path or URL of the exchange; empty where it lies in the data directory.

        Raises:
            PipelineError: the URL holds a password, which would be shown.
        """
        if not self.exchange or "://" in self.exchange:
            if re.search(r"://[^/@]*:[^/@]*@", self.exchange or ""):
                raise PipelineError(f"{PREFIX}EXCHANGE: holds a password; give it the way that its store knows")
            return self.exchange or ""
        return str(Path(self.exchange).expanduser().resolve())

    @cached_property
    def hub(self) -> HubConfig | None:
        """The Hub's datasets to follow; None where the Hub is not used."""
        endpoint = self.hub_endpoint
        if endpoint is None and self.upstream is None:
            endpoint = PUBLIC_ENDPOINT
        return HubConfig(endpoint, {kind: getattr(self, kind) for kind in PUBLIC_REPOSITORIES}) if endpoint else None

    @cached_property
    def publish_target(self) -> PublishTarget | None:
        """Where datasets are published; None where none are, because no namespace is set.

        Raises:
            PipelineError: a dataset is unknown, or lacks one that it refers to, or would be published into what this
                pipeline reads.
        """
        if not self.publish_to:
            return None
        target = PublishTarget(
            self.publish_to, self._published_names(), self.publish_endpoint.rstrip("/"), self.publish_private
        )
        if self.hub is not None and self.hub.endpoint.rstrip("/") == target.endpoint:
            read = {name.lower() for name in self.hub.repositories.values()}
            if own := [name for name in map(target.repository, target.datasets) if name.lower() in read]:
                raise PipelineError(
                    f"{PREFIX}PUBLISH_TO: {', '.join(own)} would be published and read by the same pipeline; name "
                    "another namespace, or other datasets to read"
                )
        return target

    @property
    def not_published_because(self) -> str:
        """Why nothing is published, and what to do; empty where something is."""
        if self.publish_target is None:
            return f"{PREFIX}PUBLISH_TO is not set; set it to a user or an organization on the Hub, and HF_TOKEN"
        if token_from_environment() is None:
            return "HF_TOKEN is not set; set it to a token that may write datasets of " + self.publish_target.namespace
        return ""

    def _published_names(self) -> tuple[str, ...]:
        every = {dataset.name: dataset for dataset in published_datasets()}
        names = [name.strip() for name in self.publish_datasets.split(",") if name.strip()]
        if names == [ALL]:
            return tuple(every)
        unknown = [name for name in names if name not in every]
        if unknown or not names:
            raise PipelineError(f"{PREFIX}PUBLISH_DATASETS: choose from {', '.join(every)}, or say {ALL}")
        needed = {parent for name in names for file in every[name].files for parent in file.references.values()}
        if lacking := sorted(needed - set(names)):
            raise PipelineError(
                f"{PREFIX}PUBLISH_DATASETS: what is listed refers to {', '.join(lacking)}; list them too"
            )
        return tuple(name for name in every if name in names)


def _is_site(source: GitSource) -> bool:
    return MODEL_METADATA in source.layout.files


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
    return settings.model_copy(update={"data_dir": folder.expanduser().resolve()})


def _unknown(name: str) -> str:
    return f"{name.upper()} is no setting; there are {', '.join(f'{PREFIX}{known.upper()}' for known in FIELDS)}"
