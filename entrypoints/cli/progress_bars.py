"""Progress bars on standard error, where that is a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from entrypoints.cli.output import errors, say


def progress_bars(*, quiet: bool) -> Progress:
    """Return what shows bars as long as its block lasts; nothing where it is to be quiet, or nobody watches."""
    columns = (TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=errors, disable=quiet or not errors.is_terminal)


class _Bar:
    """Implements `application.ports.progress.Progress` with a bar a step on a terminal, and with a line elsewhere."""

    def __init__(self, bars: Progress, title: str, *, quiet: bool) -> None:
        self._bars = bars
        self._title = title
        self._quiet = quiet
        self._task: TaskID | None = None

    async def begin(self, step: str, total: int = 0) -> None:
        self.end()
        if not self._bars.disable:
            self._task = self._bars.add_task(f"{self._title}: {step}", total=total or None)
        elif not self._quiet:
            say(f"{self._title}: {step}")

    async def advance(self, amount: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def end(self) -> None:
        """Leave the bar of the present step behind, full."""
        if self._task is not None:
            done = self._bars.tasks[self._task].total or 1
            self._bars.update(self._task, total=done, completed=done)
            self._bars.stop_task(self._task)


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[_Bar]:
    """Show the steps of a work on standard error as long as the block lasts."""
    with progress_bars(quiet=quiet) as bars:
        bar = _Bar(bars, title, quiet=quiet)
        yield bar
        bar.end()
