"""Run git: fixed arguments, no prompts, errors in one line.

Knows nothing about mirrors or upstream's layout.
"""

import errno
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from assets.errors import PipelineError

# A remote that sends less than this many bytes a second for this many seconds is taken for dead.
STALLED = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")
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
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
FULL_DISK = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT}


class GitError(PipelineError):
    """A git command failed; the message holds what git said last."""


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


def run_git(
    *arguments: str,
    repository: Path | None = None,
    stdin: str = "",
    config: Mapping[str, str] | None = None,
    what: str,
) -> str:
    """Run git and return what it printed.

    Args:
        arguments: the git command and its arguments.
        repository: bare repository to run in.
        stdin: text for the command's standard input.
        config: settings for this command only. They go through the environment, so that credentials in them
            stand neither in the process list nor in a file.
        what: what is being tried, for the error message.

    Raises:
        GitError: git ended with an error.
        OSError: git found the disk full.
    """
    done = subprocess.run(
        ["git", *_in(repository), *STALLED, *arguments],
        input=stdin.encode(),
        capture_output=True,
        env=_environment(config or {}),
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace")
        for sign, number in FULL_DISK.items():
            if sign in words:
                raise OSError(number, sign, str(repository or ""))
        raise GitError(f"{what}: {without_credentials(_last_words(words))}")
    return done.stdout.decode(errors="replace")


@contextmanager
def _cat_file(repository: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    process = subprocess.Popen(
        ["git", *_in(repository), "cat-file", "--batch"],
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
    """Yield (blob id, content) of each blob, one in memory at a time.

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


def _in(repository: Path | None) -> list[str]:
    return [] if repository is None else ["--git-dir", str(repository)]


def _environment(config: Mapping[str, str]) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in OF_ANOTHER_REPOSITORY}
    count = int(inherited.get("GIT_CONFIG_COUNT") or 0)
    settings = {"GIT_CONFIG_COUNT": str(count + len(config))}
    for number, (key, value) in enumerate(config.items(), start=count):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**inherited, **settings, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "GIT_LFS_SKIP_SMUDGE": "1"}


def _last_words(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return (telling or lines or ["git said nothing"])[0].removeprefix("fatal: ")
