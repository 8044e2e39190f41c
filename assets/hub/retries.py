"""What goes wrong when talking to the Hub: which faults are passing and asked again, which are final, and their words.

Belongs here: errors and waiting. What is asked is in `client`.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from assets.errors import PipelineError
from assets.hub.library import prepare_library, token_from_environment
from assets.upstream.git import without_credentials

Answer = TypeVar("Answer")

# Timeout, too early, too many requests; every 5xx comes on top.
PASSING_STATUSES = frozenset({408, 425, 429})
LONGEST_REASON = 200  # a server may answer with a whole page


class HubUnreachableError(PipelineError):
    """The Hub gave no usable answer, for a reason that may pass.

    `may_pass_soon` tells whether asking again at once makes sense, `retry_after` for how many seconds the Hub wants
    to be left alone.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, may_pass_soon: bool = True) -> None:
        """Remember what the Hub asked for."""
        super().__init__(message)
        self.retry_after = retry_after
        self.may_pass_soon = may_pass_soon


class HubRefusedError(PipelineError):
    """The Hub answered, and the answer will be the same next time: not found, private, gated, no Hub at all.

    `status` is the HTTP status, where that was the answer.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        """Remember what the Hub answered."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Retries:
    """How often and how patiently to ask. Times in seconds; the wait doubles each time, give or take a half."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0
    longest_retry_after: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Call `ask` until it answers, or fails for a reason that does not pass.

        Raises:
            HubUnreachableError: the last attempt's; or at once where the Hub wants to be left alone for longer than
                `longest_retry_after`.
        """
        retrying = Retrying(
            retry=retry_if_exception(self._is_worth_another),
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(ask)

    def _is_worth_another(self, error: BaseException) -> bool:
        return (
            isinstance(error, HubUnreachableError)
            and error.may_pass_soon
            and (error.retry_after or 0) <= self.longest_retry_after
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, HubUnreachableError) and error.retry_after is not None:
            return error.retry_after
        doubled = min(self.longest_wait, self.first_wait * float(2 ** (state.attempt_number - 1)))
        return doubled * random.uniform(0.5, 1.5)  # noqa: S311 - so that many clients do not come back together


@contextmanager
def told_plainly(what: str, endpoint: str, *, to: Literal["read", "write"] = "read") -> Iterator[None]:
    """Turn what the library and its HTTP client raise into the two errors above.

    Args:
        what: what was asked, for the message: "Hub dataset PITTI/speechmap-models".
        endpoint: where it was asked.
        to: what was wanted there, for the advice.

    Raises:
        HubUnreachableError: the fault may pass.
        HubRefusedError: it will not.
    """
    prepare_library()
    import httpx2  # noqa: PLC0415 - see `library`
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled  # noqa: PLC0415

    where = f"{what} at {without_credentials(endpoint)}"
    try:
        yield
    except HfHubHTTPError as error:
        headers = {key.lower(): value for key, value in error.response.headers.items()}
        raise _answered(where, error.response.status_code, headers, to) from None
    except OfflineModeIsEnabled:
        raise HubUnreachableError(f"{where} is not asked: HF_HUB_OFFLINE is set", may_pass_soon=False) from None
    except httpx2.TimeoutException as error:
        raise HubUnreachableError(f"{where} cannot be reached: no answer in time ({_kind(error)})") from None
    except (httpx2.UnsupportedProtocol, httpx2.TooManyRedirects, httpx2.InvalidURL) as error:
        raise HubRefusedError(f"{where}: {_said(error)}; check the endpoint") from None
    except httpx2.RequestError as error:
        raise HubUnreachableError(f"{where} cannot be reached: {_said(error)}") from None


def _answered(where: str, status: int, headers: dict[str, str], to: str) -> PipelineError:
    """The error for an HTTP status."""
    if status in PASSING_STATUSES or status >= 500:
        wait = _asked_to_wait(headers)
        asked = f", and asks to be left alone for {wait:.0f} s" if wait else ""
        return HubUnreachableError(f"{where} cannot be reached: it answers HTTP {status}{asked}", retry_after=wait)
    code, token = headers.get("x-error-code", ""), token_from_environment()
    if code == "GatedRepo":
        advice = "it is gated: accept its conditions on the Hub, and set HF_TOKEN to a token of the account that did"
    elif code == "RevisionNotFound":
        advice = "the revision is gone; run again"
    elif code == "EntryNotFound":
        advice = "the file is gone; run again"
    elif status == 401 and token is None:
        advice = f"it does not exist, or is private: check the name, or set HF_TOKEN to a token that may {to} it"
    elif status in {401, 403}:
        advice = f"the token in HF_TOKEN is not valid there, or may not {to} it"
    elif status == 404:
        advice = "there is no such dataset, or HF_TOKEN may not see it: check the name and the endpoint"
    elif to == "write":
        advice = "the Hub does not take it"
    else:
        advice = "check the name of the dataset and the endpoint"
    said = without_credentials(headers.get("x-error-message", ""))[:LONGEST_REASON]
    return HubRefusedError(f"{where}: HTTP {status}: {advice}" + (f" ({said})" if said else ""), status=status)


def _asked_to_wait(headers: dict[str, str]) -> float | None:
    """Seconds for which the Hub wants to be left alone, by either of the headers that it may use."""
    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]  # noqa: PLC0415

    wait = headers.get("retry-after", "").strip()
    if wait.isdecimal():
        return float(wait)
    limit = parse_ratelimit_headers(headers)
    return float(limit.reset_in_seconds) if limit is not None and limit.remaining == 0 else None


def _said(error: Exception) -> str:
    lines = without_credentials(str(error)).splitlines()
    return (lines[0] if lines else _kind(error))[:LONGEST_REASON]


def _kind(error: Exception) -> str:
    return type(error).__name__
