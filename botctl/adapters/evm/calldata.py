"""Calldata of the few contract calls that move money."""

from collections.abc import Sequence

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import Tail, address, arguments, rows, uint
from botctl.core.units import Address


class RouterCalls:
    """The Calls of a Uniswap V2 router, in the variants that suffer tokens with a fee."""

    def buy(self, *, min_out: int, path: Sequence[Address], to: Address, deadline_s: int) -> bytes:
        """Pays with the transaction's value."""
        ends = (_hops(path), address(to), uint(deadline_s))
        return _call(selectors.BUY, arguments(uint(min_out), *ends))

    def sell(
        self, *, amount_in: int, min_out: int, path: Sequence[Address], to: Address, deadline_s: int
    ) -> bytes:
        ends = (_hops(path), address(to), uint(deadline_s))
        return _call(selectors.SELL, arguments(uint(amount_in), uint(min_out), *ends))

    def approve(self, *, spender: Address, amount: int) -> bytes:
        return _call(selectors.APPROVE, arguments(address(spender), uint(amount)))


def _hops(path: Sequence[Address]) -> Tail:
    return rows(address(hop) for hop in path)


def _call(selector: str, digits: str) -> bytes:
    return bytes.fromhex(selector + digits)
