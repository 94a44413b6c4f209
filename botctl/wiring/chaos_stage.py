"""The stage of `botctl chaos`: the demo's, with its own clock, and with hands that break things."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Final, Self, assert_never

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.devnet import control, mischief
from botctl.adapters.devnet.anvil import CHAIN_ID
from botctl.adapters.devnet.deploy import DemoMarket
from botctl.adapters.faults.scenario_files import HEAD_NOW
from botctl.adapters.faults.stand_in import StandIn
from botctl.adapters.faults.tcp import TcpMode, TcpProxy
from botctl.adapters.log_memory import LogMemory
from botctl.adapters.store.strikes import Striker
from botctl.config.load import load
from botctl.config.values import Config
from botctl.core.chaos import scenario as s
from botctl.core.chaos.observed import UNEXPECTED
from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError
from botctl.core.units import Address
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log, Runtime
from botctl.ports.store import Store
from botctl.wiring import open_runtime
from botctl.wiring.alerts import told_afterwards
from botctl.wiring.chaos_crash import KILL_POINTS, tripped
from botctl.wiring.setup import Setup
from botctl.wiring.stage import COMMAND_S_MAX, PASSPHRASE, DevnetStage, StagePlan

MS: Final = 1_000
USUAL_GWEI: Final = control.BASE_FEE_WEI // control.GWEI
TRADED_EVERY_S: Final = 36  # the crowd's trades take most of a drill's time
STAND_IN: Final = "http://stand-in"  # in a scenario's settings: a chat and an explorer of ours
NO_CACHE: Final = frozenset({"HOME", "XDG_CACHE_HOME"})  # a drill's settings are nobody's to keep

# One entry a minute for as long as it is allowed, each sold after four: at every moment there is an
# entry that the trouble must stop and an exit that it must not.
SETTINGS: Final[dict[str, str]] = {
    "EXECUTION__SELECT_BEST": "1",
    "RISK__POSITIONS_MAX": "40",
    "RISK__EXPOSURE_MAX_WEI": "8 ether",
    "RISK__DAILY_LOSS_MAX_WEI": "5 ether",
    "EXITS__HOLD_MAX_S": "240",
}


class DevnetChaosStage:
    """A context manager; chain, proxies and strikes end with it."""

    def __init__(self, plan: StagePlan, scenario: s.Scenario, env: Mapping[str, str]) -> None:
        self._plan, self._scenario = plan, scenario
        self._env = {name: text for name, text in env.items() if name not in NO_CACHE}
        self._stage = DevnetStage(plan, self._env)
        self._striker: Striker | None = None
        self._proxy: TcpProxy | None = None
        self._stand_in = ""  # its address, where a scenario wants a chat or an explorer
        self._traps: tuple[DemoMarket, ...] = ()
        self._base_gwei = self._last_gwei = USUAL_GWEI
        self._shift_s, self._crashes = 0, 0
        self._told_at = 0  # when the newest block was mined, by the machine's clock
        self._points = list(KILL_POINTS)
        random.Random(plan.seed).shuffle(self._points)

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._stage)
            _require_own_chain(self._stage)
            self._faults_file = self._plan.folder / "faults.toml"
            if any(isinstance(step.do, s.SetTcp) for step in self._scenario.steps):
                port = int(self._stage.url.rpartition(":")[2])
                self._proxy = undo.enter_context(TcpProxy("127.0.0.1", port, pause_ms))
            if any(STAND_IN in text for text in self._scenario.settings.values()):
                self._stand_in = undo.enter_context(StandIn()).url
            self._now_s = control.head(self._stage.rpc).timestamp_s
            self._settings = self._overrides()
            self._config = load(self._stage.config, {**self._env, **self._settings})
            self._striker = Striker(self._config.storage.url)
            undo.callback(self._striker.mend)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *failure: object) -> None:
        self._undo.close()

    @property
    def store(self) -> Store:
        return self._stage.store

    @property
    def bot(self) -> str:
        return self._stage.bot

    @property
    def mode(self) -> str:
        return self._config.bot.mode

    @property
    def interval_ms(self) -> int:
        return self._config.schedule.interval_ms

    @property
    def traps(self) -> frozenset[Address]:
        return self._stage.traps | {market.pair for market in self._traps}

    @property
    def crashes(self) -> bool:
        return self._crashes > 0

    @property
    def clock(self) -> Clock:
        return SystemClock(self._offset_ms())

    def advance(self, seconds: int) -> None:
        """One block. A crowd that would not pay the price of this or the last one stays at home."""
        self._now_s += seconds
        calm = self._base_gwei == self._last_gwei == USUAL_GWEI
        self._last_gwei = self._base_gwei
        if calm and self._now_s % TRADED_EVERY_S < seconds:
            since_s = self._now_s - control.head(self._stage.rpc).timestamp_s
            self._stage.crowd.step(1, since_s)
        else:
            control.mine_at(self._stage.rpc, self._now_s, self._base_gwei * control.GWEI)
        self._told_at = SystemClock().now_ms()

    @contextmanager
    def runtime(self, log: Log) -> Iterator[Runtime]:
        with open_runtime(self._now_config(), {**self._env, **self._settings}, log) as rt:
            yield rt

    def telling(self, rt: Runtime, log: Log) -> AbstractContextManager[object]:
        env = {**self._env, **self._settings}
        setup = Setup(self._now_config(), env, log, LogMemory())
        return told_afterwards(setup, rt, "cycle", alive=True)

    def attempt(self, work: Callable[[], object]) -> str:
        try:
            work()
        except BotError as error:
            return str(error.code)
        except Exception as error:  # noqa: BLE001  as the command line's last line of defence
            return f"{UNEXPECTED} {type(error).__name__}"
        return ""

    def crash(self, work: Callable[[Runtime], object], log: Log) -> None:
        """A child of ours does it, and kills itself at the point that is next."""
        self._crashes -= 1
        point = self._points[self._crashes % len(self._points)]
        self._stage.store.close()  # no connection of SQLite's may be taken through a fork
        child = os.fork()
        if child == 0:
            try:
                with self.runtime(log) as rt:
                    work(tripped(rt, point))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        self._stage.open_books()

    def apply(self, action: s.Action) -> None:  # noqa: C901, PLR0912  one case an action
        match action:
            case s.SetFaults(toggles):
                self._write_faults(toggles)
            case s.SetTcp(mode):
                assert self._proxy is not None
                self._proxy.mode = TcpMode(mode)
            case s.Reorg(blocks):
                mischief.reorg(self._stage.rpc, blocks)
            case s.BaseFee(gwei):
                self._base_gwei = gwei
            case s.PullLiquidity(share_bps):
                mischief.pull_liquidity(
                    self._stage.rpc, self._stage.deployment, self._held(), share_bps
                )
            case s.Dump(share_bps):
                mischief.dump(self._stage.rpc, self._stage.deployment, self._held(), share_bps)
            case s.Traps(count):
                self._launch_traps(count)
            case s.StealNonce():
                mischief.steal_nonce(self._stage.rpc, self._stage.wallet)
            case s.Storage(strike):
                self._strike(strike)
            case s.ShiftClock(seconds):
                self._shift_s = seconds
            case s.Command(words):
                self._command(words)
            case s.Crash(times):
                self._crashes = times
            case _:
                assert_never(action)

    def mined_transactions(self) -> int:
        return self._stage.mined_transactions()

    def _held(self) -> list[DemoMarket]:
        held = {p.position.pair for p in self.store.positions(self.bot, only_open=True)}
        return [market for market in self._stage.deployment.markets if market.pair in held]

    def _launch_traps(self, count: int) -> None:
        found = mischief.launch_traps(self._stage.rpc, self._stage.deployment, count)
        self._traps += found
        self._stage.crowd.join(found)

    def _strike(self, strike: s.Strike) -> None:
        assert self._striker is not None
        match strike:
            case s.Strike.LOCK:
                self._striker.lock()
            case s.Strike.FILL:
                self._striker.fill()
            case s.Strike.CUT:
                self._striker.cut()
            case s.Strike.MEND:
                self._striker.mend()
            case _:
                assert_never(strike)

    def _command(self, words: tuple[str, ...]) -> None:
        """Its output goes beside the demo's; what it does is seen in the store."""
        offset = {"BOTCTL_DEVNET__CLOCK_OFFSET_MS": str(self._offset_ms())}
        with (self._plan.folder / "commands.out").open("ab") as out:
            subprocess.run(  # noqa: S603  our own program
                [sys.executable, "-m", "botctl", *words, "--config", self._stage.config, "--json"],
                env={**self._env, **self._settings, **offset},
                stdout=out,
                stderr=out,
                timeout=COMMAND_S_MAX,
                check=False,
            )

    def _write_faults(self, toggles: Mapping[str, object]) -> None:
        """Replaced whole: no request may meet half a file."""
        head = control.head(self._stage.rpc).number
        told = {k: head if v == HEAD_NOW else v for k, v in toggles.items()}
        lines = [f"{name} = {_toml(value)}" for name, value in told.items()]
        draft = self._faults_file.with_suffix(".draft")
        draft.write_text("\n".join([f"seed = {self._plan.seed}", *lines, ""]))
        draft.replace(self._faults_file)

    def _overrides(self) -> dict[str, str]:
        node = self._proxy.url if self._proxy is not None else self._stage.url
        urls = [node, *(f"{node}/?provider={n}" for n in range(2, self._scenario.providers + 1))]
        chosen = {
            **SETTINGS,
            **self._scenario.settings,
            "CHAIN__URLS": ",".join(urls),
            "FAULTS__FILE": str(self._faults_file),
        }
        return {
            "BOTCTL_PASSPHRASE": PASSPHRASE,
            **{
                f"BOTCTL_{key}": text.replace(STAND_IN, self._stand_in)
                for key, text in chosen.items()
            },
        }

    def _now_config(self) -> Config:
        return replace(self._config, clock_offset_ms=self._offset_ms())

    def _offset_ms(self) -> int:
        """A second after the newest block, and on with real time until the next one."""
        ahead_ms = self._now_s * MS + MS - self._told_at
        return ahead_ms + self._shift_s * MS


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _require_own_chain(stage: DevnetStage) -> None:
    """A drill breaks what it works on: only ever the chain that it started itself."""
    chain_id = control.number(stage.rpc.call("eth_chainId"))
    client = str(stage.rpc.call("web3_clientVersion"))
    if chain_id != CHAIN_ID or not client.startswith("anvil"):
        say = "the drill found another chain than its own, and touched nothing"
        raise OperatorError(Code.ERR_CHAIN_ID_MISMATCH, say, node=chain_id, client=client)
