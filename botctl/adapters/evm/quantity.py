"""Numbers, hashes and addresses as JSON-RPC writes them. All raise ValueError."""

from typing import Final

from botctl.core.units import Address, Hash32

HASH_CHARS: Final = 66
ADDRESS_CHARS: Final = 42


def quantity(value: object) -> int:
    if not isinstance(value, str) or value[:2] != "0x" or not value[2:].isalnum():
        raise ValueError("not a quantity")
    return int(value, 16)


def hash_of(value: object) -> Hash32:
    return Hash32(_hex(value, HASH_CHARS))


def address_of(value: object) -> Address:
    return Address(_hex(value, ADDRESS_CHARS))


def _hex(value: object, chars: int) -> str:
    if not isinstance(value, str) or len(value) != chars or value[:2] != "0x":
        raise ValueError(f"not {chars} characters of hex")
    bytes.fromhex(value[2:])
    return value.lower()
