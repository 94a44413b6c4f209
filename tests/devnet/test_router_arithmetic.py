"""Our arithmetic against the contracts themselves: a hundred thousand answers, hundreds of swaps."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

import pytest

from botctl.core import amm
from botctl.core.amm import amount_out, impact_bps, mid_out, shortfall_bps
from botctl.core.units import BPS_ONE, share_floor
from tests.devnet.router_answers import Row, answers
from tests.devnet.swapping import Trade, Trader
from tests.support.chain import Chain

AMOUNT_OUT: Final = "getAmountOut(uint256,uint256,uint256)"
AMOUNT_IN: Final = "getAmountIn(uint256,uint256,uint256)"
QUOTE: Final = "quote(uint256,uint256,uint256)"
UINT112_MAX: Final = 2**112 - 1  # a pair's reserves are uint112
EDGES: Final = (0, 1, UINT112_MAX)
EDGE_OF: Final = 20  # one number in so many is an edge
CASES: Final = 100_000  # each through three functions: about a second in all
FEW: Final = 2_000
TORTURE_SEEDS: Final = 30
SWAPS: Final = 160  # on each of two pairs
SWAPS_A_BLOCK: Final = 20
FEE_BPS: Final = 200  # FeeToken.sol, on each way


def cases(seed: int, count: int) -> list[Row]:
    """(amount, reserve in, reserve out), all log-uniform, so that each size meets each other size."""
    rng = Random(seed)

    def number() -> int:
        if rng.randrange(EDGE_OF) == 0:
            return rng.choice(EDGES)
        return rng.getrandbits(rng.randint(1, 112))

    return [(number(), number(), number()) for _ in range(count)]


def unlike_the_router(chain: Chain, rows: Sequence[Row]) -> list[tuple[Row, int | None]]:
    """Where we say something else than `getAmountOut`: it reverts where we say nothing is paid."""
    told = answers(chain.rpc, chain.deployment.router, AMOUNT_OUT, rows)
    return [
        (row, said)
        for row, said in zip(rows, told, strict=True)
        if amount_out(*row) != (said or 0) or (said is None) != (0 in row)
    ]


def check_quote(chain: Chain, rows: Sequence[Row]) -> None:
    """`mid_out` is the router's own quote, but rounded up: a cost is measured against more."""
    told = answers(chain.rpc, chain.deployment.router, QUOTE, rows)
    for (amount, reserve_in, reserve_out), said in zip(rows, told, strict=True):
        assert (said is None) == (0 in (amount, reserve_in, reserve_out))
        if said is not None:
            part = amount * reserve_out % reserve_in != 0
            assert mid_out(amount, reserve_in, reserve_out) == said + part


def check_amount_in(chain: Chain, rows: Sequence[Row]) -> None:
    """The input that the router asks for pays at least the output in our arithmetic, two units less do not."""
    told = answers(chain.rpc, chain.deployment.router, AMOUNT_IN, rows)
    answered = 0
    for (wanted, reserve_in, reserve_out), said in zip(rows, told, strict=True):
        assert (said is None) == (0 in (wanted, reserve_in, reserve_out) or wanted >= reserve_out)
        if said is not None:
            answered += 1
            assert amount_out(said, reserve_in, reserve_out) >= wanted
            assert amount_out(said - 2, reserve_in, reserve_out) < wanted
    assert answered > len(rows) // 4


def check_costs(chain: Chain, rows: Sequence[Row]) -> None:
    """What we call impact and cost is never less than what the router's answer loses."""
    told = answers(chain.rpc, chain.deployment.router, AMOUNT_OUT, rows)
    for (amount, reserve_in, reserve_out), said in zip(rows, told, strict=True):
        if said is None:
            continue
        worth = amount * reserve_out  # times reserve_in: the exact value at the mid price
        kept = worth * amm.FEE_NUMERATOR * (BPS_ONE - impact_bps(amount, reserve_in))
        assert (said + 1) * reserve_in * amm.FEE_DENOMINATOR * BPS_ONE > kept
        cost_bps = shortfall_bps(said, mid_out(amount, reserve_in, reserve_out))
        assert (worth - said * reserve_in) * BPS_ONE <= cost_bps * worth


