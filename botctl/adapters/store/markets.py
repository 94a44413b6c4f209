"""Markets, swaps and how far the chain was read; a reorg takes back what its blocks told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import bulk, journal, schema
from botctl.adapters.store.columns import Table
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import SWAP_COLUMNS, names, swap_values
from botctl.adapters.store.statements import insert
from botctl.core.facts import Market, Source, Window
from botctl.core.lifecycle import OPEN
from botctl.core.units import Address
from botctl.ports.store import Cursor, Swap

TRAIL_MAX: Final = 300  # cursors kept: deeper than any reorg we would follow
HALF_BITS: Final = 32  # volumes are summed in two halves, because SQLite's sum ends at 64 bits
HALF: Final = (1 << HALF_BITS) - 1

_SUMS: Final = f"""
    count(*) FILTER (WHERE is_buy = 1 {{within}}), count(*) FILTER (WHERE is_buy = 0 {{within}}),
    sum(quote_nano >> {HALF_BITS}) FILTER (WHERE is_buy = 1 {{within}}),
    sum(quote_nano & {HALF}) FILTER (WHERE is_buy = 1 {{within}}),
    sum(quote_nano >> {HALF_BITS}) FILTER (WHERE is_buy = 0 {{within}}),
    sum(quote_nano & {HALF}) FILTER (WHERE is_buy = 0 {{within}}),
    count(DISTINCT CASE WHEN is_buy >= 0 {{within}} THEN trader END)
