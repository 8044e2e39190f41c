"""Asking the Hub through the real client: who may read what, what is asked again, and what is said where it fails."""

import logging
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.hub.client import PUBLIC_REPOSITORIES, HubConfig, open_hub, remote_revisions
from assets.hub.datasets import HUB_MODELS, HUB_QUESTIONS
from assets.hub.download import RemoteFile
from assets.hub.retries import HubRefusedError, HubUnreachableError
from assets.progress import Work
from tests.hub.hub_server import Fault, HubServer, PlannedFault
from tests.hub.public_files import publish_all

MODELS = PUBLIC_REPOSITORIES[HUB_MODELS]
SECRET = "s3cr3t"  # noqa: S105 - it guards nothing
CONTENT = bytes(range(256)) * 1000


def download(config: HubConfig, target: Path, content: bytes = CONTENT) -> Work:
    """Fetch the only file of the models; returns how it went."""
    hub = open_hub(config)
    work = Work("fetching", "bytes", None)
    revision = hub.dataset(MODELS).revision
    (file,) = hub.files(MODELS, revision)
    hub.download(MODELS, revision, file, target, work)
    assert target.read_bytes() == content
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    return work


def test_revisions_cost_one_question_each(hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    found = remote_revisions(config)
    assert found == {kind: hub.dataset(name).commits[-1].sha for kind, name in PUBLIC_REPOSITORIES.items()}
    assert sorted(map(str, hub.requests)) == sorted(
        f"GET /api/datasets/{name}" for name in PUBLIC_REPOSITORIES.values()
    )


def test_only_the_named_datasets_are_asked_for(hub: HubServer, config: HubConfig) -> None:
    hub.dataset("me/mine").commit({"a.parquet": b""})
    assert remote_revisions(replace(config, repositories={HUB_QUESTIONS: "me/mine"})).keys() == {HUB_QUESTIONS}
    assert len(hub.requests) == 1


def test_files_are_known_by_the_hash_of_their_content(hub: HubServer, config: HubConfig) -> None:
    """Content in git is named by git's blob id, content in LFS by its SHA-256."""
    hub.dataset(MODELS).commit({"small.md": b"hello\n", "a.parquet": b"hello\n"})
    found = open_hub(config).files(MODELS, hub.dataset(MODELS).commits[0].sha)
    assert found == [
        RemoteFile("a.parquet", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", 6),
        RemoteFile("small.md", "ce013625030ba8dba906f756967f9e9ca394464a", 6),
    ]


@pytest.mark.parametrize("name", ["all.parquet", "a folder/50 %25 #1?.parquet", "small.txt"])
def test_a_file_arrives_whole(hub: HubServer, config: HubConfig, tmp_path: Path, name: str) -> None:
    hub.dataset(MODELS).commit({name: CONTENT})
    assert download(config, tmp_path / "got" / "it").done == len(CONTENT)


def test_a_file_without_content_arrives_too(hub: HubServer, config: HubConfig, tmp_path: Path) -> None:
    hub.dataset(MODELS).commit({"all.parquet": b""})
    download(config, tmp_path / "got" / "it", b"")


@pytest.mark.parametrize(
    ("faults", "ranges"),
    [
        ([PlannedFault("storage", Fault.CUT, after=100_000)], [None, "bytes=100000-"]),
        (
            [PlannedFault("storage", Fault.CUT, after=50_000, times=4)],
            [None, "bytes=50000-", "bytes=100000-", "bytes=150000-", "bytes=200000-"],
        ),
        ([PlannedFault("storage", Fault.TRUNCATED, after=1000)], [None, "bytes=1000-"]),
        ([PlannedFault("storage", Fault.STATUS, times=2)], [None, None, None]),
        ([PlannedFault("resolve", Fault.STATUS, status=HTTPStatus.TOO_MANY_REQUESTS)], [None]),
        ([PlannedFault("api", Fault.STATUS, status=HTTPStatus.BAD_GATEWAY, times=2)], [None]),
        ([PlannedFault("storage", Fault.WRONG_BYTES)], [None, None]),
        (
            [PlannedFault("storage", Fault.CUT, after=9), PlannedFault("storage", Fault.WRONG_BYTES)],
            [None, "bytes=9-", None],
        ),
        (
            [PlannedFault("storage", Fault.CUT, after=9), PlannedFault("storage", Fault.IGNORES_RANGE)],
            [None, "bytes=9-"],
        ),
    ],
    ids=[
        "cut",
        "cut more often than it is tried",
        "truncated",
        "storage unavailable",
        "rate limit",
        "bad gateway",
        "wrong bytes",
        "wrong bytes after a cut",
        "a cut, and no parts",
    ],
)
def test_what_passes_is_survived(
    hub: HubServer, config: HubConfig, tmp_path: Path, faults: list[PlannedFault], ranges: list[str | None]
) -> None:
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    hub.faults += faults
    download(config, tmp_path / "got" / "it")
    assert [request.range for request in hub.asked("storage")] == ranges
    assert all(fault.times == 0 for fault in faults)


def test_the_wait_grows_unless_the_hub_says_how_long(hub: HubServer, config: HubConfig, waits: list[float]) -> None:
    publish_all(hub)
    config = replace(config, repositories={HUB_MODELS: MODELS}, retries=replace(config.retries, attempts=5))
    too_many = HTTPStatus.TOO_MANY_REQUESTS
    hub.faults = [
        PlannedFault("api", Fault.STATUS),
        PlannedFault("api", Fault.STATUS),
        PlannedFault("api", Fault.STATUS, status=too_many, headers={"Retry-After": "7"}),
        PlannedFault("api", Fault.STATUS, status=too_many, headers={"RateLimit": '"api";r=0;t=55'}),
    ]
    remote_revisions(config)
    assert 0.25 <= waits[0] <= 0.75
    assert 0.5 <= waits[1] <= 1.5
    assert waits[2:] == [7, 55]


def test_a_long_ban_is_not_waited_for(hub: HubServer, config: HubConfig, waits: list[float]) -> None:
    publish_all(hub)
    headers = {"Retry-After": "3600"}
    hub.faults = [PlannedFault("models", Fault.STATUS, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)]
    with pytest.raises(HubUnreachableError, match=rf"{MODELS} at .*HTTP 429, and asks to be left alone for 3600 s"):
        remote_revisions(config)
    assert waits == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (PlannedFault("models", Fault.STATUS, times=99), "cannot be reached: it answers HTTP 503"),
        (PlannedFault("models", Fault.CUT, times=99), "cannot be reached: "),
    ],
    ids=["unavailable", "cut"],
)
def test_what_does_not_pass_is_told_after_the_last_attempt(
    hub: HubServer, config: HubConfig, waits: list[float], fault: PlannedFault, complaint: str
) -> None:
    publish_all(hub)
    hub.faults = [fault]
    with pytest.raises(HubUnreachableError, match=f"^Hub dataset {MODELS} at {hub.endpoint} {complaint}"):
        remote_revisions(config)
    assert (len(hub.asked("models")), len(waits)) == (3, 2)


