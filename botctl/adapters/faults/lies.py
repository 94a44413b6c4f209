"""Well-formed answers that are not true: another block hash, other reserves."""

from typing import Final

from botctl.adapters.evm.abi import sole_blob
from botctl.adapters.evm.lens_rows import MARKET, RESERVES_OK
from botctl.adapters.faults.lag import BY_NUMBER, Call
from botctl.core.units import BPS_ONE

FLAG_BYTES: Final = slice(0, 28)  # above a row's flags, always zero
FLAGS: Final = slice(28, 32)
QUOTE_RESERVE: Final = slice(64, 96)  # the third word of a market's row
FLAGS_MAX: Final = 1 << 12
HASH_CHARS: Final = 66


def other_hash(call: Call, result: object) -> object:
    """The block as on another fork: every hex digit of its hash is another one."""
    if call.get("method") != BY_NUMBER or not isinstance(result, dict):
        return result
    true_hash = result.get("hash")
    if not isinstance(true_hash, str) or len(true_hash) != HASH_CHARS:
        return result
    return {**result, "hash": f"0x{int(true_hash, 16) ^ (2**256 - 1):064x}"}


def other_reserves(call: Call, result: object, skew_bps: int) -> object:
    """Markets' quote reserves changed by `skew_bps`; whatever is no answer about markets stays."""
    if call.get("method") != "eth_call" or not isinstance(result, str):
        return result
    try:
        packed = bytearray(sole_blob(bytes.fromhex(result.removeprefix("0x"))))
    except ValueError:
        return result
    if not packed or len(packed) % MARKET.size or not all(map(_is_row, _rows(packed))):
        return result
    for start in range(0, len(packed), MARKET.size):
        where = slice(start + QUOTE_RESERVE.start, start + QUOTE_RESERVE.stop)
        reserve = int.from_bytes(packed[where], "big")
        packed[where] = (reserve * (BPS_ONE + skew_bps) // BPS_ONE).to_bytes(32, "big")
    head = bytes.fromhex(result.removeprefix("0x"))[:64]
    tail = bytes(-len(packed) % 32)
    return f"0x{(head + bytes(packed) + tail).hex()}"


def _rows(packed: bytearray) -> list[bytes]:
    return [bytes(packed[at : at + MARKET.size]) for at in range(0, len(packed), MARKET.size)]


def _is_row(row: bytes) -> bool:
    """By what no other answer of this length has: its first word is a set of flags."""
    flags = int.from_bytes(row[FLAGS], "big")
    return not any(row[FLAG_BYTES]) and bool(flags & RESERVES_OK) and flags < FLAGS_MAX
