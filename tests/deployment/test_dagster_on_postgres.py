"""The configuration files of a Dagster of several processes: all of them really started, with records in Postgres."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from tenacity import retry, retry_if_exception_type, retry_if_result, stop_after_attempt, wait_fixed

from assets.upstream.demo_corpus import DemoCorpus
from tests.end_to_end.dagster_server import DagsterServer
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.ports import free_port

from .postgres_server import Postgres, postgres_programs, postgres_server

CONFIGURATION = Path(__file__).parents[2] / "orchestration" / "deployment"
LAUNCH = """mutation { launchRun(executionParams: {
  selector: {
    repositoryLocationName: "speechmap", repositoryName: "__repository__", jobName: "refresh",
    assetSelection: [{path: ["upstream", "judgments"]}]
  }, runConfigData: "{}"
}) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = '{ runOrError(runId: "RUN") { ... on Run { status } } }'
UNDER_WAY = {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("Postgres is not installed (Debian's package postgresql)")
    with postgres_server(programs) as running:
        yield running


def test_a_run_goes_from_the_queue_to_a_process_of_its_own_and_its_records_to_postgres(
    postgres: Postgres, demo_upstream: DemoCorpus, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(CONFIGURATION, home)
    pipeline = Pipeline(tmp_path / "data")
    code, web = free_port(), free_port()
    environment = pipeline.environment(
        **postgres.environment,
        DAGSTER_HOME=str(home),
        DAGSTER_CODE_HOST="127.0.0.1",
        DAGSTER_CODE_PORT=str(code),
        DAGSTER_DISABLE_TELEMETRY="yes",
        SPEECHMAP_UPSTREAM=str(demo_upstream.data_repository),
        SPEECHMAP_WATCH="false",
        SPEECHMAP_SCHEDULE="",
        SPEECHMAP_PUBLISH_SCHEDULE="",
    )
    workspace = ("-w", str(home / "workspace.yaml"))
    served = ("-h", "127.0.0.1", "-p")
    with ExitStack() as running:
        for name, *arguments in (
            ("dagster", "code-server", "start", "--module-name", "orchestration.definitions", *served, str(code)),
            ("dagster-webserver", *workspace, *served, str(web)),
            ("dagster-daemon", "run", *workspace),
        ):
            running.enter_context(_running(name, arguments, environment, tmp_path / f"{name}.log"))
        server = DagsterServer(f"http://127.0.0.1:{web}")
        run = _launched(server)
        assert _finished(server, run) == "SUCCESS", (tmp_path / "dagster-daemon.log").read_text()

    assert postgres.rows("select run_id, status from runs") == [(run, "SUCCESS")]
    [(materializations,)] = postgres.rows(
        "select count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
    )
    assert materializations == 1
    assert pipeline.lake.source_state("judgments").exists()
    assert not list(home.rglob("*.db")), "records went to SQLite"


@contextmanager
def _running(name: str, arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name(name), *arguments],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:  # a busy code server has been seen to miss it
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


# The webserver answers before it has heard of the code server.
@retry(retry=retry_if_exception_type((URLError, AssertionError)), stop=stop_after_attempt(300), wait=wait_fixed(0.5))
def _launched(server: DagsterServer) -> str:
    answer = server.ask(LAUNCH)["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", json.dumps(answer)
    return str(answer["run"]["runId"])


@retry(retry=retry_if_result(UNDER_WAY.__contains__), stop=stop_after_attempt(600), wait=wait_fixed(0.5))
def _finished(server: DagsterServer, run: str) -> Any:
    return server.ask(STATUS.replace("RUN", run))["runOrError"]["status"]
