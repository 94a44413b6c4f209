"""Tiers 3 and 5: bought by plain transactions, and sold by plain transactions in later blocks.

Two questions a token: the buys alone tell the amounts that the sales of the second one need. Both
are made of the same block, so what happened in the first happens again in the second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm import gate_selectors, selectors
from botctl.adapters.evm.abi import WORD, address, arguments, rows, uint, unhexed
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.gate_case import Place, Suspect
from botctl.adapters.evm.gate_schedule import (
    BUYERS,
    BUYS,
    DUST_DIVISOR,
    DUSTED,
    DUSTER,
    FORTUNE_WEI,
    LATE,
    OPINION,
    PUMP_DIVISOR,
    RICH,
    RUNGS,
    TRADER,
    WHALE,
    Rung,
    Step,
)
from botctl.adapters.evm.gate_simulation import (
    Answer,
    Lent,
    Log,
    SimBlock,
    Tx,
    answers,
    fee_wei,
    wallet,
)
from botctl.core.amm import shortfall_bps
from botctl.core.sellability.proof import Means, Outcome, Sale
from botctl.core.units import Address

ROUTER: Final = RouterCalls()
TXS_MAX: Final = 8  # of one wallet, for its lent purse
READ_GAS: Final = 250_000
BUY_CALLS: Final = 3  # quote, buy, balance


@dataclass(frozen=True, slots=True)
class Bought:
    """By one wallet. `got` is in the token's unit, zero where nothing was bought."""

    outcome: Outcome
    got: int
    tax_bps: int
    gas: int
    said: str


