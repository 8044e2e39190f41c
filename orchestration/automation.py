"""When a refresh runs by itself: a sensor per source that looks for news, and a daily schedule as the safety net.

What makes a refresh is in `jobs`; runs that are asked for at the same time wait for each other (see `dagster_home`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial

import dagster as dg

from assets.annotation.sync import REVIEWS, stored_revision
from assets.errors import PipelineError
from assets.hub.client import remote_revisions
from assets.lake import Lake
from assets.upstream.git import without_credentials
from assets.upstream.mirror import FULL_COMMIT_ID, remote_commit
from assets.upstream.source_list import GitSource
from assets.upstream.transient import Patience
from assets.warehouse.state import shown_revisions
from orchestration.jobs import PUBLISH, REFRESH
from orchestration.settings import Settings

Revisions = Mapping[str, str]
# A sensor looks again soon enough.
ONCE = Patience(attempts=1)


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """One sensor per git source, one for the Hub, one for reviews; a source that is pinned to a commit has none."""
    watched = [
        _sensor(settings, f"{source.name}_commit", f"Asks {without_credentials(source.location)} for its commit", look)
        for source in settings.git_sources
        if (look := _look_at_commit(source)) is not None
    ]
    if settings.hub is not None:
        look = partial(remote_revisions, settings.hub)
        watched.append(_sensor(settings, "hub_revisions", "Asks the Hub for the revisions of its datasets", look))
    reviews = partial(_stored_reviews, Lake(settings.data_dir))
    watched.append(_sensor(settings, "stored_reviews", "Looks which reviews are stored", reviews))
    return watched


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The daily refresh, unless it is turned off, and where datasets are published, the completion of that."""
    found = []
    if settings.schedule:
        found.append(_daily("daily_refresh", REFRESH, settings.schedule, "Refreshes whatever the sensors saw."))
    if settings.publish_schedule and not settings.not_published_because:
        about = "Publishes what is shown, if a refresh could not."
        found.append(_daily("daily_publication", PUBLISH, settings.publish_schedule, about))
    return found


def _daily(name: str, job: str, cron: str, about: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job_name=job,
        cron_schedule=cron,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=about,
    )


def _stored_reviews(lake: Lake) -> Revisions:
    """Where nobody has reviewed anything, there is no revision, and no news."""
    revision = stored_revision(lake)
    return {} if revision is None else {REVIEWS: revision}


def _look_at_commit(source: GitSource) -> Callable[[], Revisions] | None:
    if source.revision is not None and FULL_COMMIT_ID.fullmatch(source.revision):
        return None

    def look() -> Revisions:
        commit = remote_commit(source.location, source.revision, ONCE)
        if commit is None:
            raise PipelineError(f"{source.name}: no commit under {source.revision or 'HEAD'} at the remote")
        return {source.name: commit}

    return look


def _sensor(settings: Settings, name: str, description: str, look: Callable[[], Revisions]) -> dg.SensorDefinition:
    lake = Lake(settings.data_dir)

    @dg.sensor(
        name=name,
        job_name=REFRESH,
        minimum_interval_seconds=settings.watch_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if settings.watch else dg.DefaultSensorStatus.STOPPED,
        description=f"{description} and asks for a refresh if it is not the one seen last.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            now = dict(look())
        except PipelineError as error:
            return dg.SkipReason(f"will ask again: {error}")
        seen = json.loads(context.cursor) if context.cursor else shown_revisions(lake.warehouse)
        cursor = json.dumps(now, sort_keys=True)
        news = {source: revision for source, revision in now.items() if seen.get(source) != revision}
        if not news:
            return dg.SensorResult(skip_reason=f"nothing new: {cursor}", cursor=cursor)
        tags = {f"speechmap/{source}": revision for source, revision in news.items()}
        return dg.SensorResult([dg.RunRequest(run_key=_run_key(now), tags=tags)], cursor=cursor)

    return watch


def _run_key(revisions: Revisions) -> str:
    """The commit of a source that has one; a hash over the revisions where there are several."""
    if len(revisions) == 1:
        return next(iter(revisions.values()))
    return hashlib.sha256(json.dumps(revisions, sort_keys=True).encode()).hexdigest()
