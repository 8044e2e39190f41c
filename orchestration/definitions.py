"""The Dagster definitions: assembles what the stages declare, with resources made from settings.

Importing it needs no network and no secret. `build_definitions` lets a caller replace any resource.
"""

import os
from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets.annotation import assets as annotation
from assets.dashboards import assets as dashboards
from assets.hub import assets as hub
from assets.lake import Lake
from assets.landing import assets as landing
from assets.publication import assets as publication
from assets.quality import assets as quality
from assets.resources import LakeResource
from assets.statistics import assets as statistics
from assets.upstream import assets as upstream
from assets.upstream.git import without_credentials
from assets.upstream.source_list import dump_sources
from assets.warehouse import assets as warehouse
from assets.warehouse.dbt_manifest import SMALL_SAMPLE_VARIABLE
from orchestration.automation import schedules, sensors
from orchestration.jobs import publish_job, refresh_job
from orchestration.settings import Settings, load_settings
from orchestration.stages import STAGES
from orchestration.webhook import failure_hook

MODULES = (warehouse, statistics, quality, dashboards, publication)


def build_definitions(
    settings: Settings | None = None, stages: Sequence[str] = STAGES, *, with_site: bool = True, **overrides: Any
) -> dg.Definitions:
    """Definitions for one data directory.

    Args:
        settings: settings to make resources from; read from the environment if None.
        stages: stages that the refresh job covers.
        with_site: whether the refresh job builds the site.
        overrides: resources by name, in place of those made from settings.
    """
    settings = settings or load_settings()
    sources = settings.git_sources
    # dbt's macros read it from the environment.
    os.environ[SMALL_SAMPLE_VARIABLE] = str(settings.small_sample)
    resources: dict[str, Any] = {
        "lake": LakeResource(data_dir=str(settings.data_dir)),
        "upstream": upstream.UpstreamResource(
            sources=_configured("SOURCES_WITH_CREDENTIALS", dump_sources(sources)),
            on_missing_lfs=settings.on_missing_lfs,
        ),
        "hub": _hub_resource(settings),
        "publication": _publication_resource(settings),
        "engine": warehouse.EngineResource(
            kind=settings.engine,
            spark_master=settings.spark_master,
            spark_properties=settings.spark_properties_file,
            exchange=settings.exchange_place,
        ),
        "site_settings": dashboards.SiteResource(with_texts=settings.site_texts),
    }
    return dg.Definitions(
        assets=[
            *upstream.upstream_assets(sources),
            hub.hub,
            annotation.reviews,
            landing.landing_asset(sources),
            *dg.load_assets_from_modules(MODULES),
        ],
        asset_checks=dg.load_asset_checks_from_modules(MODULES),
        jobs=[
            refresh_job(stages, with_site=with_site, hooks=_hooks(settings)),
            publish_job(hooks=_hooks(settings)),
        ],
        sensors=sensors(settings),
        schedules=schedules(settings),
        resources=resources | overrides,
        # One process: every further one would import everything again, and DuckDB has one writer.
        executor=dg.in_process_executor,
    )


def _hooks(settings: Settings) -> list[dg.HookDefinition]:
    if settings.webhook is None:
        return []
    return [failure_hook(Lake(settings.data_dir), settings.webhook.get_secret_value())]


def _hub_resource(settings: Settings) -> hub.HubResource:
    if settings.hub is None:
        return hub.HubResource(enabled=False)
    return hub.HubResource(
        endpoint=_configured("HUB_WITH_CREDENTIALS", settings.hub.endpoint),
        models=settings.hub_models,
        questions=settings.hub_questions,
        responses=settings.hub_responses,
        assessments=settings.hub_assessments,
    )


def _publication_resource(settings: Settings) -> publication.PublicationResource:
    target = settings.publish_target
    if target is None or settings.not_published_because:
        return publication.PublicationResource(disabled_because=settings.not_published_because)
    return publication.PublicationResource(
        namespace=target.namespace,
        datasets=list(target.datasets),
        endpoint=_configured("PUBLISH_WITH_CREDENTIALS", target.endpoint),
        private=target.private,
    )


def _configured(variable: str, value: str) -> str:
    """A value as a resource's configuration, which Dagster shows and stores: credentials by a variable's name."""
    if without_credentials(value) == value:
        return value
    os.environ[variable] = value
    return dg.EnvVar(variable)


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads; built when asked for, so that importing this module reads no settings."""
    return build_definitions()
