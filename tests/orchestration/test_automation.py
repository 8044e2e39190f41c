"""Sensors and the schedule: what they ask for, and when they keep quiet."""

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.annotation.sync import stored_revision
from assets.lake import Lake
from orchestration.automation import schedules, sensors
from orchestration.definitions import build_definitions
from orchestration.settings import load_settings
from tests.upstream.repository import Repository, git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"responses/a.jsonl": b"{}\n"})
    return repository


def look(repository: Repository | Path, cursor: str | None = None, **settings: str) -> dg.SensorResult | dg.SkipReason:
    """One evaluation of the sensor of the judgments, as Dagster's daemon makes it."""
    location = str(repository.path if isinstance(repository, Repository) else repository)
    (sensor,) = (one for one in sensors(load_settings(upstream=location, **settings)) if one.name != "stored_reviews")
    assert sensor.name == "judgments_commit"
    with dg.DagsterInstance.ephemeral() as instance:
        found = sensor(dg.build_sensor_context(instance, cursor=cursor))
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def requested(found: dg.SensorResult | dg.SkipReason) -> list[str | None]:
    return [request.run_key for request in (found.run_requests or [])] if isinstance(found, dg.SensorResult) else []


def show(data_dir: Path, revision: str) -> None:
    """A promoted warehouse that was made from a commit."""
    data_dir.mkdir(parents=True)
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create schema landing")
        warehouse.execute("create table landing.sources as select 'judgments' as source, ? as revision", [revision])


def test_every_new_commit_is_one_run_with_the_commit_as_run_key(repository: Repository) -> None:
    first = look(repository)
    assert requested(first) == [repository.head()]
    assert isinstance(first, dg.SensorResult)
    assert requested(look(repository, first.cursor)) == []
    repository.commit({"responses/a.jsonl": b"{} \n"})
    repository.commit({"responses/a.jsonl": b"{}  \n"})
    second = look(repository, first.cursor)
    assert requested(second) == [repository.head()]
    assert isinstance(second, dg.SensorResult)
    assert second.run_requests is not None
    assert second.run_requests[0].tags["speechmap/judgments"] == repository.head()
    assert json.loads(second.cursor or "") == {"judgments": repository.head()}


def test_what_is_shown_already_is_no_news_to_a_sensor_that_has_never_looked(
    repository: Repository, data_dir: Path
) -> None:
    show(data_dir, repository.head())
    assert requested(look(repository)) == []
    repository.commit({"responses/a.jsonl": b"{} \n"})
    assert requested(look(repository)) == [repository.head()]


def test_a_rewritten_history_is_a_new_commit(repository: Repository) -> None:
    repository.commit({"responses/a.jsonl": b"{} \n"})
    first = look(repository)
    assert isinstance(first, dg.SensorResult)
    git("reset", "--quiet", "--hard", "HEAD~1", repository=repository.path)
    assert requested(look(repository, first.cursor)) == [repository.head()]


def test_a_branch_is_watched_and_a_pinned_commit_is_not(repository: Repository) -> None:
    git("branch", "stable", repository=repository.path)
    head = repository.head()
    repository.commit({"responses/a.jsonl": b"{} \n"})
    assert requested(look(repository, revision="stable")) == [head]
    pinned = sensors(load_settings(upstream=str(repository.path), revision=head))
    assert [sensor.name for sensor in pinned] == ["stored_reviews"]


def test_new_reviews_are_one_run(repository: Repository, data_dir: Path) -> None:
    sensor = sensors(load_settings(upstream=str(repository.path)))[-1]

    def watch(cursor: str | None) -> dg.SensorResult:
        with dg.DagsterInstance.ephemeral() as instance:
            found = sensor(dg.build_sensor_context(instance, cursor=cursor))
        assert isinstance(found, dg.SensorResult)
        return found

    nothing = watch(None)
    assert requested(nothing) == []
    (data_dir / "annotations").mkdir(parents=True)
    (data_dir / "annotations" / "anna.jsonl").write_text("a review\n")
    first = watch(nothing.cursor)
    assert requested(first) == [stored_revision(Lake(data_dir))]
    assert requested(watch(first.cursor)) == []


def test_a_remote_out_of_reach_is_asked_again_and_the_cursor_stays(tmp_path: Path) -> None:
    found = look(tmp_path / "nowhere", '{"judgments": "seen"}')
    assert isinstance(found, dg.SkipReason)
    assert "no such folder" in str(found.skip_message)


def test_sensors_and_schedule_are_on_unless_a_setting_turns_them_off(repository: Repository) -> None:
    settings = load_settings(upstream=str(repository.path), site_metadata=str(repository.path))
    assert [sensor.name for sensor in sensors(settings)] == ["judgments_commit", "site_commit", "stored_reviews"]
    assert {sensor.default_status for sensor in sensors(settings)} == {dg.DefaultSensorStatus.RUNNING}
    (daily,) = schedules(settings)
    assert (daily.cron_schedule, daily.default_status) == ("0 4 * * *", dg.DefaultScheduleStatus.RUNNING)
    off = load_settings(upstream=str(repository.path), watch=False, schedule="")
    assert {sensor.default_status for sensor in sensors(off)} == {dg.DefaultSensorStatus.STOPPED}
    assert schedules(off) == []
    slow = load_settings(upstream=str(repository.path), watch_seconds=1800)
    assert {sensor.minimum_interval_seconds for sensor in sensors(slow)} == {1800}


def test_they_start_the_refresh_job_of_the_definitions(repository: Repository) -> None:
    definitions = build_definitions(load_settings(upstream=str(repository.path)))
    assert {sensor.job_name for sensor in definitions.sensors or []} == {"refresh"}
    assert {schedule.job_name for schedule in definitions.schedules or []} == {"refresh"}
    assert definitions.resolve_job_def("refresh").name == "refresh"