def test_a_server_that_is_not_there_is_unreachable(config: HubConfig, hub: HubServer) -> None:
    hub.is_closed = True
    with pytest.raises(HubUnreachableError, match="cannot be reached"):
        remote_revisions(config)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda hub: hub.repositories.pop(MODELS), "HTTP 401: it does not exist, or is private: .* set HF_TOKEN"),
        (lambda hub: setattr(hub.dataset(MODELS), "token", SECRET), "HTTP 401: it does not exist, or is private"),
        (
            lambda hub: hub.faults.append(PlannedFault("models", Fault.STATUS, status=HTTPStatus.FORBIDDEN)),
            "HTTP 403: the token in HF_TOKEN",
        ),
        (
            lambda hub: hub.faults.append(PlannedFault("models", Fault.NO_JSON)),
            "does not answer like a Hugging Face Hub; check the endpoint",
        ),
    ],
    ids=["not there", "private", "forbidden", "no Hub"],
)
def test_a_refusal_is_final_and_names_the_dataset(
    hub: HubServer, config: HubConfig, waits: list[float], spoil: Callable[[HubServer], object], complaint: str
) -> None:
    publish_all(hub)
    spoil(hub)
    with pytest.raises(HubRefusedError, match=f"^Hub dataset {MODELS}.* {complaint}"):
        remote_revisions(config)
    assert (len(hub.asked("models")), waits) == (1, [])


def test_a_gated_dataset_says_what_to_do(hub: HubServer, config: HubConfig, tmp_path: Path) -> None:
    publish_all(hub)
    hub.dataset(MODELS).is_gated = True
    with pytest.raises(HubRefusedError, match=f"{MODELS}, all_models.parquet at .* it is gated: accept its conditions"):
        download(config, tmp_path / "it")


def test_a_name_that_is_none_is_refused_without_asking(hub: HubServer, config: HubConfig) -> None:
    for name in ("a/b/c", "../x", ""):
        with pytest.raises(HubRefusedError, match="check the endpoint and the name"):
            remote_revisions(replace(config, repositories={HUB_MODELS: name}))
    assert hub.requests == []


