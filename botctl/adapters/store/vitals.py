"""What health asks of the database, in one snapshot: each question a short range of an index."""

import json
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.positions import realised_wei
from botctl.adapters.store.rows import names
from botctl.core.breakers import Breaker
from botctl.core.health import (
    CycleFact,
    Ended,
    ErrorSeen,
    Finding,
    HealthCode,
    HealthState,
    Match,
    Told,
    Transition,
    Vitals,
)
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderState
from botctl.core.orders import OrderKind
from botctl.core.pauses import Pause
from botctl.core.permission import Level
from botctl.core.units import BPS_ONE

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CYCLES: Final = 60  # an hour by the usual timetable
RECENT, BEFORE = 3, 12  # decided cycles whose decisions are held against each other
ORDERS: Final = 40
ERRORS: Final = 200
JOBS: Final = 10  # of all kinds: the newest cycle is among them
CYCLE_JOB: Final = "cycle"

_Y, _D, _L, _O = schema.cycles.c, schema.detections.c, schema.ledger.c, schema.orders.c
_F, _J, _E, _H = schema.fills.c, schema.job_runs.c, schema.errors.c, schema.health.c
Asked = dict[str, str | int]
Told3 = tuple[Match | None, tuple[Told, ...], tuple[Told, ...]]
Decided = tuple[int, str, str]  # when it was decided, its id, its block's hash

# Built once: every command asks all of them, and to put a statement together costs more than to run it.
_BOT: Final[sa.BindParameter[str]] = sa.bindparam("bot")
_CHAIN: Final[sa.BindParameter[int]] = sa.bindparam("chain_id")
_SINCE: Final[sa.BindParameter[int]] = sa.bindparam("since_ms")
_CYCLES: Final = (
    sa.select(_Y.started_ms, _Y.scan_ms, _Y.markets, _Y.decided_ms, _Y.cycle_id, _Y.block_hash)
    .where(_Y.bot == _BOT, _Y.chain_id == _CHAIN)
    .order_by(_Y.id.desc())
    .limit(CYCLES)
)
_WAITING: Final = sa.select(_O.created_ms).where(
    _O.bot == _BOT, _O.chain_id == _CHAIN, _O.state.in_(sorted(OPEN))
)
_ENDED: Final = (
    sa.select(
        _O.pair, _O.code, _O.changed_ms, _O.created_ms, _O.nonce, _O.state, _O.side, _O.expected_out,
        _F.token_delta, _F.native_delta_wei,
    )
    .join_from(schema.orders, schema.fills, _F.order_id == _O.id, isouter=True)
    .where(
        _O.bot == _BOT,
        _O.chain_id == _CHAIN,
        _O.created_ms >= _SINCE,
        _O.kind == OrderKind.SWAP,
    )
    .order_by(_O.created_ms.desc())
    .limit(ORDERS)
)  # fmt: skip
_ERRORS: Final = (
    sa.select(_E.at_ms, _E.code, _E.command)
    .where(_E.bot == _BOT, _E.at_ms >= _SINCE)
    .order_by(_E.at_ms.desc())
    .limit(ERRORS)
)
_STARTED: Final = (
    sa.select(_J.job, _J.scheduled_ms, _J.started_ms)
    .where(_J.bot == _BOT)
    .order_by(_J.scheduled_ms.desc())
    .limit(JOBS)
)
_BREAKERS: Final = (
    sa.select(*(schema.breakers.c[name] for name in names(Breaker)))
    .where(schema.breakers.c.bot == _BOT)
    .order_by(schema.breakers.c.name)
)
_PAUSES: Final = (
    sa.select(*(schema.pauses.c[name] for name in names(Pause)))
    .where(schema.pauses.c.bot == _BOT)
    .order_by(schema.pauses.c.scope)
)
_HEALTH: Final = (
    sa.select(_H.at_ms, _H.was, _H.now, _H.findings).where(_H.bot == _BOT).order_by(_H.id.desc())
)
_NEWEST_HEALTH: Final = _HEALTH.limit(1)


