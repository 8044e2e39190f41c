"""What it means when git cannot read a remote: whether it may pass, and what a person can do about it.

Git tells failures apart by its words alone. Here they are turned into errors; nothing is run here.
"""

import re

from assets.upstream.git import GitError, GitTimeoutError
from assets.upstream.transient import TransientError

NO_FILTERS = "filtering not recognized by server"

# Words that git, curl and ssh use for what stays as it is, however often it is tried.
LASTING = re.compile(
    r"returned error: (?!429|500|502|503|504)\d|certificate|unsupported protocol"
    r"|could not read (Username|Password)|Authentication failed|Permission denied|Access denied"
    r"|Host key verification failed|not appear to be a git repository|[Rr]epository .*not found"
    r"|not valid: is this a git repository|unable to update url base"
)
# Words for what may pass: nobody there, a server in trouble, and a transfer that broke off or was damaged, which git
# notices in many ways, depending on where.
PASSING = re.compile(
    r"unable to access|RPC failed|HTTP/2 stream|Failed to connect|Could not resolve|name resolution"
    r"|Connection (refused|reset|timed out|closed)|Operation timed out|Broken pipe|[Nn]etwork is unreachable"
    r"|No route to host|kex_exchange_identification"
    r"|hung up|unexpected disconnect|early EOF|index-pack|bad pack|pack has|pack is corrupted|inflate: data stream"
    r"|expected (flush|'packfile'|response end|shallow)|protocol error|bad line length|invalid server response"
    r"|invalid shallow line|invalid ls-refs response"
)
# The git of a run that was killed may live on for a moment.
ANOTHER_GIT = re.compile(r"Unable to create '.*\.lock'|shallow file has changed")


class TransientGitError(GitError, TransientError):
    """The remote could not be read now; it may be soon."""


class NoSuchObjectError(GitError):
    """The remote does not have what was asked for."""


class NotHandedOutError(GitError):
    """The remote may have what was asked for, and is set up not to give it."""


def explained(error: GitError, remote: str, *, is_folder: bool) -> GitError:
    """The failure of a git command that was talking to a remote, as the error that says what it means.

    Args:
        error: as `assets.upstream.git.ask_git` raised it.
        remote: what to call the remote.
        is_folder: the remote is a folder, which says tomorrow what it says today.
    """
    if isinstance(error, GitTimeoutError):
        return error
    words = error.words
    if "dumb http transport" in words:
        return GitError(
            f"{remote} is served as plain files (git's dumb HTTP protocol), from which no part of a history can be "
            "fetched; name a URL where a git server answers, or a folder with a clone of it",
            words,
        )
    if "unadvertised object" in words:
        sentence = f"{remote} hands out the tips of its branches and tags only; "
        return NotHandedOutError(f"{sentence}set uploadpack.allowAnySHA1InWant=true there", words)
    if re.search(r"not our ref|want \S+ not valid", words):
        return NoSuchObjectError(str(error), words)
    if ANOTHER_GIT.search(words) or (not is_folder and PASSING.search(words) and not LASTING.search(words)):
        return TransientGitError(str(error), words)
    return error
