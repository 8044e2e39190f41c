"""What git's words mean. The words are those of real gits, curls and sshs of several versions."""

import pytest

from assets.upstream.git import GitError
from assets.upstream.git_failures import NoSuchObjectError, NotHandedOutError, TransientGitError, explained

ACCESS = "fatal: unable to access 'https://host/x.git/': "
PASSING = [
    ACCESS + "Could not resolve host: host",
    ACCESS + "Failed to connect to host port 443 after 2 ms: Couldn't connect to server",
    ACCESS + "Failed to connect to host port 443: Connection refused",
    ACCESS + "Recv failure: Connection reset by peer",
    ACCESS + "Empty reply from server",
    ACCESS + "SSL_ERROR_SYSCALL in connection to host:443",
    ACCESS + "OpenSSL SSL_connect: Connection was reset in connection to host:443",
    ACCESS + "gnutls_handshake() failed: The TLS connection was non-properly terminated.",
    ACCESS + "The requested URL returned error: 429",
    ACCESS + "Proxy CONNECT aborted",
    "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: expected flush",
    "error: RPC failed; curl 92 HTTP/2 stream 0 was not closed cleanly: CANCEL (err 8)\nfatal: early EOF",
    "error: RPC failed; curl 56 GnuTLS recv error (-54): Error in the pull function.\nfatal: early EOF",
    "fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF\nfatal: index-pack failed",
    "ssh: connect to host host port 22: Connection timed out\nfatal: Could not read from remote repository.",
    "ssh: Could not resolve hostname host: Temporary failure in name resolution\nfatal: Could not read from remote",
    "kex_exchange_identification: Connection closed by remote host\nfatal: Could not read from remote repository.",
]
LASTING = [
    ACCESS + "SSL certificate problem: self-signed certificate",
    ACCESS + "server certificate verification failed. CAfile: none CRLfile: none",
    ACCESS + "The requested URL returned error: 403",
    ACCESS + "The requested URL returned error: 501",
    "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nfatal: the remote end hung up",
    "fatal: could not read Username for 'https://host': terminal prompts disabled\nfatal: expected flush",
    "fatal: Authentication failed for 'https://host/x.git/'",
    "remote: Repository not found.\nfatal: repository 'https://host/x.git/' not found",
    "git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.",
    "Host key verification failed.\nfatal: Could not read from remote repository.",
    "fatal: https://host/info/refs not valid: is this a git repository?",
    "fatal: bad object HEAD",
    "",
]


@pytest.mark.parametrize("words", PASSING)
def test_what_may_pass(words: str) -> None:
    error = GitError("upstream x cannot be read", words)
    assert isinstance(explained(error, "upstream x", is_folder=False), TransientGitError)
    assert not isinstance(explained(error, "upstream x", is_folder=True), TransientGitError)


@pytest.mark.parametrize("is_folder", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        "fatal: Unable to create '/data/mirror/x.git/shallow.lock': File exists.\n\nAnother git process seems to be",
        "fatal: shallow file has changed since we read it",
    ],
)
def test_another_git_in_the_mirror_is_soon_gone(words: str, is_folder: bool) -> None:
    error = GitError("upstream x cannot be read", words)
    assert isinstance(explained(error, "upstream x", is_folder=is_folder), TransientGitError)


@pytest.mark.parametrize("words", LASTING)
def test_what_stays_as_it_is(words: str) -> None:
    error = GitError("upstream x cannot be read", words)
    assert explained(error, "upstream x", is_folder=False) is error


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("fatal: remote error: upload-pack: not our ref 1111111111", NoSuchObjectError),
        ("fatal: remote error: want 1111111111 not valid", NoSuchObjectError),
        ("error: Server does not allow request for unadvertised object 1111111111", NotHandedOutError),
        ("fatal: dumb http transport does not support shallow capabilities", GitError),
    ],
)
def test_what_is_not_to_be_had_is_not_tried_again(words: str, kind: type[GitError]) -> None:
    assert type(explained(GitError("upstream x cannot be read", words), "upstream x", is_folder=False)) is kind
