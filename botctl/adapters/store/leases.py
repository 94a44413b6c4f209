"""Who may sign for a wallet, and its nonce counter: one locked row, whichever bot or host asks.

Time only says when another may take over; that whoever was overtaken cannot sign is said by the token.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal, schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert
from botctl.adapters.store.witness import NONCES, Rows
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError, TransientError
from botctl.core.lifecycle import OrderState
from botctl.core.nonces import Slot
from botctl.core.units import Address
from botctl.ports.store import Lease, NonceRow

FREE: Final = ""

_N, _O, _A = schema.nonces.c, schema.orders.c, schema.attempts.c
# Built once: building a statement costs several times what running it does.
_MINE: Final = (_N.chain_id == sa.bindparam("on_chain"), _N.wallet == sa.bindparam("of_wallet"))
_SELECT: Final = sa.select(*(_N[name] for name in names(NonceRow))).where(*_MINE)
_LOCK: Final = _SELECT.with_for_update()
_STORE: Final = sa.update(schema.nonces).where(*_MINE)
_OPEN: Final = insert(schema.nonces, on_conflict="DO NOTHING")
_TAKEN: Final = sa.text(schema.TAKEN)
_WAITING: Final = sa.text(schema.WAITING)
_LOST: Final = "another process took over this wallet; nothing was signed or written"
_MOVED: Final = "the nonce counter is not where this run saw it; nothing was written"
# Orders whose nonce the chain has used: a FAILED one only when it was mined.
_ENDED: Final = sa.or_(
    _O.state.in_(sorted((OrderState.CONFIRMED, OrderState.CANCELED, OrderState.REPLACED))),
    sa.and_(_O.state == OrderState.FAILED, _O.block_number.is_not(None)),
)


class Leases(Part):
    def nonce(self, wallet: Address) -> NonceRow | None:
        with self._db.reading() as db:
            return _found(db, _SELECT, self._scope.chain_id, wallet)

    def lease(
        self, wallet: Address, *, holder: str, chain_nonce: int, now_ms: int, ttl_ms: int
    ) -> Lease | None:
        assert holder != FREE, "a holder has a name"
        chain_id = self._scope.chain_id
        first = NonceRow(next=chain_nonce, holder=FREE, fence=0, until_ms=0)
        with self._db.writing() as db:
            db.execute(_OPEN, _values(chain_id, wallet, first))
            row = locked(db, chain_id, wallet)
            assert row is not None, "it was there, or has just been made"
            if row.holder not in {FREE, holder} and row.until_ms > now_ms:
                return None
            changed = row.holder != holder
            row = replace(row, holder=holder, fence=row.fence + changed, until_ms=now_ms + ttl_ms)
            rows = store(db, chain_id, wallet, row)
            if changed:
                journal.append(db, _entry(now_ms, chain_id, wallet, "lease", row, rows))
            return Lease(chain_id, wallet, holder, row.fence, row.until_ms)

    def release(self, lease: Lease) -> None:
        with self._db.writing() as db:
            row = locked(db, lease.chain_id, lease.wallet)
            if row is None or not _is_of(row, lease):
                return
            free = replace(row, holder=FREE, until_ms=0)
            rows = store(db, lease.chain_id, lease.wallet, free)
            at_ms = journal.newest_ms(db)  # nobody waits for this moment, so it is not asked for
            journal.append(db, _entry(at_ms, lease.chain_id, lease.wallet, "release", free, rows))

    def slots(self, wallet: Address) -> tuple[Slot, ...]:
        mine = (_O.chain_id == self._scope.chain_id, _O.wallet == wallet, _WAITING)
        orders = sa.select(_O.nonce, _O.id, _O.bot, _O.state).where(*mine).order_by(_O.nonce)
        with self._db.reading() as db:
            found = db.execute(orders).all()
            hashes = _hashes(db, [row.id for row in found])
        return tuple(Slot(*row, hashes.get(row.id, ())) for row in found)

    def settled_next(self, wallet: Address) -> int:
        """Read downwards: above the first that ended there are only the open ones."""
        query = (
            sa.select(_O.nonce)
            .where(_O.chain_id == self._scope.chain_id, _O.wallet == wallet, _TAKEN, _ENDED)
            .order_by(_O.nonce.desc())
            .limit(1)
        )
        with self._db.reading() as db:
            highest = db.execute(query).scalar()
        return 0 if highest is None else highest + 1

    def set_next(self, lease: Lease, *, expected: int, to: int, now_ms: int, why: str) -> None:
        with self._db.writing() as db:
            row = held(db, lease)
            if row.next != expected or taken(db, lease, at_least=to):
                facts = {"expected": expected, "found": row.next, "to": to}
                raise LostMoveError(Code.ERR_MOVE_LOST, _MOVED, wallet=lease.wallet, **facts)
            rows = store(db, lease.chain_id, lease.wallet, replace(row, next=to))
            journal.append(
                db,
                journal.entry(
                    now_ms,
                    _subject(lease.chain_id, lease.wallet),
                    "set_next",
                    {"from": row.next, "to": to, "fence": row.fence, "why": why},
                    rows,
                ),
            )


def locked(db: Connection, chain_id: int, wallet: str | None) -> NonceRow | None:
    """The wallet's row, ours until the transaction ends."""
    return _found(db, _LOCK, chain_id, wallet)


