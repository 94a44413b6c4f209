"""The bytes of simulated transactions and calls: readable, and one spelling for one meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address, Hash32

BUY: Final = "buy"
SELL: Final = "sell"
APPROVE: Final = "approve"
NOTHING: Final = "nothing"  # empty calldata: value moves, or only the nonce


@dataclass(frozen=True, slots=True)
class Call:
    """What calldata asks for; amounts as in `Intent`, zero where the verb has none."""

    verb: str
    token: Address
    amount: int
    min_out: int
    deadline_s: int


EMPTY: Final = Call(NOTHING, Address(""), 0, 0, 0)


class SimCalls:
    """The Calls port: the words of `Call` between colons."""

    def buy(self, *, min_out: int, path: Sequence[Address], to: Address, deadline_s: int) -> bytes:
        return f"{BUY}:{path[-1]}:0:{min_out}:{deadline_s}".encode()

    def sell(
        self, *, amount_in: int, min_out: int, path: Sequence[Address], to: Address, deadline_s: int
    ) -> bytes:
        return f"{SELL}:{path[0]}:{amount_in}:{min_out}:{deadline_s}".encode()

    def approve(self, *, spender: Address, amount: int) -> bytes:
        return f"{APPROVE}::{amount}:0:0".encode()


def call_of(data: bytes) -> Call:
    """Raises ValueError for calldata that `SimCalls` did not write."""
    if not data:
        return EMPTY
    verb, token, amount, min_out, deadline_s = data.decode().split(":")
    return Call(verb, Address(token), int(amount), int(min_out), int(deadline_s))


def encoded(tx: UnsignedTx) -> SignedTx:
    """The same transaction always has the same bytes, so also the same hash (RFC 6979 does so)."""
    raw = (
        f"{tx.chain_id} {tx.nonce} {tx.to} {tx.value_wei} {tx.gas_limit} {tx.fee_max_wei}"
        f" {tx.priority_fee_wei} {tx.data.decode()}"
    ).encode()
    return SignedTx(raw, hash_of(raw))


def hash_of(raw: bytes) -> Hash32:
    return Hash32("0x" + sha256(raw).hexdigest())


def decoded(raw: bytes) -> UnsignedTx:
    """Raises ValueError for bytes that `encoded` did not write."""
    chain_id, nonce, to, value, gas, fee, tip, data = raw.decode().split(" ")
    return UnsignedTx(
        chain_id=int(chain_id),
        nonce=int(nonce),
        to=Address(to),
        value_wei=int(value),
        data=data.encode(),
        gas_limit=int(gas),
        fee_max_wei=int(fee),
        priority_fee_wei=int(tip),
    )
