"""EIP-1559 transactions as bytes: what is signed, what is sent, and who sent it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coincurve import PublicKey

from botctl.adapters.evm import rlp
from botctl.adapters.evm.hashing import hash32, keccak256
from botctl.adapters.evm.tx_fields import ADDRESS_BYTES, TYPE, WORD_BYTES, fields, taken_apart
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class ReadTx:
    tx: UnsignedTx
    sender: Address
    hash: Hash32


def signed(tx: UnsignedTx, sign: Callable[[bytes], bytes]) -> SignedTx:
    """`sign` makes r, s and the parity, in 65 bytes and with s in the lower half, of a hash."""
    parts = fields(tx)
    signature = sign(_hash(parts))
    r, s = (int.from_bytes(signature[at : at + WORD_BYTES], "big") for at in (0, WORD_BYTES))
    tail = (rlp.number(signature[-1]), rlp.number(r), rlp.number(s))
    raw = TYPE + rlp.sequence((*parts, *tail))
    return SignedTx(raw, hash32(raw))


def read_tx(raw: bytes) -> ReadTx:
    """Takes signed bytes apart and recovers who signed them. Raises ValueError."""
    apart = taken_apart(raw)
    try:
        signer = PublicKey.from_signature_and_message(
            apart.signature, _hash(fields(apart.tx)), hasher=None
        )
    except Exception as error:  # coincurve raises a bare Exception for an impossible signature
        raise ValueError("a signature nobody can have made") from error
    return ReadTx(apart.tx, address_of(signer), hash32(raw))


def address_of(public: PublicKey) -> Address:
    return Address("0x" + keccak256(public.format(compressed=False)[1:])[-ADDRESS_BYTES:].hex())


def _hash(parts: Sequence[bytes]) -> bytes:
    return keccak256(TYPE + rlp.sequence(parts))
