"""Orders per second on PostgreSQL with 1, 4 and 8 processes: `python -m tests.torture.throughput`.

One wallet, eight bots with ten decided entries each; the processes share the bots out. From the word to
start until the last order is with the node: signed one after the other, sent side by side. The server
syncs every commit to the disk, as it would in production.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from botctl.core.lifecycle import OrderState
from botctl.flows.execute import execute
from tests.torture.crew import Crew, Told
from tests.torture.field import Field
from tests.torture.own_postgres import DURABLE, own_postgres
from tests.torture.together import GO, READY, UNSENT

BOTS: Final = 8
EACH: Final = 10
PROCESSES: Final = (1, 4, 8)
ROUNDS: Final = 3
LOCKED_PAUSE_S: Final = (
    0.1  # a run that finds the wallet leased has looked at the chain for nothing
)

Env = dict[str, str]  # of a process that is one bot


def main() -> None:
    say = sys.stdout.write
    say(f"{BOTS * EACH} orders of one wallet, {ROUNDS} rounds, PostgreSQL that syncs its commits\n")
    say(f"{'processes':>9}  {'orders/s':>8}  {'least':>6}  {'most':>6}\n")
    rates: dict[int, list[float]] = {processes: [] for processes in PROCESSES}
    for _ in range(ROUNDS):  # in turn: what else the machine does slows all of them down alike
        for processes, all_ in rates.items():
            all_.append(_rate(processes))
    for processes, all_ in rates.items():
        say(f"{processes:>9}  {median(all_):>8.1f}  {min(all_):>6.1f}  {max(all_):>6.1f}\n")


def _rate(processes: int) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="botctl-throughput-") as folder,
        own_postgres(DURABLE) as server,
        Field(Path(folder) / "field", EACH, server.url) as field,
    ):
        bots = [f"bot{number}" for number in range(BOTS)]
        for bot in bots:
            field.decide(EACH, _as(bot))
        environments = [field.environment(_as(bot)) for bot in bots]
        took_s = _timed(field, [environments[start::processes] for start in range(processes)])
        _require_all_out(field)
        return BOTS * EACH / took_s


def _timed(field: Field, shares: Sequence[Sequence[Env]]) -> float:
    """From the word to start until the last of them is done; the clock is the machine's."""
    with Crew() as crew:
        children = [crew.start(partial(_working, field, share)) for share in shares]
        for child in children:
            child.hear(READY)
        began_s = time.monotonic()
        for child in children:
            child.say(GO)
        return max(child.result() for child in children) - began_s


def _working(field: Field, share: Sequence[Env], told: Told) -> float:
    """When it was done with its bots; each is connected, and its key open, before the start."""
    with ExitStack() as opened:
        runtimes = [opened.enter_context(field.opened(env)) for env in share]
        for rt in runtimes:
            rt.store.open()
            rt.signer()
        told.say(READY)
        told.hear()
        for rt in runtimes:
            while rt.store.open(UNSENT):
                if execute(rt).locked:
                    told.is_called(LOCKED_PAUSE_S)
        return time.monotonic()


def _as(bot: str) -> dict[str, str]:
    return {"BOT__NAME": bot}


def _require_all_out(field: Field) -> None:
    """A figure for work that was not done, or done twice, is none."""
    with field.store() as store:
        slots = store.slots(field.wallet)
    assert [slot.nonce for slot in slots] == list(range(BOTS * EACH))
    assert {slot.state for slot in slots} == {OrderState.PENDING}
    field.mine(2)
    assert field.nonce() == BOTS * EACH


if __name__ == "__main__":
    main()
