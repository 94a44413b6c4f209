"""The attacker's arithmetic: as much as our bound allows, and not a unit more."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.devnet.sandwich import largest_stake
from botctl.core.amm import amount_out
from botctl.core.units import BPS_ONE, share_floor

RESERVES = st.integers(10**18, 10**24)


@given(
    amount=st.integers(10**15, 10**18),
    slippage_bps=st.integers(1, 2_000),
    reserve_in=RESERVES,
    reserve_out=RESERVES,
)
def test_the_largest_stake_leaves_us_our_bound_and_one_more_does_not(
    amount: int, slippage_bps: int, reserve_in: int, reserve_out: int
) -> None:
    def ours(stake: int) -> int:
        moved = amount_out(stake, reserve_in, reserve_out)
        return amount_out(amount, reserve_in + stake, reserve_out - moved)

    min_out = share_floor(amount_out(amount, reserve_in, reserve_out), BPS_ONE - slippage_bps)
    stake = largest_stake(amount, min_out, reserve_in, reserve_out)
    assert ours(stake) >= min_out
    assert stake == reserve_in or ours(stake + 1) < min_out
