"""Ledger against chain: native and every held token, at the block that is already buried."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import Address
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime
from botctl.ports.store import Baseline


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Amounts in the smallest unit; `token` is "native" for the coin itself."""

    token: str
    ledger: int
    chain: int
    block_number: int


def mismatches(rt: Runtime, head: Head) -> tuple[Mismatch, ...]:
    """Empty when every booked amount is on the chain; fills above the buried block do not count."""
    baseline = rt.store.baseline(rt.identity.bot)
    depth = head.block.number - rt.send_plan.confirmations + 1
    if baseline is None or depth < baseline.block_number:
        return ()
    block = head.block if depth == head.block.number else rt.txs.blocks([depth])[0]
    if block is None or rt.store.has_unsettled(rt.identity.bot, depth):
        return ()
    held = _held(rt)
    wallet = rt.txs.wallet(rt.identity.wallet, sorted(held), block)
    booked = baseline.balance_wei + rt.store.native_moved_wei(rt.identity.bot)
    found = [Mismatch("native", booked, wallet.balance_wei, depth)]
    found += [
        Mismatch(h.token, held[h.token], -1 if h.balance is None else h.balance, depth)
        for h in wallet.holdings
    ]
    return tuple(one for one in found if one.ledger != one.chain)


def _held(rt: Runtime) -> dict[Address, int]:
    held: dict[Address, int] = {}
    for one in rt.store.positions(rt.identity.bot, only_open=True):
        token = one.position.token
        held[token] = held.get(token, 0) + one.position.quantity
    return held


def halt_on(rt: Runtime, found: Sequence[Mismatch]) -> None:
    """A ledger that is not the chain means that we do not know what we own: nothing moves."""
    if not found:
        return
    first = found[0]
    reason = (
        f"{Code.ERR_LEDGER_MISMATCH}: {first.token} ledger {first.ledger} chain {first.chain}"
        f" at block {first.block_number}"
    )
    rt.log.error("ledger and chain differ", code=Code.ERR_LEDGER_MISMATCH, detail=reason)
    source = PermissionSource(
        SourceKind.HEALTH, Level.HALT_ALL, reason, "reconcile", rt.clock.now_ms()
    )
    rt.store.set_source(source)


def accept_native(rt: Runtime, why: str) -> Baseline:
    """A deposit or withdrawal by the operator: the books start from the balance as it is now.

    Lifts the halt that the mismatch had set; tokens are not touched by this.
    """
    head = rt.txs.head()
    balance = rt.txs.wallet(rt.identity.wallet, (), head.block).balance_wei
    moved = rt.store.native_moved_wei(rt.identity.bot)
    baseline = Baseline(balance - moved, head.block.number)
    now_ms = rt.clock.now_ms()
    rt.store.set_baseline(rt.identity.bot, baseline, now_ms, why)
    lifted = PermissionSource(SourceKind.HEALTH, Level.ALLOW_ALL, why, "operator", now_ms)
    rt.store.set_source(lifted)
    return baseline
