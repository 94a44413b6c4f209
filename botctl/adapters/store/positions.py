"""What is held, what it cost and brought, and what the books start from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal, schema
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.rows import SELECT_ORDER, names, orders_of
from botctl.adapters.store.statements import upsert
from botctl.adapters.store.witness import BASELINES
from botctl.core.books import Position
from botctl.core.deciding.spending import Holdings, worst_cost_wei
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderState
from botctl.core.orders import Fill, Order, OrderKind
from botctl.ports.store import Baseline, Closed

_P, _O, _M, _F = schema.positions.c, schema.orders.c, schema.markets.c, schema.fills.c
_K, _I, _C = schema.balances.c, schema.baselines.c, schema.corrections.c
_SELECT_POSITION: Final = sa.select(*(_P[name] for name in names(Position)))
_SELECT_BASELINE: Final = sa.select(*(_I[name] for name in names(Baseline)))
_SELECT_FILL: Final = sa.select(*(_F[name] for name in names(Fill)))
WRITTEN_OFF: Final = "write_off:"  # how the ids of such corrections begin
_SET_BASELINE: Final = upsert(schema.baselines)
# As in `Closed`, after its position, symbol and `open`.
_OUTCOME: Final = ("proceeds_wei", "realised_wei", "gas_wei", "closed_ms", "exit_reason")


_BOT: Final[sa.BindParameter[str]] = sa.bindparam("bot")
_CHAIN: Final[sa.BindParameter[int]] = sa.bindparam("chain_id")
_SINCE: Final[sa.BindParameter[int]] = sa.bindparam("since_ms")
_REALISED: Final = (
    sa.select(_F.realised_wei).where(
        _F.bot == _BOT,
        _F.chain_id == _CHAIN,
        _F.settled_ms >= _SINCE,
    ),
    sa.select(_C.realised_wei).where(
        _C.bot == _BOT,
        _C.chain_id == _CHAIN,
        _C.at_ms >= _SINCE,
    ),
)


def realised_wei(db: Connection, bot: str, chain_id: int, since_ms: int) -> int:
    """Added here, because SQLite cannot add 256-bit numbers; a day has few fills."""
    asked = {"bot": bot, "chain_id": chain_id, "since_ms": since_ms}
    return sum(wei for query in _REALISED for wei in db.execute(query, asked).scalars())


class Positions(Part):
    def holdings(self, bot: str, day_start_ms: int) -> Holdings:
        with self._db.reading() as db:
            return holdings_in(db, self._scope, bot, day_start_ms)

    def positions(self, bot: str, *, only_open: bool) -> tuple[Closed, ...]:
        query = (
            sa.select(
                *(_P[name] for name in names(Position)),
                _M.symbol,
                _P.closed_ms.is_(None).label("open"),
                *(_P[name] for name in _OUTCOME),
            )
            .join_from(
                schema.positions,
                schema.markets,
                sa.and_(
                    _M.chain_id == _P.chain_id,
                    _M.factory == self._scope.factory,
                    _M.pair == _P.pair,
                ),
                isouter=True,
            )
            .where(_P.bot == bot, _P.chain_id == self._scope.chain_id)
        )
        if only_open:
            query = query.where(_P.closed_ms.is_(None))
        width = len(names(Position))
        with self._db.reading() as db:
            found = (Closed(Position(*row[:width]), *row[width:]) for row in db.execute(query))
            return tuple(sorted(found, key=lambda one: _oldest_first(one.position)))

    def native_moved_wei(self, bot: str) -> int:
        query = sa.select(_K.moved_wei).where(_K.bot == bot, _K.chain_id == self._scope.chain_id)
        with self._db.reading() as db:
            return db.execute(query).scalar() or 0

    def newest_fills(self, bot: str, most: int) -> tuple[Fill, ...]:
        query = (
            _SELECT_FILL.where(_F.bot == bot, _F.chain_id == self._scope.chain_id)
            .order_by(_F.block_number.desc(), _F.order_id.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(Fill(*row) for row in db.execute(query))

    def failed_exits(self, bot: str) -> Mapping[str, int]:
        """Of those that were sent: a refusal before that says nothing about the token."""
        failed = sa.and_(
            _O.bot == _P.bot,
            _O.chain_id == _P.chain_id,
            _O.pair == _P.pair,
            _O.created_ms >= _P.opened_ms,
            _O.kind == OrderKind.SWAP,
            _O.side == Side.SELL,
            _O.state == OrderState.FAILED,
            _O.nonce.is_not(None),
        )
        query = (
            sa.select(_P.id, sa.func.count(_O.id))
            .join_from(schema.positions, schema.orders, failed, isouter=True)
            .where(_P.bot == bot, _P.chain_id == self._scope.chain_id, _P.closed_ms.is_(None))
            .group_by(_P.id)
        )
        with self._db.reading() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def baseline(self, bot: str) -> Baseline | None:
        query = _SELECT_BASELINE.where(_I.bot == bot, _I.chain_id == self._scope.chain_id)
        with self._db.reading() as db:
            row = db.execute(query).first()
            return None if row is None else Baseline(*row)

    def set_baseline(self, bot: str, baseline: Baseline, now_ms: int, why: str) -> None:
        facts = {
            "balance_wei": str(baseline.balance_wei),
            "block": baseline.block_number,
            "why": why,
        }
        values = {
            "bot": bot,
            "chain_id": self._scope.chain_id,
            "balance_wei": baseline.balance_wei,
            "block_number": baseline.block_number,
            "set_ms": now_ms,
            "why": why,
        }
        with self._db.writing() as db:
            db.execute(_SET_BASELINE, values)
            rows = BASELINES.of(values)
            journal.append(db, journal.entry(now_ms, f"bot:{bot}", "set_baseline", facts, rows))


def holdings_in(db: Connection, scope: Scope, bot: str, day_start_ms: int) -> Holdings:
    """Within the caller's transaction."""
    held = _open_positions(db, scope, bot)
    orders = _open_orders(db, scope, bot)
    entries = [order for order in orders if _is_entry(order)]
    exposures = [(p.pair, p.token, p.cost_wei) for p in held]
    exposures += [(o.intent.pair, o.intent.token, o.intent.amount_in) for o in entries]
    return Holdings(
        positions=held,
        open_entries=len(entries),
        exposure_wei=sum(wei for _, _, wei in exposures),
        committed_wei=sum(_promised_wei(o) for o in orders if o.state is not OrderState.MINED),
        realised_today_wei=_realised(db, scope, bot, day_start_ms),
        token_exposure_wei=_summed(
            [*((token, wei) for _, token, wei in exposures), *_given_up(db, scope, bot)]
        ),
        live_pairs=frozenset(order.intent.pair for order in orders),
        exposures=_summed((pair, wei) for pair, _, wei in exposures),
    )


