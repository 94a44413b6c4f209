"""A warm parent: everything is imported once, and each run of botctl is a process forked from it.

It is a process of its own, with one thread, so that forking is safe whoever uses it; it ends when its
standard input does. Runs are read from there, one JSON document a line, and answered one by one. Each
child opens its settings, connections and key by itself, after the fork.
"""

import gc
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from time import sleep  # noqa: TID251  the moment of a kill is what is drawn
from typing import Final, NoReturn, Self
from unittest.mock import patch

import msgspec

from botctl.adapters.store import engine
from botctl.cli import frame, loop
from botctl.cli.running import run_command
from botctl.config.values import Config
from botctl.ports.runtime import Log, Runtime
from botctl.wiring import open_runtime
from tests.crash.broken import FLAWS
from tests.crash.points import Instant, Recorder, Tripwire, Watch, watched

ROOT: Final = Path(__file__).parents[2]
OUT, ERR = ".out", ".err"
US_PER_S: Final = 1_000_000
CRASHED: Final = 98  # exit status: an exception came through the command line
# What a command loads when it first needs it; here it is there before the fork.
NEEDED: Final = (
    "botctl.adapters.evm.keystore",
    "botctl.adapters.passphrase",
    "botctl.adapters.store",
    "botctl.cli.commands.execute",
    "botctl.cli.commands.reconcile",
    "botctl.config.validate",
    "botctl.wiring.runtime",
    "loguru._better_exceptions",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
)


class Run(msgspec.Struct):
    """One process: botctl commands one after the other, until the end or the kill.

    `die_at` is the number of an instant of the first command, `expected` its name; `delay_us` is
    when the parent kills it from outside, whatever it is doing. A `rehearsal` nobody kills: the
    parent runs it itself, and records its instants.
    """

    commands: list[list[str]]
    env: dict[str, str]
    out: str
    die_at: int | None = None
    expected: str = ""
    delay_us: int | None = None
    rehearsal: bool = False
    flaw: str = ""


class Ended(msgspec.Struct):
    """`status` as the kernel tells it: negative is the signal that killed it; `err` is its stderr."""

    status: int
    instants: list[Instant] = []
    out: str = ""
    err: str = ""


class Nursery:
    """The user's side: `with Nursery() as nursery: nursery.run(...)`."""

    def __enter__(self) -> Self:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *failure: object) -> None:
        self._parent.communicate()  # end of file is its sign to go

    def run(self, run: Run) -> Ended:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(msgspec.json.encode(run) + b"\n")
        self._parent.stdin.flush()
        return msgspec.json.decode(self._parent.stdout.readline(), type=Ended)


def main() -> None:
    for name in NEEDED:
        import_module(name)
    # A rehearsal leaves its engine behind, without a connection but with every statement compiled,
    # which is half of what a child would have to do.
    with patch.object(engine, "create", cache(engine.create)):
        for line in sys.stdin.buffer:
            gc.disable()
            gc.freeze()  # no child touches these pages
            run = msgspec.json.decode(line, type=Run)
            ended = _rehearsed(run) if run.rehearsal else _ended(run)
            sys.stdout.buffer.write(msgspec.json.encode(ended) + b"\n")
            sys.stdout.buffer.flush()


def _rehearsed(run: Run) -> Ended:
    out, recorder = Path(run.out), Recorder()
    with (
        out.open("w") as said,
        out.with_suffix(ERR).open("w") as failed,
        redirect_stdout(said),
        redirect_stderr(failed),
        patch.dict(os.environ, run.env),  # noqa: TID251  as a child has it
    ):
        status = _run_all(run, recorder)
    return _told(run, status, recorder.instants)


def _ended(run: Run) -> Ended:
    for suffix in (OUT, ERR):  # it may die before it has made them
        Path(run.out).with_suffix(suffix).write_bytes(b"")
    child = os.fork()
    if child == 0:
        _live(run)
    if run.delay_us is not None:
        sleep(run.delay_us / US_PER_S)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return _told(run, os.waitstatus_to_exitcode(status), [])


def _told(run: Run, status: int, instants: list[Instant]) -> Ended:
    out = Path(run.out)
    return Ended(status, instants, out.read_text(), out.with_suffix(ERR).read_text())


def _live(run: Run) -> NoReturn:
    """The child: never returns into the parent's code."""
    status = CRASHED
    try:
        _redirect(run.out)
        os.environ.update(run.env)  # noqa: TID251  a child's own
        lived = Recorder() if run.die_at is None else Tripwire(run.die_at, run.expected)
        status = _run_all(run, lived)
    except BaseException:  # noqa: BLE001  whatever it is, the parent must see it and not inherit it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(out: str) -> None:
    fresh = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    said, failed = os.open(out, fresh, 0o600), os.open(Path(out).with_suffix(ERR), fresh, 0o600)
    for descriptor, place in ((os.open(os.devnull, os.O_RDONLY), 0), (said, 1), (failed, 2)):
        os.dup2(descriptor, place)


def _run_all(run: Run, watch: Watch) -> int:
    opener = _opener(watch, run.flaw)
    with patch.object(frame, "open_runtime", opener), patch.object(loop, "open_runtime", opener):
        for command in run.commands:
            if status := run_command(command, completion=False):
                return status
    return 0


class _opener:  # noqa: N801  stands for a function
    """`open_runtime` with a watch around every port, and a flaw beneath it where one is wanted."""

    def __init__(self, watch: Watch, flaw: str) -> None:
        self._watch, self._flaw = watch, FLAWS[flaw]

    @contextmanager
    def __call__(self, config: Config, env: Mapping[str, str], log: Log) -> Iterator[Runtime]:
        with open_runtime(config, env, log) as rt:
            yield watched(self._flaw(rt), self._watch)


if __name__ == "__main__":
    main()