def test_bytes_that_are_wrong_twice_are_an_error_and_leave_nothing(
    hub: HubServer, config: HubConfig, tmp_path: Path
) -> None:
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    hub.faults = [PlannedFault("storage", Fault.WRONG_BYTES, times=2)]
    with pytest.raises(PipelineError, match=f"{MODELS}, all.parquet: .* does not match its hash") as caught:
        download(config, tmp_path / "got" / "it")
    assert not isinstance(caught.value, HubUnreachableError)
    assert list((tmp_path / "got").iterdir()) == []


def test_what_came_before_the_line_went_dead_is_continued_next_time(
    hub: HubServer, config: HubConfig, tmp_path: Path
) -> None:
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    hub.faults = [PlannedFault("storage", Fault.CUT, after=70_000), PlannedFault("storage", Fault.STATUS, times=99)]
    with pytest.raises(HubUnreachableError, match=r"all\.parquet at .* HTTP 503"):
        download(config, tmp_path / "got" / "it")
    hub.faults.clear()
    hub.forget_requests()
    assert download(config, tmp_path / "got" / "it").done == len(CONTENT) - 70_000
    assert [request.range for request in hub.asked("storage")] == ["bytes=70000-"]


@pytest.mark.parametrize("left", [b"x" * 5, b"x" * 300_000, CONTENT, CONTENT[:-1] + b"x"])
def test_whatever_was_left_the_file_is_right_in_the_end(
    hub: HubServer, config: HubConfig, tmp_path: Path, left: bytes
) -> None:
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    (tmp_path / "it.incomplete").write_bytes(left)
    download(config, tmp_path / "it")


def test_a_token_opens_a_private_dataset_and_goes_nowhere_else(
    hub: HubServer, config: HubConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub.dataset(MODELS, token=SECRET).commit({"all.parquet": CONTENT})
    monkeypatch.setenv("HF_TOKEN", f" {SECRET}\n")
    with caplog.at_level(logging.DEBUG):
        hub.faults = [PlannedFault("storage", Fault.CUT, after=1)]
        download(config, tmp_path / "got" / "it")
        assert {request.authorization for request in hub.asked("storage")} == {None}
        assert {request.authorization for request in hub.asked("api|resolve")} == {f"Bearer {SECRET}"}
        monkeypatch.setenv("HF_TOKEN", SECRET[::-1])
        with pytest.raises(HubRefusedError, match=r"HTTP 404: .* HF_TOKEN may not see it") as caught:
            remote_revisions(replace(config, repositories={HUB_MODELS: MODELS}))
    for words in (str(caught.value), repr(caught.value), caplog.text):
        assert SECRET not in words
        assert SECRET[::-1] not in words


def test_a_login_that_is_cached_on_the_machine_is_not_used(
    hub: HubServer, config: HubConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hf auth login` leaves a token for huggingface.co, which would go to whatever endpoint is configured."""
    from huggingface_hub import constants, get_token

    (tmp_path / "token").write_text(SECRET)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(constants, "HF_STORED_TOKENS_PATH", str(tmp_path / "stored"))
    assert get_token() == SECRET
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    download(config, tmp_path / "got" / "it")
    assert {request.authorization for request in hub.requests} == {None}


def test_a_token_does_not_travel_in_the_clear(config: HubConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    with pytest.raises(
        PipelineError, match=r"^Hub endpoint http://hub\.example: HF_TOKEN would travel .* in the clear"
    ):
        open_hub(replace(config, endpoint="http://user:password@hub.example"))


def test_a_dataset_that_was_renamed_is_followed_and_told(
    hub: HubServer, config: HubConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub.dataset("someone/else").commit({"all.parquet": CONTENT})
    hub.renamed[MODELS] = "someone/else"
    with caplog.at_level(logging.WARNING):
        download(config, tmp_path / "got" / "it")
    assert f"Hub dataset {MODELS} has been renamed: it is someone/else now" in caplog.text


def test_nothing_is_asked_but_for_the_datasets(hub: HubServer, config: HubConfig, tmp_path: Path) -> None:
    """The library would like to know which agent runs it, and asks the Hub for a list of them."""
    hub.dataset(MODELS).commit({"all.parquet": CONTENT})
    download(config, tmp_path / "got" / "it")
    assert [request for request in hub.requests if MODELS not in request.path and "storage" not in request.path] == []


def test_offline_mode_is_respected(hub: HubServer, config: HubConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachableError, match="HF_HUB_OFFLINE is set"):
        remote_revisions(config)
    assert hub.requests == []


@pytest.mark.parametrize("endpoint", ["huggingface.co", "ftp://hub.example", "nowhere/at/all"])
def test_an_endpoint_that_is_none_is_told(config: HubConfig, endpoint: str) -> None:
    with pytest.raises(PipelineError, match=f"^Hub endpoint {endpoint}: neither a URL"):
        open_hub(replace(config, endpoint=endpoint))
