"""From a row to our values and back; the only place that knows both shapes.

A dataclass whose fields are columns is read by selecting them in the order of its fields.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.columns import clean, exact, saturated
from botctl.adapters.store.database import Value
from botctl.core.intent import Intent
from botctl.core.orders import Order
from botctl.ports.store import LedgerRow, Swap


@cache
def names(kind: type) -> tuple[str, ...]:
    """The columns of a dataclass: `kind(*row)` is the value of a row selected by them."""
    return tuple(field.name for field in fields(kind))


_ORDER_ONLY: Final = tuple(name for name in names(Order) if name != "intent")
_INTENT_WIDTH: Final = len(names(Intent))
SELECT_ORDER: Final = sa.select(*(schema.orders.c[name] for name in names(Intent) + _ORDER_ONLY))


def orders_of(db: Connection, query: sa.Executable) -> Iterator[Order]:
    """`query` is `SELECT_ORDER`, narrowed."""
    for row in db.execute(query):
        own = dict(zip(_ORDER_ONLY, row[_INTENT_WIDTH:], strict=True))
        yield Order(intent=Intent(*row[:_INTENT_WIDTH]), **own)


def order_values(order: Order, *, chain_id: int) -> dict[str, Value]:
    """A new order as named parameters for `orders`."""
    intent = {name: getattr(order.intent, name) for name in names(Intent)}
    own = {name: getattr(order, name) for name in _ORDER_ONLY}
    return {**intent, **own, "chain_id": chain_id, "wallet": None}


LEDGER_COLUMNS: Final = ("bot", *names(LedgerRow))


def ledger_values(bot: str, row: LedgerRow) -> tuple[Value, ...]:
    """Written out, because a cycle makes hundreds of them. Plain text: an enum is written otherwise."""
    return (
        bot, row.cycle_id, row.at_ms, row.block_number, row.pair, row.token, clean(row.symbol),
        str(row.kind), str(row.reason), clean(row.detail), row.score, row.passes, row.passed, row.failed,
        saturated(row.liquidity_usd), saturated(row.fdv_usd), saturated(row.age_s),
        saturated(row.buy_tax_bps), saturated(row.sell_tax_bps), saturated(row.impact_bps),
        exact(row.value_wei), row.bundle_id,
    )  # fmt: skip


SWAP_COLUMNS: Final = ("chain_id", *names(Swap))


def swap_values(chain_id: int, swap: Swap) -> tuple[Value, ...]:
    return (
        chain_id, swap.pair, swap.block_number, swap.log_index, int(swap.is_buy),
        saturated(swap.quote_nano), swap.trader, swap.tx_hash,
    )  # fmt: skip
