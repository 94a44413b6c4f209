"""What is held and promised, without one order or with one more: so that it need not be read again."""

from collections import Counter
from dataclasses import replace

from botctl.core.deciding.spending import Holdings, worst_cost_wei
from botctl.core.intent import Side
from botctl.core.orders import Order, OrderKind


def without(holdings: Holdings, order: Order) -> Holdings:
    """`order` is open, not mined, and ends now: its room is free."""
    return _changed(holdings, order, -1)


def along(holdings: Holdings, order: Order) -> Holdings:
    """`order` has just been written down."""
    return _changed(holdings, order, 1)


def _changed(holdings: Holdings, order: Order, sign: int) -> Holdings:
    intent = order.intent
    entry = order.kind is OrderKind.SWAP and intent.side is Side.BUY
    amount_wei = intent.amount_in if entry else 0
    promised_wei = worst_cost_wei(intent) if entry else intent.gas_limit * intent.fee_max_wei
    tokens = Counter(dict(holdings.token_exposure_wei))
    tokens[intent.token] += sign * amount_wei
    pairs = Counter(dict(holdings.exposures))
    pairs[intent.pair] += sign * amount_wei
    return replace(
        holdings,
        open_entries=holdings.open_entries + sign * entry,
        exposure_wei=holdings.exposure_wei + sign * amount_wei,
        committed_wei=holdings.committed_wei + sign * promised_wei,
        token_exposure_wei=tuple(sorted(tokens.items())),
        exposures=tuple(sorted(pairs.items())),
    )
