"""From SIGKILL to "every open order accounted for": `python -m tests.torture.recovery`.

A process with a hundred orders is killed in the middle of its work, and a block is mined. Then `botctl
execute` and `botctl reconcile` run as cron would run them, until a node or the chain has every order.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from botctl.core.lifecycle import OrderState
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address
from botctl.flows.execute import execute
from botctl.ports.chain import SendAnswer, Sender, Signer
from botctl.ports.runtime import Runtime
from tests.jobs.processes import ROOT
from tests.torture.crew import Crew, Told
from tests.torture.field import Field, Settings, assert_one_effect_each
from tests.torture.own_postgres import DURABLE, own_postgres

ORDERS: Final = 100
RUNS_MAX: Final = 200
COMMAND_S_MAX: Final = 120
ACCOUNTED: Final = {OrderState.PENDING, OrderState.MINED, OrderState.CONFIRMED}


@dataclass(frozen=True, slots=True)
class Recovered:
    """`runs` of the two commands; with the first of them alone the second figure."""

    runs: int
    total_s: float
    one_run_s: float


class KilledSending:
    """The process is gone just after the bytes of one order have left."""

    def __init__(self, sender: Sender, after: int) -> None:
        self._sender, self._left = sender, after

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        answer = self._sender.send(signed, public=public)
        self._left -= 1
        _die_at(self._left)
        return answer


class KilledSigning:
    """The process is gone while it signs: it holds the wallet's lease, and nothing has left."""

    def __init__(self, signer: Signer, after: int) -> None:
        self._signer, self._left = signer, after

    @property
    def address(self) -> Address:
        return self._signer.address

    def sign(self, tx: UnsignedTx, *, fence: int) -> SignedTx:
        self._left -= 1
        _die_at(self._left)
        return self._signer.sign(tx, fence=fence)


Wound = Callable[[Runtime, int], Runtime]


def while_sending(rt: Runtime, after: int) -> Runtime:
    return replace(rt, sender=KilledSending(rt.sender, after))


def while_signing(rt: Runtime, after: int) -> Runtime:
    signer = KilledSigning(rt.signer(), after)
    return replace(rt, signer=lambda: signer)


def recovered(
    field: Field, orders: int, wound: Wound, settings: Settings | None = None
) -> Recovered:
    """Kills one process halfway and measures the ones that come after it."""
    field.decide(orders)
    with Crew() as crew:
        env = field.environment(settings)
        child = crew.start(partial(_killed, field, env, wound, orders // 2))
        child.joined()
        began_s = time.monotonic()
    field.mine_now()
    ends = list(_runs(field, env))
    return Recovered(len(ends), ends[-1] - began_s, ends[0] - began_s)


def _runs(field: Field, env: dict[str, str]) -> Iterator[float]:
    """When each pair of commands ended; the last of them leaves nothing open that nobody has."""
    for _ in range(RUNS_MAX):
        for command in ("execute", "reconcile"):
            _botctl(field, env, command)
        yield time.monotonic()
        if set(field.states()) <= ACCOUNTED:
            return
    raise AssertionError("not every order is accounted for")


def _botctl(field: Field, env: dict[str, str], command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "botctl", command, "--config", field.config, "--json"],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        timeout=COMMAND_S_MAX,
    )


def _killed(field: Field, env: dict[str, str], wound: Wound, after: int, _told: Told) -> None:
    with field.opened(env) as rt:
        execute(wound(rt, after))


def _die_at(left: int) -> None:
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _fields() -> Iterator[dict[str, Callable[[], Field]]]:
    """A field on a new database of each kind, whenever one is asked for."""
    with ExitStack() as after:
        folder = Path(after.enter_context(tempfile.TemporaryDirectory(prefix="botctl-recovery-")))

        def on_sqlite() -> Field:
            home = Path(tempfile.mkdtemp(dir=folder))
            return Field(home / "field", ORDERS, f"sqlite:///{home / 'botctl.db'}")

        def on_postgres() -> Field:
            home = Path(tempfile.mkdtemp(dir=folder))
            server = after.enter_context(own_postgres(DURABLE))
            return Field(home / "field", ORDERS, server.url)

        yield {"SQLite": on_sqlite, "PostgreSQL": on_postgres}


def main() -> None:
    say = sys.stdout.write
    say(
        f"{ORDERS} open orders, killed halfway; seconds from SIGKILL, both commands' start included\n"
    )
    say(f"{'database':<10}  {'killed':<13}  {'one run':>7}  {'all accounted':>13}  {'runs':>4}\n")
    with _fields() as fields:
        for name, on in fields.items():
            for wound in (while_sending, while_signing):
                with on() as field:
                    took = recovered(field, ORDERS, wound)
                    field.bury()
                    assert_one_effect_each(field, ORDERS)
                when = wound.__name__.replace("_", " ")
                say(
                    f"{name:<10}  {when:<13}  {took.one_run_s:>7.1f}  {took.total_s:>13.1f}"
                    f"  {took.runs:>4}\n"
                )


if __name__ == "__main__":
    main()