def _given_up(db: Connection, scope: Scope, bot: str) -> Iterable[tuple[str, int]]:
    """What positions that were written off cost, by token: it stays at stake there for good, so that
    a token which shut us in takes no more than the cap of one token, however often it looks good.
    """
    query = sa.select(_C.token, _C.realised_wei).where(
        _C.bot == bot, _C.chain_id == scope.chain_id, _C.id.startswith(WRITTEN_OFF)
    )
    return [(token, -realised_wei) for token, realised_wei in db.execute(query)]


def _open_positions(db: Connection, scope: Scope, bot: str) -> tuple[Position, ...]:
    """Put in order here: asked to do it, SQLite walks an index over every position there ever was."""
    query = _SELECT_POSITION.where(
        _P.bot == bot, _P.chain_id == scope.chain_id, _P.closed_ms.is_(None)
    )
    found = (Position(*row) for row in db.execute(query))
    return tuple(sorted(found, key=_oldest_first))


def _oldest_first(position: Position) -> tuple[int, str]:
    return position.opened_ms, position.id


def _open_orders(db: Connection, scope: Scope, bot: str) -> list[Order]:
    query = SELECT_ORDER.where(
        _O.bot == bot, _O.chain_id == scope.chain_id, _O.state.in_(sorted(OPEN))
    )
    return list(orders_of(db, query))


def _realised(db: Connection, scope: Scope, bot: str, since_ms: int) -> int:
    """Added here, because SQLite cannot add 256-bit numbers; a day has few fills."""
    filled = sa.select(_F.realised_wei).where(
        _F.bot == bot, _F.chain_id == scope.chain_id, _F.settled_ms >= since_ms
    )
    corrected = sa.select(_C.realised_wei).where(
        _C.bot == bot, _C.chain_id == scope.chain_id, _C.at_ms >= since_ms
    )
    both = (filled, corrected)
    return sum(wei for query in both for wei in db.execute(query).scalars())


def _is_entry(order: Order) -> bool:
    return order.kind is OrderKind.SWAP and order.intent.side is Side.BUY


def _promised_wei(order: Order) -> int:
    """The most this order can still take from the wallet: an entry its amount too, all their fee."""
    intent = order.intent
    return worst_cost_wei(intent) if _is_entry(order) else intent.gas_limit * intent.fee_max_wei


def _summed(parts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    total: defaultdict[str, int] = defaultdict(int)
    for name, wei in parts:
        total[name] += wei
    return tuple(sorted(total.items()))
