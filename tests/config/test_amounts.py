"""Amounts are exact, or refused with the way to write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.config.amounts import wei, written
from botctl.core.units import UINT256_MAX


@given(amount=st.integers(0, UINT256_MAX))
def test_what_is_written_reads_back_to_the_last_wei(amount: int) -> None:
    assert wei(written(amount)) == amount


@pytest.mark.parametrize(
    ("given_as", "amount"),
    [
        ("0.05 ether", 5 * 10**16),
        ("30 gwei", 30 * 10**9),
        ("1.5gwei", 15 * 10**8),
        ("123 wei", 123),
        (" 1_000 WEI ", 1_000),
        ("20000000000000000", 2 * 10**16),
        (7, 7),
        ("0.000000000000000001 ether", 1),
    ],
)
def test_people_write_amounts_in_these_ways(given_as: object, amount: int) -> None:
    assert wei(given_as) == amount


@pytest.mark.parametrize(
    ("given_as", "fix"),
    [
        (0.1, "0.05 ether"),
        (True, "0.05 ether"),
        (None, "0.05 ether"),
        ("0.1", "finer than one wei"),
        ("0.5 wei", "finer than one wei"),
        ("1 eth", "use ether, gwei or wei"),
        ("-1 ether", "0.05 ether"),
        ("1e18", "0.05 ether"),
        ("0x10", "0.05 ether"),
        ("", "0.05 ether"),
    ],
)
def test_what_is_not_exact_is_refused_with_the_fix(given_as: object, fix: str) -> None:
    with pytest.raises(ValueError, match=fix):
        wei(given_as)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(2 * 10**16, "0.02 ether"), (20 * 10**9, "20 gwei"), (10**18, "1 ether"), (1, "1 wei")],
)
def test_amounts_are_written_in_the_unit_people_think_in(amount: int, text: str) -> None:
    assert written(amount) == text
