"""A failed refresh is told to a webhook: what broke, where, since when, and what stays."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from orchestration.webhook import failure_report, post
from tests.end_to_end.ports import free_port
from tests.quality.landed_lake import LandedLake
from tests.quality.test_override import checked


class Receiver:
    """A webhook on loopback that takes reports, or answers with an error."""

    def __init__(self, status: int = 200) -> None:
        self.reports: list[dict[str, Any]] = []
        reports = self.reports

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?token=secret"

    def __enter__(self) -> "Receiver":
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def landed(tmp_path: Path) -> LandedLake:
    return LandedLake(tmp_path / "data")


def test_a_report_names_the_broken_rule_its_keys_and_since_when(landed: LandedLake) -> None:
    lake = checked(landed, "a" * 40)
    report = failure_report(lake, "quality__gate", "run-1", PipelineError("the gate stays closed"))
    (broken,) = report["broken"]
    assert (broken["rule"], broken["samples"]) == ("quarantine_is_small", ["analyses: 9 of 10 rows"])
    assert broken["since"] is not None
    assert "quarantine_is_small" in report["text"]
    assert "Nothing has passed the gate yet" in report["text"]
    assert (report["step"], report["run_id"], report["error"]) == ("quality__gate", "run-1", "the gate stays closed")


def test_an_error_that_is_not_meant_for_people_is_told_by_its_kind_only(tmp_path: Path) -> None:
    report = failure_report(Lake(tmp_path), "landing", "run-1", ValueError("a text of upstream's"))
    assert report["error"] == "ValueError"
    assert "a text of upstream's" not in json.dumps(report)


def test_a_report_arrives_as_json(receiver: Receiver) -> None:
    assert post(receiver.url, {"event": "refresh_failed"})
    assert receiver.reports == [{"event": "refresh_failed"}]


def test_a_webhook_that_cannot_take_it_is_logged_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    with Receiver(status=500) as failing:
        assert not post(failing.url, {})
    assert not post(f"http://127.0.0.1:{free_port()}/hook?token=secret", {})
    assert not post("file:///etc/passwd", {})
    assert len(caplog.records) == 3
    assert "secret" not in caplog.text
    assert "127.0.0.1" not in caplog.text
