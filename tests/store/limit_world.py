"""A bot on a real store and a made-up chain: real flows decide and check again, and somebody fills.

Nothing here asks the core what a limit is; `limits_seen` says it a second time, from stored rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Final, cast

from botctl.adapters.codec import JsonCodec
from botctl.adapters.store import SqlStore
from botctl.core.facts import BlockRef, Detection, Market, Mode
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.nonces import NonceView
from botctl.core.orders import Fill, Order
from botctl.core.plans import ScanPlan
from botctl.core.policy import Policy
from botctl.core.telemetry.tracer import Tracer
from botctl.core.terms import Cap, Caps
from botctl.core.units import Address, CycleId
from botctl.flows.check_again import fresh_look, refusal
from botctl.flows.decide import decide
from botctl.flows.scan import seen_world
from botctl.ports.chain import Head, Survey, Surveyed, SurveyRequest, WalletState
from botctl.ports.runtime import Identity, Runtime
from botctl.ports.store import (
    Committed,
    Correction,
    Cursor,
    CycleRow,
    DecidedBatch,
    DetectionRow,
    Moved,
)
from botctl.ports.watching import NoMachine
from botctl.sim.rules import GRADE, WATCH_PLAN
from tests.store.making import BOT, IDS, block_hash, signed
from tests.support.builders import (
    BLOCK_TIME_S,
    CLEAR,
    ETHER,
    FACTORY_CODE,
    GWEI,
    MARKET,
    NATIVE,
    ROUTER_CODE,
    SEND_PLAN,
    WALLET,
    address,
    make_detection,
    make_probe,
    make_window,
)
from tests.support.quiet import QuietLog

E = OrderEvent
MINUTE_MS: Final = 60_000
MARKETS: Final = 7
QUOTES: Final = (10 * ETHER, 100 * ETHER, 900 * ETHER)  # thin, middling, deep
INSIDERS_BPS: Final = (0, 3_000)
OLD_S: Final = 864_000
CAPS: Final = Caps(
    liquidity_usd=(
        Cap(0, 5_000, 4_000),
        Cap(100_000, 10_000, 7_000),
        Cap(1_000_000, 10_000, 10_000),
    ),
    age_s=(Cap(0, 5_000, 5_000), Cap(86_400, 10_000, 10_000)),
    insiders_bps=(Cap(0, 10_000, 10_000), Cap(2_000, 10_000, 5_000)),
)
DOLLAR: Final = address(0xD0)
REFERENCE: Final = replace(
    MARKET, pair=address(0xEE), token=DOLLAR, decimals=6, created_s=BLOCK_TIME_S - OLD_S
)
PLAN: Final = ScanPlan(
    watchlist=(),
    lockers=(),
    quotes=(NATIVE, DOLLAR),
    references={NATIVE: (REFERENCE.pair, DOLLAR)},
    dollars=(DOLLAR,),
    start_block=0,
    backfill_blocks_max=1,
    window_short_blocks=5,
    window_long_blocks=50,
    reorg_blocks_max=5,
    markets_max=100,
    tiers_max=20,
    tiers_age_max_ms=1,
    quote_age_max_ms=30_000,
)
IDENTITY: Final = Identity(
    bot=BOT,
    mode=Mode.PAPER,
    wallet=WALLET,
    signer_hint=WALLET,
    build_sha="sha",
    config_hash="hash",
    seed=None,
    interval_ms=10**12,  # how alive the loop is, is another test's
)


@dataclass(slots=True)
class Spot:
    """One market: where it stands in each list of caps, and whether anybody would buy it."""

    market: Market
    liquidity: int = 2
    insiders: int = 0
    good: bool = True


@dataclass(slots=True)
class Between:
    """A store whose commits let somebody else act first, and are looked at when they are through."""

    store: SqlStore
    before: Callable[[], None] | None
    after: Callable[[DecidedBatch], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def commit(self, batch: DecidedBatch) -> Committed | None:
        act, self.before = self.before, None
        if act is not None:
            act()
        committed = self.store.commit(batch)
        if committed is not None:
            self.after(batch)
        return committed


@dataclass(slots=True)
class LimitWorld:
    """`realised`: what each event brought or cost, with its time, by cash and cost alone."""

    store: SqlStore
    policy: Policy
    balance_wei: int
    now_ms: int = BLOCK_TIME_S * 1_000
    block: int = 100
    spots: list[Spot] = field(default_factory=list)
    outcomes: dict[str, Fill] = field(default_factory=dict)
    realised: list[tuple[int, int]] = field(default_factory=list)
    scanned_wei: dict[str, int] = field(default_factory=dict)  # the balance that each cycle saw
    entered: int = 0
    refused: int = 0
    conflicts: int = 0

    def __post_init__(self) -> None:
        for n in range(MARKETS):
            young = n % 3 == 2
            created_s = BLOCK_TIME_S - (7_200 if young else OLD_S)
            market = replace(
                MARKET,
                pair=address(0x1000 + n),
                token=address(0x2000 + n % 3),
                created_s=created_s,
            )
            self.spots.append(Spot(market))
        known = [REFERENCE, *(spot.market for spot in self.spots)]
        self.store.advance(Cursor(1, block_hash(1)), known, [])

    # What the bot sees.

    def runtime(self, store: object) -> Runtime:
        parts = SimpleNamespace(
            identity=IDENTITY,
            policy=self.policy,
            scan_plan=PLAN,
            send_plan=SEND_PLAN,
            clock=SimpleNamespace(now_ms=lambda: self.now_ms),
            ids=IDS,
            codec=JsonCodec(),
            log=QuietLog(),
            store=store,
            markets=SimpleNamespace(
                head=self.head,
                survey=self.survey,
                reserves_elsewhere=lambda *_: None,
                round_trips=0,
            ),
            txs=SimpleNamespace(wallet=lambda *_: WalletState(0, self.balance_wei, ())),
            bundle_folder=SimpleNamespace(write=lambda *_: None),
            grade=GRADE,
            watch_plan=replace(WATCH_PLAN, daily_loss_max_wei=self.policy.risk.daily_loss_max_wei),
            machine=NoMachine(),
            dependencies=tuple,
            trace=Tracer(),
        )
        return cast(Runtime, parts)

    def head(self) -> Head:
        at = BlockRef(
            self.block, block_hash(self.block), block_hash(0), self.now_ms // 1_000, 10 * GWEI
        )
        return Head(1, at, "node", GWEI, 1, 1)

    def survey(self, request: SurveyRequest, _at: BlockRef) -> Survey:
        by_pair = {spot.market.pair: self.seen(spot) for spot in self.spots}
        dollars = make_detection(reserve_quote=1_000 * ETHER, reserve_token=2_000_000 * 10**6)
        by_pair[REFERENCE.pair] = dollars
        found = (by_pair[query.pair] for query in request.markets)
        rows = tuple(Surveyed(seen.facts, seen.probe) for seen in found)
        return Survey(rows, self.balance_wei, FACTORY_CODE, ROUTER_CODE)

    def seen(self, spot: Spot) -> Detection:
        quote = QUOTES[spot.liquidity]
        supply = quote * 100_000
        tax = 0 if spot.good else 900
        probe = make_probe(
            amount_in=self.policy.risk.trade_wei,
            reserve_quote=quote,
            reserve_token=quote * 10_000,
            buy_tax_bps=tax,
        )
        return make_detection(
            market=spot.market,
            reserve_quote=quote,
            pair_quote_balance=quote,
            reserve_token=quote * 10_000,
            pair_token_balance=quote * 10_000,
            token_supply=supply,
            insiders_token=supply * INSIDERS_BPS[spot.insiders] // 10_000,
            probe=probe,
            long=make_window(),
            tiers=CLEAR,
        )

    def scan(self) -> None:
        self.block, self.now_ms = self.block + 1, self.now_ms + MINUTE_MS
        rt, head = self.runtime(self.store), self.head()
        survey = self.survey(SimpleNamespace(markets=[REFERENCE]), head.block)  # type: ignore[arg-type]
        cycle_id = CycleId(f"cycle-{self.block}")
        world = seen_world(
            rt, head, survey, [REFERENCE], cycle_id=cycle_id, fetched_at_ms=self.now_ms
        )
        rows = [
            DetectionRow(
                spot.market.pair,
                self.block,
                head.block.hash,
                self.now_ms,
                "node",
                rt.codec.canonical(self.seen(spot)),
            )
            for spot in self.spots
        ]
        row = CycleRow(
            cycle_id, "t", self.block, head.block.hash, self.now_ms, 1, 1, MARKETS,
            rt.codec.canonical(world),
        )  # fmt: skip
        assert self.store.record(row, rows)
        self.scanned_wei[cycle_id] = self.balance_wei

    # What the bot does.

    def decide(
        self,
        look: Callable[[DecidedBatch, list[Order]], None],
        *,
        store: SqlStore | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        own = store or self.store

        def after(batch: DecidedBatch) -> None:
            bought = [o for o in batch.orders if o.intent.side is Side.BUY]
            written = [o for o in bought if own.order(o.id) is not None]
            self.entered += len(written)
            look(batch, written)

        due = own.due()
        report = decide(self.runtime(Between(own, meanwhile, after)))
        self.conflicts += due is not None and report.cycle_id is None

    def sign(self, order: Order, look: Callable[[Order], None]) -> None:
        rt = self.runtime(self.store)
        row = self.store.nonce(WALLET)
        at = row.next if row else 0
        view = NonceView(at, at, at, at, at, (), frozenset())
        broken = refusal(rt, order, fresh_look(rt, [order]), view)
        if broken is None:
            if order.intent.side is Side.BUY:
                look(order)
            signed(self.store, order)
            return
        self.refused += 1
        self.store.move(order, Moved(E.REFUSE, code=broken.code), self.now_ms)

    # What the world does with it.

    def mine(self, order: Order, *, share_bps: int, reverts: bool) -> None:
        """The coins leave the wallet now; `share_bps` of the tokens arrive, or are sold."""
        order = self.store.move(order, Moved(E.SUBMIT), self.now_ms)
        self.block += 1
        where = {"block_number": self.block, "block_hash": block_hash(self.block)}
        order = self.store.move(order, Moved(E.SEE_MINED, **where), self.now_ms)  # type: ignore[arg-type]
        intent, gas = order.intent, order.intent.gas_limit * order.intent.fee_max_wei // 2
        tokens, native = 0, 0
        if not reverts and intent.side is Side.BUY:
            tokens, native = max(1, intent.expected_out * share_bps // 10_000), -intent.amount_in
        elif not reverts:
            tokens = -max(1, intent.amount_in * share_bps // 10_000)
            native = intent.expected_out * share_bps // 10_000 // 2
        self.balance_wei += native - gas
        self.outcomes[order.id] = Fill(
            order.id, order.kind, intent.token, tokens, native, gas, self.block,
            block_hash(self.block),
        )  # fmt: skip

    def settle(self, order: Order) -> None:
        fill = self.outcomes.pop(order.id)
        moved = Moved(E.BURY_OK if fill.token_delta else E.BURY_REVERTED)
        before = self.cost_wei()
        self.store.settle(order, moved, fill, self.now_ms)
        cash = fill.native_delta_wei - fill.gas_wei
        self.realised.append((self.now_ms, cash + self.cost_wei() - before))

    def write_off(self, position_id: str) -> None:
        before = self.cost_wei()
        if self.store.write_off(position_id, "given up", self.now_ms):
            self.realised.append((self.now_ms, self.cost_wei() - before))

    def correct(self, position_id: str, number: int) -> None:
        """The chain shows half of what the books hold."""
        held = next(p for p in self.store.holdings(BOT, 0).positions if p.id == position_id)
        if any(o.intent.token == held.token for o in self.store.open()):
            return  # on the chain its sell would revert; here it would sell what is not there
        before = self.cost_wei()
        same = [p for p in self.store.holdings(BOT, 0).positions if p.token == held.token]
        ledger = sum(p.quantity for p in same)
        wrong = Correction(
            f"c{number}", held.token, ledger, ledger - held.quantity // 2, self.block
        )
        self.store.correct([wrong], self.now_ms, "found missing")
        self.realised.append((self.now_ms, self.cost_wei() - before))

    def cost_wei(self) -> int:
        held = self.store.positions(BOT, only_open=True)
        return sum(one.position.cost_wei for one in held)

    def in_state(self, *states: OrderState) -> list[Order]:
        return [o for o in self.store.open() if o.state in states]

    # What a limit is.

    def limits_seen(self, bought: Iterable[Order], *, balance_wei: int) -> None:
        """Asserts every limit as it stands with these entries in the books."""
        bought, risk = list(bought), self.policy.risk
        if not bought:
            return
        held = [one.position for one in self.store.positions(BOT, only_open=True)]
        entering = [o for o in self.store.open() if o.intent.side is Side.BUY]
        assert len(held) + len(entering) <= risk.positions_max
        spent = [(p.pair, p.token, p.cost_wei) for p in held]
        spent += [(o.intent.pair, o.intent.token, o.intent.amount_in) for o in entering]
        assert sum(wei for _, _, wei in spent) <= risk.exposure_max_wei
        for order in bought:
            self._one_entry(order, spent)
        midnight = self.now_ms - self.now_ms % 86_400_000
        lost = -sum(wei for at_ms, wei in self.realised if at_ms >= midnight)
        assert lost <= risk.daily_loss_max_wei
        promised = 0
        for o in self.store.open():
            if o.state is not OrderState.MINED:
                promised += o.intent.gas_limit * o.intent.fee_max_wei
                promised += o.intent.amount_in if o.intent.side is Side.BUY else 0
        assert balance_wei - promised >= risk.balance_buffer_wei
        probe = self.policy.live_probe
        probes = self.store.live_probes(BOT, 0, midnight).today
        assert probes * probe.trade_wei <= probe.day_max_wei or not probe.on

    def _one_entry(self, order: Order, spent: list[tuple[Address, Address, int]]) -> None:
        risk, intent = self.policy.risk, order.intent
        of_token = sum(wei for _, token, wei in spent if token == intent.token)
        assert of_token <= risk.token_exposure_max_wei
        mine = self.zone(intent.pair)
        caps = (CAPS.liquidity_usd[mine[0]], CAPS.age_s[mine[1]], CAPS.insiders_bps[mine[2]])
        share = min(cap.trade_bps for cap in caps)
        if self.policy.sizing.canary:
            share = min(share, self.canary_bps())
        assert intent.amount_in <= risk.trade_wei * share // 10_000
        for which, cap in enumerate(caps):
            alike = sum(w for pair, _, w in spent if self.zone(pair)[which] == mine[which])
            assert alike <= risk.exposure_max_wei * cap.exposure_bps // 10_000

    def zone(self, pair: Address) -> tuple[int, int, int]:
        spot = next(s for s in self.spots if s.market.pair == pair)
        assert spot.market.created_s is not None
        age_s = self.now_ms // 1_000 - spot.market.created_s
        return spot.liquidity, int(age_s >= 86_400), spot.insiders

    def canary_bps(self) -> int:
        """Good trades in a row since the last forced one, as they ended; probes are no trades."""
        closed = [one for one in self.store.positions(BOT, only_open=False) if not one.open]
        closed.sort(key=lambda one: (one.closed_ms or 0, one.position.id), reverse=True)
        good = 0
        for one in closed:
            if one.exit_reason == "EXIT_LIVE_PROBE":
                continue
            if one.exit_reason not in {
                "EXIT_STOP_LOSS", "EXIT_TAKE_PROFIT", "EXIT_TRAILING", "EXIT_TIME",
            }:  # fmt: skip
                break
            good += 1
        rules = self.policy.sizing
        step = good // rules.canary_trades
        return rules.canary_steps_bps[step] if step < len(rules.canary_steps_bps) else 10_000
