"""One run of retention in a forked process, killed by the kernel at its n-th step.

A step is an instant around which a crash could matter: before and after each transaction and its commit,
each file's writing, its proof, its sync and its renaming. Everything is imported before the fork, and
nothing is open then.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Final, ParamSpec, TypeVar
from unittest.mock import patch

from sqlalchemy.engine import Connection

from botctl.adapters.store.archive import files
from botctl.adapters.store.database import Database
from tests.growth.archiving import Place

FORKS: Final = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.growth.dying", "sqlalchemy.dialects.postgresql.psycopg"])
ENDED_MAX_S: Final = 60
P = ParamSpec("P")
T = TypeVar("T")


def die_at(place: Place, step: int) -> bool:
    """Whether it was killed there; False: the run has fewer steps, and is done."""
    process = FORKS.Process(target=_run, args=(place.url, str(place.folder), step))
    process.start()
    process.join(ENDED_MAX_S)
    status = process.exitcode
    assert status in {0, -signal.SIGKILL}, f"retention ended with {status}"
    return status != 0


def _run(url: str, folder: str, step: int) -> None:
    numbers = count(1)

    def instant() -> None:
        if next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        patch.object(Database, "writing", _watched_writing(instant)),
        patch.object(files, "_convert", _watched(files._convert, instant)),
        patch.object(files, "_sync", _watched(files._sync, instant)),
        patch.object(Path, "replace", _watched(Path.replace, instant)),
    ):
        Place(url, Path(folder)).retain()


def _watched(call: Callable[P, T], instant: Callable[[], None]) -> Callable[P, T]:
    @wraps(call)
    def around(*args: P.args, **kwargs: P.kwargs) -> T:
        instant()
        result = call(*args, **kwargs)
        instant()
        return result

    return around


def _watched_writing(instant: Callable[[], None]) -> object:
    writing = Database.writing

    @contextmanager
    def around(self: Database) -> Iterator[Connection]:
        instant()
        with writing(self) as db:
            yield db
            instant()
        instant()

    return around
