"""The books of a wallet: one snapshot over all bots that sign with it, to be held against the chain."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.core.books import NATIVE, VANISHED
from botctl.core.lifecycle import OrderState
from botctl.core.units import Address
from botctl.ports.wallet_books import WalletBooks

_I, _K, _P = schema.baselines.c, schema.balances.c, schema.positions.c
_O, _F, _C = schema.orders.c, schema.fills.c, schema.corrections.c
_IS_ANSWER: Final = sa.func.substr(_C.id, 1, len(VANISHED)) == VANISHED


class Wallets(Part):
    def wallet_books(
        self, bot: str, wallet: Address, also: Collection[Address] = ()
    ) -> WalletBooks | None:
        with self._db.reading() as db:
            baselines = self._baselines(db)
            if bot not in baselines:
                return None
            bots = sorted(b for b in baselines if b == bot or self._signs_with(db, b) == wallet)
            first = min((baselines[one] for one in bots), key=lambda row: (row[1], row[2]))
            return WalletBooks(
                bots=tuple(bots),
                baseline_wei=first[0],
                baseline_block=first[1],
                moved_wei=self._moved_wei(db, bots),
                tokens=self._quantities(db, bots, {*self._watched(db, bot), *also}),
                newest_fill=self._newest_fill(db, bots),
                oldest_mined=self._oldest_mined(db, bots),
            )

    def _baselines(self, db: Connection) -> Mapping[str, tuple[int, int, int]]:
        """By bot: balance, block, when."""
        query = sa.select(_I.bot, _I.balance_wei, _I.block_number, _I.set_ms)
        mine = db.execute(query.where(_I.chain_id == self._scope.chain_id))
        return {row[0]: (row[1], row[2], row[3]) for row in mine}

    def _signs_with(self, db: Connection, bot: str) -> str | None:
        """By the newest order it has signed: a bot has one key."""
        signed = sa.select(_O.wallet).where(
            _O.bot == bot, _O.chain_id == self._scope.chain_id, _O.wallet.is_not(None)
        )
        return db.execute(signed.order_by(_O.created_ms.desc()).limit(1)).scalar()

    def _moved_wei(self, db: Connection, bots: Sequence[str]) -> int:
        """Added here, because SQLite cannot add 256-bit numbers."""
        query = sa.select(_K.moved_wei).where(_K.bot.in_(bots), _K.chain_id == self._scope.chain_id)
        return sum(db.execute(query).scalars())

    def _watched(self, db: Connection, bot: str) -> Iterator[Address]:
        chain_id = self._scope.chain_id
        held = sa.select(_P.token).where(
            _P.bot == bot, _P.chain_id == chain_id, _P.closed_ms.is_(None)
        )
        answers = sa.select(_C.token).where(_C.bot == bot, _C.chain_id == chain_id, _IS_ANSWER)
        yield from db.execute(held).scalars()
        yield from (token for token in db.execute(answers).scalars() if token != NATIVE)

    def _quantities(
        self, db: Connection, bots: Sequence[str], tokens: Collection[Address]
    ) -> Mapping[Address, int]:
        if not tokens:
            return {}
        found = dict.fromkeys(tokens, 0)
        of_tokens = sa.select(_P.token, _P.quantity).where(
            _P.bot.in_(bots), _P.chain_id == self._scope.chain_id, _P.token.in_(sorted(tokens))
        )
        for token, quantity in db.execute(of_tokens):
            found[token] += quantity
        return found

    def _newest_fill(self, db: Connection, bots: Sequence[str]) -> int | None:
        newest = [
            db.execute(
                sa.select(_F.block_number)
                .where(_F.bot == bot, _F.chain_id == self._scope.chain_id)
                .order_by(_F.block_number.desc())
                .limit(1)
            ).scalar()
            for bot in bots
        ]
        return max((block for block in newest if block is not None), default=None)

    def _oldest_mined(self, db: Connection, bots: Sequence[str]) -> int | None:
        query = sa.select(_O.block_number).where(
            _O.bot.in_(bots),
            _O.chain_id == self._scope.chain_id,
            _O.state == OrderState.MINED,
            _O.block_number.is_not(None),
        )
        return min(db.execute(query).scalars(), default=None)
