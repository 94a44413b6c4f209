"""Ledger against chain: native and every held token, at the block that is already buried."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from botctl.core.books import NATIVE, traded, vanished_answer
from botctl.core.codes import Code
from botctl.core.orders import Fill, OrderKind
from botctl.core.permission import Level, PermissionSource, SourceKind, worst
from botctl.core.units import Address
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime
from botctl.ports.store import Correction
from botctl.ports.wallet_books import WalletBooks

FINAL_FILLS = 8  # of the newest fills: a reorg reaches the newest first
RECEIVED = "received from outside"
ANSWERED_MAX = 200  # fills that one correction looks at; older ones halt again


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Amounts in the smallest unit; `token` is `NATIVE` for the coin itself."""

    token: str
    ledger: int
    chain: int
    block_number: int


def mismatches(rt: Runtime, head: Head, gone: Sequence[Fill] = ()) -> tuple[Mismatch, ...]:
    """Empty when every booked amount is on the chain, and while the two cannot be compared.

    All bots that share the wallet are one in this: the chain knows no bots. The tokens of `gone` trades are compared too: a sell that vanished leaves tokens nobody holds.
    """
    doubted = {fill.token for fill in gone if fill.kind is OrderKind.SWAP}
    books = rt.store.wallet_books(rt.identity.bot, rt.identity.wallet, doubted)
    depth = head.block.number - rt.send_plan.confirmations + 1
    if books is None or depth < books.baseline_block or not _all_booked(books, depth):
        return ()
    block = head.block if depth == head.block.number else rt.txs.blocks([depth])[0]
    if block is None:
        return ()
    with rt.trace.profile_span("fetch_positions"):
        wallet = rt.txs.wallet(rt.identity.wallet, sorted(books.tokens), block)
    if any(slot.nonce < wallet.nonce for slot in rt.store.slots(rt.identity.wallet)):
        return ()  # mined by then, and not booked yet: another run was at work on it
    booked = books.baseline_wei + books.moved_wei
    native = Mismatch(NATIVE, booked, wallet.balance_wei, depth)
    tokens = (
        Mismatch(h.token, books.tokens[h.token], -1 if h.balance is None else h.balance, depth)
        for h in wallet.holdings
    )
    return (
        *((native,) if native.ledger != native.chain else ()),
        *(one for one in tokens if one.chain < one.ledger or _came_back(one, doubted)),
    )


def _came_back(one: Mismatch, doubted: Collection[Address]) -> bool:
    """More than is booked is no matter, since anybody can send us tokens; but a sell that vanished
    left them with us.
    """
    return one.chain > one.ledger and one.token in doubted


def _all_booked(books: WalletBooks, depth: int) -> bool:
    """Whether the books stand at `depth`: no mined order is missing, and no fill is above it.

    The latter is a node that is behind what we have booked (LESSONS 10).
    """
    above = books.newest_fill is not None and books.newest_fill > depth
    missing = books.oldest_mined is not None and books.oldest_mined <= depth
    return not above and not missing


def all_booked(rt: Runtime, depth: int) -> bool:
    """Whether the books of this wallet stand at `depth`, so that they can be held against the chain.

    Before the first baseline nothing was ever sent, and nothing can be missing.
    """
    books = rt.store.wallet_books(rt.identity.bot, rt.identity.wallet)
    return books is None or _all_booked(books, depth)


def held_tokens(rt: Runtime) -> dict[Address, int]:
    held: dict[Address, int] = {}
    for one in rt.store.positions(rt.identity.bot, only_open=True):
        token = one.position.token
        held[token] = held.get(token, 0) + one.position.quantity
    return held


def received(rt: Runtime, head: Head, found: Sequence[Mismatch]) -> int:
    """Books native coin that came from outside, and says how much, in wei; 0: none did.

    Anybody can send us some, and an operator does when gas runs low: if more than is booked halted
    us, one wei of a stranger would. Where a block that we have booked from is gone, or our own key
    has sent what these books do not know of (a copy of them was restored), it is no gift.
    """
    gift = next((one for one in found if one.token == NATIVE and one.chain > one.ledger), None)
    if gift is None or vanished(rt, head, ANSWERED_MAX) or _sent_unknown(rt, gift):
        return 0
    # The block is left out: whoever sees the same gift at another block books it once.
    entry = replace(_correction(rt, replace(gift, block_number=0)), block_number=gift.block_number)
    if not rt.store.correct([entry], rt.clock.now_ms(), RECEIVED):
        return 0
    wei = gift.chain - gift.ledger
    rt.log.info("received from outside", wei=wei, block=gift.block_number)
    return wei


