"""Answers of our own contracts: read as eth_abi lays them out, and refused when they are not."""

from collections.abc import Callable, Sequence
from dataclasses import astuple

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm.lens import Lens
from botctl.adapters.evm.lens_rows import (
    read_allowances,
    read_holdings,
    read_markets,
    read_pairs,
    read_tokens,
)
from botctl.adapters.evm.prober import ProbeQuery, Prober, isolated, read_probes
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.facts import BlockRef, ProbeStatus
from botctl.core.units import UINT256_MAX, ZERO_ADDRESS, Address, Hash32
from botctl.ports.chain import Holding, MarketQuery

UINTS = st.one_of(st.integers(0, UINT256_MAX), st.sampled_from([0, UINT256_MAX]))
ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: Address("0x" + raw.hex()))
HASHES = st.binary(min_size=32, max_size=32)
BLOCK = BlockRef(7, Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32), 1_700_000_000, 5)
WHO = Address("0x" + "ab" * 20)
MARKET = MarketQuery(WHO, WHO, WHO, None)
WORDS = 15
ALL = (1 << 12) - 1
# The field each flag guards, in the order of `Facts`; reserves share one flag.
FLAGS = (0, 1, 9, 2, 2, 7, 8, 3, 10, 4, 5, 6, 11)


def blob(*words: int | bytes) -> bytes:
    packed = b"".join(w if isinstance(w, bytes) else w.to_bytes(32, "big") for w in words)
    return encode(["bytes"], [packed])


@given(st.lists(UINTS, min_size=10, max_size=10), ADDRESSES, ADDRESSES, HASHES, HASHES)
def test_a_market_is_read_word_by_word(
    numbers: list[int], owner: Address, factory: Address, token_hash: bytes, pair_hash: bytes
) -> None:
    token, quote, time, lp, locked, supply, ours, pair_token, pair_quote, insiders = numbers
    words = (token, quote, time, lp, locked, supply, int(owner, 16), token_hash, pair_hash)
    raw = blob(ALL, *words, ours, pair_token, pair_quote, int(factory, 16), insiders)
    (facts,) = read_markets(raw, [MARKET])
    assert facts.pair_code_hash == "0x" + pair_hash.hex()
    assert facts.token_code_hash == "0x" + token_hash.hex()
    assert (facts.factory, facts.owner) == (factory, owner)
    assert (facts.reserve_token, facts.reserve_quote) == (token, quote)
    assert (facts.lp_supply, facts.lp_locked, facts.token_supply) == (lp, locked, supply)
    assert (facts.wallet_token, facts.pair_token_balance) == (ours, pair_token)
    assert facts.pair_quote_balance == pair_quote
    assert facts.insiders_token == insiders


@given(st.integers(0, ALL))
def test_what_has_no_flag_is_unknown_and_never_zero(flags: int) -> None:
    (facts,) = read_markets(blob(flags, *[0] * (WORDS - 1)), [MARKET])
    read = [value is not None for value in astuple(facts)]
    assert read == [bool(flags >> flag & 1) for flag in FLAGS]


def test_markets_keep_the_order_of_the_page() -> None:
    rows = [word for i in range(3) for word in (ALL, i, *[0] * (WORDS - 2))]
    assert [f.reserve_token for f in read_markets(blob(*rows), [MARKET] * 3)] == [0, 1, 2]


METAS = st.lists(
    st.tuples(
        *(st.booleans(), st.booleans(), UINTS, st.booleans(), UINTS),
        *(st.booleans(), st.binary(max_size=100), st.booleans(), st.binary(max_size=100)),
    ),
    max_size=4,
)
META = "(bool,bool,uint256,bool,uint256,bool,bytes,bool,bytes)[]"


@given(METAS)
def test_token_words_are_read_as_eth_abi_writes_them(metas: list[tuple[object, ...]]) -> None:
    read = read_tokens(encode([META], [metas]), [WHO] * len(metas))
    for found, (has_code, decimals_ok, decimals, supply_ok, supply, *_) in zip(
        read, metas, strict=True
    ):
        assert found.has_code == has_code
        assert found.supply == (supply if supply_ok else None)
        assert isinstance(decimals, int)
        assert found.decimals == (decimals if decimals_ok and decimals < 256 else None)


def test_token_texts_need_their_flag() -> None:
    text = encode(["string"], ["USDC"])
    rows = [(True, True, 6, True, 1, ok, text, not ok, text) for ok in (True, False)]
    first, second = read_tokens(encode([META], [rows]), [WHO, WHO])
    assert (first.name, first.symbol) == ("USDC", None)
    assert (second.name, second.symbol) == (None, "USDC")


@given(ADDRESSES, HASHES)
def test_a_pair_that_does_not_answer_has_no_parts(who: Address, code: bytes) -> None:
    raw = blob(1, int(who, 16), 0, int(who, 16), code, 0, 0, 0, 0, code)
    pair, nothing = read_pairs(raw, [WHO, WHO])
    expected = who if int(who, 16) else None
    identity = pair.identity
    assert (identity.factory, identity.token0, identity.token1) == (expected, None, expected)
    assert pair.code_hash == "0x" + code.hex()
    assert nothing.code_hash is None


@given(UINTS)
def test_holdings_and_allowances_are_none_where_the_token_is_mute(amount: int) -> None:
    assert read_holdings(blob(9, 1, amount, 0, amount), [WHO, WHO]) == [
        Holding(WHO, amount),
        Holding(WHO, None),
    ]
    assert read_allowances(blob(0, amount, 1, amount), [WHO, WHO]) == [None, amount]


