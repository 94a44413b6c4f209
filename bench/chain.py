"""A bench's world: anvil with N real markets, a crowd that trades them, settings, and a runtime."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from bench.quiet import QuietLog
from botctl.adapters.clock import SystemClock
from botctl.adapters.devnet import control
from botctl.adapters.devnet.anvil import Anvil, AnvilOptions
from botctl.adapters.devnet.crowd import Crowd
from botctl.adapters.devnet.deploy import deploy, genesis_s
from botctl.adapters.devnet.plan import bench_plan
from botctl.adapters.evm.endpoint import endpoint
from botctl.adapters.evm.http import HttpTransport
from botctl.adapters.evm.keystore import import_keystore
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.transport import Transport
from botctl.config.load import load
from botctl.ports.runtime import Runtime
from botctl.wiring import open_runtime
from botctl.wiring.stage_settings import stage_settings

SEED = 7
HISTORY_STEPS = 4
FUNDS_WEI = 100 * 10**18
PASSPHRASE = "bench"  # noqa: S105  of a key that exists for one run
ROUNDS = 1_000  # of the key's encryption: its cost is not what is measured
TIMEOUT_MS = 60_000
MS = 1_000
# The chain's time stands still between blocks while the measuring goes on.
MORE_SETTINGS = """
[freshness]
head_age_max_ms = 86400000
quote_age_max_ms = 86400000
"""
# No market is good enough: what is measured is looking and deciding, not trading.
NOTHING_TO_BUY = """
[signals]
score_min = 100
liquidity_usd_min = 1000000000000
"""


@dataclass(frozen=True, slots=True)
class StandingClock:
    """A second after the block: a tape is played with the time it was made at."""

    at_ms: int

    def now_ms(self) -> int:
        return self.at_ms


class BenchChain:
    """Blocks come only with `step`. `url` may be replaced in the settings by that of a stand-in."""

    def __init__(self, anvil: Anvil, folder: Path, markets: int) -> None:
        self.folder = folder
        self.url = anvil.url
        self.rpc = anvil.rpc()
        self.markets = markets
        end_s = SystemClock().now_ms() // MS
        self.deployment = deploy(self.rpc, bench_plan(markets), end_s=end_s)
        self._crowd = Crowd(self.rpc, self.deployment, SEED)
        self._crowd.history(HISTORY_STEPS)

    def step(self) -> None:
        self._crowd.step(blocks=1)

    def now_ms(self) -> int:
        return control.head(self.rpc).timestamp_s * MS + MS

    def settings(self, name: str, *, owner: str = "", url: str = "", more: str = "") -> Path:
        """A folder of its own for a bot; bots of one `owner` have the same key."""
        folder = self.folder / name
        folder.mkdir()
        key = sha256(f"botctl bench {owner or name}".encode()).digest()
        wallet = import_keystore(
            folder / "keystore.json", key, PASSPHRASE, kdf="pbkdf2", rounds=ROUNDS
        )
        control.set_balance(self.rpc, wallet, FUNDS_WEI)
        text = stage_settings(
            self.deployment,
            url=url or self.url,
            wallet=wallet,
            bot="bench",
            seed=SEED,
            database_url="",
        )
        text = text.replace("[scan]", f"[scan]\nmarkets_max = {self.markets}")
        path = folder / "botctl.toml"
        path.write_text(text + MORE_SETTINGS + more)
        path.chmod(0o600)
        return path

    def environment(self) -> dict[str, str]:
        offset_ms = self.now_ms() - SystemClock().now_ms()
        return {
            "BOTCTL_PASSPHRASE": PASSPHRASE,
            "BOTCTL_DEVNET__CLOCK_OFFSET_MS": str(offset_ms),
        }

    def transport(self) -> Transport:
        return HttpTransport(endpoint(self.url), timeout_ms=TIMEOUT_MS)


@contextmanager
def bench_chain(folder: Path, markets: int) -> Iterator[BenchChain]:
    folder.mkdir(parents=True)
    genesis = genesis_s(bench_plan(markets), SystemClock().now_ms() // MS)
    with Anvil(AnvilOptions(genesis_s=genesis)) as anvil:
        chain = BenchChain(anvil, folder, markets)
        try:
            yield chain
        finally:
            chain.rpc.close()


@contextmanager
def bench_runtime(path: Path, env: Mapping[str, str]) -> Iterator[Runtime]:
    """As a command opens it; without a HOME there is no cache of settings to leave behind."""
    with open_runtime(load(path, env), env, QuietLog()) as runtime:
        yield runtime


def through(runtime: Runtime, transport: Transport, now_ms: int) -> Runtime:
    """The same bot, whose reads of markets go through `transport`, at this time."""
    rpc = JsonRpc("http://127.0.0.1:1", transport=transport, timeout_ms=TIMEOUT_MS)
    return replace(runtime, markets=EvmMarketReader(rpc), clock=StandingClock(now_ms))
