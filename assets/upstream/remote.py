"""Talk to a git remote: which commit a name stands for, and fetching objects into a repository.

Here is what may go wrong on the way: what passes is tried again, the rest becomes one clear sentence. Does not know
what is fetched, or what for.
"""

import logging
import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from assets.upstream.git import (
    GitError,
    GitTimeoutError,
    Said,
    as_url,
    ask_git,
    without_credentials,
)
from assets.upstream.git_failures import NO_FILTERS, TransientGitError, explained
from assets.upstream.transient import PATIENT, Patience

logger = logging.getLogger(__name__)

# The remote's name in a mirror; where it is comes with each command, since the URL may hold credentials.
REMOTE = "speechmap-upstream"
# All history there is. Without any depth, git before 2.44 fetches from a shallow or a dumb remote without end: what
# is missing is fetched by itself, which finds something missing, which is fetched by itself.
ALL_HISTORY = "--depth=2147483647"

BYTES_PER_SECOND = 1000
SSH = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4"
REDIRECTED = re.compile(r"^warning: redirecting to (\S+)", re.MULTILINE)


class Remote:
    """One git remote.

    Attributes:
        location: folder or URL as the user gave it; may hold credentials.
        moved_to: where the remote says that it is now, without credentials; None if it is where it was.
        is_empty: whether it had no reference at all when it was last asked for one.
        can_filter: whether it can leave out objects on request; None until something has been fetched.
    """

    def __init__(self, location: str, patience: Patience = PATIENT) -> None:
        """Prepare to talk to `location`; nothing is asked yet.

        Raises:
            PipelineError: `location` is a folder without a git repository.
        """
        self.location = location
        self.url = as_url(location)
        self.patience = patience
        self.moved_to: str | None = None
        self.is_empty = False
        self.can_filter: bool | None = None

    @property
    def folder(self) -> Path | None:
        """The folder with the remote's git data, if it is one on this machine."""
        if not self.url.startswith("file://"):
            return None
        folder = Path(url2pathname(urlsplit(self.url).path))
        return folder / ".git" if (folder / ".git").exists() else folder

    def __str__(self) -> str:
        """The remote's place, fit for messages."""
        return f"upstream {without_credentials(self.location)}"

    def commit(self, revision: str | None = None) -> str | None:
        """The 40-digit id of the commit that a branch, tag or HEAD (None) names; None where there is no such name.

        Raises:
            PipelineError: the remote cannot be reached.
        """
        seconds = self.patience.answer_seconds

        def attempt() -> Said:
            try:
                return self._ask("ls-remote", REMOTE, seconds=seconds)
            except GitTimeoutError as error:
                raise TransientGitError(f"{self} cannot be read: no answer within {seconds:g} s") from error

        said = self.patience.insist(attempt)
        self._note_redirect(said)
        wanted = revision or "HEAD"
        references = {name: commit for commit, name in (line.split("\t", 1) for line in said.output.splitlines())}
        self.is_empty = not references
        # `^{}` is the commit that an annotated tag points at.
        candidates = [
            name + peeled for name in (wanted, f"refs/tags/{wanted}", f"refs/heads/{wanted}") for peeled in ("^{}", "")
        ]
        return next((references[name] for name in candidates if name in references), None)

    def fetch(self, repository: Path, *wanted: str, how: tuple[str, ...], stdin: str = "") -> None:
        """Fetch objects into a bare repository in which this remote is named `REMOTE`.

        Args:
            repository: where to.
            wanted: object ids or reference specifications.
            how: options of `git fetch`. They must give a depth, see `ALL_HISTORY`.
            stdin: more of what is wanted, one a line, if `how` says so.

        Raises:
            NoSuchObjectError: the remote does not have it.
            NotHandedOutError: the remote does not give it.
            PipelineError: the remote cannot be reached.
        """
        seconds = self.patience.transfer_seconds

        def attempt() -> Said:
            try:
                return self._ask(
                    "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                    "--no-auto-maintenance", *how, REMOTE, *wanted,
                    repository=repository, stdin=stdin, seconds=seconds,
                )  # fmt: skip
            except GitTimeoutError as error:
                raise GitError(
                    f"{self}: fetching took longer than {seconds:g} s and was stopped; "
                    "earlier files are kept, run again to go on"
                ) from error

        said = self.patience.insist(attempt)
        if NO_FILTERS not in said.warnings:
            self.can_filter = self.can_filter is not False
        elif self.can_filter is not False:
            self.can_filter = False
            logger.info("%s hands out whole commits only; set uploadpack.allowFilter=true there to fetch less", self)

    def _ask(self, *arguments: str, repository: Path | None = None, stdin: str = "", seconds: float) -> Said:
        config = {
            f"remote.{REMOTE}.url": self.url,
            # Whoever sends less than this for so long is taken for dead.
            "http.lowSpeedLimit": str(BYTES_PER_SECOND),
            "http.lowSpeedTime": str(max(1, int(self.patience.silence_seconds))),
        }
        try:
            return ask_git(
                *arguments, repository=repository, stdin=stdin, config=config, environment=unattended(),
                seconds=seconds, what=f"{self} cannot be read",
            )  # fmt: skip
        except GitError as error:
            raise explained(error, str(self), is_folder=self.folder is not None) from error

    def _note_redirect(self, said: Said) -> None:
        told = REDIRECTED.findall(said.warnings)
        here, there = without_credentials(self.url), without_credentials(told[-1]) if told else None
        self.moved_to = None if there is None or _plain(here) == _plain(there) else there.rstrip("/")


def remote_commit(location: str, revision: str | None = None, patience: Patience = PATIENT) -> str | None:
    """Ask a remote, without a mirror, which commit a branch, tag or HEAD names.

    Args:
        location: folder or URL of the repository.
        revision: branch or tag; the remote's HEAD if None.
        patience: how often and how long to try.

    Returns:
        The 40-digit commit id, or None where the remote has no such reference.

    Raises:
        PipelineError: the remote cannot be reached.
    """
    return Remote(location, patience).commit(revision)


def unattended() -> dict[str, str]:
    """Variables that keep ssh and whatever knows passwords from waiting for a person.

    What the user has set up for that purpose stays as it is.
    """
    try:
        configured = ask_git("config", "--name-only", "--get-regexp", r"^core\.(sshcommand|askpass)$", what="").output
    except GitError:  # nothing of that kind
        configured = ""
    variables = {"GCM_INTERACTIVE": "never"}
    if "sshcommand" not in configured and not os.environ.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"}:
        variables["GIT_SSH_COMMAND"] = SSH
    if "askpass" not in configured and "GIT_ASKPASS" not in os.environ:
        variables["GIT_ASKPASS"] = ""  # else SSH_ASKPASS, which may open a window
    return variables


def _plain(url: str) -> str:
    return url.rstrip("/").removesuffix(".git")
