"""Run git: fixed arguments, no prompts, errors in one line.

Knows nothing about mirrors or upstream's layout.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from assets.errors import PipelineError

# A remote that sends less than this many bytes a second for this many seconds is taken for dead.
STALLED = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")


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


def without_credentials(url: str) -> str:
    """`url` without user and password, fit for logs, metadata and the site."""
    parts = urlsplit(url)
    if "@" not in parts.netloc or not parts.scheme:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def run_git(*arguments: str, repository: Path | None = None, stdin: str | None = None, what: str) -> str:
    """Run git and return what it printed.

    Args:
        arguments: the git command and its arguments.
        repository: bare repository to run in.
        stdin: text for the command's standard input.
        what: what is being tried, for the error message.

    Raises:
        GitError: git ended with an error.
    """
    done = subprocess.run(
        ["git", *_in(repository), *STALLED, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        env=_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise GitError(f"{what}: {_last_words(done.stderr)}")
    return done.stdout


@contextmanager
def _cat_file(repository: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    process = subprocess.Popen(
        ["git", *_in(repository), "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    assert process.stdin is not None  # noqa: S101 - both are pipes, as asked for above
    assert process.stdout is not None  # noqa: S101
    try:
        yield process.stdin, process.stdout
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


def read_blobs(repository: Path, blob_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (blob id, content) of each blob, one in memory at a time.

    Raises:
        GitError: a blob is not in the repository.
    """
    with _cat_file(repository) as (requests, answers):
        for blob_id in blob_ids:
            requests.write(blob_id.encode() + b"\n")
            requests.flush()
            header = answers.readline().split()
            if len(header) != 3:
                raise GitError(f"blob {blob_id} is not in {repository}; delete that folder and run again")
            content = answers.read(int(header[2]))
            answers.read(1)
            yield blob_id, content


def _in(repository: Path | None) -> list[str]:
    return [] if repository is None else ["--git-dir", str(repository)]


def _environment() -> dict[str, str]:
    # Variables that a calling git hook leaves behind would point git at another repository.
    inherited = {
        key: value
        for key, value in os.environ.items()
        if key not in {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
    }
    return {**inherited, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "GIT_LFS_SKIP_SMUDGE": "1"}


def _last_words(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return (telling or lines or ["git said nothing"])[0].removeprefix("fatal: ")
