"""Two publishers at once: one writes, the other stops and says so; what a killed one left is taken up."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication.dataset import MODELS_NAME, QUESTIONS_NAME, RESPONSES_NAME
from assets.publication.hub_datasets import HubDatasets
from assets.publication.publish import publish
from assets.publication.publish_target import PublishTarget
from assets.publication.publishing_flag import PREFIX, raised_flag
from tests.hub.hub_server import Fault, HubServer, PlannedFault
from tests.publication.refreshes import (
    DATASETS,
    FIRST_TAG,
    SECOND_TAG,
    Refreshes,
    heads,
    references_to_nothing,
    seen_by_readers,
    tags,
    titles,
)

COMMIT = "POST .*/commit/main$"
PUBLISH = """
import sys
from pathlib import Path
from assets.lake import Lake
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.publication.publish import publish

names = tuple(dataset.name for dataset in published_datasets())
publish(Lake(Path(sys.argv[1])), PublishTarget("lab", names, sys.argv[2]))
"""


def publisher(lake: Lake, hub: HubServer) -> "subprocess.Popen[bytes]":
    """Another process that publishes."""
    return subprocess.Popen([sys.executable, "-c", PUBLISH, str(lake.root), hub.endpoint])


def test_the_second_publisher_stops_and_says_who_is_at_work(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, tmp_path: Path
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    other = refreshes.first(tmp_path / "other")
    told: list[str] = []

    def publish_too() -> None:
        with pytest.raises(PipelineError, match="another publisher has been at work since") as caught:
            publish(other, target, anyway=True)
        told.append(str(caught.value))

    # The other one has nothing to do as long as nothing is written, so it comes in the middle.
    hub.before(COMMIT, lambda: hub.before(COMMIT, publish_too))
    assert publish(shown, target).tag == SECOND_TAG
    assert len(told) == 1
    assert PREFIX in told[0]
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}
    assert [lost for seen in seen_by_readers(hub) if (lost := references_to_nothing(seen))] == []


def test_of_two_that_begin_at_the_same_moment_both_may_stop_but_never_both_go_on(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    datasets = HubDatasets(target)
    entered: list[str] = []

    def enter(name: str) -> None:
        with raised_flag(datasets, [MODELS_NAME], shown.root / name):
            entered.append(name)

    def enter_and_be_told() -> None:
        with pytest.raises(PipelineError, match="another publisher"):
            enter("second")

    # The second raises its flag when the first has raised its own and has not yet looked round.
    hub.before(r"POST .*/tag/", lambda: hub.before(r"GET .*/refs", enter_and_be_told))
    enter("first")
    assert entered == ["first"]
    assert tags(hub)[MODELS_NAME] == [FIRST_TAG]


def test_a_person_who_writes_in_between_is_not_overwritten_unseen(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    repository = hub.repositories[f"lab/{RESPONSES_NAME}"]
    hub.before(f"POST .*/{RESPONSES_NAME}/commit/main$", lambda: repository.commit({"notes.md": b"mine"}, "A note"))
    assert publish(shown, target).tag == SECOND_TAG
    assert titles(hub, RESPONSES_NAME)[-2:] == ["A note", f"Refresh {SECOND_TAG}"]
    assert repository.head.files["notes.md"].data == b"mine"


def test_a_publisher_that_somebody_took_over_from_writes_nothing_more(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, tmp_path: Path
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    other = refreshes.second(tmp_path / "other")
    hub.before(COMMIT, lambda: hub.before(COMMIT, lambda: publish(other, target, take_over=True)))
    with pytest.raises(PipelineError):
        publish(shown, target)
    commits = [titles(hub, name) for name in DATASETS]
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}
    publish(shown, target)
    assert [titles(hub, name) for name in DATASETS] == commits


def test_a_flag_of_long_ago_was_left_behind_and_a_younger_one_was_not(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    datasets = HubDatasets(target)
    flag = f"{PREFIX}20250101T000000Z-aaaa"
    hub.repositories[f"lab/{MODELS_NAME}"].tags[flag] = heads(hub)[MODELS_NAME].sha
    begun = datetime(2025, 1, 1, tzinfo=UTC)
    with (
        pytest.raises(PipelineError, match="since 20250101T000000Z"),
        raised_flag(datasets, [MODELS_NAME], shown.publication, now=lambda: begun + timedelta(hours=11)),
    ):
        pass
    with raised_flag(datasets, [MODELS_NAME], shown.publication, now=lambda: begun + timedelta(hours=13)) as raised:
        assert tags(hub)[MODELS_NAME] == [FIRST_TAG, raised.name]
    assert tags(hub)[MODELS_NAME] == [FIRST_TAG]


@pytest.mark.parametrize(
    "moment", ["PUT /storage/", COMMIT, f"{RESPONSES_NAME}/commit/main$", "POST .*/tag/[0-9a-f]{40}$"]
)
def test_a_killed_publisher_leaves_the_last_tag_valid_and_the_next_run_completes_the_refresh(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, moment: str, tmp_path: Path
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    processes: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        os.kill(processes[0].pid, signal.SIGKILL)
        processes[0].wait()

    hub.before(moment, kill)
    processes.append(publisher(shown, hub))
    assert processes[0].wait() == -signal.SIGKILL
    flags = [tag for tag in tags(hub)[MODELS_NAME] if tag.startswith(PREFIX)]
    assert len(flags) == 1
    named = {name: hub.repositories[f"lab/{name}"].at(FIRST_TAG) for name in DATASETS}
    assert references_to_nothing(named) == references_to_nothing(heads(hub)) == []
    assert all(flags[0] in found for found in tags(hub).values())
    # Whoever does not know that it was killed cannot tell it from one that is at work; its own data directory can.
    with pytest.raises(PipelineError, match="another publisher"):
        publish(refreshes.second(tmp_path / "other"), target)
    assert publish(shown, target).tag == SECOND_TAG
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}
    assert [lost for seen in seen_by_readers(hub) if (lost := references_to_nothing(seen))] == []


def test_a_publisher_of_other_datasets_sees_those_who_write_to_the_same(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, tmp_path: Path
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    other = refreshes.second(tmp_path / "other")
    few = replace(target, datasets=(QUESTIONS_NAME,))
    told: list[str] = []

    def publish_too() -> None:
        with pytest.raises(PipelineError, match="another publisher has been at work since") as caught:
            publish(other, few)
        told.append(str(caught.value))

    hub.before(COMMIT, publish_too)
    publish(shown, target)
    assert len(told) == 1


def test_a_killed_publishers_flag_is_as_old_as_the_run_that_takes_it_up(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    datasets = HubDatasets(target)
    killed_at = datetime(2025, 1, 1, tzinfo=UTC)
    hub.faults = [PlannedFault("DELETE .*/tag/", Fault.STATUS, times=99)]
    with raised_until_killed(datasets, shown, killed_at):
        pass
    hub.faults = []
    taken_up = killed_at + timedelta(days=1)
    with raised_flag(datasets, [MODELS_NAME], shown.publication, now=lambda: taken_up) as flag:
        assert tags(hub)[MODELS_NAME] == [FIRST_TAG, flag.name]
        with (
            pytest.raises(PipelineError, match="since 20250102T000000Z"),
            raised_flag(datasets, [MODELS_NAME], shown.root / "other", now=lambda: taken_up),
        ):
            pass
    assert tags(hub)[MODELS_NAME] == [FIRST_TAG]


@contextmanager
def raised_until_killed(datasets: HubDatasets, shown: Lake, moment: datetime) -> Iterator[None]:
    """Raise a flag that cannot be taken down again."""
    with (
        contextlib.suppress(KeyboardInterrupt),
        raised_flag(datasets, [MODELS_NAME], shown.publication, now=lambda: moment),
    ):
        raise KeyboardInterrupt
    yield
