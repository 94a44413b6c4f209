"""What a transaction asks of the venue, read back from its bytes: all that paper understands."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import Cursor
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address

SELECTOR_BYTES: Final = 4
HOPS: Final = 2


@dataclass(frozen=True, slots=True)
class Buy:
    """`value_wei` of the native coin for at least `min_out` tokens."""

    token: Address
    value_wei: int
    min_out: int
    deadline_s: int


@dataclass(frozen=True, slots=True)
class Sell:
    """`amount_in` tokens for at least `min_out` wei."""

    token: Address
    amount_in: int
    min_out: int
    deadline_s: int


@dataclass(frozen=True, slots=True)
class Approve:
    token: Address
    spender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class NoOp:
    """A transaction to ourselves: what takes a nonce without doing anything."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing that botctl sends; paper lets it revert."""

    why: str


Asked: TypeAlias = Buy | Sell | Approve | NoOp | Unknown


def asked(tx: UnsignedTx, *, wallet: Address, router: Address, native: Address) -> Asked:
    selector, body = tx.data[:SELECTOR_BYTES].hex(), Cursor(tx.data[SELECTOR_BYTES:])
    try:
        if not tx.data and tx.to == wallet:
            return NoOp()
        if tx.to == router and selector == selectors.BUY:
            return _buy(tx, body, wallet, native)
        if tx.to == router and selector == selectors.SELL and not tx.value_wei:
            return _sell(body, wallet, native)
        if selector == selectors.APPROVE and not tx.value_wei:
            return _approve(tx, body)
    except ValueError as error:
        return Unknown(f"calldata of the wrong shape: {error}")
    return Unknown("paper knows buys, sells, approvals and transactions to itself")


def _buy(tx: UnsignedTx, body: Cursor, wallet: Address, native: Address) -> Buy:
    min_out = body.uint()
    first, last, deadline_s = _route(body, heads=4, wallet=wallet)
    if first != native:
        raise ValueError("a buy that is not paid with the native coin")
    return Buy(last, tx.value_wei, min_out, deadline_s)


def _sell(body: Cursor, wallet: Address, native: Address) -> Sell:
    amount_in, min_out = body.uint(), body.uint()
    first, last, deadline_s = _route(body, heads=5, wallet=wallet)
    if last != native:
        raise ValueError("a sell that does not bring the native coin")
    return Sell(first, amount_in, min_out, deadline_s)


def _approve(tx: UnsignedTx, body: Cursor) -> Approve:
    approve = Approve(tx.to, body.address(), body.uint())
    body.done()
    return approve


def _route(body: Cursor, *, heads: int, wallet: Address) -> tuple[Address, Address, int]:
    """The path's offset, the recipient and the deadline, then the path: its two ends."""
    body.expect(heads * 32)
    if body.address() != wallet:
        raise ValueError("somebody else would receive the tokens")
    deadline_s = body.uint()
    body.expect(HOPS)
    ends = body.address(), body.address()
    body.done()
    return *ends, deadline_s
