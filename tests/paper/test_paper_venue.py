"""The paper venue answers bytes as a node does, and keeps what it answered (DESIGN §8)."""

import pytest

from botctl.adapters.devnet.plan import ETHER
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.signer import Signer
from botctl.adapters.paper.markets import PaperMarkets
from botctl.adapters.paper.simulate import Simulator
from botctl.adapters.paper.venue import PaperVenue
from botctl.core.orders import SendCode, SignedTx, UnsignedTx
from botctl.ports.chain import MarketQuery, SurveyRequest
from tests.paper.twin import FEE_MAX_WEI, START_WEI, TIP_WEI, Twin

WEI = ETHER // 10


def test_the_same_bytes_again_are_already_known_and_change_nothing(twin: Twin) -> None:
    signed = twin.buy(twin.token("PlainToken"), WEI)
    twin.on_paper(signed)
    before = twin.file.read()
    assert twin.venue.send(signed).code is SendCode.ALREADY_KNOWN
    assert twin.file.read() == before


def test_a_nonce_that_is_used_up_is_too_low(twin: Twin) -> None:
    other = twin.buy(twin.token("FeeToken"), WEI)
    twin.on_paper(twin.buy(twin.token("PlainToken"), WEI))
    assert twin.venue.send(other).code is SendCode.NONCE_TOO_LOW


def test_above_a_gap_it_waits_and_is_mined_when_the_gap_is_filled(twin: Twin) -> None:
    ahead = twin.signed(twin.address, b"", nonce=1)
    assert twin.venue.send(ahead).code is SendCode.ACCEPTED
    assert twin.venue.send(ahead).code is SendCode.ALREADY_KNOWN
    (seen,) = twin.venue.sightings([ahead.hash])
    assert (seen.known, seen.receipt) == (True, None)

    twin.mine()
    twin.on_paper(twin.signed(twin.address, b"", nonce=0))

    (seen,) = twin.venue.sightings([ahead.hash])
    assert seen.receipt is not None
    assert seen.receipt.block_number == twin.reader.head().block.number
    assert twin.file.read().nonce == 2


@pytest.mark.parametrize(
    ("fee_max_wei", "code"),
    [
        (FEE_MAX_WEI * 109 // 100, SendCode.UNDERPRICED),
        (FEE_MAX_WEI * 110 // 100, SendCode.ACCEPTED),
    ],
)
def test_a_waiting_one_is_replaced_for_a_tenth_more_and_not_for_less(
    twin: Twin, fee_max_wei: int, code: SendCode
) -> None:
    first = twin.signed(twin.address, b"", nonce=1)
    assert twin.venue.send(first).code is SendCode.ACCEPTED
    tip_wei = TIP_WEI * fee_max_wei // FEE_MAX_WEI
    second = signed_as(twin, twin.signer, fee_max_wei=fee_max_wei, priority_fee_wei=tip_wei)

    assert twin.venue.send(second).code is code

    known = [seen.known for seen in twin.venue.sightings([first.hash, second.hash])]
    assert known == ([False, True] if code is SendCode.ACCEPTED else [True, False])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"chain_id": 1}, SendCode.REJECTED),
        ({"gas_limit": 20_999}, SendCode.REJECTED),
        ({"priority_fee_wei": FEE_MAX_WEI + 1}, SendCode.REJECTED),
        ({"fee_max_wei": 1, "priority_fee_wei": 1}, SendCode.UNDERPRICED),
        ({"value_wei": START_WEI}, SendCode.NO_FUNDS),
    ],
)
def test_what_a_node_would_not_take_is_refused_and_not_booked(
    twin: Twin, fields: dict[str, int], code: SendCode
) -> None:
    signed = signed_as(twin, twin.signer, **fields)
    assert twin.venue.send(signed).code is code
    assert not twin.file.path.exists()
    assert [seen.known for seen in twin.venue.sightings([signed.hash])] == [False]


def test_another_key_and_what_is_no_transaction_are_refused(twin: Twin) -> None:
    stranger = signed_as(twin, Signer(b"\1" * 32))
    assert twin.venue.send(stranger).code is SendCode.REJECTED
    assert twin.venue.send(SignedTx(b"\2nonsense", stranger.hash)).code is SendCode.REJECTED


