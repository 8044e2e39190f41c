"""A publication that something goes wrong with: what passes is tried again, what does not is said, nothing is half."""

from dataclasses import replace
from http import HTTPStatus

import pytest

from assets.errors import PipelineError
from assets.hub.retries import HubRefusedError, HubUnreachableError
from assets.lake import Lake
from assets.publication.dataset import ASSESSMENTS_NAME, QUESTIONS_NAME, RESPONSES_NAME
from assets.publication.publish import publish
from assets.publication.publish_target import PublishTarget
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

COMMIT, TAG = "POST .*/commit/main$", "POST .*/tag/[0-9a-f]{40}$"


@pytest.mark.parametrize(
    "fault",
    [
        PlannedFault("GET /api/datasets/lab/", Fault.STATUS, times=2),
        PlannedFault("POST .*/validate-yaml", Fault.NO_JSON),
        PlannedFault(COMMIT, Fault.STATUS, status=HTTPStatus.BAD_GATEWAY, times=2),
        PlannedFault(COMMIT, Fault.STATUS, status=HTTPStatus.CONFLICT),
        PlannedFault(COMMIT, Fault.STATUS, status=HTTPStatus.PRECONDITION_FAILED, times=2),
        PlannedFault(COMMIT, Fault.LOST_ANSWER),
        PlannedFault(TAG, Fault.LOST_ANSWER),
        PlannedFault("POST .*/objects/batch", Fault.CUT),
        PlannedFault("PUT /storage/", Fault.LOST_ANSWER),
        PlannedFault("POST .*/objects/verify", Fault.STATUS),
        PlannedFault("POST /api/repos/create", Fault.LOST_ANSWER),
    ],
    ids=lambda fault: f"{fault.pattern} {fault.fault.name} {fault.status}",
)
def test_what_passes_is_tried_again_and_done_once(
    hub: HubServer, shown: Lake, target: PublishTarget, fault: PlannedFault
) -> None:
    planned = fault.times
    hub.faults = [replace(fault)]
    assert publish(shown, target).tag == FIRST_TAG
    assert (planned, hub.faults[0].times) == (fault.times, 0)
    assert tags(hub) == {name: [FIRST_TAG] for name in DATASETS}
    assert {tuple(titles(hub, name)) for name in DATASETS} == {(f"Refresh {FIRST_TAG}",)}


def test_a_hub_that_wants_to_be_left_alone_is_left_alone_so_long(
    hub: HubServer, shown: Lake, target: PublishTarget, waits: list[float]
) -> None:
    status = HTTPStatus.TOO_MANY_REQUESTS
    hub.faults = [PlannedFault("GET /api/datasets/lab/", Fault.STATUS, status=status, headers={"Retry-After": "7"})]
    publish(shown, target)
    assert waits == [7.0]


@pytest.mark.parametrize(
    ("pattern", "status", "complaint"),
    [
        ("GET /api/datasets/", HTTPStatus.UNAUTHORIZED, "HF_TOKEN is not valid there"),
        ("POST /api/repos/create", HTTPStatus.FORBIDDEN, "may not write it"),
        (COMMIT, HTTPStatus.FORBIDDEN, "may not write it"),
        (TAG, HTTPStatus.FORBIDDEN, "may not write it"),
        ("PUT /storage/", HTTPStatus.FORBIDDEN, "HTTP 403"),
    ],
)
def test_what_does_not_pass_is_said_once_and_without_the_token(
    hub: HubServer, shown: Lake, target: PublishTarget, pattern: str, status: HTTPStatus, complaint: str
) -> None:
    hub.faults = [PlannedFault(pattern, Fault.STATUS, times=99, status=status)]
    with pytest.raises(HubRefusedError, match=complaint) as caught:
        publish(shown, target)
    assert "lab/speechmap-" in str(caught.value)
    assert "writer" not in str(caught.value)


def test_a_token_that_may_not_write_there_is_told_so(hub: HubServer, shown: Lake, target: PublishTarget) -> None:
    with pytest.raises(HubRefusedError, match=r"Hub dataset other/speechmap-models at .* may not write it"):
        publish(shown, replace(target, namespace="other"))


def test_without_a_token_nothing_is_asked(
    hub: HubServer, shown: Lake, target: PublishTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(PipelineError, match="HF_TOKEN is not set"):
        publish(shown, target)
    assert hub.requests == []


def test_a_token_never_travels_in_the_clear(shown: Lake, target: PublishTarget) -> None:
    with pytest.raises(PipelineError, match="in the clear"):
        publish(shown, replace(target, endpoint="http://hub.example"))


def test_a_card_that_the_hub_does_not_accept_stops_before_any_commit(
    hub: HubServer, shown: Lake, target: PublishTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = "---\nlicense: no-such-licence\n---\n"
    monkeypatch.setattr("assets.publication.outgoing_refresh.render_card", lambda *_, **__: card)
    with pytest.raises(HubRefusedError, match="Invalid metadata in README"):
        publish(shown, target)
    assert all(titles(hub, name) == [] for name in DATASETS)


MOMENTS = [(COMMIT, 0), (COMMIT, 2), (COMMIT, 4), (TAG, 0), (TAG, 3), ("PUT /storage/", 4)]


@pytest.mark.parametrize(("pattern", "number"), MOMENTS)
def test_what_a_failure_half_way_leaves_holds_together_and_the_next_attempt_completes_it(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, pattern: str, number: int
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)

    def let_through(left: int) -> None:
        if left:
            hub.before(pattern, lambda: let_through(left - 1))
        else:
            hub.faults = [PlannedFault(pattern, Fault.STATUS, times=99)]

    hub.before(pattern, lambda: let_through(number))
    with pytest.raises(HubUnreachableError):
        publish(shown, target)
    named = {name: hub.repositories[f"lab/{name}"].at(FIRST_TAG) for name in DATASETS}
    assert references_to_nothing(named) == references_to_nothing(heads(hub)) == []
    assert {tag for found in tags(hub).values() for tag in found} <= {FIRST_TAG, SECOND_TAG}
    hub.faults = []
    assert publish(shown, target).tag == SECOND_TAG
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}
    assert titles(hub, QUESTIONS_NAME) == [f"Refresh {FIRST_TAG}"]
    assert titles(hub, RESPONSES_NAME) == [f"Refresh {FIRST_TAG}", f"Refresh {SECOND_TAG}"]
    assert len(titles(hub, ASSESSMENTS_NAME)) == 3
    assert f"since {FIRST_TAG}:\ndefault: 2 rows, now 2" in heads(hub)[ASSESSMENTS_NAME].description
    assert [lost for each in seen_by_readers(hub) if (lost := references_to_nothing(each))] == []
