"""How often something is tried, what is waited for in between, and what is told about it."""

import logging

import pytest

from assets.upstream.transient import Patience, TransientError


class BusyError(TransientError):
    def __init__(self, message: str = "busy", asked_wait: float | None = None) -> None:
        super().__init__(message)
        self.asked_wait = asked_wait


class Attempts:
    """Fails with each error in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def test_what_passes_is_tried_again_and_each_wait_is_told(caplog: pytest.LogCaptureFixture) -> None:
    attempts, waits = Attempts(BusyError("busy once"), BusyError("busy twice")), []
    assert Patience(sleep=waits.append).insist(attempts, "asking") == "answer"
    assert attempts.count == 3
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    first, second = caplog.messages
    assert first == f"asking: busy once; trying again in {waits[0]:.0f} s"
    assert second == f"asking: busy twice; trying again in {waits[1]:.0f} s"


def test_what_stays_as_it_is_is_not_tried_again() -> None:
    attempts, waits = Attempts(ValueError("wrong")), []
    with pytest.raises(ValueError, match=r"^wrong$"):
        Patience(sleep=waits.append).insist(attempts)
    assert (attempts.count, waits) == (1, [])


def test_in_the_end_it_is_given_up_and_the_last_error_says_so() -> None:
    attempts, waits = Attempts(*(BusyError(f"busy {number}") for number in range(9))), []
    with pytest.raises(BusyError, match=r"^busy 2; given up after 3 attempts$"):
        Patience(attempts=3, sleep=waits.append).insist(attempts)
    assert (attempts.count, len(waits)) == (3, 2)


def test_one_attempt_is_one_attempt() -> None:
    attempts = Attempts(BusyError(), BusyError())
    with pytest.raises(BusyError, match=r"^busy$"):
        Patience(attempts=1).insist(attempts)
    assert attempts.count == 1


def test_waits_double_up_to_a_limit_and_no_two_clients_wait_alike() -> None:
    def waits_of_one_client() -> list[float]:
        waits: list[float] = []
        with pytest.raises(BusyError):
            Patience(attempts=9, sleep=waits.append).insist(Attempts(*(BusyError() for _ in range(9))))
        return waits

    clients = [waits_of_one_client() for _ in range(5)]
    for waits in clients:
        for number, wait in enumerate(waits):
            assert min(2**number, 30) <= wait <= min(2**number + 1, 30)
    assert len({waits[0] for waits in clients}) > 1


def test_a_remote_that_asks_for_time_gets_it() -> None:
    waits: list[float] = []
    Patience(sleep=waits.append).insist(Attempts(BusyError(asked_wait=77), BusyError(asked_wait=0.5)))
    assert waits[0] == 77
    assert waits[1] >= 2  # our own wait is longer


def test_a_remote_that_asks_for_too_much_time_is_given_up_at_once() -> None:
    attempts, waits = Attempts(BusyError(asked_wait=301)), []
    with pytest.raises(BusyError):
        Patience(sleep=waits.append).insist(attempts)
    assert (attempts.count, waits) == (1, [])
