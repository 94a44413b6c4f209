"""Where a process of a drill is killed: at a call of a port, before what it would do there."""

import os
import signal
from dataclasses import replace
from typing import Final, NamedTuple

from botctl.adapters.faults.plan import FaultAction, FaultPlan
from botctl.ports.runtime import Runtime


class KillPoint(NamedTuple):
    """The call `after_calls` + 1 of `method` is never made."""

    port: str
    method: str
    after_calls: int = 0


# Between any two of these something is on disk, or with a node, that was not there before.
KILL_POINTS: Final = (
    KillPoint("store", "record"),
    KillPoint("store", "commit"),
    KillPoint("store", "sign"),
    KillPoint("store", "release"),
    KillPoint("store", "move"),
    KillPoint("sender", "send"),
    KillPoint("store", "sent"),
    KillPoint("store", "settle"),
)


def tripped(rt: Runtime, point: KillPoint) -> Runtime:
    """Only for a process that may die: it kills itself with SIGKILL."""
    plan = FaultPlan().add(point.method, FaultAction(point.after_calls, before=_die))
    if point.port == "sender":
        return replace(rt, sender=plan.on(rt.sender))
    return replace(rt, store=plan.on(rt.store))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
