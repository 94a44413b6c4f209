"""What to do with a transaction that does not mine: wait, publish again, raise its fee, or cancel.

The bump: geth's pool wants 10 % on both fee fields (core/txpool/legacypool, PriceBump), some
operators 12.5 %; the larger of the two passes everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Attempt, AttemptKind, Order, OrderKind
from botctl.core.permission import Permission
from botctl.core.plans import SendPlan
from botctl.core.units import BPS_ONE

CANCEL_GAS = 21_000  # a transfer of nothing to ourselves (Yellow Paper, G_transaction)


class Act(StrEnum):
    WAIT = "wait"
    PUBLISH = "publish"  # the same bytes once more: a raise is not possible or not allowed
    BUMP = "bump"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas, as EIP-1559 names them."""

    fee_max_wei: int
    priority_fee_wei: int


@dataclass(frozen=True, slots=True)
class Move:
    act: Act
    why: str
    fees: Fees | None = None  # of the new attempt


@dataclass(frozen=True, slots=True)
class Line:
    """The order at the head of the line, and the world it waits in."""

    order: Order
    attempts: Sequence[Attempt]  # oldest first, all under one nonce
    now_ms: int
    block_time_s: int  # of the head
    suggested: Fees
    permission: Permission


def next_move(line: Line, plan: SendPlan) -> Move:
    """One escalator for one nonce: bounded raises, then a cancel, and the same bytes in between."""
    newest, waited_ms = line.attempts[-1], _waited_ms(line)
    if newest.kind is not AttemptKind.CANCEL and (why := _hopeless(line, plan)):
        return _raised(line, plan, Act.CANCEL, why)
    if newest.sends == 0 and may_fill(line.order, line.permission):
        return Move(Act.PUBLISH, "signed, and never said to have been sent")
    if waited_ms < plan.bump_after_ms:
        return Move(Act.WAIT, f"waiting for {waited_ms} ms")
    if newest.kind is AttemptKind.CANCEL:
        return _again(line, plan, Act.CANCEL, plan.cancels_max)
    if not may_fill(line.order, line.permission):
        return _raised(line, plan, Act.CANCEL, "what it does is no longer permitted")
    return _again(line, plan, Act.BUMP, plan.bumps_max)


def may_fill(order: Order, permission: Permission) -> bool:
    """Whether a replacement that could fill may go out now (DESIGN §6)."""
    if order.kind is OrderKind.NOOP:
        return permission.exits  # it does nothing but free the line; a hard halt sends nothing
    return permission.entries if order.intent.side is Side.BUY else permission.exits


def raised(fees: Fees, bump_bps: int) -> Fees:
    """Both fields by at least `bump_bps`, rounded up, and by at least one wei."""
    return Fees(_more(fees.fee_max_wei, bump_bps), _more(fees.priority_fee_wei, bump_bps))


def _more(wei: int, bump_bps: int) -> int:
    return max(wei + 1, -(-wei * (BPS_ONE + bump_bps) // BPS_ONE))


def _waited_ms(line: Line) -> int:
    """Since a node took it; since it was signed when it was sent more than once, or never taken."""
    newest, order = line.attempts[-1], line.order
    taken = order.state is OrderState.PENDING and newest.sends == 1
    return line.now_ms - (max(newest.signed_ms, order.changed_ms) if taken else newest.signed_ms)


def _hopeless(line: Line, plan: SendPlan) -> str:
    """Why the call itself is given up; "" while it may still do what was decided."""
    if line.order.kind is OrderKind.NOOP:
        return ""  # its nonce has nothing better to carry
    if line.order.intent.deadline_s <= line.block_time_s:
        return "its deadline has passed"
    bumps = sum(a.kind is AttemptKind.BUMP for a in line.attempts)
    if bumps >= plan.bumps_max and _waited_ms(line) >= plan.bump_after_ms:
        return f"not mined after {bumps} raises of its fee"
    return ""


def _again(line: Line, plan: SendPlan, act: Act, most: int) -> Move:
    kind = AttemptKind.CANCEL if act is Act.CANCEL else AttemptKind.BUMP
    done = sum(a.kind is kind for a in line.attempts)
    if done >= most:
        return Move(Act.PUBLISH, f"{done} of {most} raises are used up")
    return _raised(line, plan, act, f"raise {done + 1} of {most}")


def _raised(line: Line, plan: SendPlan, act: Act, why: str) -> Move:
    """With the least fees a pool accepts, more when the chain asks more; the ceiling stops both."""
    newest = line.attempts[-1]
    least = raised(Fees(newest.fee_max_wei, newest.priority_fee_wei), plan.bump_bps)
    ceiling = plan.cancel_fee_max_wei if act is Act.CANCEL else plan.bump_fee_max_wei
    if least.fee_max_wei > ceiling:
        return Move(Act.PUBLISH, f"{why}; but a raise would exceed the ceiling of {ceiling} wei")
    fee_max = min(ceiling, max(least.fee_max_wei, line.suggested.fee_max_wei))
    priority = max(least.priority_fee_wei, line.suggested.priority_fee_wei)
    return Move(act, why, Fees(fee_max, min(fee_max, priority)))