@dataclass(frozen=True, slots=True)
class Ladder:
    place: Place
    suspect: Suspect

    def buys(self) -> list[SimBlock]:
        """The first question."""
        txs = [tx for index in range(BUYERS) for tx in self._buy(index)]
        pool = self._read(0, self.place.native, _balance(self.suspect.pair))
        return [SimBlock(BUYS.blocks, BUYS.seconds, [*txs, pool], self.lent(0))]

    def bought(self, result: object) -> tuple[list[Bought], int]:
        """By each wallet, and what the pool holds of the native coin after. Raises ValueError."""
        (calls,) = answers(result, [BUYERS * BUY_CALLS + 1])
        *steps, pool = calls
        found = [_bought(*steps[at : at + BUY_CALLS]) for at in range(0, len(steps), BUY_CALLS)]
        return found, pool.number() or 0

    def sales(self, bought: list[Bought], pool_wei: int) -> list[SimBlock]:
        """The second question."""
        got = [each.got for each in bought]
        first = [tx for index in range(BUYERS) for tx in self.bought_and_approved(index, got)]
        return [
            SimBlock(BUYS.blocks, BUYS.seconds, first, self.lent(pool_wei)),
            *(
                SimBlock(
                    rung.blocks,
                    rung.seconds,
                    self._rung(rung, got, pool_wei),
                    {},
                    self._maker(rung),
                )
                for rung in RUNGS
            ),
        ]

    def read(self, result: object, bought: list[Bought]) -> list[Sale]:
        """In the order of the schedule, the opinion first. Raises ValueError."""
        first, *later = answers(result, [2 * BUYERS, *(each.txs for each in RUNGS)])
        approvals = [first[at + 1] for at in range(0, len(first), 2)]
        return [
            self.sale(rung, step, bought[step.wallet], approval, calls)
            for rung, block in zip(RUNGS, later, strict=True)
            for step, approval, calls in _by_step(rung, block, approvals)
        ]

    def not_run(self, said: str) -> list[Sale]:
        """What to tell where the node could not run it."""
        return [self.sale_not_run(rung, step, said) for rung in RUNGS for step in rung.steps]

    def sale_not_run(self, rung: Rung, step: Step, said: str) -> Sale:
        none = Bought(Outcome.NOT_RUN, 0, 0, 0, said)
        return _failed(rung, step, Outcome.NOT_RUN, none, said)

    def bought_and_approved(self, index: int, got: list[int]) -> list[Tx]:
        """Nothing is approved yet for who does it late."""
        amount = 0 if index in LATE else got[index]
        return [self._swap_in(index, self.place.amount_wei), self._approve(index, amount)]

    def sell(self, step: Step, got: list[int], rung: Rung) -> list[Tx]:
        amount = step.part.of(got[step.wallet])
        token, native = self.suspect.token, self.place.native
        path = rows((address(token), address(native)))
        sell = ROUTER.sell(
            amount_in=amount,
            min_out=0,
            path=(token, native),
            to=self._who(step.wallet),
            deadline_s=self.place.block.timestamp_s + rung.seconds,
        )
        quote = gate_selectors.AMOUNTS_OUT + arguments(uint(amount), path)
        return [
            *([self._approve(step.wallet, amount)] if step.is_late else []),
            self._read(step.wallet, self.place.router, quote),
            Tx(self._who(step.wallet), self.place.router, f"0x{sell.hex()}"),
        ]

    def lent(self, pool_wei: int) -> Lent:
        fees = TXS_MAX * fee_wei(self.place)
        # a person keeps something back
        purses = dict.fromkeys(range(BUYERS), fees + 2 * self.place.amount_wei)
        purses |= {index: FORTUNE_WEI + wei for index, wei in purses.items() if index in RICH}
        purses[WHALE] = fees + pool_wei
        return {self._who(index): {"balance": hex(wei)} for index, wei in purses.items()}

    def sale(
        self, rung: Rung, step: Step, bought: Bought, approval: Answer, calls: tuple[Answer, Answer]
    ) -> Sale:
        quote, sell = calls
        if bought.outcome is not Outcome.OK:
            return _failed(rung, step, bought.outcome, bought, bought.said)
        if not _is_yes(approval):
            said = "" if approval.ok else approval.reason
            return _failed(rung, step, Outcome.APPROVE_FAILED, bought, said)
        if not sell.ok:
            return _failed(rung, step, Outcome.SELL_REVERTED, bought, sell.reason)
        expected, back = quote.number() or 0, self._paid(sell)
        if not expected or not back:
            return _failed(rung, step, Outcome.SOLD_FOR_NOTHING, bought, "")
        return _sold(rung, step, bought, shortfall_bps(back, expected), sell.gas)

    def _buy(self, index: int) -> list[Tx]:
        who = self._who(index)
        path = rows((address(self.place.native), address(self.suspect.token)))
        quote = gate_selectors.AMOUNTS_OUT + arguments(uint(self.place.amount_wei), path)
        return [
            self._read(index, self.place.router, quote),
            self._swap_in(index, self.place.amount_wei),
            self._read(index, self.suspect.token, _balance(who)),
        ]

    def _rung(self, rung: Rung, got: list[int], pool_wei: int) -> list[Tx]:
        """What strangers do comes first, so that the last calls are those of the steps."""
        strangers = []
        if rung.is_dusted:
            words = address(self._who(DUSTED)) + uint(max(1, got[DUSTER] // DUST_DIVISOR))
            data = f"0x{gate_selectors.TRANSFER}{words}"
            strangers.append(Tx(self._who(DUSTER), self.suspect.token, data))
        if rung.is_pumped:
            strangers.append(self._swap_in(WHALE, pool_wei // PUMP_DIVISOR))
        return [*strangers, *(tx for step in rung.steps for tx in self.sell(step, got, rung))]

    def _swap_in(self, index: int, value_wei: int) -> Tx:
        buy = ROUTER.buy(
            min_out=0,
            path=(self.place.native, self.suspect.token),
            to=self._who(index),
            deadline_s=self.place.block.timestamp_s + RUNGS[-1].seconds,
        )
        return Tx(self._who(index), self.place.router, f"0x{buy.hex()}", value_wei)

    def _approve(self, index: int, amount: int) -> Tx:
        approve = ROUTER.approve(spender=self.place.router, amount=amount)
        return Tx(self._who(index), self.suspect.token, f"0x{approve.hex()}")

    def _read(self, index: int, target: Address, data: str) -> Tx:
        """The same sender again: one more address would be one more to lend to."""
        return Tx(self._who(index), target, f"0x{data}", gas=READ_GAS)

    def _who(self, index: int) -> Address:
        if index == TRADER and self.place.trader is not None:
            return self.place.trader
        return wallet(self.place, self.suspect.token, index)

    def _maker(self, rung: Rung) -> Address | None:
        return self._who(WHALE + rung.blocks) if rung.is_anothers else None

    def _paid(self, sell: Answer) -> int:
        """Native wei, by the pair's own word: the last swap that the router had it do."""
        router = "0x" + address(self.place.router)
        for log in reversed(sell.logs):
            theirs = log.address.lower() == self.suspect.pair
            if theirs and log.topics == [selectors.SWAP, router, router]:
                return _word(log, 3 if self.suspect.token < self.place.native else 2)
        return 0


def is_opinion(sale: Sale) -> bool:
    return sale.name == OPINION


def _balance(who: Address) -> str:
    return gate_selectors.BALANCE_OF + address(who)


def _word(log: Log, index: int) -> int:
    """Zero where there is none: what claims to be a pair may log what it likes."""
    word = unhexed(log.data)[index * WORD : (index + 1) * WORD]
    return int.from_bytes(word, "big")


def _bought(quote: Answer, buy: Answer, balance: Answer) -> Bought:
    if not buy.ok:
        return Bought(Outcome.BUY_REVERTED, 0, 0, buy.gas, buy.reason)
    got = balance.number()
    if got is None:
        return Bought(Outcome.UNREADABLE, 0, 0, buy.gas, "")
    if got == 0:
        return Bought(Outcome.BOUGHT_NOTHING, 0, 0, buy.gas, "")
    return Bought(Outcome.OK, got, shortfall_bps(got, quote.number() or 0), buy.gas, "")


def _is_yes(approval: Answer) -> bool:
    """No return value is an old token's yes."""
    return approval.ok and (not approval.data or approval.number() == 1)


def _by_step(
    rung: Rung, block: list[Answer], approvals: Sequence[Answer]
) -> Iterator[tuple[Step, Answer, tuple[Answer, Answer]]]:
    """Approval, quote and sale of each step; before them are the strangers' trades."""
    at = rung.is_dusted + rung.is_pumped
    for step in rung.steps:
        own = block[at : at + step.txs]
        yield step, own[0] if step.is_late else approvals[step.wallet], (own[-2], own[-1])
        at += step.txs


def _sold(rung: Rung, step: Step, bought: Bought, tax_bps: int, gas: int) -> Sale:
    return Sale(
        name=step.name,
        means=Means.CARRIED,
        blocks=rung.blocks,
        seconds=rung.seconds,
        outcome=Outcome.OK,
        buy_tax_bps=bought.tax_bps,
        sell_tax_bps=tax_bps,
        buy_gas=bought.gas,
        sell_gas=gas,
        said="",
    )


def _failed(rung: Rung, step: Step, outcome: Outcome, bought: Bought, said: str) -> Sale:
    return Sale(
        name=step.name,
        means=Means.CARRIED,
        blocks=rung.blocks,
        seconds=rung.seconds,
        outcome=outcome,
        buy_tax_bps=bought.tax_bps,
        sell_tax_bps=0,
        buy_gas=bought.gas,
        sell_gas=0,
        said=said,
    )
