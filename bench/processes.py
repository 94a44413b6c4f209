"""Whole processes, measured from start to exit in an environment that holds only what is named."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness import Case, Sample

LAUNCHER = Path(__file__).with_name("launcher.py")
PYTHON = sys.executable
BOTCTL = str(Path(sys.executable).with_name("botctl"))
PASS = [PYTHON, "-c", "pass"]
TOLD_CHARS_MAX = 2_000


class FailedRunError(RuntimeError):
    """A measured command did not do its work, so its time means nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """`before` runs untimed each time; `statuses` are the exit statuses of work well done."""

    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({0})
    before: Callable[[], object] = lambda: None


class Launcher:
    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._output = folder / "output"

    def run(self, command: Command) -> Sample:
        """Raises FailedRunError with what the command said."""
        command.before()
        order = {
            "argv": list(command.argv),
            "cwd": str(command.cwd),
            "env": {"PATH": "/usr/bin:/bin", "HOME": str(command.cwd), **command.env},
            "output": str(self._output),
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if answer.pop("status") not in command.statuses:
            said = self._output.read_text(errors="replace")[-TOLD_CHARS_MAX:]
            raise FailedRunError(f"{' '.join(command.argv[:4])} failed:\n{said}")
        return Sample(**answer)

    def case(self, command: Command) -> Case:
        return lambda: self.run(command)

    def said(self) -> str:
        """What the last command printed."""
        return self._output.read_text(errors="replace")


@contextmanager
def launcher(folder: Path) -> Iterator[Launcher]:
    with subprocess.Popen(
        [PYTHON, "-I", "-S", str(LAUNCHER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Launcher(process, folder)
