"""Dry run and reality, measured: the same bytes on paper and on the chain (LESSONS 16)."""

import pytest

from botctl.adapters.devnet.plan import ETHER
from botctl.core.intent import Side
from tests.paper.twin import Twin
from tests.support.zoo import HONEST

HONEST_AND_TAXED = (*HONEST, "FeeToken", "SellTaxTrap")
BPS = 10_000
GAS_TOLERANCE_BPS = 1_000  # paper gas may be dearer, by what a simulation adds; never cheaper


@pytest.mark.parametrize("symbol", HONEST_AND_TAXED)
@pytest.mark.parametrize("wei", [ETHER // 100, ETHER // 3, 3 * ETHER + 1])
def test_a_round_trip_fills_on_paper_as_on_the_chain_to_the_wei(
    twin: Twin, symbol: str, wei: int
) -> None:
    token = twin.token(symbol)

    bought = twin.both(twin.buy(token, wei))
    paper, real = twin.fills(token, Side.BUY, wei, bought)
    assert (paper.token_delta, paper.native_delta_wei) == (real.token_delta, real.native_delta_wei)

    held = twin.held(token)
    approved = twin.both(twin.approve(token, held))
    sold = twin.both(twin.sell(token, held))
    paper, real = twin.fills(token, Side.SELL, held, sold)
    assert (paper.token_delta, paper.native_delta_wei) == (real.token_delta, real.native_delta_wei)
    for pair in (bought, approved, sold):
        assert pair.paper.gas_price_wei == pair.real.gas_price_wei
        excess = pair.paper.gas_used - pair.real.gas_used
        assert 0 <= excess <= pair.real.gas_used * GAS_TOLERANCE_BPS // BPS