RESULT = "(uint8,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,bytes)[]"
QUERY = ProbeQuery(WHO, WHO, 10**16)
RESULTS = st.lists(st.tuples(st.integers(0, 8), *[UINTS] * 8, st.binary(max_size=132)), max_size=4)


@given(RESULTS)
def test_probe_results_are_read_as_eth_abi_writes_them(results: list[tuple[object, ...]]) -> None:
    probes = read_probes(encode([RESULT], [results]), [QUERY] * len(results))
    for probe, (status, *amounts, reason) in zip(probes, results, strict=True):
        assert isinstance(status, int)
        assert probe.status is tuple(ProbeStatus)[status]
        read = astuple(probe)
        assert list(read[2:10]) == amounts
        assert probe.amount_in == QUERY.amount_in
        assert bool(probe.reason) == bool(reason and status)


def test_the_statuses_are_those_of_the_contract() -> None:
    names = ("ok", "no_quote", "buy_reverted", "bought_nothing", "approve_failed", "sell_reverted")
    rest = ("sold_for_nothing", "isolated_failure", "balance_unreadable")
    assert tuple(ProbeStatus) == names + rest


def test_an_isolated_token_is_never_ok() -> None:
    probe = isolated(QUERY, RpcFault(-32000, "out of gas"))
    assert probe.status is ProbeStatus.ISOLATED_FAILURE
    assert (probe.amount_in, probe.back, probe.reason) == (10**16, 0, "out of gas")


READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "markets": (lambda raw: read_markets(raw, [MARKET]), blob(*[0] * WORDS)),
    "tokens": (
        lambda raw: read_tokens(raw, [WHO]),
        encode([META], [[(True, True, 6, True, 1, True, b"x", True, b"y")]]),
    ),
    "pairs": (lambda raw: read_pairs(raw, [WHO]), blob(*[0] * 5)),
    "holdings": (lambda raw: read_holdings(raw, [WHO]), blob(*[0] * 3)),
    "allowances": (lambda raw: read_allowances(raw, [WHO]), blob(*[0] * 2)),
    "probes": (
        lambda raw: read_probes(raw, [QUERY]),
        encode([RESULT], [[(2, *[0] * 8, b"why")]]),
    ),
}


@pytest.mark.parametrize("kind", READERS)
def test_an_answer_of_the_wrong_length_is_refused(kind: str) -> None:
    read, whole = READERS[kind]
    assert read(whole)
    for raw in (b"", whole[:-32], whole[:-1], whole + bytes(32), whole[32:]):
        with pytest.raises(ValueError, match=r"."):
            read(raw)


@pytest.mark.parametrize("kind", ["tokens", "probes"])
def test_an_answer_with_a_damaged_layout_is_refused(kind: str) -> None:
    read, whole = READERS[kind]
    tails = {"tokens": (9, 11), "probes": (12,)}[kind]
    for word in (0, 1, 2, *tails):  # array offset, count, offset of the only tuple and its tails
        raw = bytearray(whole)
        raw[32 * word + 31] += 1
        with pytest.raises(ValueError, match=r"instead of|in the wrong place"):
            read(bytes(raw))


def test_an_answer_about_another_number_of_items_is_refused() -> None:
    for count in (0, 2):
        with pytest.raises(ValueError, match="bytes instead of"):
            read_markets(blob(*[0] * WORDS * count), [MARKET])
        with pytest.raises(ValueError, match="bytes instead of"):
            read_pairs(blob(*[0] * 5 * count), [WHO])


def test_a_status_the_contract_does_not_have_is_refused() -> None:
    raw = encode(
        ["(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,bytes)[]"],
        [[(9, *[0] * 8, b"")]],
    )
    with pytest.raises(ValueError, match="9 above 8"):
        read_probes(raw, [QUERY])


def params(call: tuple[str, Sequence[object]]) -> Sequence[object]:
    assert call[0] == "eth_call"
    return call[1]


def test_market_calldata_is_that_of_eth_abi() -> None:
    other = Address("0x" + "cd" * 20)
    ask = Lens(BLOCK).markets([other], WHO).ask([MarketQuery(other, WHO, other, None, (WHO,))])
    types = ["(address,address,address,address[3])[]", "address[]", "address"]
    holders = (WHO, ZERO_ADDRESS, ZERO_ADDRESS)
    expected = "0x0f399bce" + encode(types, [[(other, WHO, other, holders)], [other], WHO]).hex()
    transaction, block, override = params(ask)
    assert isinstance(transaction, dict)
    assert transaction["data"] == expected
    assert block == {"blockHash": BLOCK.hash, "requireCanonical": True}
    assert isinstance(override, dict)
    assert set(override[transaction["to"]]) == {"code"}


def test_probes_run_in_the_next_block_with_money() -> None:
    ask = Prober(BLOCK, WHO, WHO).probes().ask([QUERY])
    transaction, block, override, ahead = params(ask)
    types = ["(address,address,uint256)[]", "address", "address", "uint256"]
    assert isinstance(transaction, dict)
    expected = encode(types, [[(WHO, WHO, 10**16)], WHO, WHO, 1_800_000]).hex()
    assert transaction["data"] == "0x58aafaba" + expected
    assert block == {"blockHash": BLOCK.hash, "requireCanonical": True}
    assert isinstance(override, dict)
    assert set(override[transaction["to"]]) == {"code", "balance"}
    assert ahead == {"number": "0x8", "time": hex(1_700_000_012)}
