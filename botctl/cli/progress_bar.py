"""The bar itself; loaded on a terminal alone, since its library costs a start 60 ms."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from botctl.ports.progress import Tick

SECONDS_A_MINUTE = 60


class _Elapsed(ProgressColumn):
    def render(self, task: Task) -> Text:
        minutes, seconds = divmod(int(task.elapsed or 0), SECONDS_A_MINUTE)
        return Text(f"{minutes}:{seconds:02}")


class _Count(ProgressColumn):
    """Nothing while nothing is counted."""

    def render(self, task: Task) -> Text:
        if not task.completed:
            return Text("")
        of = f" of {int(task.total):,}" if task.total else ""
        return Text(f"{int(task.completed):,}{of}")


@contextmanager
def shown(what: str, total: int | None) -> Iterator[Tick]:
    bar = [BarColumn()] if total else []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *bar, _Count(), _Elapsed())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)
