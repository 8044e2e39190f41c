"""HTTP as Git LFS needs it: bodies as streams, credentials for one host only, and which failures may pass.

Knows nothing of objects; see `lfs_remote`.
"""

import json
import logging
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import urllib3
from dulwich.client import default_urllib3_manager
from dulwich.config import ConfigDict
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from assets.upstream.git import GitError, run_git, without_credentials
from assets.upstream.transient import Patience, TransientError

logger = logging.getLogger(__name__)

USER_AGENT = "git-lfs/3.6 (speechmap)"
CONNECT_SECONDS = 30.0
NO_SUCH_RANGE = 416
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
TRANSIENT_STATUSES = {408, 429, 500, 502, 503, 504}
# What git's configuration says about connections is good for LFS, too.
SETTINGS = {"proxy", "sslverify", "sslcainfo", "extraheader"}
LONGEST_REASON = 300  # a server may answer with a whole page
PRIVATE = {"authorization", "cookie", "proxy-authorization"}


class LfsError(Exception):
    """An LFS server did not give what it was asked for; the message is the reason, in one line.

    `is_unreachable`: nobody answered at all, so there is no use in asking the same server for something else.
    """

    def __init__(self, reason: object, *, is_unreachable: bool = False) -> None:
        """Shorten the reason to one line without credentials."""
        lines = without_credentials(str(reason)).strip().splitlines() or ["no reason given"]
        super().__init__(lines[0][:LONGEST_REASON])
        self.is_unreachable = is_unreachable


class TransientLfsError(LfsError, TransientError):
    """The same, and it may be otherwise soon."""


class Http:
    """Requests to one LFS server and to wherever it sends us."""

    def __init__(self, url: str, patience: Patience) -> None:
        """Prepare to talk to the server at `url`, whose user and password are for that server alone."""
        parts = urlsplit(url)
        self.url = _without_user(parts)
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=patience.silence_seconds)
        config = _git_settings(self.url)
        self._pool = default_urllib3_manager(config, base_url=self.url)
        extra = {name: value for name, value in self._pool.headers.items() if name.lower() != "user-agent"}
        if parts.username:
            user, password = unquote(parts.username), unquote(parts.password or "")
            extra |= urllib3.make_headers(basic_auth=f"{user}:{password}")
        self._own_headers = extra

    def open(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        """Send a request, follow where it is redirected to, and return the answer, whose body is still to be read.

        Raises:
            LfsError: the answer is an error (but that a range does not exist), or there is none.
        """
        for _ in range(MOST_REDIRECTS):
            answer = self._send(method, url, headers, body)
            there = answer.headers.get("Location")
            if answer.status not in REDIRECTS or there is None:
                if answer.status >= 400 and answer.status != NO_SUCH_RANGE:
                    raise _refusal(answer, url)
                return answer
            answer.drain_conn()
            there = urljoin(url, there)
            if origin(there) != origin(url):
                headers = {name: value for name, value in headers.items() if name.lower() not in PRIVATE}
            url = there
        raise LfsError(f"{_place(url)}: redirected more than {MOST_REDIRECTS} times")

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> urllib3.BaseHTTPResponse:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise LfsError("the LFS server names a place that is not on HTTP")
        own = self._own_headers if origin(url) == origin(self.url) else {}
        given = {name.lower() for name in headers}
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        sent |= {name: value for name, value in own.items() if name.lower() not in given}
        try:
            return self._pool.request(
                method, url, headers=sent, body=body, timeout=self._timeout,
                preload_content=False, redirect=False, retries=False,
            )  # fmt: skip
        except (HTTPError, ValueError) as error:
            raise in_our_words(error, url) from error


def in_our_words(error: Exception, url: str) -> LfsError:
    """What urllib3 raised while asking or reading, as an `LfsError`."""
    place = _place(url)
    if isinstance(error, SSLError) and "CERTIFICATE" in str(error).upper():
        return LfsError(f"{place}: {error}", is_unreachable=True)
    if isinstance(error, (NewConnectionError, ConnectTimeoutError, ProxyError, SSLError)):
        # urllib3 begins with the name of its own object
        return TransientLfsError(f"{place}: {str(error).rpartition('): ')[2]}", is_unreachable=True)
    if isinstance(error, ReadTimeoutError):
        return TransientLfsError(f"{place}: no answer, or a transfer that stood still")
    if isinstance(error, ProtocolError):
        return TransientLfsError(f"{place}: the connection broke off")
    return LfsError(f"{place}: {error}")


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL: who is trusted with what is meant for it."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _place(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]  # the rest may hold a signature


def _refusal(answer: urllib3.BaseHTTPResponse, url: str) -> LfsError:
    reason = f"{_place(url)}: HTTP {answer.status}"
    try:
        said: Any = json.loads(answer.read(4096, decode_content=True))
        reason += f": {said['message']}"
    except (HTTPError, ValueError, KeyError, TypeError):  # no explanation, or a page
        pass
    finally:
        answer.close()
    if answer.status == 401:
        reason += "; user and password may stand in the repository's URL"
    if answer.status not in TRANSIENT_STATUSES:
        return LfsError(reason)
    error = TransientLfsError(reason)
    asked = answer.headers.get("Retry-After")
    if asked is not None:
        try:
            error.asked_wait = urllib3.Retry().parse_retry_after(asked)
        except HTTPError:
            logger.debug("Retry-After is neither a number nor a date")
    return error


def _without_user(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _git_settings(url: str) -> ConfigDict:
    config = ConfigDict()
    try:
        listing = run_git("config", "-z", "--get-urlmatch", "http", url, what="reading git's settings")
    except GitError:  # there are none
        listing = ""
    for entry in filter(None, listing.split("\0")):
        key, _, value = entry.partition("\n")
        name = key.removeprefix("http.").lower()
        if name in SETTINGS:
            config.set((b"http",), name.encode(), value.encode())
    if certificates := os.environ.get("GIT_SSL_CAINFO"):
        config.set((b"http",), b"sslCAInfo", certificates.encode())
    return config
