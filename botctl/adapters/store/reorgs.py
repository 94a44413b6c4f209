"""After a reorganisation deeper than what counts as final: whose block may be gone, what is to be sent again."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import SELECT_ORDER, names, orders_of
from botctl.core.books import VANISHED
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Fill, Order
from botctl.core.units import Address

_O, _F, _C = schema.orders.c, schema.fills.c, schema.corrections.c
_SELECT_FILL: Final = sa.select(*(_F[name] for name in names(Fill)))
# As `core.books.vanished_answer` spells it; the table's key, so each fill costs one look.
_ANSWER: Final = sa.literal(f"{VANISHED}:").concat(_F.order_id).concat(":").concat(_F.block_hash)
_ANSWERED: Final = sa.exists().where(_C.id == _ANSWER)
# By their own bytes: what REPLACED says was somebody else's.
_BY_OURS: Final = sa.or_(
    _O.state.in_((OrderState.CANCELED, OrderState.CONFIRMED)),
    sa.and_(_O.state == OrderState.FAILED, _O.block_number.is_not(None)),
)


class Reorgs(Part):
    def unanswered_fills(self, bot: str, most: int) -> Sequence[Fill]:
        query = (
            _SELECT_FILL.where(_F.bot == bot, _F.chain_id == self._scope.chain_id, ~_ANSWERED)
            .order_by(_F.block_number.desc(), _F.order_id.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(Fill(*row) for row in db.execute(query))

    def ended_from(self, wallet: Address, nonce: int, most: int) -> Sequence[Order]:
        query = (
            SELECT_ORDER.where(
                _O.chain_id == self._scope.chain_id,
                _O.wallet == wallet,
                sa.text(schema.TAKEN),
                _O.nonce >= nonce,
                _BY_OURS,
            )
            .order_by(_O.nonce)
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(orders_of(db, query))
