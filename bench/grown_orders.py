"""What the buys of a grown database came to: an order, its timeline, its fill and its closed position."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bench.grown import GrownCycle, Growth
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.adapters.store.witness import FILLS, ORDERS, POSITIONS, Rows, first_step
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind
from botctl.core.reasons import Kind

OPEN_AT_END: Final = 3  # cycles whose buys are still held
TRADE_WEI, TOKENS, GAS_WEI = 10**16, 10**21, 10**14
_PAIR, _TOKEN, _KIND, _BUNDLE = (
    LEDGER_COLUMNS.index(name) for name in ("pair", "token", "kind", "bundle_id")
)
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class OrderRows:
    """By table; `told` are their digests for the journal."""

    rows: Mapping[str, Values]
    told: Rows


def order_rows(growth: Growth, cycle: GrownCycle) -> Iterator[OrderRows]:
    """Each buy is confirmed; all but the newest are sold again, elsewhere."""
    is_old = cycle.number < growth.cycles - OPEN_AT_END
    for place, row in enumerate(cycle.rows):
        if row[_KIND] == Kind.BUY:
            about = (str(row[_PAIR]), str(row[_TOKEN]), str(row[_BUNDLE]))
            yield _of_buy(growth, cycle, place, about, is_old=is_old)


def _of_buy(
    growth: Growth, cycle: GrownCycle, place: int, about: tuple[str, str, str], *, is_old: bool
) -> OrderRows:
    pair, token, bundle_id = about
    order_id = f"{cycle.cycle_id[:-12]}{cycle.number:07x}{place:05x}"
    ours: Values = {"bot": growth.bot, "chain_id": growth.chain_id, "token": token}
    at_ms, done_ms = cycle.at_ms + 50, cycle.at_ms + 30_000
    mined: Values = {"block_number": cycle.block_number + 1, "block_hash": cycle.block_hash}
    order: Values = {
        **ours, **mined, "id": order_id, "kind": OrderKind.SWAP, "intent_key": order_id, "pair": pair,
        "side": Side.BUY, "amount_in": TRADE_WEI, "expected_out": TOKENS, "min_out": TOKENS,
        "route": "uniswap_v2", "strategy_version": "1", "time_bucket": cycle.number,
        "deadline_s": done_ms // 1_000, "gas_limit": 200_000, "fee_max_wei": 10**10,
        "state": OrderState.CONFIRMED, "bundle_id": bundle_id, "cycle_id": cycle.cycle_id,
        "trace_id": f"{cycle.number:032x}", "created_ms": at_ms, "changed_ms": done_ms, "wallet": None,
        "nonce": None, "code": "", "detail": "",
    }  # fmt: skip
    step: Values = {
        "order_id": order_id, "at_ms": at_ms, "event": "create", "state": "created", "code": "",
        "detail": "",
    }  # fmt: skip
    position: Values = {
        **ours, "id": f"p-{order_id}", "pair": pair, "quantity": 0 if is_old else TOKENS,
        "cost_wei": 0 if is_old else TRADE_WEI, "proceeds_wei": TRADE_WEI if is_old else 0,
        "realised_wei": 0, "gas_wei": GAS_WEI, "peak_value_wei": TRADE_WEI,
        "entry_liquidity_wei": 10**20, "opened_ms": done_ms, "closed_ms": done_ms + 1 if is_old else None,
        "exit_reason": "EXIT_TIME" if is_old else "", "entry": None,
    }  # fmt: skip
    fill: Values = {
        **ours, **mined, "order_id": order_id, "kind": OrderKind.SWAP, "position_id": position["id"],
        "token_delta": TOKENS, "native_delta_wei": -TRADE_WEI, "gas_wei": GAS_WEI, "realised_wei": 0,
        "settled_ms": done_ms,
    }  # fmt: skip
    told = ORDERS.of(order) | first_step(order_id, step) | POSITIONS.of(position) | FILLS.of(fill)
    rows = {"orders": order, "order_steps": step, "positions": position, "fills": fill}
    return OrderRows(rows, told)
