"""Tiers 3 to 5 of the sellability gate: what was sold later, under whose power, and as whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.sellability.codes import Severity
from botctl.core.units import Address


class Capability(StrEnum):
    """What a node was seen to do; what it was not seen to do, it cannot."""

    STATE_OVERRIDE = "state_override"  # lends code and balances to a call
    BLOCK_OVERRIDE = "block_override"  # lets a call believe in another height and time
    SIMULATE = "simulate"  # eth_simulateV1: transactions over several blocks, state carried


class Means(StrEnum):
    """How a sale was simulated; the first proves more than the second."""

    CARRIED = "carried"  # bought in one block and sold in a later one, by plain transactions
    WHOLE_TRIP = "whole_trip"  # bought and sold in one call of lent code, in a block made up


class Outcome(StrEnum):
    OK = "ok"
    NO_QUOTE = "no_quote"
    BUY_REVERTED = "buy_reverted"
    BOUGHT_NOTHING = "bought_nothing"
    APPROVE_FAILED = "approve_failed"
    SELL_REVERTED = "sell_reverted"
    SOLD_FOR_NOTHING = "sold_for_nothing"
    UNREADABLE = "unreadable"  # an answer that no token gives
    NOT_RUN = "not_run"  # the node failed to run it


class Tries(StrEnum):
    """What became of the owner puppet as a whole."""

    DONE = "done"
    NO_ACTOR = "no_actor"  # nobody who could use a power was named
    NO_SALE = "no_sale"  # not even without a power could the puppet's wallet sell
    NOT_RUN = "not_run"  # the node failed to run it
    NOT_POSSIBLE = "not_possible"  # the node lends no code


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale, `blocks` and `seconds` after the pinned block. Taxes beyond the pool's fee, rounded up."""

    name: str
    means: Means
    blocks: int
    seconds: int
    outcome: Outcome
    buy_tax_bps: int
    sell_tax_bps: int
    buy_gas: int
    sell_gas: int
    said: str  # decoded revert text, or empty


@dataclass(frozen=True, slots=True)
class PowerUse:
    """The worst that one power did to our sale, over all words it was used with."""

    target: Address
    selector: str  # eight hex digits; empty: calldata that names no function
    tried: int  # zero: the gas for all powers was used up before
    accepted: int  # of those tried; zero: each call of it reverted
    sells: bool
    loss_bps: int  # of the native proceeds, against the sale without it
    gained_bps: int  # what the actor was given, against the pool's tokens
    pool_loss_bps: int  # what left the pool without a trade
    used: str  # the worst use's calldata in hex, cut at three words
    said: str


