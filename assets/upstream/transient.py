"""How often to try again, and how long to wait, where a network fails now and then.

Knows nothing of git or HTTP: whoever asks tells what may pass, by raising a `TransientError`.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class TransientError(Exception):
    """It failed now and may work soon."""

    asked_wait: float | None = None
    """Seconds that the other side asked to wait, if it did."""


@dataclass(frozen=True)
class Patience:
    """How much a remote is given before it is given up; times in seconds.

    Attributes:
        attempts: how often something is tried in all.
        first_wait: wait before the second attempt; it doubles from attempt to attempt, and up to as much again
            as this is added at random, so that many who failed together do not come back together.
        longest_wait: no wait of our own is longer.
        longest_asked_wait: a remote that asks for more than this (Retry-After) is given up.
        answer_seconds: how long a short question may take.
        silence_seconds: how long a transfer may stand still.
        transfer_seconds: how long one transfer may take, however lively it is.
        sleep: what waits.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 30.0
    longest_asked_wait: float = 300.0
    answer_seconds: float = 60.0
    silence_seconds: float = 60.0
    transfer_seconds: float = 3600.0
    sleep: Callable[[float], None] = time.sleep

    def insist(self, attempt: Callable[[], Answer], what: str = "") -> Answer:
        """What `attempt` returns, which is called again after a `TransientError`. Each wait is logged in one line.

        Args:
            attempt: what to try.
            what: what is being tried, for the log, where the error does not say so itself.

        Raises:
            TransientError: the last one, saying how often it was tried.
            Exception: whatever else `attempt` raises, at once.
        """
        retrying = Retrying(
            retry=retry_if_exception(self._may_pass),
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            before_sleep=lambda state: _announce(state, what),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except TransientError as error:
            tried = retrying.statistics["attempt_number"]
            if tried > 1:
                error.args = (f"{error}; given up after {tried} attempts",)
            raise

    def _may_pass(self, error: BaseException) -> bool:
        return isinstance(error, TransientError) and (error.asked_wait or 0.0) <= self.longest_asked_wait

    def _wait(self, state: RetryCallState) -> float:
        backoff = wait_exponential_jitter(self.first_wait, self.longest_wait, jitter=self.first_wait)(state)
        asked = getattr(state.outcome and state.outcome.exception(), "asked_wait", None)
        return max(backoff, asked or 0.0)


PATIENT = Patience()


def _announce(state: RetryCallState, what: str) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    logger.warning("%s%s; trying again in %.0f s", f"{what}: " if what else "", error, state.upcoming_sleep)
