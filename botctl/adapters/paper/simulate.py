"""Simulated execution at one head: a buy is probed whole, a sell priced at the real reserves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from botctl.adapters.paper.book import NATIVE, Allowance, Book, Entry
from botctl.adapters.paper.calls import Approve, Buy, NoOp, Sell, Unknown, asked
from botctl.adapters.paper.outcome import (
    APPROVE_GAS,
    BUY_MORE_GAS,
    BUY_REFUND_GAS,
    EXPIRED,
    NO_POOL,
    NOT_TAKEN,
    NOTHING_IN,
    SELL_MORE_GAS,
    TOO_LITTLE,
    Outcome,
    reverted,
)
from botctl.adapters.paper.transfer_fee import arriving
from botctl.core.amm import FEE_DENOMINATOR, FEE_NUMERATOR, amount_out
from botctl.core.facts import BlockRef, Facts, Probe, ProbeStatus
from botctl.core.orders import UnsignedTx
from botctl.core.units import UINT256_MAX, Address
from botctl.ports.chain import MarketQuery, MarketReader, Surveyed, SurveyRequest

# The probe never got as far as holding the tokens.
NOT_BOUGHT: Final = frozenset(
    {
        ProbeStatus.NO_QUOTE,
        ProbeStatus.BUY_REVERTED,
        ProbeStatus.ISOLATED_FAILURE,
        ProbeStatus.BALANCE_UNREADABLE,
    }
)
PROBE_MAX_WEI: Final = 10**23  # a tenth of what the prober is lent
SELL_PROBES: Final = (1, 8, 64)  # the sale's size over these, until one can be bought to be sold


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """The one wallet of the book, and the venue it trades on."""

    chain_id: int
    wallet: Address
    factory: Address
    router: Address
    native: Address


@dataclass(frozen=True, slots=True)
class Simulator:
    """`pair_of` names the pair of a token and the native coin; None where none is known."""

    reader: MarketReader
    terms: PaperTerms
    pair_of: Callable[[Address], Address | None]

    def run(self, book: Book, tx: UnsignedTx, at: BlockRef) -> Outcome:
        """Raises what the reader raises: then nothing is known, and nothing happened."""
        terms = self.terms
        call = asked(tx, wallet=terms.wallet, router=terms.router, native=terms.native)
        match call:
            case Buy():
                return self._buy(call, at)
            case Sell():
                return self._sell(call, book, at)
            case Approve():
                allowance = Allowance(call.token, call.spender, call.amount)
                return Outcome(ok=True, gas=APPROVE_GAS, allowances=(allowance,))
            case NoOp():
                return Outcome(ok=True, gas=0)
            case Unknown():
                return reverted(call.why)
            case _:
                assert_never(call)

    def _buy(self, buy: Buy, at: BlockRef) -> Outcome:
        if buy.deadline_s < at.timestamp_s:
            return reverted(EXPIRED)
        pair = self.pair_of(buy.token)
        if pair is None:
            return reverted(NO_POOL)
        probe = self._survey(pair, buy.token, buy.value_wei, at).probe
        assert probe is not None, "a market that was asked to be probed has a probe"
        if probe.status in NOT_BOUGHT:
            return reverted(probe.reason or probe.status, probe.buy_gas + BUY_MORE_GAS)
        if probe.received < buy.min_out:
            return reverted(TOO_LITTLE, probe.buy_gas + BUY_MORE_GAS)
        terms = self.terms
        return Outcome(
            ok=True,
            gas=probe.buy_gas + BUY_MORE_GAS,
            refund=BUY_REFUND_GAS,
            entries=(Entry(NATIVE, -buy.value_wei), Entry(buy.token, probe.received)),
            transfers=(
                (terms.native, terms.router, pair, buy.value_wei),
                (buy.token, pair, terms.wallet, probe.received),
            ),
        )

    def _sell(self, sell: Sell, book: Book, at: BlockRef) -> Outcome:
        if sell.deadline_s < at.timestamp_s:
            return reverted(EXPIRED)
        pair = self.pair_of(sell.token)
        if pair is None:
            return reverted(NO_POOL)
        allowed = book.allowance(sell.token, self.terms.router)
        if sell.amount_in > min(allowed, book.balances().get(sell.token, 0)):
            return reverted(NOT_TAKEN)
        seen = self._sale_probe(pair, sell, at)
        if seen.probe is None:
            return reverted(NO_POOL)
        if seen.probe.status is not ProbeStatus.OK:
            return reverted(seen.probe.reason or seen.probe.status, _sale_gas(seen.probe))
        return self._sold(sell, pair, seen.facts, seen.probe, allowed)

    def _sold(self, sell: Sell, pair: Address, facts: Facts, probe: Probe, allowed: int) -> Outcome:
        terms, gas = self.terms, _sale_gas(probe)
        arrived = arriving(sell.amount_in, sent=probe.sent_to_pair, arrived=probe.arrived)
        into_pair = arrived + _not_yet_counted(facts)
        if into_pair <= 0:
            return reverted(NOTHING_IN, gas)
        out = amount_out(into_pair, facts.reserve_token or 0, facts.reserve_quote or 0)
        if out < sell.min_out:
            return reverted(TOO_LITTLE, gas)
        left = allowed if allowed == UINT256_MAX else allowed - sell.amount_in
        return Outcome(
            ok=True,
            gas=gas,
            refund=gas,  # more than the fifth that is ever given back
            entries=(Entry(sell.token, -sell.amount_in), Entry(NATIVE, out)),
            transfers=(
                (sell.token, terms.wallet, pair, sell.amount_in),
                (terms.native, pair, terms.router, out),
            ),
            allowances=(Allowance(sell.token, terms.router, left),),
        )

    def _sale_probe(self, pair: Address, sell: Sell, at: BlockRef) -> Surveyed:
        """The reserves, and a probe that sells about as much as we do: limits go by the amount.

        Smaller ones follow only where that much cannot even be bought, which a seller need not.
        """
        seen = self._survey(pair, sell.token, None, at)
        for size_wei in _probe_sizes(sell.amount_in, seen.facts):
            seen = self._survey(pair, sell.token, size_wei, at)
            if seen.probe is not None and seen.probe.status not in NOT_BOUGHT:
                break
        return seen

    def _survey(
        self, pair: Address, token: Address, probe_wei: int | None, at: BlockRef
    ) -> Surveyed:
        terms = self.terms
        request = SurveyRequest(
            markets=[MarketQuery(pair, token, terms.native, probe_wei)],
            wallet=terms.wallet,
            factory=terms.factory,
            router=terms.router,
            native=terms.native,
            lockers=(),
        )
        (seen,) = self.reader.survey(request, at).markets
        return seen


def _sale_gas(probe: Probe) -> int:
    return probe.sell_gas + SELL_MORE_GAS


def _not_yet_counted(facts: Facts) -> int:
    """Tokens at the pair above its reserves: the router counts them as part of the sale."""
    if facts.pair_token_balance is None or facts.reserve_token is None:
        return 0
    return facts.pair_token_balance - facts.reserve_token


def _probe_sizes(amount: int, facts: Facts) -> Iterator[int]:
    """Wei that buy `amount` tokens, and parts of it; nothing for a pool without reserves."""
    token, quote = facts.reserve_token or 0, facts.reserve_quote or 0
    if token <= 0 or quote <= 0:
        return
    size_wei = min(_wei_for(amount, quote, token), quote, PROBE_MAX_WEI)
    yield from (max(1, size_wei // part) for part in SELL_PROBES)


def _wei_for(tokens: int, reserve_quote: int, reserve_token: int) -> int:
    """What buying `tokens` costs before taxes, rounded up; all of the reserve if it has fewer."""
    if tokens >= reserve_token:
        return reserve_quote
    cost = reserve_quote * tokens * FEE_DENOMINATOR
    return cost // ((reserve_token - tokens) * FEE_NUMERATOR) + 1
