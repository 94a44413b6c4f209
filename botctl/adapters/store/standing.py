"""Our own record, the times it is read as, and what the cycle before saw."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.statements import upsert
from botctl.core.codes import Code
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind
from botctl.core.reasons import Reason
from botctl.core.record import Entered, Performance, Trade
from botctl.core.risk.regime import Numbers, Times
from botctl.core.units import Address
from botctl.ports.standing import LiveProbes

_P, _F, _O, _R = schema.positions.c, schema.fills.c, schema.orders.c, schema.regimes.c
_L = schema.ledger.c
_Y, _D = schema.cycles.c, schema.detections.c
_SET: Final = upsert(schema.regimes)
TOP_BUYERS: Final = sa.text(
    "SELECT pair, trader FROM (SELECT pair, trader, row_number() OVER ("
    "PARTITION BY pair ORDER BY sum(quote_nano >> 32) DESC, trader) AS place FROM swaps"
    " WHERE chain_id = :chain_id AND block_number > :after AND block_number <= :at AND is_buy = 1"
    " GROUP BY pair, trader) AS buyers WHERE place <= :most ORDER BY pair, place"
)
_SETTLED: Final = (OrderState.CONFIRMED, OrderState.FAILED)


class StandingPart(Part):
    def performance(self, bot: str, since_ms: int, most: int) -> Performance:
        with self._db.reading() as db:
            mined, reverted = self._counts(db, bot, since_ms)
            return Performance(
                self._trades(db, bot, most), self._entered(db, bot, most), mined, reverted
            )

    def _trades(self, db: Connection, bot: str, most: int) -> tuple[Trade, ...]:
        """What was spent is what came back less what it realised: the cost and every fee."""
        query = (
            sa.select(_P.opened_ms, _P.closed_ms, _P.proceeds_wei, _P.realised_wei, _P.exit_reason)
            .where(
                _P.bot == bot,
                _P.chain_id == self._scope.chain_id,
                _P.closed_ms.is_not(None),
                _P.exit_reason != Reason.EXIT_LIVE_PROBE,  # its loss is its price, and no record
            )
            .order_by(_P.closed_ms.desc(), _P.id.desc())
            .limit(most)
        )
        return tuple(
            Trade(opened, closed, proceeds - realised, realised, reason)
            for opened, closed, proceeds, realised, reason in db.execute(query)
        )

    def _entered(self, db: Connection, bot: str, most: int) -> tuple[Entered, ...]:
        query = (
            sa.select(_F.settled_ms, _O.expected_out, _F.token_delta)
            .join_from(schema.fills, schema.orders, _O.id == _F.order_id)
            .where(
                _F.bot == bot,
                _F.chain_id == self._scope.chain_id,
                _O.kind == OrderKind.SWAP,
                _O.side == Side.BUY,
                _O.state == OrderState.CONFIRMED,
            )
            .order_by(_F.settled_ms.desc(), _F.order_id.desc())
            .limit(most)
        )
        return tuple(Entered(*row) for row in db.execute(query))

    def _counts(self, db: Connection, bot: str, since_ms: int) -> tuple[int, int]:
        """Of swaps that were mined: how many, and how many the contract undid."""
        undone = sa.func.sum(sa.case((_O.code == Code.ERR_TX_REVERTED, 1), else_=0))
        query = sa.select(sa.func.count(), undone).where(
            _O.bot == bot,
            _O.chain_id == self._scope.chain_id,
            _O.created_ms >= since_ms,
            _O.kind == OrderKind.SWAP,
            _O.state.in_(_SETTLED),
            _O.nonce.is_not(None),
        )
        mined, reverted = db.execute(query).one()
        return mined, reverted or 0

    def times(self, bot: str) -> Times | None:
        query = sa.select(_R.regime, _R.since_ms, _R.numbers, _R.why).where(
            _R.bot == bot, _R.chain_id == self._scope.chain_id
        )
        with self._db.reading() as db:
            row = db.execute(query).first()
        if row is None:
            return None
        return Times(row[0], row[1], Numbers(**json.loads(row[2])), row[3])

    def live_probes(self, bot: str, since_ms: int, day_start_ms: int) -> LiveProbes:
        sold = (
            sa.select(_P.pair, sa.func.max(_P.closed_ms))
            .where(
                _P.bot == bot,
                _P.chain_id == self._scope.chain_id,
                _P.closed_ms >= since_ms,
                _P.exit_reason == Reason.EXIT_LIVE_PROBE,
            )
            .group_by(_P.pair)
            .order_by(_P.pair)
        )
        begun = sa.select(sa.func.count()).where(
            _L.bot == bot, _L.reason == Reason.ENTRY_LIVE_PROBE, _L.at_ms >= day_start_ms
        )
        with self._db.reading() as db:
            return LiveProbes(
                tuple((row[0], row[1]) for row in db.execute(sold)), db.execute(begun).scalar_one()
            )

    def seen_before(self) -> Mapping[Address, bytes]:
        newest = (
            sa.select(_Y.block_hash)
            .where(_Y.bot == self._scope.bot, _Y.chain_id == self._scope.chain_id)
            .order_by(_Y.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = sa.select(_D.pair, _D.body).where(
            _D.bot == self._scope.bot, _D.block_hash == newest
        )
        with self._db.reading() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def top_buyers(
        self, at_block: int, blocks: int, most: int
    ) -> Mapping[Address, tuple[Address, ...]]:
        asked = {
            "chain_id": self._scope.chain_id,
            "after": at_block - blocks,
            "at": at_block,
            "most": most,
        }
        found: defaultdict[Address, list[Address]] = defaultdict(list)
        with self._db.reading() as db:
            for pair, trader in db.execute(TOP_BUYERS, asked):
                found[pair].append(trader)
        return {pair: tuple(traders) for pair, traders in found.items()}


def set_times(db: Connection, scope: Scope, times: Times) -> dict[str, object]:
    """Inside the decisions' transaction; returns what the journal says of it."""
    numbers = asdict(times.numbers)
    values = {
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "regime": times.regime,
        "since_ms": times.since_ms,
        "numbers": json.dumps(numbers, separators=(",", ":")),
        "why": times.why,
    }
    db.execute(_SET, values)
    return {"regime": str(times.regime), "since_ms": times.since_ms, "why": times.why, **numbers}
