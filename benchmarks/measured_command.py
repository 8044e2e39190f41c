"""Run a command as a user would and measure it: time, memory and bytes of its whole process tree."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Measured:
    """One run.

    Attributes:
        wall_seconds: from start to exit.
        cpu_seconds: of all its processes.
        peak_megabytes: the most memory (resident, 10^6 bytes) that all its processes held at one time.
        read_megabytes: what they read from files, from the page cache too.
        written_megabytes: what they wrote.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    read_megabytes: float
    written_megabytes: float


def measure(command: Sequence[str | Path], environment: Mapping[str, str]) -> Measured:
    """Run a command to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    memory = _MemoryOfTree(process.pid)
    memory.start()
    # Looked at while it is dead and not yet buried, its accounts hold those of the children that it has buried.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall = time.monotonic() - started
    read, written = _bytes(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    memory.end()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(wall, usage.ru_utime + usage.ru_stime, memory.peak / 1e6, read / 1e6, written / 1e6)


class _MemoryOfTree(threading.Thread):
    """Looks again and again how much memory a process and its descendants hold."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self._pid)))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _tree(root: int) -> list[int]:
    found, new = [], [root]
    while new:
        found += new
        new = [child for pid in new for child in _children(pid)]
    return found


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in (PROC / str(pid) / "task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:  # it has ended
        return []


def _resident(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _bytes(pid: int) -> tuple[int, int]:
    try:
        accounts = dict(line.split(": ") for line in (PROC / str(pid) / "io").read_text().splitlines())
    except OSError:  # not where another user may look
        return 0, 0
    return int(accounts["rchar"]), int(accounts["wchar"])
