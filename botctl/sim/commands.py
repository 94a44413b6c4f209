"""The flows that run in the simulated world, as values: a test may put a broken one in their place."""

from collections.abc import Callable
from dataclasses import dataclass

from botctl.ports.runtime import Runtime

Command = Callable[[Runtime], object]


@dataclass(frozen=True, slots=True)
class Commands:
    execute: Command
    reconcile: Command
    repair: Command
    correct: Command
