"""Is the pool calm enough to enter? Jumping reserves, and trades that others would sandwich."""

from typing import Final

from botctl.core.amm import amount_out, shortfall_bps
from botctl.core.case import Quote
from botctl.core.facts import Detection, Past, World
from botctl.core.terms import Calm

MS: Final = 1_000
SEARCH_STEPS: Final = 40  # halves the attacker's stake to a millionth of the pool
PARTS: Final = 8  # of the largest stake: its best is not always the largest


def flicker_bps(seen: Detection) -> int | None:
    """How far price or liquidity jumped since the cycle before, whichever jumped more.

    None when that cycle did not see this market, or either could not be read.
    """
    return jump_bps(seen.past, seen.facts.reserve_token, seen.facts.reserve_quote)


def jump_bps(before: Past | None, token: int | None, quote: int | None) -> int | None:
    """The same from the two reserves as they are now."""
    if before is None or not quote or not token:
        return None
    # Prices compared without dividing: quote/token then against quote/token now.
    then_price, now_price = before.reserve_quote * token, quote * before.reserve_token
    then_k, now_k = before.reserve_quote * before.reserve_token, quote * token
    return max(_apart_bps(then_price, now_price), _apart_bps(then_k, now_k) // 2)


def pause_left_ms(seen: Detection, calm: Calm, now_ms: int) -> int:
    """How long entries still wait after the last jump that an earlier cycle saw; 0 when calm."""
    jumped_ms = seen.past.jumped_ms if seen.past else None
    if jumped_ms is None:
        return 0
    return max(0, jumped_ms + calm.flicker_pause_s * MS - now_ms)


def _apart_bps(one: int, other: int) -> int:
    """Of the larger, rounded up."""
    return shortfall_bps(min(one, other), max(one, other))


def sandwich_profit_wei(quote: Quote, seen: Detection) -> int:
    """The most that buying before us and selling after us can bring, gas apart; 0 when nothing.

    The attacker may push the price until our own bound `min_out` is just met: a trade beyond it
    would fail and leave nothing to take. V2 arithmetic, the pool's fee on both of its trades; a tax
    of the token, which would cost the attacker too, is left out: so it is never less than the truth.
    """
    x, y = seen.facts.reserve_quote, seen.facts.reserve_token
    if not x or not y or quote.min_out <= 0:
        return 0
    most = _largest_stake(quote, x, y)
    return max(_profit(quote.amount_in, most * i // PARTS, x, y) for i in range(1, PARTS + 1))


def _largest_stake(quote: Quote, x: int, y: int) -> int:
    low, high = 0, x
    tax_free_min = quote.min_out * amount_out(quote.amount_in, x, y) // max(1, quote.expected_out)
    for _ in range(SEARCH_STEPS):
        stake = (low + high) // 2
        if _ours(quote.amount_in, stake, x, y) >= tax_free_min:
            low = stake
        else:
            high = stake
    return low


def _ours(amount: int, stake: int, x: int, y: int) -> int:
    return amount_out(amount, x + stake, y - amount_out(stake, x, y))


def _profit(amount: int, stake: int, x: int, y: int) -> int:
    bought = amount_out(stake, x, y)
    ours = amount_out(amount, x + stake, y - bought)
    return max(0, amount_out(bought, y - bought - ours, x + stake + amount) - stake)


def sandwich_cost_wei(world: World, calm: Calm) -> int:
    """What the attacker's two trades burn at the base fee: the tip is theirs to choose."""
    return calm.sandwich_gas * world.block.base_fee_wei
