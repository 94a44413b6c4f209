"""explain: in one screen, why a market was or was not traded, and what became of it."""

import re
from dataclasses import dataclass

from botctl.core.bundle import Bundle
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.orders import Attempt, Order
from botctl.core.units import BundleId
from botctl.flows.replay import Stored, verified
from botctl.ports.codec import Codec
from botctl.ports.store import LedgerFilter, LedgerRow, Step, Store

BUNDLE_ID = re.compile(r"[0-9a-f]{64}")
ORDER_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
HISTORY = 10


@dataclass(frozen=True, slots=True)
class OrderStory:
    order: Order
    steps: tuple[Step, ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision asked for, the market's latest ones, and its orders."""

    asked: str
    bundle_id: BundleId
    bundle: Bundle
    history: tuple[LedgerRow, ...]  # newest first
    orders: tuple[OrderStory, ...]


def explain(store: Store, codec: Codec, asked: str) -> Explanation:
    """`asked`: a pair's address, a token's symbol, a bundle id or an order id."""
    bundle_id = _bundle_id(store, asked.strip())
    body = store.bundle(bundle_id)
    if body is None:
        raise _unknown(asked)
    bundle = verified(codec, Stored(bundle_id, bundle_id, body))
    pair = bundle.inputs.detection.market.pair
    return Explanation(
        asked=asked,
        bundle_id=bundle_id,
        bundle=bundle,
        history=tuple(store.rows(LedgerFilter(pair=pair, limit=HISTORY))),
        orders=tuple(order_story(store, order) for order in store.of_pair(pair, HISTORY)),
    )


def order_story(store: Store, order: Order) -> OrderStory:
    return OrderStory(order, store.timeline(order.id), store.attempts(order.id))


def _bundle_id(store: Store, asked: str) -> BundleId:
    if BUNDLE_ID.fullmatch(asked):
        return BundleId(asked)
    if ORDER_ID.fullmatch(asked):
        order = store.order(asked)
        if order is None:
            raise _unknown(asked)
        return order.bundle_id
    newest = next(iter(store.rows(LedgerFilter(pair=asked, limit=1))), None)
    if newest is None:
        raise _unknown(asked)
    return newest.bundle_id


def _unknown(asked: str) -> UsageError:
    return UsageError(
        Code.ERR_NOT_FOUND,
        "no market, bundle or order of that name was ever decided: `botctl ledger` lists them",
        asked=asked,
    )
