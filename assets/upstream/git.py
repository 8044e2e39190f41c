"""Run git: fixed arguments, no prompts, an end to every wait, errors in one line.

Knows nothing about mirrors, remotes or upstream's layout.
"""

import errno
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assets.errors import PipelineError

# Variables that a calling git hook leaves behind would point git at another repository.
OF_ANOTHER_REPOSITORY = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
}
ALWAYS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LFS_SKIP_SMUDGE": "1",
    # An object that a partial mirror lacks would be fetched by itself, and its fetch could need another one.
    # Git knows this since 2.44; before, fetching with a depth avoids it (see `remote`).
    "GIT_NO_LAZY_FETCH": "1",
    # Messages are recognised by their English words.
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",
}
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
FULL_DISK = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT}
# Where a transfer broke off, git says so twice: these lines tell less than the one after them.
BROKEN_OFF = re.compile(r"error: \d+ bytes of (body|length header)")
SECONDS_TO_CLEAN_UP = 5.0
# Whole files come through the pipe; with the usual 64 KiB it is the slowest part of reading them.
PIPE_BYTES = 1_048_576


class GitError(PipelineError):
    """A git command failed; the message holds what git said last, `words` all that it said."""

    def __init__(self, message: str, words: str = "") -> None:
        """Keep what git said for whoever has to tell failures apart."""
        super().__init__(message)
        self.words = words


class GitTimeoutError(GitError):
    """A git command was stopped because it took too long."""


@dataclass(frozen=True)
class Said:
    """What git printed: its output, and warnings."""

    output: str
    warnings: str


def as_url(location: str) -> str:
    """What git needs to talk to a repository: URLs as they are, folders as file:// URLs.

    Git ignores filters when it is given a plain folder.

    Raises:
        PipelineError: `location` is a folder that does not exist or holds no git repository.
    """
    if "://" in location or (":" in location and not Path(location).exists()):
        return location
    folder = Path(location).expanduser().resolve()
    if not folder.is_dir():
        raise PipelineError(f"upstream {location}: no such folder; name a git repository (a folder or a URL)")
    if not (folder / "HEAD").exists() and not (folder / ".git").exists():
        raise PipelineError(f"upstream {location}: no git repository there")
    return folder.as_uri()


def without_credentials(text: str) -> str:
    """`text` with the user and password of every URL in it taken out, fit for logs, metadata and the site."""
    return CREDENTIALS.sub("", text)


def run_git(*arguments: str, repository: Path | None = None, what: str) -> str:
    """Run git, which has nobody to wait for, and return its output. Arguments and errors are those of `ask_git`."""
    return ask_git(*arguments, repository=repository, what=what).output


def ask_git(
    *arguments: str,
    repository: Path | None = None,
    stdin: str = "",
    config: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
    what: str,
) -> Said:
    """Run git and return all that it printed.

    Args:
        arguments: the git command and its arguments.
        repository: bare repository to run in.
        stdin: text for the command's standard input.
        config: settings for this command only. They go through the environment, so that credentials in them
            stand neither in the process list nor in a file.
        environment: variables for this command only.
        seconds: how long it may take; as long as it likes if None.
        what: what is being tried, for the error message.

    Raises:
        GitError: git ended with an error, or took too long (`GitTimeoutError`).
        OSError: git found the disk full.
    """
    # In a session of its own, git and all that it has started can be ended together, and none of them finds a
    # terminal to ask questions on.
    process = subprocess.Popen(
        ["git", *_in(repository), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(config or {}) | dict(environment or {}),
        start_new_session=True,
    )
    try:
        output, complaints = process.communicate(stdin.encode(), timeout=seconds)
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise GitTimeoutError(f"{what}: git {arguments[0]} took longer than {seconds:g} s") from None
        raise
    words = complaints.decode(errors="replace")
    if process.returncode != 0:
        for sign, number in FULL_DISK.items():
            if sign in words:
                raise OSError(number, sign, str(repository or ""))
        raise GitError(f"{what}: {without_credentials(_last_words(words))}", words)
    return Said(output.decode(errors="replace"), words)


@contextmanager
def _cat_file(repository: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    process = subprocess.Popen(
        ["git", *_in(repository), "cat-file", "--batch"],
        pipesize=PIPE_BYTES,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment({}),
    )
    assert process.stdin is not None  # noqa: S101 - both are pipes, as asked for above
    assert process.stdout is not None  # noqa: S101
    try:
        yield process.stdin, process.stdout
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


def read_blobs(repository: Path, blob_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (blob id, content) of each blob, or of whatever object an id names, one in memory at a time.

    Raises:
        GitError: a blob is not in the repository, or is damaged there.
    """
    with _cat_file(repository) as (requests, answers):
        for blob_id in blob_ids:
            with suppress(BrokenPipeError):  # git has ended: its last answer tells
                requests.write(blob_id.encode() + b"\n")
                requests.flush()
            header = answers.readline().split()
            size = int(header[2]) if len(header) == 3 else 0
            content = answers.read(size)
            if len(header) != 3 or len(content) != size or answers.read(1) != b"\n":
                raise GitError(f"blob {blob_id} cannot be read from {repository}; delete that folder and run again")
            yield blob_id, content


def clear_leftovers(repository: Path) -> None:
    """Remove what a killed git has left in a bare repository: its locks would stop every later fetch.

    Git removes these itself unless it is killed. Nobody else may be using the repository.
    """
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*"):
        for leftover in repository.glob(pattern):
            leftover.unlink(missing_ok=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):  # asked nicely, git removes its locks
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=SECONDS_TO_CLEAN_UP)
            return


def _in(repository: Path | None) -> list[str]:
    return [] if repository is None else ["--git-dir", str(repository)]


def _environment(config: Mapping[str, str]) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in OF_ANOTHER_REPOSITORY}
    count = int(inherited.get("GIT_CONFIG_COUNT") or 0)
    settings = {"GIT_CONFIG_COUNT": str(count + len(config))}
    for number, (key, value) in enumerate(config.items(), start=count):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**inherited, **settings, **ALWAYS}


def _last_words(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    lines = [line for line in lines if not BROKEN_OFF.match(line)] or lines
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    # Ssh says what has happened, git only that ssh has ended.
    if telling and "Could not read from remote repository" in telling[0]:
        telling = lines
    return (telling or lines or ["git said nothing"])[0].removeprefix("fatal: ")