def test_a_call_that_botctl_never_makes_reverts_and_pays(twin: Twin) -> None:
    receipt = twin.on_paper(twin.signed(twin.terms.router, b"\1\2\3\4"))
    assert not receipt.ok
    paid = START_WEI - twin.file.read().balances()["native"]
    assert paid == receipt.gas_used * receipt.gas_price_wei > 0


def test_a_token_without_a_known_pair_cannot_be_traded(twin: Twin) -> None:
    signed = twin.buy(twin.address, WEI)
    assert not twin.on_paper(signed).ok
    assert "INSUFFICIENT_LIQUIDITY" in twin.venue.revert_reason(signed.raw, 0)


def test_nothing_happens_while_the_world_cannot_be_read_and_the_bytes_go_again(twin: Twin) -> None:
    signed = twin.buy(twin.token("PlainToken"), WEI)
    nowhere = EvmMarketReader(JsonRpc("http://127.0.0.1:1"))
    offline = PaperVenue(Simulator(nowhere, twin.terms, twin.pair_of), twin.file)
    assert offline.send(signed).code is SendCode.UNCLEAR
    assert not twin.file.path.exists()
    assert twin.on_paper(signed).ok


def test_the_wallet_at_an_earlier_block_is_as_it_was_then(twin: Twin) -> None:
    token = twin.token("PlainToken")
    before = twin.reader.head().block
    twin.mine()
    receipt = twin.on_paper(twin.buy(token, WEI))
    after = twin.reader.head().block
    then, now = (twin.venue.wallet(twin.address, (token,), at) for at in (before, after))
    assert (then.nonce, then.balance_wei, then.holdings[0].balance) == (0, START_WEI, 0)
    gas_wei = receipt.gas_used * receipt.gas_price_wei
    assert (now.nonce, now.balance_wei) == (1, START_WEI - WEI - gas_wei)
    assert now.holdings[0].balance == twin.held(token) > 0


def test_it_is_mined_in_the_head_and_buried_by_the_real_blocks_above(twin: Twin) -> None:
    head = twin.reader.head().block
    receipt = twin.on_paper(twin.buy(twin.token("PlainToken"), WEI))
    assert (receipt.block_number, receipt.block_hash) == (head.number, head.hash)
    twin.mine()
    assert twin.venue.head().block.number == receipt.block_number + 1
    assert twin.venue.blocks([head.number]) == (head,)


def test_a_new_process_finds_everything_in_the_book(twin: Twin) -> None:
    token = twin.token("FeeToken")
    signed = twin.buy(token, WEI)
    receipt = twin.on_paper(signed)
    again = PaperVenue(Simulator(twin.reader, twin.terms, twin.pair_of), twin.file)
    assert again.send(signed).code is SendCode.ALREADY_KNOWN
    assert again.sightings([signed.hash])[0].receipt == receipt
    assert again.revert_reason(signed.raw, 0) == ""


def test_a_survey_shows_the_real_markets_with_the_paper_wallet(twin: Twin) -> None:
    token, other = twin.token("PlainToken"), twin.token("FeeToken")
    twin.on_paper(twin.buy(token, WEI))
    terms, head = twin.terms, twin.reader.head().block
    pairs = [(twin.pair_of(each), each) for each in (token, other)]
    request = SurveyRequest(
        markets=[MarketQuery(pair, each, terms.native, None) for pair, each in pairs if pair],
        wallet=terms.wallet,
        factory=terms.factory,
        router=terms.router,
        native=terms.native,
        lockers=(),
    )
    markets = PaperMarkets(twin.reader, twin.file)
    paper, real = markets.survey(request, head), twin.reader.survey(request, head)
    assert paper.balance_wei == twin.file.read().balances()["native"] != real.balance_wei
    assert [seen.facts.wallet_token for seen in paper.markets] == [twin.held(token), 0]
    assert paper.markets[0].facts.reserve_quote == real.markets[0].facts.reserve_quote
    assert paper.factory_code_hash == real.factory_code_hash


def signed_as(twin: Twin, signer: Signer, **fields: int) -> SignedTx:
    """A transaction to ourselves under nonce 1 (or what `fields` say)."""
    values = {
        "chain_id": twin.terms.chain_id,
        "nonce": 1,
        "value_wei": 0,
        "gas_limit": 21_000,
        "fee_max_wei": FEE_MAX_WEI,
        "priority_fee_wei": TIP_WEI,
    } | fields
    return signer.sign(UnsignedTx(to=twin.address, data=b"", **values))
