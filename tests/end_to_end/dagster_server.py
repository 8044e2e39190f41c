"""The real `speechmap ui` on loopback, and questions to its GraphQL interface."""

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from tests.end_to_end.pipeline import SPEECHMAP, Pipeline
from tests.end_to_end.ports import free_port


@dataclass(frozen=True)
class DagsterServer:
    """A running UI."""

    origin: str

    def ask(self, query: str) -> Any:
        """Data of a GraphQL answer."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.origin}/graphql",
            data=json.dumps({"query": query}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            found = json.load(answer)
        assert "errors" not in found, found["errors"]
        return found["data"]


@contextmanager
def dagster_ui(pipeline: Pipeline) -> Iterator[DagsterServer]:
    """Start the UI as a user does and wait until it says that it serves."""
    port = free_port()
    process = subprocess.Popen(
        [SPEECHMAP, "ui"],
        # The schedule is on, but not while tests run.
        env=pipeline.environment(SPEECHMAP_UI_PORT=str(port), SPEECHMAP_SCHEDULE="0 0 29 2 *", PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if re.search(r"Serving dagster-webserver", line):
                break
        else:
            raise AssertionError("the UI did not start: " + "".join(seen[-20:]))
        server = DagsterServer(f"http://127.0.0.1:{port}")
        # It says so a moment before its socket listens.
        retry(retry=retry_if_exception_type(URLError), stop=stop_after_attempt(100), wait=wait_fixed(0.2))(server.ask)(
            "{ version }"
        )
        yield server
    finally:
        # To the first process alone: told all at once, its children may wait for each other for ever.
        process.terminate()
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
