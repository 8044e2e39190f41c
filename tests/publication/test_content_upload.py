"""Large content goes in pieces, and a piece that has arrived is not sent again, whoever was killed in between."""

import hashlib
from http import HTTPStatus
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.hub.retries import HubUnreachableError
from assets.progress import Work
from assets.publication.content_upload import ContentUpload
from assets.publication.hub_datasets import HubDatasets
from assets.publication.publish_target import PublishTarget
from tests.hub.hub_server import Fault, HubServer, PlannedFault

DATASET = "speechmap-models"
PIECE = 1_000
CONTENT = bytes(range(256)) * 17  # four pieces and a bit
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PIECES = r"PUT /storage/.*partNumber="


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "content.parquet"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def upload(hub: HubServer, target: PublishTarget, tmp_path: Path) -> ContentUpload:
    hub.piece_size = PIECE
    datasets = HubDatasets(target)
    datasets.create(DATASET)
    return ContentUpload(datasets, DATASET, tmp_path / "records")


def run(upload: ContentUpload, file: Path) -> Work:
    work = Work("uploading", "bytes", len(CONTENT))
    upload.run(file, SHA256, work)
    return work


def stored(hub: HubServer) -> bytes:
    return hub.repositories[f"lab/{DATASET}"].objects[SHA256].data


def records(upload: ContentUpload) -> list[Path]:
    return list(upload.records.glob("*"))


@pytest.mark.parametrize("piece_size", [PIECE, 10 * len(CONTENT)], ids=["in pieces", "whole"])
def test_content_arrives_byte_for_byte_and_every_byte_is_counted(
    hub: HubServer, upload: ContentUpload, file: Path, piece_size: int
) -> None:
    hub.piece_size = piece_size
    assert run(upload, file).done == len(CONTENT)
    assert stored(hub) == CONTENT
    assert records(upload) == []


def test_content_that_is_there_is_not_sent(hub: HubServer, upload: ContentUpload, file: Path) -> None:
    run(upload, file)
    hub.forget_requests()
    assert run(upload, file).done == len(CONTENT)
    assert hub.asked("PUT ") == []


def test_pieces_that_have_arrived_are_not_sent_again(hub: HubServer, upload: ContentUpload, file: Path) -> None:
    hub.faults = [PlannedFault(f"{PIECES}4", Fault.STATUS, times=99)]
    with pytest.raises(HubUnreachableError):
        run(upload, file)
    (record,) = records(upload)
    assert record.stat().st_mode & 0o077 == 0  # its addresses let anybody write
    hub.faults = []
    hub.forget_requests()
    assert run(upload, file).done == len(CONTENT)
    assert [request.path.split("partNumber=")[1][0] for request in hub.asked(PIECES)] == ["4", "5"]
    assert stored(hub) == CONTENT
    assert records(upload) == []


def test_an_upload_that_storage_has_forgotten_begins_anew(hub: HubServer, upload: ContentUpload, file: Path) -> None:
    hub.faults = [PlannedFault(f"{PIECES}4", Fault.STATUS, times=99)]
    with pytest.raises(HubUnreachableError):
        run(upload, file)
    hub.faults = []
    hub.expire_uploads()
    assert run(upload, file).done == len(CONTENT)
    assert stored(hub) == CONTENT


def test_a_passing_fault_of_storage_costs_no_piece_that_has_arrived(
    hub: HubServer, upload: ContentUpload, file: Path, waits: list[float]
) -> None:
    too_slow = b"<Error><Code>RequestTimeout</Code></Error>"
    hub.faults = [PlannedFault(f"{PIECES}4", Fault.STATUS, status=HTTPStatus.BAD_REQUEST, body=too_slow)]
    run(upload, file)
    assert [request.path.split("partNumber=")[1][0] for request in hub.asked(PIECES)] == list("123445")
    assert len(waits) == 1


def test_an_upload_whose_addresses_run_out_half_way_begins_anew(
    hub: HubServer, upload: ContentUpload, file: Path
) -> None:
    hub.before(f"{PIECES}4", hub.expire_uploads)
    assert run(upload, file).done == len(CONTENT)
    assert stored(hub) == CONTENT


def test_a_record_of_long_ago_is_not_used(
    hub: HubServer, upload: ContentUpload, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.faults = [PlannedFault(f"{PIECES}4", Fault.STATUS, times=99)]
    with pytest.raises(HubUnreachableError):
        run(upload, file)
    hub.faults = []
    hub.forget_requests()
    monkeypatch.setattr("assets.publication.content_upload.SECONDS_TO_GO_ON", -1)
    run(upload, file)
    assert len(hub.asked(PIECES)) == 5


def test_a_piece_whose_answer_is_lost_is_sent_again(hub: HubServer, upload: ContentUpload, file: Path) -> None:
    hub.faults = [PlannedFault(f"{PIECES}2", Fault.LOST_ANSWER)]
    run(upload, file)
    assert len(hub.asked(f"{PIECES}2")) == 2
    assert stored(hub) == CONTENT


def test_the_token_is_not_shown_to_storage(hub: HubServer, upload: ContentUpload, file: Path) -> None:
    run(upload, file)
    assert {request.authorization for request in hub.asked(PIECES)} == {None}


def test_content_that_the_hub_does_not_take_is_refused_with_its_words(
    hub: HubServer, upload: ContentUpload, file: Path
) -> None:
    hub.faults = [PlannedFault("POST .*/objects/batch", Fault.STATUS, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)]
    with pytest.raises(PipelineError, match=f"lab/{DATASET} .*HTTP 413"):
        run(upload, file)
