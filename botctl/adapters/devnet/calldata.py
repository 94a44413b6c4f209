"""Calldata and addresses of the devnet's own set-up calls."""

from collections.abc import Iterable
from functools import cache

from botctl.adapters.evm import abi, rlp
from botctl.adapters.evm.hashing import keccak256
from botctl.core.units import Address


@cache
def selector(signature: str) -> str:
    """Of a signature such as `transfer(address,uint256)`; hex with `0x`."""
    return "0x" + keccak256(signature.encode()).hex()[:8]


def call(signature: str, *parts: str | abi.Tail) -> str:
    return selector(signature) + abi.arguments(*parts)


def created_address(sender: Address, nonce: int) -> Address:
    """Where CREATE puts a contract: the end of the keccak of RLP([sender, nonce])."""
    made_from = [rlp.text(bytes.fromhex(sender[2:])), rlp.number(nonce)]
    return Address("0x" + keccak256(rlp.sequence(made_from))[-20:].hex())


def addresses(values: Iterable[Address]) -> abi.Tail:
    return abi.rows(abi.address(value) for value in values)