@dataclass(frozen=True, slots=True)
class OwnerProof:
    tries: Tries
    means: Means
    powers: tuple[PowerUse, ...]  # in the order given
    left_out: int  # powers beyond the bound
    said: str
    spree: Sale | None = None  # after all powers that take no words; None: there are none


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was simulated of one token at one block."""

    token: Address
    now: Sale  # the round trip of tier 2, in the next block: what the others are held against
    ladder: tuple[Sale, ...]
    owner: OwnerProof
    opinion: Sale | None  # None: the node has no eth_simulateV1


class ProofCode(StrEnum):
    """The worst first. The prefix names the tier, as in `SellCode`."""

    # tier 5: from a plain account, in the words of a real transaction
    OPINION_SELL_REVERTED = "OPINION_SELL_REVERTED"
    OPINION_SOLD_FOR_NOTHING = "OPINION_SOLD_FOR_NOTHING"
    OPINION_BUY_FAILED = "OPINION_BUY_FAILED"
    OPINION_DIFFERS = "OPINION_DIFFERS"  # lent code trades on other terms than an account
    OPINION_TAX = "OPINION_TAX"
    # tier 3: sold in later blocks, in parts, after a gift of dust, in a richer pool
    LATER_SELL_REVERTED = "LATER_SELL_REVERTED"
    LATER_SOLD_FOR_NOTHING = "LATER_SOLD_FOR_NOTHING"
    LATER_TAX = "LATER_TAX"
    LATER_TAX_RISES = "LATER_TAX_RISES"
    # tier 4: after somebody used a power
    OWNER_STOPS_SALES = "OWNER_STOPS_SALES"
    OWNER_TAKES_POOL = "OWNER_TAKES_POOL"
    OWNER_MINTS = "OWNER_MINTS"
    OWNER_LOWERS_PROCEEDS = "OWNER_LOWERS_PROCEEDS"
    # a swap that costs more gas than a swap
    OPINION_GAS = "OPINION_GAS"
    LATER_GAS = "LATER_GAS"
    # not seen, so not proven
    OPINION_NOT_RUN = "OPINION_NOT_RUN"
    LATER_NOT_RUN = "LATER_NOT_RUN"
    OWNER_NOT_RUN = "OWNER_NOT_RUN"
    OPINION_NOT_POSSIBLE = "OPINION_NOT_POSSIBLE"
    OWNER_NOT_POSSIBLE = "OWNER_NOT_POSSIBLE"
    LATER_ONLY_WHOLE_TRIPS = "LATER_ONLY_WHOLE_TRIPS"


@dataclass(frozen=True, slots=True)
class ProofFinding:
    """`words` are ours, for a person; `said` is what the token reverted with, or empty."""

    code: ProofCode
    severity: Severity
    words: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class ProofCaps:
    """What is still acceptable; all but the gas in bps."""

    buy_tax_bps: int
    sell_tax_bps: int
    rise_bps: int  # of a tax against the one now, or of the loss that a power causes
    gained_bps: int  # what a power may give its user, against the pool's tokens
    pool_loss_bps: int
    swap_gas: int
    unproven: Severity  # of what could not be run, or not on this node


RANK: Final = {code: rank for rank, code in enumerate(ProofCode)}
NEVER_SOLD: Final = {
    Outcome.NO_QUOTE: "there is no quote",
    Outcome.BUY_REVERTED: "the buy reverts",
    Outcome.BOUGHT_NOTHING: "the buy brings nothing",
    Outcome.APPROVE_FAILED: "the router cannot be approved",
    Outcome.UNREADABLE: "a balance cannot be read",
    Outcome.NOT_RUN: "the node could not run it",
}


def verdict(proof: Proof, caps: ProofCaps) -> tuple[ProofFinding, ...]:
    """What tiers 3 to 5 found, refusals first and the worst of them first; one finding a code.

    Tier 2 is the caller's: that the round trip now fails is told here only through what differs.
    """
    found = (*_opinion(proof, caps), *_later(proof, caps), *_owner(proof.owner, caps))
    return tuple(sorted(_first_of_each(found), key=_badness))


def _badness(found: ProofFinding) -> tuple[bool, int]:
    return found.severity is not Severity.REFUSE, RANK[found.code]


def _first_of_each(found: Iterable[ProofFinding]) -> list[ProofFinding]:
    first: dict[ProofCode, ProofFinding] = {}
    for each in found:
        first.setdefault(each.code, each)
    return list(first.values())


def _opinion(proof: Proof, caps: ProofCaps) -> Iterator[ProofFinding]:
    sale, now = proof.opinion, proof.now
    if sale is None:
        say = "the node cannot simulate a plain account's trade"
        yield ProofFinding(ProofCode.OPINION_NOT_POSSIBLE, caps.unproven, say)
        return
    if sale.outcome is Outcome.NOT_RUN:
        say = "the node could not run a plain account's trade"
        yield ProofFinding(ProofCode.OPINION_NOT_RUN, caps.unproven, say, sale.said)
        return
    if now.outcome is Outcome.OK and _differ(sale, now, caps):
        say = "a plain account trades on worse terms than a simulated contract"
        yield _refuse(ProofCode.OPINION_DIFFERS, say, sale)
    if sale.outcome is Outcome.SELL_REVERTED:
        yield _refuse(ProofCode.OPINION_SELL_REVERTED, "a plain account cannot sell", sale)
    elif sale.outcome is Outcome.SOLD_FOR_NOTHING:
        yield _refuse(ProofCode.OPINION_SOLD_FOR_NOTHING, "a plain account sells for nothing", sale)
    elif sale.outcome is not Outcome.OK:
        say = f"for a plain account {NEVER_SOLD[sale.outcome]}"
        yield _refuse(ProofCode.OPINION_BUY_FAILED, say, sale)
    else:
        yield from _terms(sale, caps, ProofCode.OPINION_TAX, ProofCode.OPINION_GAS)


def _differ(sale: Sale, now: Sale, caps: ProofCaps) -> bool:
    """Better terms are no reason to refuse."""
    return (
        sale.outcome is not Outcome.OK
        or sale.buy_tax_bps - now.buy_tax_bps > caps.rise_bps
        or sale.sell_tax_bps - now.sell_tax_bps > caps.rise_bps
    )


def _later(proof: Proof, caps: ProofCaps) -> Iterator[ProofFinding]:
    """A whole trip that fails later as it fails now tells nothing about later."""
    if not any(sale.means is Means.CARRIED for sale in proof.ladder):
        say = "later sales were simulated as whole trips only: what was bought now was never sold"
        yield ProofFinding(ProofCode.LATER_ONLY_WHOLE_TRIPS, Severity.WARN, say)
    for sale in proof.ladder:
        if sale.means is Means.CARRIED or proof.now.outcome is Outcome.OK:
            yield from _of_later(sale, proof.opinion or proof.now, caps)


def _of_later(sale: Sale, base: Sale, caps: ProofCaps) -> Iterator[ProofFinding]:
    if sale.outcome is Outcome.SELL_REVERTED:
        yield _refuse(ProofCode.LATER_SELL_REVERTED, f"the sale reverts: {sale.name}", sale)
    elif sale.outcome is Outcome.SOLD_FOR_NOTHING:
        yield _refuse(ProofCode.LATER_SOLD_FOR_NOTHING, f"the sale pays nothing: {sale.name}", sale)
    elif sale.outcome is not Outcome.OK:
        say = f"{NEVER_SOLD[sale.outcome]}: {sale.name}"
        yield ProofFinding(ProofCode.LATER_NOT_RUN, caps.unproven, say, sale.said)
    else:
        yield from _terms(sale, caps, ProofCode.LATER_TAX, ProofCode.LATER_GAS)
        if base.outcome is Outcome.OK and sale.sell_tax_bps - base.sell_tax_bps > caps.rise_bps:
            say = f"the sell tax rises from {base.sell_tax_bps} to {sale.sell_tax_bps} bps: {sale.name}"
            yield _refuse(ProofCode.LATER_TAX_RISES, say, sale)


def _terms(sale: Sale, caps: ProofCaps, tax: ProofCode, gas: ProofCode) -> Iterator[ProofFinding]:
    if sale.buy_tax_bps > caps.buy_tax_bps or sale.sell_tax_bps > caps.sell_tax_bps:
        say = f"taxes of {sale.buy_tax_bps} and {sale.sell_tax_bps} bps: {sale.name}"
        yield _refuse(tax, say, sale)
    if max(sale.buy_gas, sale.sell_gas) > caps.swap_gas:
        say = f"{max(sale.buy_gas, sale.sell_gas)} gas for a swap: {sale.name}"
        yield _refuse(gas, say, sale)


def _owner(owner: OwnerProof, caps: ProofCaps) -> Iterator[ProofFinding]:
    if owner.tries is Tries.NOT_POSSIBLE:
        say = "the node cannot simulate the use of an owner's powers"
        yield ProofFinding(ProofCode.OWNER_NOT_POSSIBLE, caps.unproven, say)
    elif owner.tries in (Tries.NOT_RUN, Tries.NO_SALE):
        say = "no use of an owner's powers could be simulated"
        yield ProofFinding(ProofCode.OWNER_NOT_RUN, caps.unproven, say, owner.said)
    missed = owner.left_out + sum(use.tried == 0 for use in owner.powers)
    if missed:
        say = f"{missed} powers are beyond what is simulated of one token"
        yield ProofFinding(ProofCode.OWNER_NOT_RUN, caps.unproven, say)
    for use in owner.powers:
        yield from _of_power(use, caps)
    if owner.spree is not None:
        yield from _of_spree(owner.spree, caps)


def _of_spree(sale: Sale, caps: ProofCaps) -> Iterator[ProofFinding]:
    if sale.outcome is Outcome.NOT_RUN:
        say = "the node could not run a sale after all powers"
        yield ProofFinding(ProofCode.OWNER_NOT_RUN, caps.unproven, say, sale.said)
    elif sale.outcome is not Outcome.OK:
        yield _refuse(ProofCode.OWNER_STOPS_SALES, f"our sale fails: {sale.name}", sale)
    elif sale.sell_tax_bps > caps.sell_tax_bps:
        say = f"our sale is taxed by {sale.sell_tax_bps} bps: {sale.name}"
        yield _refuse(ProofCode.OWNER_LOWERS_PROCEEDS, say, sale)


def _of_power(use: PowerUse, caps: ProofCaps) -> Iterator[ProofFinding]:
    power = f"0x{use.selector}" if use.selector else "a call without a name"
    rules = (
        (ProofCode.OWNER_STOPS_SALES, not use.sells, "our sale fails"),
        (
            ProofCode.OWNER_TAKES_POOL,
            use.pool_loss_bps > caps.pool_loss_bps,
            f"the pool has lost {use.pool_loss_bps} bps of its tokens",
        ),
        (
            ProofCode.OWNER_MINTS,
            use.gained_bps > caps.gained_bps,
            f"somebody has got {use.gained_bps} bps of the pool's tokens",
        ),
        (
            ProofCode.OWNER_LOWERS_PROCEEDS,
            use.sells and use.loss_bps > caps.rise_bps,
            f"our sale brings {use.loss_bps} bps less",
        ),
    )
    for code, holds, words in rules:
        if holds:
            said = use.said if code is ProofCode.OWNER_STOPS_SALES else ""
            yield ProofFinding(code, Severity.REFUSE, f"after {power}, {words}", said)


def _refuse(code: ProofCode, words: str, sale: Sale) -> ProofFinding:
    return ProofFinding(code, Severity.REFUSE, words, sale.said)
