"""The stories in which botctl is killed: what was there before, and which command dies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Order
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.flows.send import submit
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved, Store
from tests.crash.ground import Ground

# What is shown is not the slippage bound, so the bound is wide.
LOOSE: Final = (
    '[{"liquidity_usd_min":0,"slippage_bps":2000,"cost_max_bps":4000,"impact_max_bps":500}]'
)
ENTRIES: Final = {"BANDS": LOOSE, "EXECUTION__DEADLINE_S": "600"}
ONE_ENTRY: Final = {**ENTRIES, "EXECUTION__SELECT_BEST": "1"}
TWO_ENTRIES: Final = {**ENTRIES, "EXECUTION__SELECT_BEST": "2"}
SHORT_LIVED: Final = {**ONE_ENTRY, "EXECUTION__DEADLINE_S": "60"}
SELL_AT_ONCE: Final = {**ONE_ENTRY, "EXITS__HOLD_MAX_S": "1", "RISK__POSITIONS_MAX": "1"}
STUCK_BLOCKS: Final = 4  # 48 s: longer than an attempt may wait at the head of the line
EXPIRED_BLOCKS: Final = 6  # 72 s: beyond the deadline of what is short-lived
DEEP_BLOCKS: Final = 2  # what is mined in the first of them is final


@dataclass(frozen=True, slots=True)
class Scenario:
    """`swaps`: successful ones that the chain must have in the end, by side.

    `prepare` returns the bytes that wait in the pool when the command starts.
    """

    name: str
    command: str
    settings: Mapping[str, str]
    prepare: Callable[[Ground], list[bytes]]
    swaps: Mapping[str, int] = field(default_factory=lambda: {"buy": 1})


def _decided(ground: Ground, settings: Mapping[str, str], orders: int = 1) -> None:
    with ground.runtime(settings) as rt:
        scan(rt)
        assert decide(rt).orders == orders


def _executed(ground: Ground, settings: Mapping[str, str]) -> list[bytes]:
    """What is in the pool now."""
    with ground.runtime(settings) as rt:
        execute(rt)
        return _out(rt.store)


def _out(store: Store) -> list[bytes]:
    orders = store.open((OrderState.SUBMITTED, OrderState.PENDING))
    return [store.attempts(order.id)[-1].raw for order in orders]


def _a_buy(ground: Ground) -> list[bytes]:
    _decided(ground, ONE_ENTRY)
    return []


def _a_sell(ground: Ground) -> list[bytes]:
    _confirmed_buy(ground)
    ground.mine(DEEP_BLOCKS)
    _decided(ground, SELL_AT_ONCE)
    return []


def _confirmed_buy(ground: Ground) -> None:
    _decided(ground, ONE_ENTRY)
    _executed(ground, ONE_ENTRY)
    ground.mine(DEEP_BLOCKS)
    with ground.runtime(ONE_ENTRY) as rt:
        reconcile(rt)
        assert rt.store.open() == ()


def _a_mined_buy(ground: Ground) -> list[bytes]:
    _decided(ground, ONE_ENTRY)
    _executed(ground, ONE_ENTRY)
    ground.mine(DEEP_BLOCKS)
    return []


def _a_mined_sell(ground: Ground) -> list[bytes]:
    _a_sell(ground)
    assert len(_executed(ground, SELL_AT_ONCE)) == 2
    ground.mine(DEEP_BLOCKS)
    return []


def _stuck(ground: Ground, settings: Mapping[str, str], blocks: int) -> list[bytes]:
    """Passed over by so many blocks, and in the pool still."""
    _decided(ground, settings)
    pool = _executed(ground, settings)
    ground.empty_pool()
    ground.mine(blocks)
    return pool


def _a_stuck_buy(ground: Ground) -> list[bytes]:
    return _stuck(ground, ONE_ENTRY, STUCK_BLOCKS)


def _an_expired_buy(ground: Ground) -> list[bytes]:
    return _stuck(ground, SHORT_LIVED, EXPIRED_BLOCKS)


class UnsentError(Exception):
    pass


class NeverSends:
    """The store of a run that dies with everything signed and nothing sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        if moved.event is OrderEvent.SUBMIT:
            raise UnsentError
        return self._store.move(order, moved, now_ms)


def _a_signed_buy(ground: Ground) -> list[bytes]:
    """Left by a crash between the signature and the send."""
    _decided(ground, ONE_ENTRY)
    with ground.runtime(ONE_ENTRY) as rt:
        _sign_only(rt)
    return []


def _a_lost_buy(ground: Ground) -> list[bytes]:
    """It was sent, and the node has forgotten it."""
    _decided(ground, ONE_ENTRY)
    _executed(ground, ONE_ENTRY)
    ground.empty_pool()
    with ground.runtime(ONE_ENTRY) as rt:
        reconcile(rt)
        assert [order.state for order in rt.store.open()] == [OrderState.SUBMITTED]
    return []


def _a_gap(ground: Ground) -> list[bytes]:
    """Two were signed, the second is out, the first never was: nobody has the nonce below."""
    _decided(ground, TWO_ENTRIES, orders=2)
    with ground.runtime(TWO_ENTRIES) as rt:
        _sign_only(rt)
        first, second = rt.store.open((OrderState.SIGNED,))
        (attempt,) = rt.store.attempts(second.id)
        submit(rt, second, attempt, rt.txs.head().block.number)
        unsent = Moved(OrderEvent.PROVE_UNSENT, detail="proven unsent")
        rt.store.move(first, unsent, rt.clock.now_ms())
        return _out(rt.store)


def _sign_only(rt: Runtime) -> None:
    dying = replace(rt, store=cast("Store", NeverSends(rt.store)))
    try:
        execute(dying)
    except UnsentError:
        return
    raise AssertionError("nothing was about to be sent")


SCENARIOS: Final = (
    Scenario("a buy", "execute", ONE_ENTRY, _a_buy),
    Scenario("a sell with its approval", "execute", SELL_AT_ONCE, _a_sell, {"buy": 1, "sell": 1}),
    Scenario("a buy that a crash left signed", "execute", ONE_ENTRY, _a_signed_buy),
    Scenario("a buy that no node knows any more", "execute", ONE_ENTRY, _a_lost_buy),
    Scenario("a buy is confirmed", "reconcile", ONE_ENTRY, _a_mined_buy),
    Scenario(
        "a sell closes its position",
        "reconcile",
        SELL_AT_ONCE,
        _a_mined_sell,
        {"buy": 1, "sell": 1},
    ),
    Scenario("the fee of a stuck buy is raised", "reconcile", ONE_ENTRY, _a_stuck_buy),
    Scenario("an expired buy is canceled", "reconcile", SHORT_LIVED, _an_expired_buy, {}),
    Scenario("a gap in the nonces is filled", "reconcile", TWO_ENTRIES, _a_gap),
)
