"""Decisions without a market opinion: valid orders, put down through the store's own method."""

from dataclasses import replace

from botctl.core.amm import amount_out
from botctl.core.intent import Intent, Side, intent_key
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.quotes import BASE_FEE_HEADROOM, EXIT_GAS_MIN
from botctl.core.units import BPS_ONE, BundleId, CycleId, Hash32, OrderId, share_floor
from botctl.ports.store import CycleRow, DecidedBatch
from botctl.sim.chain import Block
from botctl.sim.clock import SerialIds
from botctl.sim.rules import BOT, MARKETS, POLICY, PRIORITY_FEE_WEI, TRADE_WEI, WALLET
from botctl.sim.store import SimStore
from botctl.sim.wire import SimCalls

MS = 1_000
BUY_GAS_LIMIT = 250_000
TOLERANCE_BPS = 300
_CALLS = SimCalls()


class Decider:
    """`intents` by their calldata, which no two share: what a block did tells for which intent."""

    def __init__(self, store: SimStore, ids: SerialIds) -> None:
        self._store = store
        self._ids = ids
        self.intents: dict[bytes, Intent] = {}

    def decide(self, number: int, head: Block, now_ms: int) -> bool:
        """Buys what is not held and sells what is; False when the store knows better."""
        market = MARKETS[number % len(MARKETS)]
        held = next(
            (
                row.position.quantity
                for row in self._store.positions(BOT, only_open=True)
                if row.position.pair == market.pair
            ),
            0,
        )
        side = Side.SELL if held else Side.BUY
        intent = self._unlike_others(_intent(number % len(MARKETS), side, held, head, now_ms))
        return self._put_down(intent, head, now_ms)

    def repeat(self, head: Block, now_ms: int) -> bool:
        """The newest intent again, under a new order id; the store must refuse it."""
        newest = next(reversed(self.intents.values()), None)
        return newest is not None and self._put_down(newest, head, now_ms)

    def _unlike_others(self, intent: Intent) -> Intent:
        """A wei less is asked for until its calldata is its own."""
        while calldata(intent) in self.intents:
            intent = replace(intent, min_out=intent.min_out - 1)
        return intent

    def _put_down(self, intent: Intent, head: Block, now_ms: int) -> bool:
        cycle = _cycle(CycleId(self._ids.time_ordered(now_ms)), head, now_ms)
        order = Order(
            id=OrderId(self._ids.time_ordered(now_ms)),
            kind=OrderKind.SWAP,
            intent=intent,
            state=OrderState.CREATED,
            bundle_id=BundleId(""),
            cycle_id=cycle.cycle_id,
            trace_id=cycle.trace_id,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        self._store.record(cycle, ())
        self._store.commit(DecidedBatch(cycle.cycle_id, now_ms, (), (), (order,), ()))
        added = self._store.order(order.id) is not None
        if added:
            self.intents[calldata(intent)] = intent
        return added


def calldata(intent: Intent) -> bytes:
    """What a swap of this intent asks the router."""
    path = (POLICY.venue.native, intent.token)
    if intent.side is Side.BUY:
        return _CALLS.buy(
            min_out=intent.min_out, path=path, to=WALLET, deadline_s=intent.deadline_s
        )
    return _CALLS.sell(
        amount_in=intent.amount_in,
        min_out=intent.min_out,
        path=path[::-1],
        to=WALLET,
        deadline_s=intent.deadline_s,
    )


def _intent(number: int, side: Side, held: int, head: Block, now_ms: int) -> Intent:
    market, pool = MARKETS[number], head.state.pools[MARKETS[number].token]
    amount = TRADE_WEI if side is Side.BUY else held
    reserves = (pool.native, pool.token) if side is Side.BUY else (pool.token, pool.native)
    expected = amount_out(amount, *reserves)
    bucket = now_ms // MS // POLICY.time_bucket_s
    return Intent(
        intent_key=intent_key(
            bot=BOT,
            market=market.pair,
            side=side,
            token=market.token,
            amount=amount,
            route=POLICY.venue.route,
            strategy_version=POLICY.strategy_version,
            time_bucket=bucket,
        ),
        bot=BOT,
        pair=market.pair,
        token=market.token,
        side=side,
        amount_in=amount,
        expected_out=expected,
        min_out=share_floor(expected, BPS_ONE - TOLERANCE_BPS),
        route=POLICY.venue.route,
        strategy_version=POLICY.strategy_version,
        time_bucket=bucket,
        deadline_s=head.ref.timestamp_s + POLICY.deadline_s,
        gas_limit=BUY_GAS_LIMIT if side is Side.BUY else EXIT_GAS_MIN,
        fee_max_wei=BASE_FEE_HEADROOM * head.ref.base_fee_wei + PRIORITY_FEE_WEI,
    )


def _cycle(cycle_id: CycleId, head: Block, now_ms: int) -> CycleRow:
    """One for each decision: a block that was decided on already would hold back the next."""
    return CycleRow(
        cycle_id=cycle_id,
        trace_id=cycle_id,
        block_number=head.ref.number,
        block_hash=Hash32(f"{head.ref.hash}/{cycle_id}"),
        started_ms=now_ms,
        scan_ms=0,
        round_trips=0,
        markets=len(MARKETS),
        world=b"",
    )
