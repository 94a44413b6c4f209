"""Thousands of pure calls to the deployed router in one eth_call, through code lent for its length."""

from collections.abc import Iterator, Sequence
from typing import Final

from botctl.adapters.devnet import calldata
from botctl.adapters.evm import abi
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import Address

Row = tuple[int, int, int]  # the three arguments of getAmountOut, getAmountIn and quote
NOBODY: Final = Address("0x" + "0" * 36 + "c0de")
ROWS_A_CALL: Final = 5_000
GAS: Final = 10**10  # of the whole call; the node's own limit is that of a block
GAS_A_ROW: Final = "00c350"  # 50,000: a division by zero burns all it is given in that solc
WORD: Final = 32

# For every 96 bytes of calldata: the router's function with them, then its success and its answer.
_LOOP: Final = 8  # where the loop begins: the first JUMPDEST
_END: Final = 0x54


def _code(router: Address, signature: str) -> str:
    selector = calldata.selector(signature)[2:]
    code = "".join(
        [
            f"63{selector}5f52",  # mstore(0, selector)
            "5f",  # i = 0
            "5b368110",  # loop: i < calldatasize
            f"1560{_END:02x}57",  # else go to the end
            "606081602037",  # calldatacopy(0x20, i, 96)
            "602060806064601c",  # answer to 0x80, arguments from 0x1c
            f"73{router[2:]}62{GAS_A_ROW}fa",  # staticcall
            "8160011b6003900460a001",  # at = 0xa0 + i / 96 * 64
            "908152",  # mstore(at, success)
            "60805190602001",  # at + 32
            "52",  # mstore(at + 32, mload(0x80))
            f"60600160{_LOOP:02x}56",  # i += 96; loop
            "5b60011b6003900460a0f3",  # end: return what was gathered
        ]
    )
    assert bytes.fromhex(code)[_LOOP] == bytes.fromhex(code)[_END] == 0x5B
    return "0x" + code


def answers(rpc: Rpc, router: Address, signature: str, rows: Sequence[Row]) -> Iterator[int | None]:
    """What the router answers to each row, in order; None where it reverts."""
    code = _code(router, signature)
    for start in range(0, len(rows), ROWS_A_CALL):
        some = rows[start : start + ROWS_A_CALL]
        data = "0x" + "".join(abi.uint(value) for row in some for value in row)
        ask = {"to": NOBODY, "data": data, "gas": hex(GAS)}
        raw = abi.unhexed(rpc.call("eth_call", ask, "latest", {NOBODY: {"code": code}}))
        words = [int.from_bytes(raw[at : at + WORD], "big") for at in range(0, len(raw), WORD)]
        assert len(words) == 2 * len(some)
        yield from (word if ok else None for ok, word in zip(words[::2], words[1::2], strict=True))