def _sent_unknown(rt: Runtime, gift: Mismatch) -> bool:
    """Whether by that block the chain had more of the wallet's transactions than these books settled.

    The nonce counter does not tell: it has been raised above what it could not explain.
    """
    block = rt.txs.blocks([gift.block_number])[0]
    if block is None:
        return True
    wallet = rt.identity.wallet
    return rt.txs.wallet(wallet, (), block).nonce > rt.store.settled_next(wallet)


def halt_on(rt: Runtime, found: Sequence[Mismatch]) -> None:
    """Native coin that is missing means that we do not know what we own: nothing moves.

    What a token says of itself is its maker's word: entries stop, and the exits of all others go on,
    or one hostile token would shut us in everywhere.
    """
    if not found:
        return
    first = found[0]
    halt(
        rt,
        Code.ERR_LEDGER_MISMATCH,
        f"{first.token} ledger {first.ledger} chain {first.chain} at block {first.block_number}",
        Level.HALT_ALL if first.token == NATIVE else Level.EXITS_ONLY,
    )


def halt(rt: Runtime, code: Code, detail: str, level: Level = Level.HALT_ALL) -> None:
    """Latched until `reconcile --correct`, or a person, lifts it; a milder finding never does."""
    rt.log.error("ledger and chain differ", code=code, detail=detail)
    if worst(rt.store.sources(), SourceKind.LEDGER) > level:
        return
    rt.store.set_source(
        PermissionSource(
            SourceKind.LEDGER, level, f"{code}: {detail}", "reconcile", rt.clock.now_ms()
        )
    )


def halt_on_deep_reorg(rt: Runtime, head: Head) -> None:
    """What we booked as final must still be in its block, or a person has answered for it."""
    gone = vanished(rt, head, FINAL_FILLS)
    if gone:
        fill = gone[0]
        detail = f"order {fill.order_id} was booked in block {fill.block_number}, which is gone"
        halt(rt, Code.ERR_REORG_DEEP, detail)


def vanished(rt: Runtime, head: Head, most: int) -> tuple[Fill, ...]:
    """Of the newest fills those whose block another one has replaced, and nobody answered for."""
    fills = rt.store.unanswered_fills(rt.identity.bot, most)
    numbers = sorted({f.block_number for f in fills if f.block_number <= head.block.number})
    if not numbers:
        return ()
    found = dict(zip(numbers, rt.txs.blocks(numbers), strict=True))
    return tuple(
        fill
        for fill in fills
        if (block := found.get(fill.block_number)) is not None and block.hash != fill.block_hash
    )


@dataclass(frozen=True, slots=True)
class CorrectReport:
    """Proposed entries; `applied` of them were new, None for a dry run."""

    corrections: tuple[Correction, ...]
    applied: int | None


def correct(rt: Runtime, *, why: str, apply: bool) -> CorrectReport:
    """Entries that make the ledger equal to the chain; applied, they lift the halt.

    Also one for every fill whose block is gone: it books nothing, and the fill halts no more. Ids
    follow from the difference, or from fill and block, so the same entry is never booked twice.
    """
    head = rt.txs.head()
    gone = vanished(rt, head, ANSWERED_MAX)
    found = mismatches(rt, head, gone)
    differences = [_correction(rt, one) for one in found if one.chain >= 0]
    proposed = (*differences, *map(_answer, gone))
    if not apply:
        return CorrectReport(proposed, None)
    now_ms = rt.clock.now_ms()
    applied = rt.store.correct(proposed, now_ms, why) if proposed else 0
    if rt.store.baseline(rt.identity.bot) is not None and len(differences) == len(found):
        lifted = PermissionSource(SourceKind.LEDGER, Level.ALLOW_ALL, why, "operator", now_ms)
        rt.store.set_source(lifted)
    return CorrectReport(proposed, applied)


def _correction(rt: Runtime, one: Mismatch) -> Correction:
    parts = (
        rt.identity.wallet,  # of two bots that share it, one books what both see
        str(rt.policy.venue.chain_id),
        one.token,
        str(one.ledger),
        str(one.chain),
        str(one.block_number),
    )
    key = sha256("\n".join(parts).encode()).hexdigest()
    return Correction(key, one.token, one.ledger, one.chain, one.block_number)


def _answer(fill: Fill) -> Correction:
    key = vanished_answer(fill.order_id, fill.block_hash)
    return Correction(key, traded(fill), 0, 0, fill.block_number)
