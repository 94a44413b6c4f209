"""Why a call reverted, in words that fit a log line. Nothing here raises: the bytes are hostile."""

from typing import Final

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import decode_text

SELECTOR_BYTES: Final = 4
WORD_BYTES: Final = 32
NO_REASON: Final = "reverted without a reason"

# https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require
PANICS: Final = {
    0x00: "generic panic",
    0x01: "assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "bad enum value",
    0x22: "bad storage encoding",
    0x31: "pop of an empty array",
    0x32: "index out of bounds",
    0x41: "out of memory",
    0x51: "call of an unset function",
}
# Uniswap's own texts in plain words; the text itself stays in front, because people search for it.
MEANINGS: Final = {
    "UniswapV2Router: EXPIRED": "the deadline has passed",
    "UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT": "the price moved beyond the slippage bound",
    "UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT": "nothing would come out",
    "UniswapV2: INSUFFICIENT_INPUT_AMOUNT": "nothing arrived at the pair",
    "UniswapV2: INSUFFICIENT_LIQUIDITY": "the pair holds too little",
    "UniswapV2: K": "the pair was paid too little: a fee on transfer",
    "UniswapV2: LOCKED": "the pair was entered twice",
    "UniswapV2: TRANSFER_FAILED": "the token refused to leave the pair",
    "UniswapV2Library: INSUFFICIENT_LIQUIDITY": "the pair has no reserves",
    "TransferHelper: TRANSFER_FROM_FAILED": "the token refused to be taken from us",
    "TransferHelper::transferFrom: transferFrom failed": "the token refused to be taken from us",
    "TransferHelper: ETH_TRANSFER_FAILED": "the native coin was refused",
}


def revert_reason(data: bytes) -> str:
    selector, rest = data[:SELECTOR_BYTES].hex(), data[SELECTOR_BYTES:]
    if not data:
        return NO_REASON
    if selector == selectors.ERROR:
        return _explained(decode_text(_padded(rest)) or NO_REASON)
    if selector == selectors.PANIC and len(rest) >= WORD_BYTES:
        number = int.from_bytes(rest[:WORD_BYTES], "big")
        return f"panic 0x{number:02x}: {PANICS.get(number, 'unknown')}"
    return f"error 0x{selector}"


def revert_data(answer: object) -> bytes:
    """The revert bytes in a fault's `data`; nodes nest them differently, some leave them out."""
    if isinstance(answer, dict):  # hardhat nests
        answer = answer.get("data")
    if not isinstance(answer, str):
        return b""
    digits = answer.removeprefix("Reverted ").removeprefix("0x")  # nethermind and parity prefix
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""


def _padded(rest: bytes) -> bytes:
    """A cut text is still worth reading: the prober keeps only the first words of a reason."""
    size = int.from_bytes(rest[WORD_BYTES : 2 * WORD_BYTES], "big")
    held = max(len(rest) - 2 * WORD_BYTES, 0)
    if size <= held:
        return rest
    return rest[:WORD_BYTES] + held.to_bytes(WORD_BYTES, "big") + rest[2 * WORD_BYTES :]


def _explained(text: str) -> str:
    meaning = MEANINGS.get(text)
    return f"{text} ({meaning})" if meaning else text
