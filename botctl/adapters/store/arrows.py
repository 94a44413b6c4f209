"""Arrows of orders as the journal has them, with what their order tells: what metrics are folded from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.journal import HEAD_ID
from botctl.adapters.store.part import Scope
from botctl.adapters.store.vitals import shortfall
from botctl.core.intent import Side
from botctl.core.lifecycle import MOVES, OrderEvent, OrderState
from botctl.core.orders import OrderKind
from botctl.core.telemetry.fold import FEE_OF, Arrow

SUBJECT: Final = "order:"
WRITTEN_OFF: Final = "write_off"
POSITION: Final = "position:"
WON, LOST = "win", "loss"
TO: Final = {event: state for (_, event), state in MOVES.items()}
_FIRSTS: Final = (OrderEvent.SUBMIT, OrderEvent.SEE_PENDING)

_N, _O, _Y = schema.journal.c, schema.orders.c, schema.cycles.c
_T, _F, _P = schema.order_steps.c, schema.fills.c, schema.positions.c
_ENTRIES: Final = sa.select(_N.seq, _N.at_ms, _N.subject, _N.event)
_HEAD: Final = sa.select(schema.journal_head.c.seq).where(schema.journal_head.c.id == HEAD_ID)

_STEPS: Final = sa.select(_T.order_id, _T.event, _T.at_ms).where(_T.event.in_(_FIRSTS))
_OF_ORDER: Final = ("id", "kind", "side", "created_ms", "expected_out")
_OF_FILL: Final = ("gas_wei", "token_delta", "native_delta_wei", "settled_ms")
_KNOWN: Final = (  # in the order of `_Known`
    sa.select(
        *(_O[name] for name in _OF_ORDER),
        *(_Y[name] for name in ("started_ms",)),
        *(_F[name] for name in _OF_FILL),
        *(_P[name] for name in ("closed_ms", "realised_wei")),
    )
    .join_from(schema.orders, schema.cycles, _Y.cycle_id == _O.cycle_id, isouter=True)
    .join(schema.fills, _F.order_id == _O.id, isouter=True)
    .join(schema.positions, _P.id == _F.position_id, isouter=True)
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the journal, as far as `reached`; `rows` of it were looked at."""

    arrows: tuple[Arrow, ...]
    written_off: int
    reached: int
    rows: int


def passage(db: Connection, scope: Scope, mark: int, most: int) -> Passage:
    """From behind `mark`; at most so many entries that could count."""
    events = sorted({*(event.value for event in OrderEvent), WRITTEN_OFF})
    query = _ENTRIES.where(_N.seq > mark, _N.event.in_(events)).order_by(_N.seq).limit(most)
    entries = [_Entry(*row) for row in db.execute(query)]
    head = db.execute(_HEAD).scalar_one()
    reached = entries[-1].seq if len(entries) == most else max(mark, head)
    orders = _Orders.of(db, scope, _ids(entries, SUBJECT))
    arrows = tuple(
        orders.arrow(entry.subject.removeprefix(SUBJECT), entry.event, entry.at_ms)
        for entry in entries
        if entry.subject.removeprefix(SUBJECT) in orders.known
    )
    gone = _given_up(db, scope, _ids(entries, POSITION))
    return Passage(arrows, gone, reached, len(entries))


class _Entry(NamedTuple):
    seq: int
    at_ms: int
    subject: str
    event: str


def _ids(entries: Sequence[_Entry], prefix: str) -> list[str]:
    named = (entry.subject for entry in entries if entry.subject.startswith(prefix))
    return sorted({subject.removeprefix(prefix) for subject in named})


def _given_up(db: Connection, scope: Scope, ids: Sequence[str]) -> int:
    """Of ours; each is written off once."""
    if not ids:
        return 0
    ours = (_P.bot == scope.bot, _P.chain_id == scope.chain_id, _P.id.in_(ids))
    return int(db.execute(sa.select(sa.func.count()).where(*ours)).scalar_one())


@dataclass(frozen=True, slots=True)
class _Known:
    """An order with its fill and the position that it changed, as far as there are any."""

    kind: OrderKind
    side: Side
    created_ms: int
    expected_out: int
    scan_ms: int | None
    gas_wei: int | None
    token_delta: int | None
    native_delta_wei: int | None
    settled_ms: int | None
    closed_ms: int | None
    realised_wei: int | None

    @property
    def shortfall_bps(self) -> int | None:
        if self.kind is not OrderKind.SWAP:
            return None
        return shortfall(self.side, self.expected_out, self.token_delta, self.native_delta_wei)

    @property
    def closed(self) -> str:
        """A position ends with the sell that was booked at the same moment."""
        if self.side is Side.BUY or self.closed_ms is None or self.closed_ms != self.settled_ms:
            return ""
        return WON if (self.realised_wei or 0) > 0 else LOST


@dataclass(frozen=True, slots=True)
class _Orders:
    """Of the entries' orders those of this bot, and when each was first sent and seen."""

    known: Mapping[str, _Known]
    first_ms: Mapping[tuple[str, str], int]
    taken: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, db: Connection, scope: Scope, ids: Sequence[str]) -> "_Orders":
        if not ids:
            return cls({}, {})
        ours = (_O.bot == scope.bot, _O.chain_id == scope.chain_id, _O.id.in_(ids))
        known = {row[0]: _Known(*row[1:]) for row in db.execute(_KNOWN.where(*ours))}
        steps = _STEPS.where(_T.order_id.in_(list(known))).order_by(_T.id.desc())
        first_ms = {(order_id, event): at_ms for order_id, event, at_ms in db.execute(steps)}
        return cls(known, first_ms)

    def arrow(self, order_id: str, event: str, at_ms: int) -> Arrow:
        one, key = self.known[order_id], (order_id, event)
        first = self.first_ms.get(key, at_ms) == at_ms and key not in self.taken
        self.taken.add(key)
        to = TO[OrderEvent(event)]
        buried = to in FEE_OF and one.gas_wei is not None
        return Arrow(
            event=OrderEvent(event),
            to=to,
            at_ms=at_ms,
            first=first,
            created_ms=one.created_ms,
            scan_ms=one.scan_ms,
            sent_ms=self.first_ms.get((order_id, OrderEvent.SUBMIT)),
            fee_wei=one.gas_wei if buried else None,
            shortfall_bps=one.shortfall_bps if to is OrderState.CONFIRMED else None,
            closed=one.closed if buried else "",
        )
