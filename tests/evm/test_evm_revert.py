"""Why a call reverted, from bytes that a hostile contract chose."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm.revert import MEANINGS, revert_data, revert_reason

ERROR = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")


def error(text: str) -> bytes:
    return ERROR + encode(["string"], [text])


REASONS = {
    "text": (error("too early"), "too early"),
    "no data": (b"", "reverted without a reason"),
    "empty text": (error(""), "reverted without a reason"),
    "overflow": (PANIC + encode(["uint256"], [0x11]), "panic 0x11: arithmetic overflow"),
    "unknown panic": (PANIC + encode(["uint256"], [0x99]), "panic 0x99: unknown"),
    "custom error": (bytes.fromhex("f09263d6") + bytes(32), "error 0xf09263d6"),
    "two bytes": (b"\x01\x02", "error 0x0102"),
    "cut panic": (PANIC + b"\x01", "error 0x4e487b71"),
    "cut text": (error("x" * 200)[:132], "x" * 64),
    "escape": (error("\x1b[2Jgone"), "[2Jgone"),
    "not text": (ERROR + encode(["bytes"], [b"\xff\xff"]), "reverted without a reason"),
    "expired": (
        error("UniswapV2Router: EXPIRED"),
        "UniswapV2Router: EXPIRED (the deadline has passed)",
    ),
}


@pytest.mark.parametrize("kind", REASONS)
def test_a_reason_is_told_in_words(kind: str) -> None:
    data, words = REASONS[kind]
    assert revert_reason(data) == words


@pytest.mark.parametrize("text", MEANINGS)
def test_uniswaps_texts_are_explained_and_kept(text: str) -> None:
    assert revert_reason(error(text)).startswith(f"{text} (")


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(ERROR.__add__)))
def test_no_bytes_make_it_raise_or_say_more_than_a_line(data: bytes) -> None:
    words = revert_reason(data)
    assert 0 < len(words) <= 200
    assert words.isprintable()


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ("0x0102", b"\x01\x02"),  # geth, anvil
        ("Reverted 0x0102", b"\x01\x02"),  # nethermind, parity
        ({"data": "0x0102", "message": "x"}, b"\x01\x02"),  # hardhat
        (None, b""),
        ("words", b""),
        ({}, b""),
        (7, b""),
        ({"data": {"data": "0x"}}, b""),
    ],
)
def test_revert_bytes_are_found_where_each_node_puts_them(said: object, data: bytes) -> None:
    assert revert_data(said) == data
