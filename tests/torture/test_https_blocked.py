"""The incident of the seed in real time: `botctl run` on a host whose only cable is cut for ten minutes.

The chain goes on meanwhile, a block every twelve seconds; only the bot cannot see it.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.devnet import control
from botctl.config.environment import environment, without_settings
from botctl.core.health import ORDER, HealthState
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.flows.permit import look, watch_of
from botctl.wiring.chaos_stage import SETTINGS
from botctl.wiring.stage import PASSPHRASE, DevnetStage, StagePlan
from tests.support.staged import runtime_on
from tests.torture.crew import Child, Crew, Told
from tests.torture.hosts import APART, CLONE_NEWNET, Cable, _ip, require_namespaces
from tests.torture.relay import Relay

BLOCK_S = 12
MINUTE_S = 60
BLOCKED_S = 600
NOTICED_S = 180  # no cycle in twice the interval, and one block to see it
PATIENCE_S = 600
# Orders that were out took ten minutes, and count for an hour: not what is asked here.
PATIENT = {"HEALTH__CONFIRM_MAX_S": "900"}
POLL_MS = 50
STOP = "stop"
SUBNET = 251  # hosts.py numbers its own below 250


class Live:
    """A stage in real time: one block whenever it is due."""

    def __init__(self, stage: DevnetStage) -> None:
        self.stage = stage
        head_ms = control.head(stage.rpc).timestamp_s * 1_000
        self.offset_ms = head_ms + 1_000 - SystemClock().now_ms()
        self.clock = SystemClock(self.offset_ms)

    def block(self) -> None:
        due_ms = (control.head(self.stage.rpc).timestamp_s + BLOCK_S) * 1_000
        while self.clock.now_ms() < due_ms:
            pause_ms(POLL_MS)
        self.stage.crowd.step(1, BLOCK_S)

    def until(self, holds: Callable[[], bool], within_s: int, what: str) -> None:
        for _ in range(within_s // BLOCK_S):
            if holds():
                return
            self.block()
        assert holds(), f"not within {within_s} s of the chain: {what}"

    def state(self) -> HealthState:
        with runtime_on(self.stage, PATIENT) as rt:
            return look(replace(watch_of(rt), clock=self.clock)).health.state

    def held(self) -> set[str]:
        found = self.stage.store.positions(self.stage.bot, only_open=True)
        return {one.position.id for one in found}

    def signed(self, side: Side) -> set[str]:
        orders = self.stage.store.recent(None)
        return {o.id for o in orders if o.nonce is not None and o.intent.side is side}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    env = without_settings(environment())
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), env) as stage:
        yield Live(stage)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
def test_ten_minutes_without_a_network_enter_nothing_and_end_as_if_nothing_had_been(
    live: Live,
) -> None:
    require_namespaces()
    with cut_off_able(live) as (bot, cable):
        live.until(lambda: len(live.held()) >= 2, PATIENCE_S, "two positions are held")
        held, entered = live.held(), live.signed(Side.BUY)
        cable.cut()
        cut_at_s = control.head(live.stage.rpc).timestamp_s
        live.until(lambda: _is_bad(live.state()), NOTICED_S, "health says so")
        left_s = BLOCKED_S - (control.head(live.stage.rpc).timestamp_s - cut_at_s)
        for _ in range(left_s // BLOCK_S):
            live.block()
            assert _is_bad(live.state())
        assert live.signed(Side.BUY) == entered, "an entry was signed without a network"
        cable.mend()
        live.until(lambda: live.state() is HealthState.HEALTHY, PATIENCE_S, "it recovers")
        live.until(lambda: not held & live.held(), PATIENCE_S, "what was held is sold")
        live.until(lambda: live.signed(Side.BUY) != entered, PATIENCE_S, "entries go on")
        bot.say(STOP)
        assert bot.result() == 0
    assert_nothing_twice(live.stage)


def assert_nothing_twice(stage: DevnetStage) -> None:
    for _ in range(3):
        stage.step()
        assert stage.run("reconcile") == 0
    orders = stage.store.recent(None)
    assert {o.state for o in orders} <= {OrderState.CONFIRMED, OrderState.FAILED}
    nonces = [o.nonce for o in orders if o.nonce is not None]
    assert sorted(nonces) == list(range(stage.mined_transactions()))
    assert stage.store.sources() == ()


def _is_bad(state: HealthState) -> bool:
    return ORDER.index(state) >= ORDER.index(HealthState.DEGRADED)


@contextmanager
def cut_off_able(live: Live) -> Iterator[tuple[Child[int], Cable]]:
    """`botctl run` on a host of its own, with one cable to the node's door."""
    settings = {
        "BOTCTL_PASSPHRASE": PASSPHRASE,
        "BOTCTL_DEVNET__CLOCK_OFFSET_MS": str(live.offset_ms),
        **{f"BOTCTL_{key}": text for key, text in (SETTINGS | PATIENT).items()},
    }
    cable = Cable(f"bt{os.getpid()}x{SUBNET}", SUBNET)
    with Crew() as crew, ExitStack() as undo:
        bot = crew.start(partial(_host, live.stage.config, settings))  # before any thread of ours
        bot.hear(APART)
        undo.callback(cable.pull)
        cable.lay(bot.pid)
        port = int(live.stage.url.rpartition(":")[2])
        dial = partial(socket.create_connection, ("127.0.0.1", port))
        door = undo.enter_context(Relay(socket.create_server((cable.here, 0)), dial))
        bot.say(cable.there)
        bot.say(f"http://{cable.here}:{door.port}")
        yield bot, cable


def _host(config: Path, settings: dict[str, str], told: Told) -> int:
    """The exit status of `botctl run`, which is asked to stop when the test says so."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    told.say(APART)
    address, url = told.hear(), told.hear()
    _ip("link", "set", "lo", "up")
    _ip("address", "add", f"{address}/30", "dev", "eth0")
    _ip("link", "set", "eth0", "up")
    env = {**environment(), **settings, "BOTCTL_CHAIN__URLS": json.dumps([url])}
    with (config.parent / "run.log").open("ab") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", "botctl", "run", "--config", config, "--json"],
            env=env, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            while not told.is_called(MINUTE_S):
                assert run.poll() is None, "the loop ended by itself"
        finally:
            run.send_signal(signal.SIGTERM)
        return run.wait(PATIENCE_S)
