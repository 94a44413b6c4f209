"""A position's books: nothing is lost, nothing is earned before it is, gas is always counted."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.accounting import Account, after_fill
from botctl.core.orders import Fill
from tests.support.builders import make_fill

wei = st.integers(0, 10**24)
units = st.integers(1, 10**30)
gas = st.integers(0, 10**18)


def buy(tokens: int, paid_wei: int, gas_wei: int = 0) -> Fill:
    return make_fill(token_delta=tokens, native_delta_wei=-paid_wei, gas_wei=gas_wei)


def sell(tokens: int, got_wei: int, gas_wei: int = 0) -> Fill:
    return make_fill(token_delta=-tokens, native_delta_wei=got_wei, gas_wei=gas_wei)


def only_gas(gas_wei: int) -> Fill:
    return make_fill(gas_wei=gas_wei)


def booked(fills: list[Fill]) -> Account:
    account = Account()
    for fill in fills:
        account = after_fill(account, fill)
    return account


@st.composite
def stories(draw: st.DrawFn) -> list[Fill]:
    """Any mix of buys, partial and whole sells, approvals and reverts; never more sold than held."""
    fills: list[Fill] = []
    held = 0
    for _ in range(draw(st.integers(1, 12))):
        act = draw(st.sampled_from(["buy", "sell", "gas"]))
        if act == "buy":
            tokens = draw(units)
            fills.append(buy(tokens, draw(wei), draw(gas)))
            held += tokens
        elif act == "sell" and held:
            tokens = draw(st.integers(1, held))
            fills.append(sell(tokens, draw(wei), draw(gas)))
            held -= tokens
        else:
            fills.append(only_gas(draw(gas)))
    return fills


@given(stories())
def test_realised_less_the_cost_still_held_is_what_the_wallet_gained(fills: list[Fill]) -> None:
    account = booked(fills)
    wallet = sum(f.native_delta_wei - f.gas_wei for f in fills)
    assert account.realised_wei - account.cost_wei == wallet


@given(stories())
def test_a_closed_position_has_no_cost_left_and_realised_is_the_whole_story(
    fills: list[Fill],
) -> None:
    held = booked(fills).quantity
    account = booked([*fills, sell(held, 5, 1)] if held else fills)
    assert account.closed
    assert account.cost_wei == 0
    everything = [*fills, sell(held, 5, 1)] if held else fills
    assert account.realised_wei == sum(f.native_delta_wei - f.gas_wei for f in everything)


@given(stories())
def test_gas_and_proceeds_are_the_sums_of_what_was_paid_and_received(fills: list[Fill]) -> None:
    account = booked(fills)
    assert account.gas_wei == sum(f.gas_wei for f in fills)
    assert account.proceeds_wei == sum(f.native_delta_wei for f in fills if f.token_delta < 0)
    assert account.quantity == sum(f.token_delta for f in fills)
    assert account.cost_wei >= 0


@given(units, wei, units, wei, gas)
def test_a_partial_sell_never_shows_profit_too_early(
    tokens: int, cost: int, part: int, got: int, gas_wei: int
) -> None:
    sold = min(part, tokens)
    account = booked([buy(tokens, cost), sell(sold, got, gas_wei)])
    fair = got - gas_wei - Fraction(cost * sold, tokens)
    assert fair - 1 < account.realised_wei <= fair


def test_buying_gas_is_part_of_the_cost_and_selling_gas_of_the_result() -> None:
    account = booked([buy(100, 1_000, 10)])
    assert (account.cost_wei, account.realised_wei) == (1_010, 0)
    account = after_fill(account, sell(100, 1_500, 7))
    assert (account.cost_wei, account.realised_wei, account.closed) == (0, 483, True)


def test_a_reverted_or_preparing_transaction_costs_its_gas_at_once() -> None:
    account = booked([buy(100, 1_000), only_gas(21)])
    assert (account.realised_wei, account.gas_wei, account.quantity) == (-21, 21, 100)


def test_native_that_moved_without_tokens_is_a_loss_and_not_forgotten() -> None:
    paid_for_nothing = make_fill(token_delta=0, native_delta_wei=-500, gas_wei=3)
    assert booked([paid_for_nothing]).realised_wei == -503


def test_selling_without_a_position_books_what_came_in_and_no_cost() -> None:
    account = booked([sell(10, 70, 2)])
    assert (account.realised_wei, account.cost_wei) == (68, 0)
