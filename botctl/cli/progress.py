"""A bar on long work: on a terminal only, on stderr, gone when the work is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from botctl.ports.progress import Tick, silent


@contextmanager
def working(what: str, total: int | None = None) -> Iterator[Tick]:
    """Without a `total` it counts, and shows that it lives. A pipe sees nothing of it."""
    if not sys.stderr.isatty():
        yield silent
        return
    with import_module("botctl.cli.progress_bar").shown(what, total) as tick:
        yield tick
