"""The life of an order on any venue: every legal move is one line (DESIGN §8)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import CorruptError


class OrderState(StrEnum):
    CREATED = "created"  # intent and reserved exposure are on disk
    SIGNED = "signed"  # nonce, raw bytes and hash are on disk
    SUBMITTED = "submitted"  # some node may have it
    PENDING = "pending"  # a node has it
    MINED = "mined"  # in a block that can still vanish
    CONFIRMED = "confirmed"  # deep enough, receipt good, balances moved as expected
    FAILED = "failed"  # refused before a byte left, or reverted and buried
    CANCELED = "canceled"  # our own cancel took the nonce, buried
    REPLACED = "replaced"  # something that is not ours took the nonce, buried
    DROPPED = "dropped"  # proven never sent: the nonce goes back


class OrderEvent(StrEnum):
    REFUSE = "refuse"  # a check said no before anything was signed
    SIGN = "sign"
    SUBMIT = "submit"
    SEE_PENDING = "see_pending"
    LOSE_SIGHT = "lose_sight"  # no node knows it any more: the same bytes must go out again
    BUMP = "bump"  # a new attempt under the same nonce, on disk before its call
    SEE_MINED = "see_mined"
    SEE_REORG = "see_reorg"
    BURY_OK = "bury_ok"
    BURY_REVERTED = "bury_reverted"
    BURY_CANCEL = "bury_cancel"
    BURY_FOREIGN = "bury_foreign"
    PROVE_UNSENT = "prove_unsent"


S, E = OrderState, OrderEvent
MOVES: Final[Mapping[tuple[OrderState, OrderEvent], OrderState]] = {
    (S.CREATED, E.REFUSE): S.FAILED,
    (S.CREATED, E.SIGN): S.SIGNED,
    (S.SIGNED, E.SUBMIT): S.SUBMITTED,
    (S.SIGNED, E.PROVE_UNSENT): S.DROPPED,
    (S.SIGNED, E.BURY_FOREIGN): S.REPLACED,
    (S.SUBMITTED, E.SUBMIT): S.SUBMITTED,  # the same bytes again
    (S.SUBMITTED, E.SEE_PENDING): S.PENDING,
    (S.SUBMITTED, E.SEE_MINED): S.MINED,
    (S.SUBMITTED, E.BUMP): S.SUBMITTED,
    (S.SUBMITTED, E.BURY_FOREIGN): S.REPLACED,
    (S.PENDING, E.LOSE_SIGHT): S.SUBMITTED,
    (S.PENDING, E.BUMP): S.SUBMITTED,
    (S.PENDING, E.SEE_MINED): S.MINED,
    (S.PENDING, E.BURY_FOREIGN): S.REPLACED,
    (S.MINED, E.SEE_REORG): S.PENDING,
    (S.MINED, E.SEE_MINED): S.MINED,  # mined again, in another block
    (S.MINED, E.BURY_OK): S.CONFIRMED,
    (S.MINED, E.BURY_REVERTED): S.FAILED,
    (S.MINED, E.BURY_CANCEL): S.CANCELED,
}
TERMINAL: Final = frozenset(OrderState) - {state for state, _ in MOVES}
OPEN: Final = frozenset(OrderState) - TERMINAL


def move(state: OrderState, event: OrderEvent) -> OrderState:
    """The state after `event`; a move that is not in the table is our own mistake."""
    to = MOVES.get((state, event))
    if to is None:
        raise CorruptError(
            Code.ERR_ILLEGAL_MOVE,
            "an order was asked to move against its table",
            state=state,
            event=event,
        )
    return to