"""
WINDOWS: Final = sa.text(
    f"SELECT pair, {_SUMS.format(within='AND block_number > :short')}, {_SUMS.format(within='')}"
    " FROM swaps WHERE chain_id = :chain_id AND block_number > :long AND block_number <= :at"
    " GROUP BY pair"
)

# A sandwich: somebody bought before and sold after another's buy, all in one block.
SANDWICHES: Final = sa.text(
    "SELECT pair, count(*) FROM (SELECT pair, block_number, trader,"
    " min(CASE WHEN is_buy = 1 THEN log_index END) AS bought,"
    " max(CASE WHEN is_buy = 0 THEN log_index END) AS sold"
    " FROM swaps WHERE chain_id = :chain_id AND block_number > :long AND block_number <= :at"
    " GROUP BY pair, block_number, trader) AS both_ways WHERE bought < sold AND EXISTS ("
    "SELECT 1 FROM swaps AS other WHERE other.chain_id = :chain_id"
    " AND other.block_number = both_ways.block_number AND other.pair = both_ways.pair"
    " AND other.is_buy = 1 AND other.trader <> both_ways.trader"
    " AND other.log_index > bought AND other.log_index < sold) GROUP BY pair"
)

_M, _C, _S = schema.markets.c, schema.cursors.c, schema.swaps.c
_P, _O = schema.positions.c, schema.orders.c

# What is there stays as it is; only a market whose creation had vanished takes its new one.
_ADD_MARKET: Final = insert(
    schema.markets,
    on_conflict="(chain_id, factory, pair) DO UPDATE SET created_block = excluded.created_block,"
    " created_s = excluded.created_s, orphaned = 0 WHERE markets.orphaned = 1",
)
_SELECT_MARKET: Final = sa.select(*(_M[name] for name in names(Market)))
_SELECT_CURSOR: Final = sa.select(*(_C[name] for name in names(Cursor)))
_ADD_CURSOR: Final = insert(schema.cursors, on_conflict="DO NOTHING")


class Markets(Part):
    def markets(self) -> tuple[Market, ...]:
        query = _SELECT_MARKET.where(
            *self._feed(schema.markets), sa.or_(_M.orphaned == 0, *self._kept())
        ).order_by(_M.pair)
        with self._db.reading() as db:
            return tuple(Market(*row) for row in db.execute(query))

    def _kept(self) -> Iterator[sa.ColumnElement[bool]]:
        """A market that a reorg took away stays in sight while we hold it or have an order for it."""
        of_pair = (_P.bot == self._scope.bot, _P.chain_id == _M.chain_id, _P.pair == _M.pair)
        yield sa.exists().where(*of_pair, _P.closed_ms.is_(None))
        of_pair = (_O.bot == self._scope.bot, _O.chain_id == _M.chain_id, _O.pair == _M.pair)
        yield sa.exists().where(*of_pair, _O.state.in_(sorted(OPEN)))

    def cursor(self) -> Cursor | None:
        return next(iter(self.trail(1)), None)

    def trail(self, most: int) -> tuple[Cursor, ...]:
        query = (
            _SELECT_CURSOR.where(*self._feed(schema.cursors))
            .order_by(_C.block_number.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(Cursor(*row) for row in db.execute(query))

    def advance(self, cursor: Cursor, markets: Sequence[Market], swaps: Sequence[Swap]) -> None:
        chain_id = self._scope.chain_id
        own = {"chain_id": chain_id, "factory": self._scope.factory, "orphaned": 0}
        with self._db.writing() as db:
            if markets:
                values = [{n: getattr(m, n) for n in names(Market)} | own for m in markets]
                db.execute(_ADD_MARKET, values)
            rows = [swap_values(chain_id, swap) for swap in swaps]
            bulk.insert_missing(db, schema.swaps, SWAP_COLUMNS, rows)
            at = {"block_number": cursor.block_number, "block_hash": cursor.block_hash}
            # A cursor already there keeps its hash: if that is of a fork, the next scan sees it.
            db.execute(_ADD_CURSOR, own | at)
            self._prune(db)

    def _prune(self, db: Connection) -> None:
        oldest = (
            sa.select(_C.block_number)
            .where(*self._feed(schema.cursors))
            .order_by(_C.block_number.desc())
            .limit(1)
            .offset(TRAIL_MAX - 1)
            .scalar_subquery()
        )
        db.execute(
            sa.delete(schema.cursors).where(*self._feed(schema.cursors), _C.block_number < oldest)
        )

    def roll_back(self, to: Cursor | None) -> None:
        above = -1 if to is None else to.block_number
        from_logs = sa.and_(_M.source == Source.FACTORY, _M.created_block > above)
        # A pair belongs to one factory: swaps of another's markets are not ours to forget.
        ours = sa.select(_M.pair).where(*self._feed(schema.markets))
        with self._db.writing() as db:
            db.execute(
                sa.delete(schema.swaps).where(
                    _S.chain_id == self._scope.chain_id,
                    _S.block_number > above,
                    _S.pair.in_(ours),
                )
            )
            db.execute(
                sa.delete(schema.cursors).where(
                    *self._feed(schema.cursors), _C.block_number > above
                )
            )
            db.execute(
                sa.update(schema.markets)
                .where(*self._feed(schema.markets), from_logs)
                .values(orphaned=1)
            )
            self._note(db, to)

    def _note(self, db: Connection, to: Cursor | None) -> None:
        facts = {"to": None if to is None else to.block_number}
        subject = f"chain:{self._scope.chain_id}:{self._scope.factory}"
        # The port tells no time here; an entry is never dated before the one it follows.
        journal.append(db, journal.entry(journal.newest_ms(db), subject, "roll_back", facts))

    def windows(
        self, at_block: int, short_blocks: int, long_blocks: int
    ) -> Mapping[Address, tuple[Window, Window]]:
        """Only pairs that had a swap; the others' windows are empty."""
        bounds = {
            "chain_id": self._scope.chain_id,
            "at": at_block,
            "long": at_block - long_blocks,
            "short": at_block - short_blocks,
        }
        of_long = {name: bounds[name] for name in ("chain_id", "at", "long")}
        with self._db.reading() as db:
            caught = {row[0]: row[1] for row in db.execute(SANDWICHES, of_long)}
            return {
                row[0]: (
                    _window(short_blocks, row[1:8]),
                    _window(long_blocks, row[8:15], caught.get(row[0], 0)),
                )
                for row in db.execute(WINDOWS, bounds)
            }

    def _feed(self, table: Table) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            table.c.chain_id == self._scope.chain_id,
            table.c.factory == self._scope.factory,
        )


def _window(blocks: int, sums: Iterable[int | Decimal | None], sandwiches: int = 0) -> Window:
    """`sums` as in `_SUMS`; a sum of nothing is None."""
    buys, sells, buy_high, buy_low, sell_high, sell_low, traders = (int(s or 0) for s in sums)
    return Window(
        blocks=blocks,
        buys=buys,
        sells=sells,
        buy_quote_nano=(buy_high << HALF_BITS) + buy_low,
        sell_quote_nano=(sell_high << HALF_BITS) + sell_low,
        traders=traders,
        sandwiches=sandwiches,
    )
