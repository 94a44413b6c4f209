"""One arrow of the lifecycle: compare-and-set, timeline and journal; on PostgreSQL one statement."""

from dataclasses import replace
from typing import Final

from botctl.adapters.store import journal
from botctl.adapters.store.columns import clean
from botctl.adapters.store.database import Value, Wire
from botctl.adapters.store.rows import order_values
from botctl.adapters.store.witness import ORDERS, Rows
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OrderEvent, OrderState, move
from botctl.core.orders import Order
from botctl.ports.store import Moved

CREATE: Final = "create"  # the timeline's first line; no arrow leads to CREATED
NOTHING_ELSE: Final[Rows] = {}

_SET: Final = (
    "UPDATE orders SET state = {to}, changed_ms = {at_ms}, nonce = {nonce}, code = {code},"
    " detail = {detail}, block_number = {block_number}, block_hash = {block_hash}"
    " WHERE id = {id} AND state = {state}"
)
_STEP: Final = "INSERT INTO order_steps (order_id, at_ms, event, state, code, detail)"
_STEP_VALUES: Final = "{id}, {at_ms}, {step}, {to}, {code}, {detail}"
_NAMES: Final = (
    "to", "at_ms", "nonce", "code", "detail", "block_number", "block_hash", "id", "state", "step",
)  # fmt: skip
_SQLITE: Final = {name: f":{name}" for name in _NAMES}
_POSTGRES: Final = {name: f"%({name})s" for name in _NAMES}

_SET_SQLITE: Final = _SET.format(**_SQLITE)
_STEP_SQLITE: Final = f"{_STEP} VALUES ({_STEP_VALUES.format(**_SQLITE)})"
# Each part runs only when the one before it changed a row, so a lost compare-and-set writes nothing.
_ALL_POSTGRES: Final = (  # our own constants, no outside word
    f"WITH moved AS ({_SET.format(**_POSTGRES)} RETURNING id),"
    f" step AS ({_STEP} SELECT {_STEP_VALUES.format(**_POSTGRES)} FROM moved),"
    f" head AS ({journal.CHAIN_POSTGRES} FROM moved"
    f" RETURNING journal_head.seq, journal_head.hash) {journal.ENTRY_POSTGRES}"
)


def moved_order(order: Order, moved: Moved, now_ms: int, *, nonce: int | None = None) -> Order:
    """`order` after the arrow. Raises ERR_ILLEGAL_MOVE when the table has no such arrow."""
    gone = moved.event is OrderEvent.SEE_REORG  # the block it was in is no longer there
    seen = moved.block_number is not None
    return replace(
        order,
        state=move(order.state, moved.event),
        changed_ms=now_ms,
        nonce=order.nonce if nonce is None else nonce,
        code=moved.code,
        detail=clean(moved.detail) or "",
        block_number=moved.block_number if seen or gone else order.block_number,
        block_hash=moved.block_hash if seen or gone else order.block_hash,
    )


def write(
    on: Wire,
    before: Order,
    after: Order,
    event: OrderEvent,
    *,
    chain_id: int,
    rows: Rows = NOTHING_ELSE,
) -> None:
    """With `rows`, what else this transaction wrote, in its journal entry.

    Raises ERR_MOVE_LOST, with nothing written, when the order is no longer in `before`'s state.
    """
    params = _parameters(before, after, event)
    entry = _entry(before, after, event, ORDERS.of(order_values(after, chain_id=chain_id)) | rows)
    if on.is_postgres:
        if on.raw.execute(_ALL_POSTGRES, {**params, **entry.chained()}).rowcount != 1:
            raise lost(before, event)
        return
    if on.raw.execute(_SET_SQLITE, params).rowcount != 1:
        raise lost(before, event)
    on.raw.execute(_STEP_SQLITE, params)
    journal.append_sqlite(on, entry)


def _parameters(before: Order, after: Order, event: OrderEvent) -> dict[str, Value]:
    return {
        "id": before.id,
        "state": before.state.value,
        "to": after.state.value,
        "at_ms": after.changed_ms,
        "nonce": after.nonce,
        "code": after.code,
        "detail": after.detail,
        "block_number": after.block_number,
        "block_hash": after.block_hash,
        "step": event.value,
    }


def _entry(before: Order, after: Order, event: OrderEvent, rows: Rows) -> journal.Entry:
    facts = {
        "from": before.state,
        "to": after.state,
        "nonce": after.nonce,
        "code": after.code,
        "detail": after.detail,
        "block": after.block_number,
    }
    return journal.entry(after.changed_ms, f"order:{before.id}", event.value, facts, rows)


def lost(order: Order, event: OrderEvent, found: OrderState | None = None) -> LostMoveError:
    say = "another run moved this order first; nothing was written"
    facts = {} if found is None else {"found": found}
    return LostMoveError(
        Code.ERR_MOVE_LOST, say, order=order.id, state=order.state, event=event, **facts
    )
