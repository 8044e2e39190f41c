"""Progress bars for a person at a terminal; where there is none, progress stays log lines."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from assets.progress import Work, counted, rate, shown_by


class Bars:
    """One bar per piece of work that is under way; it is gone when the work is over, and a line stays."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[counted]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[int, TaskID] = {}

    def start(self, work: Work) -> None:
        """Begin a bar."""
        self._tasks[id(work)] = self.progress.add_task(work.name, total=work.total, counted="")

    def update(self, work: Work) -> None:
        """Move the bar."""
        task = self._tasks[id(work)]
        self.progress.update(task, completed=work.done, counted=f"{counted(work)}, {rate(work)}")

    def end(self, work: Work) -> None:
        """Take the bar away and tell what was done."""
        self.progress.remove_task(self._tasks.pop(id(work)))
        if work.done:
            self.progress.console.print(f"  {work.sentence()}", markup=False, highlight=False)


@contextmanager
def progress_bars(console: Console) -> Iterator[None]:
    """Show progress as bars on `console` until the block ends, if it is a terminal."""
    if not console.is_terminal:
        yield
        return
    bars = Bars(console)
    with bars.progress, shown_by(bars):
        yield
