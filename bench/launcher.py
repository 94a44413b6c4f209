"""A small process that starts the measured ones, so that they inherit none of the bench's memory.

Speaks JSON lines: what to run in, wall, user and system time, peak memory and exit status out. The
kernel counts a child's peak from before its `exec`, so a large parent would be measured instead.
Only the standard library, and started without `site`.
"""

import json
import os
import sys
import time
from typing import TypedDict

UNITS_PER_KB = 1024 if sys.platform == "darwin" else 1  # ru_maxrss is in bytes there


class Order(TypedDict):
    argv: list[str]
    cwd: str
    env: dict[str, str]
    output: str


class Answer(TypedDict):
    wall_s: float
    cpu_s: float
    peak_kb: int
    status: int


def run(order: Order) -> Answer:
    """Both streams go to one file; the child is waited for, so that its usage is known."""
    os.chdir(order["cwd"])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = (
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, order["output"], flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    )
    started = time.perf_counter()
    pid = os.posix_spawn(order["argv"][0], order["argv"], order["env"], file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_kb": usage.ru_maxrss // UNITS_PER_KB,
        "status": os.waitstatus_to_exitcode(status),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()
