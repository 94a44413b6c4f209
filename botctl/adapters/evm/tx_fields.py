"""The fields of an EIP-1559 transaction in their order, to RLP and back; no cryptography."""

from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm import rlp
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address

TYPE: Final = b"\x02"
NO_ACCESS_LIST: Final = rlp.sequence(())
FIELDS: Final = 12  # of a signed transaction
ADDRESS_BYTES: Final = 20
UINT64_BYTES: Final = 8
WORD_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TakenApart:
    """A signed transaction; `signature` is r, s and the parity in 65 bytes."""

    tx: UnsignedTx
    signature: bytes


def fields(tx: UnsignedTx) -> tuple[bytes, ...]:
    return (
        rlp.number(tx.chain_id),
        rlp.number(tx.nonce),
        rlp.number(tx.priority_fee_wei),
        rlp.number(tx.fee_max_wei),
        rlp.number(tx.gas_limit),
        rlp.text(bytes.fromhex(tx.to[2:])),
        rlp.number(tx.value_wei),
        rlp.text(tx.data),
        NO_ACCESS_LIST,
    )


def taken_apart(raw: bytes) -> TakenApart:
    """Raises ValueError for anything that we would not have written ourselves."""
    if raw[:1] != TYPE:
        raise ValueError("not an EIP-1559 transaction")
    items = rlp.decoded(raw[1:])
    if not isinstance(items, list) or len(items) != FIELDS or items[8] != []:
        raise ValueError("not the fields of a transaction without an access list")
    texts = [item for item in items if isinstance(item, bytes)]
    if len(texts) != FIELDS - 1 or len(texts[5]) != ADDRESS_BYTES:
        raise ValueError("fields of the wrong kind")
    return TakenApart(_tx(texts), _signature(*texts[8:]))


def _tx(texts: list[bytes]) -> UnsignedTx:
    return UnsignedTx(
        chain_id=_number(texts[0], UINT64_BYTES),
        nonce=_number(texts[1], UINT64_BYTES),
        priority_fee_wei=_number(texts[2], WORD_BYTES),
        fee_max_wei=_number(texts[3], WORD_BYTES),
        gas_limit=_number(texts[4], UINT64_BYTES),
        to=Address("0x" + texts[5].hex()),
        value_wei=_number(texts[6], WORD_BYTES),
        data=texts[7],
    )


def _signature(parity: bytes, r: bytes, s: bytes) -> bytes:
    halves = b"".join(_number(half, WORD_BYTES).to_bytes(WORD_BYTES, "big") for half in (r, s))
    return halves + bytes([_number(parity, 1)])


def _number(value: bytes, size_max: int) -> int:
    if len(value) > size_max or value[:1] == b"\0":
        raise ValueError("not a canonical number")
    return int.from_bytes(value, "big")