def test_a_hundred_thousand_outputs_are_the_routers_to_the_last_unit(demo_chain: Chain) -> None:
    assert unlike_the_router(demo_chain, cases(1, CASES)) == []


def test_the_mid_value_is_the_routers_quote_rounded_against_us(demo_chain: Chain) -> None:
    check_quote(demo_chain, cases(2, CASES))


def test_the_input_the_router_asks_for_is_the_least_that_pays(demo_chain: Chain) -> None:
    check_amount_in(demo_chain, cases(3, CASES))


def test_impact_and_cost_never_look_smaller_than_the_router_makes_them(demo_chain: Chain) -> None:
    check_costs(demo_chain, cases(4, CASES))


@pytest.mark.parametrize(("name", "value"), [("FEE_NUMERATOR", 998), ("FEE_DENOMINATOR", 1001)])
def test_another_fee_would_be_seen(
    demo_chain: Chain, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(amm, name, value)
    assert len(unlike_the_router(demo_chain, cases(1, FEW))) > FEW // 4


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 100 + TORTURE_SEEDS))
def test_millions_of_cases_find_no_difference(demo_chain: Chain, seed: int) -> None:
    rows = cases(seed, CASES)
    assert unlike_the_router(demo_chain, rows) == []
    check_quote(demo_chain, rows)
    check_amount_in(demo_chain, rows)
    check_costs(demo_chain, rows)


class Pool:
    """A pair as our arithmetic alone sees it, from its reserves before the first trade."""

    def __init__(self, token: int, quote: int, held: int, fee_bps: int) -> None:
        self.token, self.quote, self.held, self.fee_bps = token, quote, held, fee_bps

    def after_fee(self, amount: int) -> int:
        """What a transfer of the token delivers, by the token's own rounding."""
        left = amount - share_floor(amount, self.fee_bps)
        ours = share_floor(amount, BPS_ONE - self.fee_bps)  # what a decision counts on
        assert ours <= left <= ours + 1
        return left

    def expected(self, trade: Trade) -> int | None:
        if trade.is_buy:
            out = amount_out(trade.amount, self.quote, self.token)
            if out == 0:
                return None
            self.quote, self.token = self.quote + trade.amount, self.token - out
            self.held += self.after_fee(out)
            return self.after_fee(out)
        arrived = self.after_fee(trade.amount)
        out = amount_out(arrived, self.token, self.quote)
        if out == 0:
            return None
        self.token, self.quote = self.token + arrived, self.quote - out
        self.held -= trade.amount
        return out

    def planned(self, rng: Random) -> Trade:
        """From a single unit to as much as the pool holds."""
        is_buy = rng.random() < 0.5 or self.held == 0
        most = self.quote if is_buy else min(self.held, self.token)
        return Trade(is_buy, 1 + rng.getrandbits(rng.randint(1, most.bit_length())) % most)


def blocks(pool: Pool, rng: Random) -> Iterator[list[tuple[Trade, int | None]]]:
    for _ in range(SWAPS // SWAPS_A_BLOCK):
        trades = []
        for _ in range(SWAPS_A_BLOCK):
            trade = pool.planned(rng)
            trades.append((trade, pool.expected(trade)))
        yield trades


@pytest.mark.parametrize(("symbol", "fee_bps"), [("AURA", 0), ("TOLL", FEE_BPS)])
def test_real_swaps_bring_what_we_say_to_the_last_unit(
    chain: Chain, symbol: str, fee_bps: int
) -> None:
    trader = Trader(chain, chain.deployment.market(symbol))
    pool = Pool(*trader.reserves(), trader.held(), fee_bps)
    sides = set()
    for block in blocks(pool, Random(5)):
        trades = [trade for trade, _ in block]
        assert trader.received(trades) == [expected for _, expected in block]
        assert (pool.token, pool.quote) == trader.reserves()
        assert pool.held == trader.held()
        sides |= {(trade.is_buy, expected is None) for trade, expected in block}
    assert {(True, False), (False, False)} <= sides