def held(db: Connection, lease: Lease) -> NonceRow:
    """The wallet's row, locked. Raises ERR_LEASE_LOST when `lease` is not its newest."""
    row = locked(db, lease.chain_id, lease.wallet)
    if row is None or not _is_of(row, lease):
        newest = None if row is None else row.fence
        facts = {"fence": lease.fence, "newest": newest, "holder": row.holder if row else None}
        raise TransientError(Code.ERR_LEASE_LOST, _LOST, wallet=lease.wallet, **facts)
    return row


def store(db: Connection, chain_id: int, wallet: str, row: NonceRow) -> Rows:
    """Over the locked row; what the journal has to say of it."""
    values = {name: getattr(row, name) for name in names(NonceRow)}
    db.execute(_STORE, {**values, "on_chain": chain_id, "of_wallet": wallet})
    return NONCES.of(_values(chain_id, wallet, row))


def taken(db: Connection, lease: Lease, *, at_least: int) -> bool:
    """Whether an order of anybody has a nonce from here on."""
    return first_taken(db, lease, at_least) is not None


def first_taken(db: Connection, lease: Lease, at_least: int) -> int | None:
    query = (
        sa.select(_O.nonce)
        .where(_O.chain_id == lease.chain_id, _O.wallet == lease.wallet, _TAKEN)
        .where(_O.nonce >= at_least)
        .order_by(_O.nonce)
        .limit(1)
    )
    return db.execute(query).scalar()


def _hashes(db: Connection, order_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Of every attempt, oldest first."""
    found: dict[str, tuple[str, ...]] = {}
    if order_ids:
        signed = sa.select(_A.order_id, _A.hash).where(_A.order_id.in_(order_ids))
        for order_id, tx_hash in db.execute(signed.order_by(_A.order_id, _A.number)):
            found[order_id] = (*found.get(order_id, ()), tx_hash)
    return found


def _found(
    db: Connection, query: sa.Executable, chain_id: int, wallet: str | None
) -> NonceRow | None:
    row = db.execute(query, {"on_chain": chain_id, "of_wallet": wallet}).first()
    return None if row is None else NonceRow(*row)


def _is_of(row: NonceRow, lease: Lease) -> bool:
    return (row.holder, row.fence) == (lease.holder, lease.fence)


def _values(chain_id: int, wallet: str, row: NonceRow) -> dict[str, object]:
    own = {name: getattr(row, name) for name in names(NonceRow)}
    return {"chain_id": chain_id, "wallet": wallet, **own}


def _entry(
    at_ms: int, chain_id: int, wallet: str, event: str, row: NonceRow, rows: Rows
) -> journal.Entry:
    facts = {"holder": row.holder, "fence": row.fence, "next": row.next}
    return journal.entry(at_ms, _subject(chain_id, wallet), event, facts, rows)


def _subject(chain_id: int, wallet: str) -> str:
    return f"wallet:{chain_id}:{wallet}"
