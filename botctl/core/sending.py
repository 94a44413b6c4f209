"""What follows from a node's answer to our bytes (STYLE §4): silence is watched, never a failure."""

from enum import StrEnum
from hashlib import sha256
from typing import assert_never

from botctl.core.orders import SendCode


class Next(StrEnum):
    WATCH = "watch"  # a node has it, or may have it: only a receipt can say
    SEND_AGAIN = "send_again"  # the same bytes, later
    HOLD = "hold"  # a person must look: no funds, or refused outright


def after_send(code: SendCode) -> Next:
    match code:
        case SendCode.ACCEPTED | SendCode.ALREADY_KNOWN | SendCode.NONCE_TOO_LOW | SendCode.UNCLEAR:
            return Next.WATCH
        case SendCode.UNDERPRICED:
            return Next.SEND_AGAIN
        case SendCode.NO_FUNDS | SendCode.REJECTED:
            return Next.HOLD
        case _:
            assert_never(code)


SEEN_BY_NODE = frozenset({SendCode.ACCEPTED, SendCode.ALREADY_KNOWN})


def approval_key(intent_key: str) -> str:
    """The key of the approval that a sell needs: one for each sell, derived, never random."""
    return sha256(f"approve\n{intent_key}".encode()).hexdigest()
