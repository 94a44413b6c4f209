"""Looking back: fills and corrections by time, and how long the cycles took."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.positions import WRITTEN_OFF
from botctl.core.equity import Booked
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind
from botctl.ports.equity import Pace

_F, _O, _C, _M, _Y = (
    schema.fills.c,
    schema.orders.c,
    schema.corrections.c,
    schema.markets.c,
    schema.cycles.c,
)
NO_MARKET: Final = ""


class Equity(Part):
    def booked(self, bot: str, since_ms: int) -> tuple[Booked, ...]:
        with self._db.reading() as db:
            filled = [
                Booked(at_ms, pair, symbol, realised, gas, ends=_ends(kind, side, state))
                for at_ms, pair, symbol, realised, gas, kind, side, state in db.execute(
                    self._filled(bot, since_ms)
                )
            ]
            corrected = [
                Booked(at_ms, NO_MARKET, None, realised, 0, ends=key.startswith(WRITTEN_OFF))
                for at_ms, key, realised in db.execute(self._corrected(bot, since_ms))
            ]
        return tuple(sorted([*filled, *corrected], key=lambda one: one.at_ms))

    def _filled(self, bot: str, since_ms: int) -> sa.Executable:
        there = sa.and_(_M.chain_id == _O.chain_id, _M.pair == _O.pair)
        return (
            sa.select(
                _F.settled_ms, _O.pair, _M.symbol, _F.realised_wei, _F.gas_wei,
                _F.kind, _O.side, _O.state,
            )
            .join_from(schema.fills, schema.orders, _O.id == _F.order_id)
            .join(schema.markets, there, isouter=True)
            .where(
                _F.bot == bot, _F.chain_id == self._scope.chain_id, _F.settled_ms >= since_ms
            )
            .order_by(_F.settled_ms, _F.order_id)
        )  # fmt: skip

    def _corrected(self, bot: str, since_ms: int) -> sa.Executable:
        return (
            sa.select(_C.at_ms, _C.id, _C.realised_wei)
            .where(_C.bot == bot, _C.chain_id == self._scope.chain_id, _C.at_ms >= since_ms)
            .order_by(_C.at_ms, _C.id)
        )

    def pace(self, since_ms: int, most: int) -> tuple[Pace, ...]:
        query = (
            sa.select(_Y.started_ms, _Y.scan_ms, _Y.decided_ms - _Y.started_ms, _Y.markets)
            .where(
                _Y.bot == self._scope.bot,
                _Y.chain_id == self._scope.chain_id,
                _Y.started_ms >= since_ms,
                _Y.decided_ms.is_not(None),
            )
            .order_by(_Y.id.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(Pace(*row) for row in reversed(db.execute(query).all()))


def _ends(kind: str, side: str, state: str) -> bool:
    """A sell that went through; what reverted only cost gas."""
    return kind == OrderKind.SWAP and side == Side.SELL and state == OrderState.CONFIRMED
