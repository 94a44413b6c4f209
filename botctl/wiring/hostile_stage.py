"""The hostile run's stage: the demo's chain under a raid, and most cycles run in this process."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from botctl.adapters.devnet import control
from botctl.adapters.devnet.crowd import BLOCKS
from botctl.adapters.devnet.deploy import Deployment
from botctl.adapters.devnet.hindsight import Hindsight
from botctl.adapters.devnet.hostile_plan import HOSTILE_PLAN, SEEN_THROUGH, is_hostile
from botctl.adapters.devnet.raid import HOLDERS, Raid
from botctl.adapters.evm.rpc import JsonRpc, Rpc
from botctl.adapters.log_memory import LogMemory
from botctl.config.environment import environment, without_settings
from botctl.config.load import load
from botctl.config.values import Config
from botctl.core.errors import BotError
from botctl.core.policy import Policy
from botctl.core.raid import Attack, AttackKind, Sandwich
from botctl.core.units import Address
from botctl.flows.cycle import cycle
from botctl.flows.observe import observed
from botctl.flows.permit import watch_of
from botctl.ports.codec import Codec
from botctl.ports.store import Store
from botctl.wiring import open_runtime
from botctl.wiring.setup import log_of
from botctl.wiring.stage import MS, TRAPS, DevnetStage, StagePlan, Trading
from botctl.wiring.stage_settings import HOSTILE_TERMS

# A process costs a second of imports: each tenth cycle is one, the others run the same flow here.
PROCESS_EVERY: Final = 10
DAY_S: Final = 86_400
MISMATCH: Final = 1  # as `botctl cycle` ends


class DevnetHostileStage:
    """A context manager. `process_every` 0: no cycle has a process of its own."""

    def __init__(
        self, plan: StagePlan, env: Mapping[str, str], *, process_every: int = PROCESS_EVERY
    ) -> None:
        self._folder, self._env = plan.folder, env
        self._process_every, self._cycles = process_every, 0
        self._stage = DevnetStage(
            replace(
                plan,
                markets=HOSTILE_PLAN,
                crowd=self._raiders,
                more_holders=HOLDERS,
                terms=HOSTILE_TERMS,
            ),
            env,
        )

    def __enter__(self) -> Self:
        self._stage.__enter__()
        self.store: Store = self._stage.store
        self.codec: Codec = self._stage.codec
        self.bot = self._stage.bot
        return self

    def __exit__(self, *failure: object) -> None:
        self._stage.__exit__(*failure)

    def _raiders(
        self, rpc: Rpc, on: Deployment, wallet: Address, seed: int
    ) -> tuple[Trading, tuple[Address, ...]]:
        self.raid = Raid(rpc, on, wallet, seed)
        self._hindsight = Hindsight(rpc, on, wallet)
        return self.raid, (self.raid.begin(),)

    @property
    def rpc(self) -> JsonRpc:
        return self._stage.rpc

    @property
    def config(self) -> Path:
        return self._stage.config

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        return self._stage.places

    @property
    def traps(self) -> frozenset[Address]:
        seen_through = TRAPS | SEEN_THROUGH
        return frozenset(m.pair for m in self.raid.markets if m.plan.contract in seen_through)

    @property
    def hostile(self) -> Mapping[Address, str]:
        return {m.pair: m.plan.contract for m in self.raid.markets if is_hostile(m.plan)}

    @property
    def attacks(self) -> Sequence[Attack]:
        return self.raid.attacks

    @property
    def sandwiches(self) -> Sequence[Sandwich]:
        return self.raid.sandwiches

    @property
    def made(self) -> Mapping[AttackKind, int]:
        return self.raid.made

    @property
    def launches(self) -> Mapping[str, int]:
        return self.raid.launches

    @cached_property
    def policy(self) -> Policy:
        return self._config().policy

    @property
    def cycle_blocks(self) -> int:
        return BLOCKS

    @property
    def head(self) -> int:
        return control.head(self.rpc).number

    @property
    def day_start_ms(self) -> int:
        now_s = control.head(self.rpc).timestamp_s
        return (now_s - now_s % DAY_S) * MS

    def sale_wei(self, pair: Address, quantity: int) -> int | None:
        market = next(m for m in self.raid.markets if m.pair == pair)
        return self._hindsight.sale_wei(market, quantity, self.head)

    def mined_transactions(self) -> int:
        return self._stage.mined_transactions()

    def step(self) -> None:
        self._stage.step()

    def run(self, *command: str) -> int:
        self._cycles += command == ("cycle",)
        every = self._process_every
        if command != ("cycle",) or (every and self._cycles % every == 0):
            return self._stage.run(*command)
        with (
            (self._folder / "commands.err").open("a", encoding="utf-8") as told,
            redirect_stderr(told),
        ):
            try:
                return self._cycle()
            except BotError as error:
                told.write(f"{error}\n")
                return error.exit_code

    def _cycle(self) -> int:
        """What `botctl cycle` does, without the process."""
        config = self._config()
        env = self._environment()
        log = log_of(config, LogMemory())
        with open_runtime(config, env, log) as rt, rt.only_one("cycle") as ours:
            assert ours, "nobody else runs cycles here"
            with observed(watch_of(rt), log, "cycle"):
                return MISMATCH if cycle(rt).reconcile.mismatches else 0

    def _config(self) -> Config:
        return load(self.config, self._environment())

    def _environment(self) -> dict[str, str]:
        return {**self._env, **self._stage.environment()}


def open_hostile_stage(folder: Path, seed: int, database_url: str) -> DevnetHostileStage:
    """Settings of the user's own bot do not reach this one's."""
    plan = StagePlan(folder.absolute(), seed, database_url)
    return DevnetHostileStage(plan, without_settings(environment()))