class VitalsPart(Part):
    _tallied: tuple[Decided, Told3] | None = None  # a decided cycle's rows never change

    def vitals(self, bot: str, now_ms: int) -> Vitals:
        ours: Asked = {"bot": bot, "chain_id": self._scope.chain_id}
        with self._db.reading() as db:
            cycles, decided = _cycles(db, ours)
            match, recent, before = self._told(db, bot, decided)
            return Vitals(
                cycles=cycles,
                match=match,
                recent=recent,
                before=before,
                waiting_ms=tuple(sorted(db.execute(_WAITING, ours).scalars(), reverse=True)),
                ended=_ended(db, ours | {"since_ms": now_ms - DAY_MS}),
                errors=_errors(db, {"bot": bot, "since_ms": now_ms - HOUR_MS}),
                started=_started(db, bot),
                realised_today_wei=realised_wei(
                    db, bot, self._scope.chain_id, now_ms - now_ms % DAY_MS
                ),
                breakers=tuple(Breaker(*row) for row in db.execute(_BREAKERS, {"bot": bot})),
                pauses=pauses_of(db, bot),
                last=next(iter(_transitions(db, bot, _NEWEST_HEALTH)), None),
            )

    def _told(self, db: Connection, bot: str, decided: Sequence[Decided]) -> Told3:
        if not decided:
            return None, (), ()
        newest = decided[0]
        if self._tallied is None or self._tallied[0] != newest:
            self._tallied = newest, _tallies(db, bot, decided)
        return self._tallied[1]


def _cycles(db: Connection, ours: Asked) -> tuple[tuple[CycleFact, ...], tuple[Decided, ...]]:
    rows = db.execute(_CYCLES, ours).all()
    facts = tuple(CycleFact(*row[:4]) for row in rows)
    return facts, tuple((row[3], row[4], row[5]) for row in rows if row[3] is not None)


def _ended(db: Connection, asked: Asked) -> tuple[Ended, ...]:
    ended = (
        Ended(
            pair=row.pair,
            code=row.code,
            at_ms=row.changed_ms,
            took_ms=row.changed_ms - row.created_ms,
            sent=row.nonce is not None,
            confirmed=row.state is OrderState.CONFIRMED,
            shortfall_bps=shortfall(
                row.side, row.expected_out, row.token_delta, row.native_delta_wei
            ),
        )
        for row in db.execute(_ENDED, asked)
        if row.state not in OPEN
    )
    return tuple(sorted(ended, key=lambda one: -one.at_ms))


def shortfall(side: Side, expected: int, tokens: int | None, native_wei: int | None) -> int | None:
    """How far below what the decision expected, rounded up; negative when it was better."""
    got = tokens if side is Side.BUY else native_wei
    if got is None or got <= 0 or expected <= 0:
        return None
    return -(-(expected - got) * BPS_ONE // expected)


def _tallies(db: Connection, bot: str, decided: Sequence[Decided]) -> Told3:
    newest_ms, cycle_id, block_hash = decided[0]
    seen = sa.select(sa.func.count()).where(_D.bot == bot, _D.block_hash == block_hash)
    told = sa.select(sa.func.count()).where(_L.cycle_id == cycle_id)
    match = Match(db.execute(seen).scalar_one(), db.execute(told).scalar_one())
    since = decided[: RECENT + BEFORE][-1][0]
    border = decided[:RECENT][-1][0]
    recent = _tally(db, bot, border, newest_ms)
    return match, recent, _tally(db, bot, since, border - 1) if since < border else ()


def _tally(db: Connection, bot: str, from_ms: int, to_ms: int) -> tuple[Told, ...]:
    query = (
        sa.select(_L.kind, _L.reason, sa.func.count())
        .where(_L.bot == bot, _L.at_ms >= from_ms, _L.at_ms <= to_ms)
        .group_by(_L.kind, _L.reason)
    )
    return tuple(Told(*row) for row in db.execute(query))


def _errors(db: Connection, asked: Asked) -> tuple[ErrorSeen, ...]:
    return tuple(ErrorSeen(*row) for row in db.execute(_ERRORS, asked))


def _started(db: Connection, bot: str) -> tuple[int, int] | None:
    rows = db.execute(_STARTED, {"bot": bot})
    began = (row for row in rows if row[0] == CYCLE_JOB and row[2] is not None)
    return next(((row[1], row[2]) for row in began), None)


def pauses_of(db: Connection, bot: str) -> tuple[Pause, ...]:
    return tuple(
        Pause(scope, until_ms, reason, who, since_ms, Level(level))
        for scope, until_ms, reason, who, since_ms, level in db.execute(_PAUSES, {"bot": bot})
    )


def transitions_of(db: Connection, bot: str, most: int) -> list[Transition]:
    return _transitions(db, bot, _HEALTH.limit(most))


def _transitions(db: Connection, bot: str, query: sa.Executable) -> list[Transition]:
    return [
        Transition(at_ms, was, now, tuple(_finding(one) for one in json.loads(found)))
        for at_ms, was, now, found in db.execute(query, {"bot": bot}).all()
    ]


def _finding(told: dict[str, str | int]) -> Finding:
    return Finding(
        HealthState(str(told["state"])),
        HealthCode(str(told["code"])),
        int(told["tier"]),
        str(told["evidence"]),
        int(told["since_ms"]),
    )
