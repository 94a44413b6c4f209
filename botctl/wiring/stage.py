"""The demo's stage: anvil with real Uniswap contracts, a crowd, and botctl as its own process."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Final, Protocol, Self

from botctl.adapters.clock import SystemClock
from botctl.adapters.codec import JsonCodec
from botctl.adapters.devnet import control
from botctl.adapters.devnet.anvil import Anvil, AnvilOptions
from botctl.adapters.devnet.crowd import Crowd
from botctl.adapters.devnet.deploy import Deployment, deploy, genesis_s
from botctl.adapters.devnet.plan import DEMO_PLAN, TRAP_KINDS, MarketPlan
from botctl.adapters.evm.keystore import import_keystore
from botctl.adapters.evm.rpc import JsonRpc, Rpc
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.units import Address
from botctl.ports.store import Store
from botctl.wiring.stage_settings import DEMO_TERMS, stage_settings

TRAPS: Final = frozenset(TRAP_KINDS)
HISTORY_STEPS = 6
FUNDS_WEI = 10 * 10**18
# A throw-away key on a throw-away chain: the file format is real, its cost is not.
CHEAP_ROUNDS = 1_000
PASSPHRASE = "demo"  # noqa: S105
MARKER = ".botctl-demo"
COMMAND_S_MAX = 60
MS = 1_000
BOT = "demo"


class Trading(Protocol):
    """Whoever trades on the stage beside the bot."""

    def history(self, steps: int) -> None: ...
    def step(self) -> None: ...


# From the chain, what is on it, our wallet and the seed: who trades there, and what locks LP.
MakeCrowd = Callable[[Rpc, Deployment, Address, int], tuple[Trading, tuple[Address, ...]]]


def honest_crowd(
    rpc: Rpc, on: Deployment, _: Address, seed: int
) -> tuple[Trading, tuple[Address, ...]]:
    return Crowd(rpc, on, seed), ()


@dataclass(frozen=True, slots=True)
class StagePlan:
    """`folder` is emptied when an earlier demo made it, and refused when it holds other things."""

    folder: Path
    seed: int
    database_url: str = ""  # empty: SQLite in the folder
    markets: tuple[MarketPlan, ...] = DEMO_PLAN
    crowd: MakeCrowd = honest_crowd
    more_holders: tuple[int, ...] = ()  # as in `deploy`
    terms: str = DEMO_TERMS  # what the settings file says of risk


class DevnetStage:
    """A context manager; the chain ends with it, the folder with all data stays."""

    def __init__(self, plan: StagePlan, env: Mapping[str, str]) -> None:
        self._plan = plan
        self._env = env
        self._anvil = Anvil(AnvilOptions(genesis_s=genesis_s(plan.markets, self._now_s())))
        self._told, self._ahead_ms = "", 0
        self.codec = JsonCodec()
        self.bot = BOT

    def __enter__(self) -> Self:
        _empty_folder(self._plan.folder)
        self._anvil.__enter__()
        self.rpc: JsonRpc = self._anvil.rpc()
        plan = self._plan
        self._deployment = deploy(
            self.rpc, plan.markets, end_s=self._now_s(), more_holders=plan.more_holders
        )
        self.wallet = self._keyed_wallet()
        self._crowd, lockers = plan.crowd(self.rpc, self._deployment, self.wallet, plan.seed)
        self._crowd.history(HISTORY_STEPS)
        control.set_balance(self.rpc, self.wallet, FUNDS_WEI)
        self.config = self._plan.folder / "botctl.toml"
        self.config.write_text(
            stage_settings(
                self._deployment,
                url=self._anvil.url,
                wallet=self.wallet,
                bot=BOT,
                seed=plan.seed,
                database_url=plan.database_url,
                lockers=lockers,
                terms=plan.terms,
            )
        )
        self.config.chmod(0o600)
        self.open_books()
        return self

    def __exit__(self, *failure: object) -> None:
        self.store.close()
        self.rpc.close()
        self._anvil.__exit__(None, None, None)

    @property
    def crowd(self) -> Crowd:
        """The honest one; a hostile crowd has a stage of its own."""
        assert isinstance(self._crowd, Crowd)
        return self._crowd

    @property
    def deployment(self) -> Deployment:
        return self._deployment

    @property
    def url(self) -> str:
        return self._anvil.url

    @property
    def traps(self) -> frozenset[Address]:
        return frozenset(m.pair for m in self._deployment.markets if m.plan.contract in TRAPS)

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        folder = self._plan.folder
        return (
            ("settings", str(self.config)),
            ("database and ledger", self.store.location()),
            ("bundles of trades", str(folder / "bundles")),
            ("log", str(folder / "botctl.jsonl")),
        )

    def open_books(self) -> None:
        """Also again, for who had to close `store` meanwhile."""
        self.store = self._opened_store()

    def step(self) -> None:
        self._crowd.step()

    def run(self, *command: str) -> int:
        """Its output goes to files in the folder; the chain's time is its clock's."""
        folder = self._plan.folder
        with (
            (folder / "commands.out").open("ab") as out,
            (folder / "commands.err").open("ab") as err,
        ):
            return subprocess.run(  # noqa: S603  our own program
                [sys.executable, "-m", "botctl", *command, "--config", str(self.config), "--json"],
                env={**self._env, **self.environment()},
                stdout=out,
                stderr=err,
                timeout=COMMAND_S_MAX,
                check=False,
            ).returncode

    def environment(self) -> dict[str, str]:
        """What a command needs to run on this stage: the passphrase, and the chain's time."""
        head = control.head(self.rpc)
        if self._told != head.hash:  # two commands at one head must not see time run back
            self._told = head.hash
            self._ahead_ms = head.timestamp_s * MS + MS - SystemClock().now_ms()
        return {
            "BOTCTL_PASSPHRASE": PASSPHRASE,
            "BOTCTL_DEVNET__CLOCK_OFFSET_MS": str(self._ahead_ms),
        }

    def mined_transactions(self) -> int:
        return control.nonce(self.rpc, self.wallet)

    @staticmethod
    def _now_s() -> int:
        return SystemClock().now_ms() // MS

    def _keyed_wallet(self) -> Address:
        """The key follows from the seed, so that the same seed plays the same demo."""
        secret = sha256(f"botctl demo {self._plan.seed}".encode()).digest()
        path = self._plan.folder / "keystore.json"
        return import_keystore(path, secret, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP_ROUNDS)

    def _opened_store(self) -> Store:
        url = self._plan.database_url or f"sqlite:///{self._plan.folder / 'botctl.db'}"
        return open_store(
            url,
            chain_id=self._deployment.chain_id,
            factory=self._deployment.factory,
            bot=BOT,
            busy_ms=5_000,
            ids=TimeOrderedIds(),
        )


def _empty_folder(folder: Path) -> None:
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise OperatorError(
            Code.ERR_CONFIG_EXISTS,
            "the demo's folder holds other files: name another with --dir, nothing was touched",
            folder=folder,
        )
    if marker.exists():
        rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
