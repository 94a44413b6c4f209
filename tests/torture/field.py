"""A wallet, its settings and its database on a real chain where every market may be bought."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from botctl.adapters.clock import SystemClock
from botctl.adapters.devnet import control
from botctl.adapters.devnet.plan import ETHER, bench_plan
from botctl.adapters.evm.keystore import import_keystore
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import SqlStore, open_store
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order
from botctl.core.units import Address
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import scan
from botctl.ports.runtime import Log, Runtime
from botctl.wiring import open_runtime
from botctl.wiring.stage_settings import stage_settings
from tests.support.chain import started
from tests.support.quiet import QuietLog

BOT: Final = "demo"
GWEI: Final = 10**9
DEAR: Final = 10 * GWEI  # above the most that a transaction signed at the usual price pays
MS: Final = 1_000
BLOCK_S: Final = 12
FUNDS_WEI: Final = 100 * ETHER
PASSPHRASE: Final = "demo"  # noqa: S105
CHEAP_ROUNDS: Final = 1_000  # a throw-away key: the file's format is real, its cost is not
BUSY_MS: Final = 5_000
ROUNDS_TO_BURY: Final = 4
REFERENCE: Final = 1  # of the plan's markets: the dollar pair, which is not bought

# Nothing is asked of a market but what the invariants ask; what is tested is the way of an order.
SETTINGS: Final = {
    "SIGNALS__PASSES_MIN": "0",
    "SIGNALS__SCORE_MIN": "0",
    "RISK__TRADE_WEI": "0.01 ether",
    "RISK__TOKEN_EXPOSURE_MAX_WEI": "0.02 ether",
    "RISK__EXPOSURE_MAX_WEI": "50 ether",
    "RISK__POSITIONS_MAX": "1000",
    "RISK__FEE_MAX_WEI": "100 gwei",
    "RISK__GAS_SHARE_MAX_BPS": "10000",
    "RISK__ROUND_TRIP_LOSS_MAX_BPS": "2000",
    "BANDS": '[{"liquidity_usd_min":0,"slippage_bps":2000,"cost_max_bps":4000,"impact_max_bps":500}]',
    "EXECUTION__BUMP_AFTER_MS": "10000",
    # Nobody else mines here, and a machine under load may take long from one call to the next.
    "FRESHNESS__HEAD_AGE_MAX_MS": "600000",
    "FRESHNESS__QUOTE_AGE_MAX_MS": "600000",
    "FRESHNESS__AHEAD_MAX_MS": "600000",
}

Settings = Mapping[str, str]  # GROUP__FIELD -> text


class Field:
    """A context manager: `markets` to buy from, on a chain that is gone afterwards."""

    def __init__(self, folder: Path, markets: int, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self._markets = markets
        self._told, self._ahead_ms = "", 0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        now_s = SystemClock().now_ms() // MS
        self._chain = started(bench_plan(self._markets + REFERENCE), end_s=now_s)
        anvil, self.deployment, self.rpc = self._chain.__enter__()
        self.port, self.url = anvil.port, anvil.url
        secret = sha256(str(self.folder).encode()).digest()
        key = self.folder / "keystore.json"
        self.wallet: Address = import_keystore(
            key, secret, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP_ROUNDS
        )
        control.set_balance(self.rpc, self.wallet, FUNDS_WEI)
        control.mine_at(self.rpc, now_s + 1)
        self.config = self.folder / "botctl.toml"
        self.config.write_text(
            stage_settings(
                self.deployment,
                url=self.url,
                wallet=self.wallet,
                bot=BOT,
                seed=0,
                database_url=self.database_url,
            )
        )
        self.config.chmod(0o600)
        return self

    def __exit__(self, *failure: object) -> None:
        self._chain.__exit__(None, None, None)

    def environment(self, settings: Settings | None = None, *, late_ms: int = 0) -> dict[str, str]:
        """What a process needs to run here; `late_ms` moves its clock on."""
        head = control.head(self.rpc)
        if self._told != head.hash:  # two at one head must not see time run back
            self._told = head.hash
            self._ahead_ms = head.timestamp_s * MS + MS - SystemClock().now_ms()
        chosen = {**SETTINGS, **(settings or {})}
        return {
            **environment(),
            "BOTCTL_PASSPHRASE": PASSPHRASE,
            "BOTCTL_DEVNET__CLOCK_OFFSET_MS": str(self._ahead_ms + late_ms),
            **{f"BOTCTL_{name}": text for name, text in chosen.items()},
        }

    @contextmanager
    def runtime(
        self, settings: Settings | None = None, *, late_ms: int = 0, log: Log | None = None
    ) -> Iterator[Runtime]:
        """As a process of its own would open it."""
        with self.opened(self.environment(settings, late_ms=late_ms), log) as rt:
            yield rt

    @contextmanager
    def opened(self, env: Mapping[str, str], log: Log | None = None) -> Iterator[Runtime]:
        """With an environment that was read earlier: a child does not ask its parent's node."""
        with open_runtime(load(self.config, env), env, log or QuietLog()) as rt:
            yield rt

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        """Open only for a moment: an open SQLite connection must not be taken through a fork."""
        one = open_store(
            self.database_url,
            chain_id=self.deployment.chain_id,
            factory=self.deployment.factory,
            bot=BOT,
            busy_ms=BUSY_MS,
            ids=TimeOrderedIds(),
        )
        assert isinstance(one, SqlStore)
        try:
            yield one
        finally:
            one.close()

    def decide(self, count: int, settings: Settings | None = None) -> tuple[Order, ...]:
        """As many more buys, by the flows themselves; oldest first."""
        with self.runtime({**(settings or {}), "EXECUTION__SELECT_BEST": str(count)}) as rt:
            known = {order.id for order in rt.store.recent(None)}
            scan(rt)
            decide(rt)
            new = [order for order in rt.store.recent(None) if order.id not in known]
            assert len(new) == count
            return tuple(reversed(new))

    def execute(self, settings: Settings | None = None, *, late_ms: int = 0) -> Sequence[str]:
        """The codes of what it did."""
        with self.runtime(settings, late_ms=late_ms) as rt:
            return [outcome.code for outcome in execute(rt).outcomes]

    def reconcile(self, settings: Settings | None = None, *, late_ms: int = 0) -> ReconcileReport:
        with self.runtime(settings, late_ms=late_ms) as rt:
            return reconcile(rt)

    def mine(self, blocks: int = 1, base_fee_wei: int = GWEI) -> None:
        for _ in range(blocks):
            time_s = control.head(self.rpc).timestamp_s + BLOCK_S
            control.mine_at(self.rpc, time_s, base_fee_wei)

    def mine_now(self) -> None:
        """A block at the time of the clocks that are running, which stay as they are."""
        clock_s = (SystemClock().now_ms() + self._ahead_ms) // MS
        control.mine_at(self.rpc, max(control.head(self.rpc).timestamp_s + 1, clock_s))
        self._told = control.head(self.rpc).hash

    def nonce(self) -> int:
        """Mined transactions of the wallet."""
        return control.nonce(self.rpc, self.wallet)

    def height(self) -> int:
        return control.head(self.rpc).number

    def orders(self) -> tuple[Order, ...]:
        """Oldest first."""
        with self.store() as store:
            return store.recent(None)[::-1]

    def states(self) -> list[OrderState]:
        return [order.state for order in self.orders()]

    def bury(self, settings: Settings | None = None) -> None:
        """Whatever is open is carried to its end; afterwards ledger and chain are one."""
        for _ in range(ROUNDS_TO_BURY):
            self.mine()
            self.execute(settings)
            self.reconcile(settings)
        report = self.reconcile(settings)
        assert report.still_open == 0
        assert report.mismatches == ()


def tokens_bought(field: Field) -> dict[Address, int]:
    """What the chain says the wallet holds, by token."""
    held = {
        market.token: control.balance_of(field.rpc, market.token, field.wallet)
        for market in field.deployment.markets
    }
    return {token: amount for token, amount in held.items() if amount}


def assert_one_effect_each(field: Field, orders: int) -> None:
    """Every order had its one effect, every nonce its one order, and the books say what is there."""
    told = field.orders()
    assert [o.state for o in told] == [OrderState.CONFIRMED] * orders
    assert sorted(o.nonce for o in told if o.nonce is not None) == list(range(orders))
    assert field.nonce() == orders
    with field.store() as store:
        booked = {
            one.position.token: one.position.quantity
            for one in store.positions(BOT, only_open=True)
        }
        assert store.verify().altered == ()
    assert booked == tokens_bought(field)
    assert len(booked) == orders
