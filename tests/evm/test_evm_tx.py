"""Our transactions, byte for byte those of eth_account, and the signer that keeps its key."""

import copy
import pickle
import traceback

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm import rlp
from botctl.adapters.evm.hashing import checksum, keccak256
from botctl.adapters.evm.signer import Signer
from botctl.adapters.evm.tx import read_tx
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address

ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: Address("0x" + raw.hex()))
SECRETS = st.integers(1, 2**255).map(lambda number: number.to_bytes(32, "big"))
WEI = st.one_of(st.integers(0, 300), st.integers(0, 2**96))
TXS = st.builds(
    UnsignedTx,
    chain_id=st.integers(1, 2**32),
    nonce=st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 2)),
    to=ADDRESSES,
    value_wei=WEI,
    data=st.one_of(st.binary(max_size=80), st.binary(min_size=200, max_size=400)),
    gas_limit=st.integers(0, 2**32),
    fee_max_wei=WEI,
    priority_fee_wei=WEI,
)
referee = pytest.importorskip("rlp")  # comes with eth_account, untyped
CALLDATA = 7  # its place among the fields
SECRET = bytes(range(1, 33))
TX = UnsignedTx(1, 7, Address("0x" + "ab" * 20), 5, b"\x01\x02", 21_000, 30, 2)


@given(TXS, SECRETS)
def test_signed_bytes_and_hash_are_those_of_eth_account(tx: UnsignedTx, secret: bytes) -> None:
    signed = Signer(secret).sign(tx)
    theirs = Account.sign_transaction(
        {
            "type": 2,
            "chainId": tx.chain_id,
            "nonce": tx.nonce,
            "to": to_checksum_address(tx.to),
            "value": tx.value_wei,
            "data": tx.data,
            "gas": tx.gas_limit,
            "maxFeePerGas": tx.fee_max_wei,
            "maxPriorityFeePerGas": tx.priority_fee_wei,
        },
        secret,
    )
    assert signed.raw == bytes(theirs.raw_transaction)
    assert signed.hash == "0x" + bytes(theirs.hash).hex()


@given(TXS, SECRETS)
def test_signed_bytes_tell_what_was_signed_and_by_whom(tx: UnsignedTx, secret: bytes) -> None:
    signer = Signer(secret)
    signed = signer.sign(tx)
    read = read_tx(signed.raw)
    assert (read.tx, read.sender, read.hash) == (tx, signer.address, signed.hash)


def test_signing_twice_makes_the_same_bytes() -> None:
    assert Signer(SECRET).sign(TX) == Signer(SECRET).sign(TX)


@given(st.data())
def test_damaged_bytes_are_refused_or_are_another_transaction(data: st.DataObject) -> None:
    raw = bytearray(Signer(SECRET).sign(TX).raw)
    at, value = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 255))
    same = raw[at] == value
    raw[at] = value
    try:
        read = read_tx(bytes(raw))
    except ValueError:
        return
    assert same == (read.tx == TX and read.sender == Signer(SECRET).address)


@given(st.binary(max_size=200))
def test_noise_is_no_transaction(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_tx(raw)


ITEMS = st.recursive(
    st.binary(max_size=100), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


def encoded(item: object) -> bytes:
    if isinstance(item, bytes):
        return rlp.text(item)
    assert isinstance(item, list)
    return rlp.sequence([encoded(each) for each in item])


def depth(item: object) -> int:
    return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0


@given(ITEMS.filter(lambda item: depth(item) <= rlp.DEPTH_MAX))
def test_rlp_is_that_of_the_reference_both_ways(item: object) -> None:
    assert encoded(item) == referee.encode(item)
    assert rlp.decoded(encoded(item)) == item


@given(st.binary(max_size=80))
def test_rlp_reads_only_what_the_reference_reads(raw: bytes) -> None:
    try:
        read = rlp.decoded(raw)
    except ValueError:
        return
    assert referee.decode(raw, strict=True) == read


@pytest.mark.parametrize(
    "raw",
    [
        b"\x81\x05",  # a small byte with a prefix
        b"\xb8\x05hello",  # a short text with a long prefix
        b"\xb9\x00\x38" + bytes(56),  # a length with a zero in front
        b"\xb8",  # no length
        b"\x83ab",  # cut
        b"\x80\x80",  # two items
        b"",
    ],
)
def test_rlp_that_is_not_canonical_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        rlp.decoded(raw)


@pytest.mark.parametrize("at", range(11))
def test_a_field_of_the_wrong_kind_is_refused(at: int) -> None:
    items = rlp.decoded(Signer(SECRET).sign(TX).raw[1:])
    assert isinstance(items, list)
    for wrong in (b"\0\1", bytes(33), [b"x"]):
        broken: list[object] = [*items[:at], wrong, *items[at + 1 :]]
        if at == CALLDATA and isinstance(wrong, bytes):
            continue  # calldata may be any bytes
        with pytest.raises(ValueError, match=r"."):
            read_tx(b"\x02" + encoded(broken))


def test_rlp_nested_without_end_is_refused_before_the_stack_is_full() -> None:
    nested = b""
    for _ in range(rlp.DEPTH_MAX + 2):
        nested = rlp.sequence([nested])
    with pytest.raises(ValueError, match="nested"):
        rlp.decoded(nested)


@given(ADDRESSES)
def test_checksums_are_those_of_eip_55(address: Address) -> None:
    assert checksum(address) == to_checksum_address(address)


def test_keccak_is_not_sha3() -> None:
    assert keccak256(b"").hex().startswith("c5d2460186f7233c")


def test_a_signer_never_shows_or_hands_over_its_key() -> None:
    signer = Signer(SECRET)
    shown = [repr(signer), str(signer), f"{signer}", f"{signer!r}"]
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            leave(signer)
        shown += traceback.format_exception(caught.value)
    assert not hasattr(signer, "__dict__")
    assert SECRET.hex() not in "".join(shown)
    assert str(int.from_bytes(SECRET, "big")) not in "".join(shown)
