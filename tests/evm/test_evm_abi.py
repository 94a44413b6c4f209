"""Our ABI codec against eth_abi: what we write it reads, what it writes we read, and no more."""

import contextlib
from collections.abc import Callable

import pytest
from eth_abi.abi import decode, encode
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm import abi
from botctl.core.units import UINT256_MAX, Address

ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: Address("0x" + raw.hex()))
UINTS = st.one_of(st.integers(0, UINT256_MAX), st.sampled_from([0, 1, 2**255, UINT256_MAX]))
BLOBS = st.binary(max_size=200)


@given(UINTS, ADDRESSES, BLOBS, st.lists(ADDRESSES, max_size=5))
def test_what_we_encode_is_what_eth_abi_encodes(
    number: int, who: Address, data: bytes, many: list[Address]
) -> None:
    ours = abi.arguments(
        abi.uint(number),
        abi.blob(data),
        abi.address(who),
        abi.rows(abi.address(each) for each in many),
    )
    types = ["uint256", "bytes", "address", "address[]"]
    assert ours == encode(types, [number, data, who, many]).hex()


@given(st.lists(st.tuples(ADDRESSES, ADDRESSES, UINTS), max_size=5), ADDRESSES, UINTS)
def test_arrays_of_tuples_are_laid_out_as_eth_abi_does(
    queries: list[tuple[Address, Address, int]], who: Address, number: int
) -> None:
    flat = (abi.address(a) + abi.address(b) + abi.uint(n) for a, b, n in queries)
    ours = abi.arguments(abi.rows(flat, words_each=3), abi.address(who) + abi.uint(number))
    types = ["(address,address,uint256)[]", "address", "uint256"]
    assert ours == encode(types, [queries, who, number]).hex()


@pytest.mark.parametrize("value", [-1, UINT256_MAX + 1])
def test_a_number_that_is_no_uint256_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="not a uint256"):
        abi.uint(value)


@pytest.mark.parametrize("value", ["", "0x12", "0x" + "1" * 41, "1" * 40])
def test_an_address_of_the_wrong_length_never_shifts_the_words_after_it(value: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        abi.address(Address(value))


def test_rows_of_the_wrong_width_are_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        abi.rows(["00" * 32] * 4, words_each=3)


@given(UINTS, st.booleans(), ADDRESSES)
def test_static_words_are_read_back(number: int, flag: bool, who: Address) -> None:
    cursor = abi.Cursor(encode(["uint256", "bool", "address"], [number, flag, who]))
    assert (cursor.uint(), cursor.flag(), cursor.address()) == (number, flag, who)
    cursor.done()


@given(BLOBS)
def test_one_blob_is_read_back(data: bytes) -> None:
    assert abi.sole_blob(encode(["bytes"], [data])) == data


@given(BLOBS, st.integers(0, 300), st.integers(0, 255))
def test_a_damaged_blob_is_refused_or_means_the_same_to_eth_abi(
    data: bytes, at: int, value: int
) -> None:
    raw = bytearray(encode(["bytes"], [data]))
    raw[at % len(raw)] = value
    try:
        read = abi.sole_blob(bytes(raw))
    except ValueError:
        return
    assert decode(["bytes"], bytes(raw)) == (read,)


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_happens(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        abi.sole_blob(raw)


WHOLE = encode(["bytes"], [b"x" * 40])
BROKEN: dict[str, tuple[Callable[[], object], str]] = {
    "cut word": (lambda: abi.Cursor(WHOLE[:31]).uint(), "cut off"),
    "cut blob": (lambda: abi.sole_blob(WHOLE[:-1]), "cut off"),
    "rest": (lambda: abi.sole_blob(WHOLE + bytes(32)), "left over"),
    "dirty padding": (lambda: abi.sole_blob(WHOLE[:-1] + b"\1"), "dirty"),
    "other offset": (lambda: abi.sole_blob((64).to_bytes(32, "big") + WHOLE[32:]), "instead of 32"),
    "huge size": (lambda: abi.sole_blob(WHOLE[:32] + b"\xff" * 32 + WHOLE[64:]), "above"),
    "flag of two": (lambda: abi.Cursor((2).to_bytes(32, "big")).flag(), "above 1"),
    "dirty address": (lambda: abi.Cursor(b"\1" + bytes(31)).address(), "dirty"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_layout_says_what_is_wrong(kind: str) -> None:
    read, why = BROKEN[kind]
    with pytest.raises(ValueError, match=why):
        read()


@given(st.lists(st.tuples(UINTS, BLOBS), max_size=6))
def test_arrays_of_dynamic_tuples_are_read_back(items: list[tuple[int, bytes]]) -> None:
    cursor = abi.Cursor(encode(["(uint256,bytes)[]"], [items]))
    read: list[tuple[int, bytes]] = []
    for _ in abi.tuples(cursor, len(items)):
        number = cursor.uint()
        cursor.expect(64)
        read.append((number, cursor.blob()))
    cursor.done()
    assert read == items


def test_tuples_that_overlap_are_refused() -> None:
    both = (64).to_bytes(32, "big") * 2
    raw = encode(["uint256", "uint256"], [32, 2]) + both + bytes(64)
    cursor = abi.Cursor(raw)
    with pytest.raises(ValueError, match="offset 64 instead of 96"):
        [cursor.uint() for _ in abi.tuples(cursor, 2)]


@pytest.mark.parametrize("answer", [None, 7, "", "00", "0xzz", "0x1", ["0x"]])
def test_what_is_not_hex_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="hex"):
        abi.unhexed(answer)


def string(text: bytes) -> bytes:
    return encode(["bytes"], [text])


TEXTS = {
    "a string": (string(b"Wrapped Ether"), "Wrapped Ether"),
    "bytes32": (b"MKR".ljust(32, b"\0"), "MKR"),
    "full bytes32": (b"M" * 32, "M" * 32),
    "not ascii": (string("Ünïcode 🚀".encode()), "Ünïcode 🚀"),
    "unpadded": (string(b"abc")[: 64 + 3], "abc"),
    "empty answer": (b"", None),
    "empty string": (string(b""), None),
    "empty bytes32": (bytes(32), None),
    "blank": (string(b"  \t "), None),
    "not utf-8": (string(b"\xff\xfe"), None),
    "bytes32 not utf-8": (b"\xff" * 32, None),
    "escape sequence": (string(b"\x1b[31mRED\x07"), "[31mRED"),
    "line breaks": (string(b"A\r\nB"), "AB"),
    "right to left": (string("a\u202eb\u200bc".encode()), "abc"),
    "long": (string(b"x" * 200), "x" * 64),
    "size beyond the data": (bytes(31) + b"\x20" + b"\xff" * 32 + b"abc", None),
    "offset elsewhere": (bytes(31) + b"\x40" + bytes(64), None),
    "seven bytes": (b"1234567", None),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_tokens_text_is_read_or_none(kind: str) -> None:
    raw, text = TEXTS[kind]
    assert abi.decode_text(raw) == text


@given(st.one_of(st.binary(max_size=400), BLOBS.map(string), st.binary(min_size=32, max_size=32)))
def test_no_bytes_make_decode_text_raise_or_print_anything_odd(raw: bytes) -> None:
    text = abi.decode_text(raw)
    assert text is None or (0 < len(text) <= 64 and text.isprintable())
