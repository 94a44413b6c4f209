"""Does our nonce counter explain the chain's? What is wrong is a finding, what mends it a repair.

The chain's count is a floor; everything between it and our counter must be an order of ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from botctl.core.lifecycle import OrderState
from botctl.core.units import OrderId


@dataclass(frozen=True, slots=True)
class Slot:
    """A nonce that an order of ours has; `bot` because several may share a wallet."""

    nonce: int
    order_id: OrderId
    bot: str
    state: OrderState
    hashes: tuple[str, ...]  # of every attempt under it


@dataclass(frozen=True, slots=True)
class NonceView:
    """One reading. Counts are of transactions, so each is also the next nonce of its kind."""

    mined: int  # eth_getTransactionCount at the freshest node's head
    agreed: int  # the same at the slowest node: what all of them can know of
    pending: int  # the same with the node's pool
    next: int  # our counter
    settled: int  # one above the highest nonce that we have seen buried
    slots: Sequence[Slot]  # open orders, by nonce
    known: frozenset[str]  # hashes that a node knows, waiting or mined


class Finding(StrEnum):
    LAGGING = "lagging"  # the node is behind what we have seen buried: it proves nothing
    FOREIGN_MINED = "foreign_mined"  # somebody else's transaction took a nonce
    FOREIGN_PENDING = "foreign_pending"  # somebody else's waits in the pool above ours
    GAP = "gap"  # nobody uses a nonce below ours: nothing above it can mine
    DRIFT = "drift"  # our counter is above every order of ours


@dataclass(frozen=True, slots=True)
class Trouble:
    """`first` to `last` inclusive."""

    finding: Finding
    first: int
    last: int

    @property
    def stops_entries(self) -> bool:
        return self.finding in {Finding.FOREIGN_MINED, Finding.FOREIGN_PENDING}


class Remedy(StrEnum):
    RAISE = "raise"  # the counter, to the count that every node has reached
    LOWER = "lower"  # the counter, over a range proven empty
    FILL = "fill"  # a no-op at a nonce
    RESEND = "resend"  # the same bytes of what had ended on the chain


MOVES_COUNTER: Final = frozenset({Remedy.RAISE, Remedy.LOWER})


@dataclass(frozen=True, slots=True)
class Repair:
    """RAISE and LOWER set the counter to `nonce`; FILL sends a no-op at it; RESEND is from it on."""

    remedy: Remedy
    nonce: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    troubles: tuple[Trouble, ...]
    repairs: tuple[Repair, ...]

    @property
    def foreign(self) -> tuple[Trouble, ...]:
        return tuple(trouble for trouble in self.troubles if trouble.stops_entries)


def diagnose(view: NonceView) -> Diagnosis:
    """Nothing is concluded from a node that is behind what we have seen ourselves (LESSONS 10).

    Or the chain has lost what we saw. The same bytes again do no harm either way: each mines once.
    """
    if view.mined < view.settled:
        behind = Trouble(Finding.LAGGING, view.mined, view.settled - 1)
        return Diagnosis((behind,), (Repair(Remedy.RESEND, view.mined),))
    troubles = tuple(_troubles(view))
    return Diagnosis(troubles, tuple(_repairs(view, troubles)))


def _troubles(view: NonceView) -> Iterator[Trouble]:
    taken = {slot.nonce for slot in view.slots}
    yield from _runs(Finding.FOREIGN_MINED, _taken_by_others(view, taken))
    top = max(taken | {view.mined - 1}) + 1
    yield from _runs(Finding.GAP, [n for n in range(view.mined, top) if n not in taken])
    if view.next > top:
        yield Trouble(Finding.DRIFT, top, view.next - 1)
    if view.pending > max(view.next, top):
        yield Trouble(Finding.FOREIGN_PENDING, max(view.next, top), view.pending - 1)


def _taken_by_others(view: NonceView, taken: set[int]) -> list[int]:
    """Mined nonces above our counter, and those of our open orders that no node knows.

    Nobody is accused by what only some nodes have seen (LESSONS 10).
    """
    ours_lost = [
        slot.nonce
        for slot in view.slots
        if slot.nonce < view.agreed and not view.known.intersection(slot.hashes)
    ]
    return sorted({*ours_lost, *(set(range(view.next, view.agreed)) - taken)})


def _repairs(view: NonceView, troubles: Sequence[Trouble]) -> Iterator[Repair]:
    if view.next < view.agreed:
        yield Repair(Remedy.RAISE, view.agreed)
    for trouble in troubles:
        if trouble.finding is Finding.GAP:
            yield from (Repair(Remedy.FILL, n) for n in range(trouble.first, trouble.last + 1))
        # A pool that holds something above the range has not been proven empty.
        if trouble.finding is Finding.DRIFT and view.pending <= trouble.first:
            yield Repair(Remedy.LOWER, trouble.first)


def _runs(finding: Finding, nonces: Sequence[int]) -> Iterator[Trouble]:
    """Neighbouring nonces as one trouble."""
    groups = groupby(enumerate(nonces), key=lambda placed: placed[1] - placed[0])
    for _, run in groups:
        found = [nonce for _, nonce in run]
        yield Trouble(finding, found[0], found[-1])
